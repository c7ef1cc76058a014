//! Plans and applies without a cloud: the real Terraform over the offline providers.

use std::{fs, process::Command};

use crate::project::{Project, Run};

/// Is there a Terraform? Without one tests pass with a line, and fail where `CI=true`.
pub(crate) fn terraform() -> bool {
    let there = Command::new("terraform").arg("version").output().is_ok();
    assert!(there || !std::env::var("CI").is_ok_and(|ci| ci == "true"), "`terraform` does not start");
    if !there {
        eprintln!("skipped: `terraform` does not start");
    }
    there
}

#[track_caller]
fn ends(run: &Run, code: i32, said: &str) {
    assert_eq!(run.code, code, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains(said), "{}{}", run.stdout, run.stderr);
}

#[test]
fn the_whole_platform_is_applied_and_then_nothing_is_left_to_do() {
    if !terraform() {
        return;
    }
    let project = Project::new();
    let run = project.synth(["apply", "--all"]);
    ends(&run, 0, "Apply complete!");
    assert_eq!(run.stdout.matches("No changes.").count(), 3, "{}", run.stdout);
    assert!(!project.path("out").exists(), "what is real is not written");
    assert!(project.path("target/offline/default/cluster/terraform.tfstate").exists());
    ends(&project.synth(["plan", "cluster", "--", "-detailed-exitcode"]), 0, "No changes.");
    ends(&project.synth(["destroy", "add-ons"]), 0, "Destroy complete!");
    ends(&project.synth(["destroy", "cluster"]), 0, "Destroy complete!");
    // The bucket that holds everybody's state is protected, and Terraform says so.
    let kept = project.synth(["destroy", "bootstrap"]);
    assert_eq!(kept.code, 1);
    assert!(kept.stderr.contains("Instance cannot be destroyed"), "{}", kept.stderr);
}

#[test]
fn every_environment_is_planned() {
    if !terraform() {
        return;
    }
    let project = Project::new();
    for environment in ["default", "staging", "production"] {
        for part in ["bootstrap", "cluster", "add-ons"] {
            let run = project.synth(["plan", part, "--env", environment, "--", "-detailed-exitcode"]);
            ends(&run, 2, "to add, 0 to change, 0 to destroy.");
        }
    }
}

#[test]
fn a_part_without_anything_for_terraform_is_refused() {
    if !terraform() {
        return;
    }
    Project::new().synth(["plan", "manifests"]).fails("`manifests` is nothing that Terraform applies");
}

#[test]
fn json_is_terraforms_own() {
    if !terraform() {
        return;
    }
    let run = Project::new().synth(["plan", "add-ons", "--json"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    for line in run.stdout.lines() {
        assert!(serde_json::from_str::<serde_json::Value>(line).unwrap()["@message"].is_string(), "{line}");
    }
}

#[test]
fn credentials_of_the_shell_are_of_no_use_and_variables_are() {
    if !terraform() {
        return;
    }
    let project = Project::new();
    let mut command = project.command(["plan", "bootstrap"]);
    // Each of these would stop or redirect Terraform, if it came to know of them.
    command.env("TF_CLI_ARGS_plan", "-nonsense").env("TF_WORKSPACE", "production").env("TF_DATA_DIR", "/nonexistent");
    command.env("AWS_PROFILE", "production").env("TF_CLI_CONFIG_FILE", "/nonexistent").env("TF_VAR_unused", "x");
    ends(&Run::of(command.output().unwrap()), 0, "Plan:");
}

#[test]
fn without_terraform_one_line_says_what_is_needed() {
    let project = Project::new();
    let empty = project.path("empty");
    fs::create_dir(&empty).unwrap();
    let mut command = project.command(["plan", "cluster"]);
    let run = Run::of(command.env("PATH", empty).output().unwrap());
    let run = run.fails("terraform 1.11 or newer is needed, and `terraform` does not start");
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
}
