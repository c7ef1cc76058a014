//! The files that a run writes, leaves and removes.

use std::fs;

use crate::project::{Project, Run, SYNTH};

/// How the files end that Terraform reads.
const CONFIGURATION: [&str; 3] = [".tf.json", ".tftest.json", ".tfmock.json"];

#[test]
fn the_default_environment_lies_directly_in_out_and_others_below_their_names() {
    let project = Project::new();
    project.synth(["cluster"]).succeeds();
    project.synth(["cluster", "--env", "production"]).succeeds();
    assert!(project.path("out/cluster/outputs.tf.json").is_file());
    assert!(project.path("out/production/cluster/outputs.tf.json").is_file());
}

#[test]
fn a_generated_file_names_its_rust_source_first() {
    let project = Project::written();
    for (path, bytes) in project
        .files("out/cluster")
        .iter()
        .filter(|(path, _)| CONFIGURATION.iter().any(|ending| path.ends_with(ending)))
    {
        let text = String::from_utf8_lossy(bytes);
        let first = text.lines().nth(1).unwrap();
        assert!(first.starts_with(r#"  "//": "Synthesized from stacks/src/"#), "{path}: {first}");
    }
}

#[test]
fn two_builds_give_equal_bytes() {
    let project = Project::new();
    project.synth(["all", "--out", "first"]).succeeds();
    project.synth(["all", "--out", "second/deep"]).succeeds();
    assert!(!project.files("first").is_empty());
    assert_eq!(project.files("first"), project.files("second/deep"));
}

#[test]
fn a_second_run_changes_nothing_and_says_so() {
    let project = Project::new();
    let first = project.synth(["all", "--json"]).succeeds().json();
    let modified = || fs::metadata(project.path("out/cluster/outputs.tf.json")).unwrap().modified().unwrap();
    let before = (project.files("out"), modified());
    let second = project.synth(["all", "--json"]).succeeds().json();
    assert_eq!((project.files("out"), modified()), before);
    assert_eq!(second.to_string(), first.to_string().replace(r#""written""#, r#""unchanged""#));
}

#[test]
fn the_summary_counts_files_and_names_those_that_changed() {
    let project = Project::written();
    project.append("out/cluster/outputs.tf.json", "\n");
    let summary = project.synth(["cluster"]).succeeds().stdout;
    assert!(summary.starts_with("cluster  out/cluster  ") && summary.contains(" (1 written, "), "{summary}");
    assert!(summary.ends_with("\n  written  outputs.tf.json\n"), "{summary}");
}

#[test]
fn what_synth_no_longer_makes_is_removed_with_the_folders_that_held_it() {
    let project = Project::written();
    let fresh = project.files("out");
    project.write("out/cluster/old.tf.json", "{}");
    project.write("out/cluster/charts/old/values.yaml", "a: 1\n");
    project.append("out/cluster/.synth-files", "old.tf.json\ncharts/old/values.yaml\nnever-there.yaml\n");
    let summary = project.synth(["cluster"]).succeeds().stdout;
    assert!(summary.contains("2 removed") && summary.contains("  removed  charts/old/values.yaml\n"), "{summary}");
    assert_eq!(project.files("out"), fresh);
    assert!(!project.path("out/cluster/charts").exists());
}

#[test]
fn tests_are_kept_like_everything_else() {
    let project = Project::written();
    let fresh = project.files("out");
    assert!(fresh.contains_key("cluster/tests/network.tftest.json"));
    assert!(fresh.contains_key("cluster/tests/mocks/aws.tfmock.json"));
    project.append("out/cluster/tests/network.tftest.json", "\n");
    fs::remove_file(project.path("out/cluster/tests/mocks/aws.tfmock.json")).unwrap();
    project.write("out/cluster/tests/old.tftest.json", "{}");
    project.append("out/cluster/.synth-files", "tests/old.tftest.json\n");
    project.synth(["check", "cluster"]).finds();
    project.synth(["cluster"]).succeeds();
    assert_eq!(project.files("out"), fresh);
    for (path, stray) in
        [("network.tftest.json", "stray.tftest.json"), ("mocks/aws.tfmock.json", "mocks/stray.tfmock.json")]
    {
        project.write(&format!("out/cluster/tests/{stray}"), &project.read(&format!("out/cluster/tests/{path}")));
        let said = project.synth(["cluster"]).stderr;
        assert!(
            said.contains(&format!("`out/cluster/tests/{stray}` carries synth's header but is no longer generated")),
            "{said}"
        );
    }
}

#[test]
fn files_come_and_go_in_one_run() {
    let project = Project::written();
    let fresh = project.files("out");
    fs::remove_file(project.path("out/cluster/outputs.tf.json")).unwrap();
    project.write("out/cluster/old.yaml", "old: true\n");
    project.write("out/cluster/.synth-files", "old.yaml\n");
    project.synth(["cluster"]).succeeds();
    assert_eq!(project.files("out"), fresh);
}

#[test]
fn foreign_files_stay() {
    let project = Project::written();
    let foreign = [
        "terraform.tfvars",
        "my.auto.tfvars.json",
        ".terraform.lock.hcl",
        ".terraform/providers/aws",
        "terraform.tfstate",
        "mine.tf",
        "mine.tf.json",
        "backend_override.tf.json",
        "charts/mine.yaml",
        "tests/mine.tftest.hcl",
        "tests/mine.tftest.json",
        "tests/mocks/mine.tfmock.json",
        "notes.md",
    ];
    for path in foreign {
        project.write(&format!("out/cluster/{path}"), "{}");
    }
    project.write("out/cluster/charts/old.yaml", "{}");
    // A listing that has been tampered with costs nobody a file.
    let line = "charts/old.yaml\nterraform.tfvars\n.terraform.lock.hcl\n../../stacks/environments/default.toml\n";
    project.append("out/cluster/.synth-files", line);
    project.synth(["cluster"]).succeeds();
    for path in foreign {
        assert_eq!(project.read(&format!("out/cluster/{path}")), "{}", "{path}");
    }
    assert!(!project.path("out/cluster/charts/old.yaml").exists());
    assert!(project.path("stacks/environments/default.toml").exists());
}

#[test]
fn without_a_listing_the_first_line_of_a_file_tells_whose_it_is() {
    let project = Project::written();
    let fresh = project.files("out");
    fs::remove_file(project.path("out/cluster/.synth-files")).unwrap();
    project.append("out/cluster/outputs.tf.json", "edited");
    project.append("out/cluster/tests/network.tftest.json", "edited");
    project.synth(["cluster"]).succeeds();
    assert_eq!(project.files("out"), fresh);
}

#[test]
fn a_stray_that_begins_like_a_generated_file_is_named_and_stays() {
    let project = Project::written();
    let stray = project.read("out/cluster/outputs.tf.json");
    project.write("out/cluster/stray.tf.json", &stray);
    let run = project.synth(["cluster"]);
    assert_eq!(run.code, 0);
    assert!(
        run.stderr.contains("`out/cluster/stray.tf.json` carries synth's header but is no longer generated"),
        "{}",
        run.stderr
    );
    assert_eq!(project.read("out/cluster/stray.tf.json"), stray);
}

#[test]
fn a_merge_conflict_in_the_listing_is_settled_by_the_next_run() {
    let project = Project::written();
    let fresh = project.files("out");
    project.write("out/cluster/theirs.yaml", "");
    let listing = project.read("out/cluster/.synth-files");
    let conflict = format!("<<<<<<< HEAD\n{listing}=======\ntheirs.yaml\n>>>>>>> theirs\n");
    project.write("out/cluster/.synth-files", &conflict);
    project.synth(["cluster"]).succeeds();
    assert_eq!(project.files("out"), fresh);
}

#[test]
fn what_a_killed_run_left_half_written_goes() {
    let project = Project::written();
    let fresh = project.files("out");
    fs::remove_file(project.path("out/cluster/outputs.tf.json")).unwrap();
    for number in 0..4 {
        project.write(&format!("out/cluster/.outputs.tf.json.{number}.synth-new"), "half");
        project.write(&format!("out/cluster/tests/.gone.tftest.json.{number}.synth-new"), "half");
    }
    project.synth(["cluster"]).succeeds();
    assert_eq!(project.files("out"), fresh);
}

/// Which write it strikes is a matter of luck, so a run is killed often: from the first file on, ever later.
#[test]
fn a_run_killed_while_it_writes_leaves_what_the_next_one_mends() {
    let project = Project::written();
    let fresh = project.files("out");
    for microseconds in (0..20).map(|step| step * 200) {
        fs::remove_dir_all(project.path("out/cluster")).unwrap();
        let mut child = project.command(["cluster"]).stdout(std::process::Stdio::null()).spawn().unwrap();
        while !project.path("out/cluster").exists() && child.try_wait().unwrap().is_none() {}
        std::thread::sleep(std::time::Duration::from_micros(microseconds));
        child.kill().unwrap();
        child.wait().unwrap();
        let whole = |(path, bytes): (&String, &Vec<u8>)| path.ends_with(".synth-new") || fresh.get(path) == Some(bytes);
        let left = project.files("out");
        assert!(left.iter().all(whole), "after {microseconds} µs: {:?}", left.keys());
        project.synth(["cluster"]).succeeds();
        assert_eq!(project.files("out"), fresh, "after {microseconds} µs");
    }
}

#[test]
fn concurrent_runs_leave_the_whole_of_one_of_them() {
    let project = Project::new();
    for entry in ["default", "production"] {
        let text = project.read(&format!("stacks/environments/{entry}.toml"));
        project.write(&format!("others/{entry}.toml"), &text.replace("tideline", "seaside"));
    }
    let mine = ["cluster", "--out", "mine"];
    let theirs = ["cluster", "--out", "theirs", "--environments", "others"];
    project.synth(mine).succeeds();
    project.synth(theirs).succeeds();
    let [mine, theirs] = ["mine", "theirs"].map(|out| project.files(out));
    assert_ne!(mine, theirs);
    let running: Vec<_> = (0..12)
        .map(|number| {
            let environments = if number % 2 == 0 { "others" } else { "stacks/environments" };
            let arguments = ["cluster", "--environments", environments];
            let mut command = project.command(arguments);
            command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap()
        })
        .collect();
    for child in running {
        Run::of(child.wait_with_output().unwrap()).succeeds();
    }
    let left = project.files("out");
    assert!(left == mine || left == theirs, "{:?}", left.keys());
}

#[test]
fn colours_are_for_terminals_only() {
    let project = Project::written();
    let coloured = |variables: &[(&str, &str)]| {
        let mut command = project.command(["list"]);
        let output = command.envs(variables.iter().copied()).output().unwrap();
        Run::of(output).succeeds().stdout.contains('\u{1b}')
    };
    assert!(!coloured(&[]));
    assert!(coloured(&[("CLICOLOR_FORCE", "1")]));
    assert!(!coloured(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
}

#[test]
fn a_run_works_from_any_folder_of_the_project() {
    let project = Project::written();
    let output =
        project.command(["check", "cluster"]).current_dir(project.path("stacks/environments")).output().unwrap();
    let run = Run::of(output);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""));
    assert!(run.stderr.contains("\ncluster  ../../out/cluster  "), "{SYNTH}: {}", run.stderr);
}
