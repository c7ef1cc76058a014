//! Plans and applies without a cloud: the real Terraform over the offline providers.

use std::fs;

use crate::project::{Project, Run, STACKS};

#[track_caller]
fn ends(run: &Run, code: i32, said: &str) {
    assert_eq!(run.code, code, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains(said), "{}{}", run.stdout, run.stderr);
}

#[test]
fn the_whole_platform_is_applied_and_then_nothing_is_left_to_do() {
    if synth_tools::terraform().is_none() {
        return;
    }
    let project = Project::new();
    let run = project.synth(["apply", "--all"]);
    ends(&run, 0, "Apply complete!");
    assert_eq!(run.stdout.matches("No changes.").count(), 3, "{}", run.stdout);
    assert!(!project.path("out").exists(), "what is real is not written");
    assert!(project.path("target/offline/default/cluster/terraform.tfstate").exists());
    ends(&project.synth(["plan", "cluster", "--", "-detailed-exitcode"]), 0, "No changes.");
    let run = project.synth(["destroy", "--all"]);
    ends(&run, 0, "Destroy complete!");
    assert_eq!(run.stdout.matches("Destroy complete!").count(), 2, "{}", run.stdout);
    let order = [run.stderr.find("destroy add-ons"), run.stderr.find("destroy cluster")];
    assert!(order[0] < order[1] && order[0].is_some() && run.stderr.contains("`bootstrap` stays"), "{}", run.stderr);
    // The bucket that holds everybody's state is protected, and Terraform says so.
    let kept = project.synth(["destroy", "bootstrap"]);
    assert_eq!(kept.code, 1);
    assert!(kept.stderr.contains("Instance cannot be destroyed"), "{}", kept.stderr);
    // It names a file of the copy, which nobody wrote; the source is said as well.
    let source = "aws_s3_bucket.state is declared at stacks/src/bootstrap/state";
    assert!(kept.stderr.contains(source), "{}", kept.stderr);
}

/// The offline provider judges sizes as EKS does: were `desired_size` ignored, it would refuse the plan.
#[test]
fn the_base_nodes_of_a_running_platform_become_more() {
    if synth_tools::terraform().is_none() {
        return;
    }
    let project = Project::new();
    ends(&project.synth(["apply", "cluster"]), 0, "Apply complete!");
    let settings = "stacks/environments/default.toml";
    let raised: Vec<_> = project
        .read(settings)
        .lines()
        .map(|line| match line.split_once(" = ") {
            Some((name @ ("min_size" | "desired_size"), _)) => format!("{name} = 5"),
            _ => line.to_owned(),
        })
        .collect();
    project.write(settings, &raised.join("\n"));
    let run = project.synth(["plan", "cluster"]);
    ends(&run, 0, "Plan: 0 to add, 1 to change, 0 to destroy.");
    assert!(run.stdout.contains("aws_eks_node_group.base will be updated in-place"), "{}", run.stdout);
    ends(&project.synth(["apply", "cluster"]), 0, "Apply complete! Resources: 0 added, 1 changed, 0 destroyed.");
}

/// A lock file of either major version, as `make lock` writes it.
fn locked(project: &Project, version: &str) {
    let provider = format!("provider \"registry.terraform.io/hashicorp/aws\" {{\n  version = \"{version}\"\n}}\n");
    project.write("out/cluster/.terraform.lock.hcl", &provider);
}

#[test]
fn the_pinned_version_of_the_aws_provider_is_the_one_that_plans_and_the_next_finds_nothing_to_do() {
    if synth_tools::terraform().is_none() {
        return;
    }
    let project = Project::new();
    let planned = || project.synth(["plan", "cluster"]);
    // Since its version 6 every resource has a region.
    let has = |run: &Run| {
        let mut words = run.stdout.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
        words.any(|words| words == ["+", "region", "=", "\"eu-north-1\""])
    };
    assert!(has(&planned()), "without a lock file the newest plans");
    locked(&project, "5.100.0");
    let run = planned();
    ends(&run, 0, "to add, 0 to change, 0 to destroy.");
    assert!(!has(&run), "{}", run.stdout);
    ends(&project.synth(["apply", "cluster"]), 0, "Apply complete!");
    locked(&project, "6.66.0");
    ends(&planned(), 0, "No changes.");
}

#[test]
fn every_environment_is_planned() {
    if synth_tools::terraform().is_none() {
        return;
    }
    let project = Project::new();
    for environment in ["default", "staging", "production"] {
        let run = project.synth(["plan", "--all", "--env", environment]);
        ends(&run, 0, "to add, 0 to change, 0 to destroy.");
        assert_eq!(run.stdout.matches("Plan: ").count(), 3, "{}", run.stdout);
    }
}

