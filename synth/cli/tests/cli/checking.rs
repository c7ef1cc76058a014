//! `synth check`: drift is a finding, and its patch mends it.

use std::fs;

use crate::project::{Project, Run};

#[test]
fn what_was_just_written_is_in_order() {
    let project = Project::written();
    let run = project.synth(["check"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""));
    let lines: Vec<_> = run.stderr.lines().filter(|line| line.contains(" up to date")).collect();
    assert!(lines.len() > 3 && lines[1].starts_with("cluster    out/cluster       "), "{}", run.stderr);
}

#[test]
fn nothing_written_yet_is_a_finding_and_stays_so() {
    let project = Project::new();
    let run = project.synth(["check", "cluster", "--env", "production"]).finds();
    assert!(run.stderr.ends_with(" missing: run `synth cluster --env production`\n"), "{}", run.stderr);
    assert!(!project.path("out").exists());
}

#[test]
fn an_edited_file_is_shown_as_a_unified_diff() {
    let project = Project::written();
    let text = project.read("out/cluster/terraform.tf.json");
    project.write("out/cluster/terraform.tf.json", &text.replacen("\n}\n", ",\n  \"edited\": 1\n}\n", 1));
    let run = project.synth(["check"]).finds();
    let lines: Vec<_> = run.stdout.lines().collect();
    assert_eq!(lines[..2], ["--- a/out/cluster/terraform.tf.json", "+++ b/out/cluster/terraform.tf.json"]);
    assert!(lines.contains(&"-  \"edited\": 1"), "{}", run.stdout);
    assert!(run.stderr.contains("1 different: run `synth cluster`"), "{}", run.stderr);
}

#[test]
fn the_patch_mends_every_kind_of_drift() {
    let project = Project::written();
    let fresh = project.files("out");
    fs::remove_file(project.path("out/cluster/terraform.tf.json")).unwrap();
    project.append("out/cluster/outputs.tf.json", "edited without a newline");
    project.write("out/cluster/old.yaml", "old: true\n");
    project.append("out/cluster/.synth-files", "old.yaml\n");
    let run = project.synth(["check"]).finds();
    assert!(run.stderr.contains("1 missing, 2 different, 1 stale"), "{}", run.stderr);
    project.write("drift.patch", &run.stdout);
    let mut git = std::process::Command::new("git");
    let applied = Run::of(git.args(["apply", "drift.patch"]).current_dir(project.path("")).output().unwrap());
    assert_eq!(applied.code, 0, "{applied:?}\n{}", run.stdout);
    assert_eq!(project.files("out"), fresh);
}

#[test]
fn a_lost_listing_is_drift() {
    let project = Project::written();
    fs::remove_file(project.path("out/cluster/.synth-files")).unwrap();
    let run = project.synth(["check"]).finds();
    assert!(run.stdout.contains("+++ b/out/cluster/.synth-files"), "{}", run.stdout);
}

#[test]
fn a_stray_is_drift() {
    let project = Project::written();
    project.write("out/cluster/stray.tf.json", &project.read("out/cluster/outputs.tf.json"));
    let run = project.synth(["check"]).finds();
    assert!(
        run.stderr.contains("`out/cluster/stray.tf.json` carries synth's header but is no longer generated"),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("  1 stray\n"), "writing would not mend it: {}", run.stderr);
}

#[test]
fn scripts_get_the_state_of_each_file() {
    let project = Project::written();
    let clean = project.synth(["check", "--json"]);
    assert_eq!((clean.code, &clean.json()["drift"]), (0, &false.into()));
    fs::remove_file(project.path("out/cluster/outputs.tf.json")).unwrap();
    let json = project.synth(["check", "cluster", "--json"]).finds().json();
    assert_eq!(json["drift"], true);
    let file = &json["parts"][0]["files"][0];
    assert_eq!((&file["path"], &file["state"]), (&"outputs.tf.json".into(), &"missing".into()));
    assert!(file["patch"].as_str().unwrap().starts_with("--- /dev/null\n+++ b/out/cluster/outputs.tf.json\n"));
}