#[test]
fn every_stack_is_tested_and_the_first_failure_decides_the_exit_code() {
    if synth_tools::terraform().is_none() {
        return;
    }
    let project = Project::new();
    let run = project.synth(["test", "--all"]);
    ends(&run, 0, "Success!");
    assert_eq!(run.stdout.matches(", 0 failed.").count(), 3, "{}", run.stdout);
    for stack in STACKS {
        assert!(run.stderr.contains(&format!("test {stack}")), "{}", run.stderr);
    }
    assert!(!project.path("out").exists(), "what is real is not written");
    // Whoever lets everyone in by the settings hears of it, and the other stack is tested all the same.
    let settings = "stacks/environments/default.toml";
    let ranges = r#"public_access_cidrs = ["0.0.0.0/0"]"#;
    let open: Vec<_> = project
        .read(settings)
        .lines()
        .map(|line| if line.starts_with("public_access_cidrs") { ranges.to_owned() } else { line.to_owned() })
        .collect();
    project.write(settings, &open.join("\n"));
    let run = project.synth(["test", "cluster", "add-ons"]);
    ends(&run, 1, "run \"the_endpoint_is_never_open_to_everyone\"... fail");
    assert!(run.stdout.contains("run \"the_root_application_heals_itself\"... pass"), "{}", run.stdout);
    let run = project.synth(["test", "cluster", "--", "-filter=tests/network.tftest.json"]);
    ends(&run, 0, "Success! 3 passed, 0 failed.");
}

#[test]
fn only_stacks_are_offered_and_accepted() {
    let project = Project::new();
    for command in ["plan", "apply", "destroy", "test", "graph"] {
        let help = project.synth([command, "--help"]).succeeds().stdout;
        let offered = |part: &str| help.contains(&format!("- {part}:"));
        assert!(STACKS.into_iter().all(offered), "{help}");
        assert!(!["manifests", "load-test", "picture"].into_iter().any(offered), "{help}");
        let run = project.synth([command, "manifests"]);
        assert_eq!(run.code, 2, "{}", run.stdout);
        let wanted = "error: `manifests` is not a Terraform stack: choose bootstrap, cluster, add-ons or edge\n";
        assert!(run.stderr.starts_with(wanted), "{}", run.stderr);
    }
}

#[test]
fn json_is_terraforms_own() {
    if synth_tools::terraform().is_none() {
        return;
    }
    for command in ["plan", "test"] {
        let run = Project::new().synth([command, "add-ons", "--json"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        for line in run.stdout.lines() {
            assert!(serde_json::from_str::<serde_json::Value>(line).unwrap()["@message"].is_string(), "{line}");
        }
    }
}

#[test]
fn credentials_of_the_shell_are_of_no_use_and_variables_are() {
    if synth_tools::terraform().is_none() {
        return;
    }
    let project = Project::new();
    let mut command = project.command(["plan", "bootstrap"]);
    // Each of these would stop or redirect Terraform, if it came to know of them.
    command.env("TF_CLI_ARGS", "-nonsense").env("HTTPS_PROXY", "http://127.0.0.1:9");
    command.env("TMPDIR", project.path(&"deep/".repeat(20))).env("TF_REATTACH_PROVIDERS", "nonsense");
    fs::create_dir_all(project.path(&"deep/".repeat(20))).unwrap();
    command.env("TF_CLI_ARGS_plan", "-nonsense").env("TF_WORKSPACE", "production").env("TF_DATA_DIR", "/nonexistent");
    command.env("AWS_PROFILE", "production").env("TF_CLI_CONFIG_FILE", "/nonexistent").env("TF_VAR_unused", "x");
    ends(&Run::of(command.output().unwrap()), 0, "Plan:");
}

/// Whoever ends `synth` (a time limit, a workflow that is cancelled) ends Terraform in good order: it keeps its state.
#[cfg(unix)]
#[test]
fn a_signal_to_the_command_interrupts_terraform_which_decides_the_exit_code() {
    use std::os::unix::fs::PermissionsExt as _;

    let project = Project::new();
    let script = "#!/bin/sh\n\
        test \"$1\" = version && { echo 'Terraform v1.11.4'; exit; }\n\
        test \"$1\" = apply || exit 0\n\
        trap 'echo interrupted; exit 3' INT\n\
        kill -s TERM $PPID\n\
        for second in 1 2 3 4 5 6 7 8 9 10; do sleep 1; done\n";
    project.write("bin/terraform", script);
    fs::set_permissions(project.path("bin/terraform"), fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = project.command(["apply", "bootstrap"]);
    let path = format!("{}:/usr/bin:/bin", project.path("bin").display());
    let run = Run::of(command.env("PATH", path).output().unwrap());
    ends(&run, 3, "interrupted");
}

#[test]
fn without_terraform_one_line_says_what_is_needed() {
    let project = Project::new();
    let empty = project.path("empty");
    fs::create_dir(&empty).unwrap();
    let mut command = project.command(["plan", "cluster"]);
    let run = Run::of(command.env("PATH", empty).output().unwrap());
    let run = run.fails("`terraform` does not start");
    assert!(run.stderr.ends_with("install Terraform 1.11 or newer\n"), "{}", run.stderr);
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
}
