//! Policies at the command line: their table, what `check` shows of them, and that nothing is written while one is broken.

use std::fs;

use crate::project::{Project, workspace};

const SETTINGS: &str = "stacks/environments/default.toml";

/// A project whose proxy has fewer pods at rest than there are zones.
fn broken() -> Project {
    let project = Project::new();
    let settings = project.read(SETTINGS);
    // Fewer at rest means more nodes for the maximum, which would be another finding.
    let settings = settings.replacen("max_replicas = 24", "max_replicas = 12", 1);
    project.write(SETTINGS, &settings.replacen("min_replicas = 3", "min_replicas = 2", 1));
    project
}

fn waive(project: &Project, code: &str, subject: &str, reason: &str) {
    let waiver = format!("\n[[waivers]]\ncode = \"{code}\"\nsubject = \"{subject}\"\nreason = \"{reason}\"\n");
    project.write(SETTINGS, &(project.read(SETTINGS) + &waiver));
}

#[test]
fn a_broken_policy_is_shown_with_its_place_and_how_to_mend_it() {
    let run = broken().synth(["check"]).finds();
    let lines: Vec<_> = run.stdout.lines().take(5).collect();
    let subject = "HorizontalPodAutoscaler/mock-target-server";
    assert_eq!(
        lines[0],
        format!("error[HA001] {subject} keeps only 2 of its pods at rest, fewer than one in each of 3 zones")
    );
    assert!(lines[1].starts_with("  declared at stacks/src/manifests/services/workload.rs:"), "{}", lines[1]);
    let key = "services.mock_target_server.min_replicas";
    let settings = fs::read_to_string(broken().path(SETTINGS)).unwrap();
    let line = 1 + settings.lines().position(|line| line == "min_replicas = 2").unwrap();
    assert_eq!(lines[2], format!("  set at {SETTINGS}:{line} by `{key}`"));
    assert_eq!(lines[3], "  written to out/manifests/mock-target-server/horizontal-pod-autoscaler.yaml");
    assert_eq!(lines[4], "  mend: raise `min_replicas` of the service to 3 or more");
    assert!(run.stderr.contains(" on the whole platform  1 error, 1 waived finding\n"), "{}", run.stderr);
}

#[test]
fn a_check_of_one_part_runs_the_policies_on_all() {
    let run = broken().synth(["check", "bootstrap"]).finds();
    assert!(run.stdout.starts_with("error[HA001]"), "{}", run.stdout);
}

#[test]
fn nothing_is_written_while_a_policy_is_broken() {
    for command in ["all", "bootstrap"] {
        let project = broken();
        let run = project.synth([command]).finds();
        assert!(run.stdout.starts_with("error[HA001]"), "{}", run.stdout);
        assert!(run.stderr.starts_with("nothing is written"), "{}", run.stderr);
        assert!(!project.path("out").exists());
    }
}

#[test]
fn scripts_get_the_findings() {
    let json = broken().synth(["all", "--json"]).finds().json();
    let finding = &json["policies"]["findings"][0];
    assert_eq!((&finding["code"], &finding["severity"]), (&"HA001".into(), &"error".into()));
    assert!(finding["source"].as_str().unwrap().starts_with("stacks/src/manifests/services/workload.rs:"));
    let set = &finding["settings"][0];
    assert_eq!((&set["key"], &set["file"]), (&"services.mock_target_server.min_replicas".into(), &SETTINGS.into()));
    assert!(set["line"].is_u64() && set["column"] == 16, "{set}");
    let checked = broken().synth(["check", "--json"]).finds().json();
    assert_eq!(checked["policies"], json["policies"]);
}

#[test]
fn a_waiver_with_a_reason_lets_a_finding_pass() {
    let project = broken();
    waive(&project, "HA001", "HorizontalPodAutoscaler/mock-target-server", "a trial of two pods");
    project.synth(["all"]).succeeds();
    let run = project.synth(["check", "--json"]);
    assert_eq!((run.code, &run.json()["policies"]["waived"][0]["reason"]), (0, &"a trial of two pods".into()));
}

#[test]
fn a_waiver_without_a_reason_or_of_no_policy_is_refused_with_its_line() {
    let project = broken();
    waive(&project, "HA999", "Deployment/none", " ");
    let run = project.synth(["check"]);
    let lines = run.fails("`waivers[1].code` is `HA999`, the code of a policy").stderr;
    assert!(lines.contains("`waivers[1].reason` is ` `, the reason why it is accepted is expected"), "{lines}");
}

#[test]
fn a_waiver_that_waives_nothing_fails_the_check() {
    let project = Project::new();
    waive(&project, "HA001", "Deployment/none", "was mended since");
    let run = project.synth(["check"]).finds();
    assert!(run.stdout.starts_with("error: the waiver of HA001 for `Deployment/none` waives nothing: remove it\n"));
}

#[test]
fn warnings_are_said_and_stop_nothing() {
    let project = Project::new();
    let run = project.synth(["all", "--env", "staging"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stderr.starts_with("warning[HA008] aws_nat_gateway.main_a "), "{}", run.stderr);
    assert_eq!(project.synth(["check", "--env", "staging"]).code, 0);
}

#[test]
fn the_day_decides_what_is_old_and_changes_no_file() {
    let project = Project::written();
    let before = project.files("out");
    let late = project.synth(["all", "--today", "2027-03-01"]);
    assert_eq!(late.code, 0, "{}", late.stderr);
    assert!(late.stderr.contains("warning[VER001] aws_eks_node_group.base "), "{}", late.stderr);
    assert!(late.stderr.contains("warning[VER002] EC2NodeClass/default "), "{}", late.stderr);
    assert_eq!(project.files("out"), before);
    let early = project.synth(["check"]);
    assert!(early.code == 0 && !early.stdout.contains("VER"), "{}", early.stdout);
    let never = project.synth(["check", "--today", "2026-02-30"]);
    assert_eq!(never.code, 2, "{}", never.stderr);
}

#[test]
fn the_list_needs_no_project() {
    let project = Project::new();
    fs::remove_dir_all(project.path("stacks")).unwrap();
    let run = project.synth(["policies"]).succeeds();
    assert!(run.stdout.starts_with("HA001     error   minimum-covers-zones\n"), "{}", run.stdout);
    let json = project.synth(["policies", "--json"]).succeeds().json();
    assert!(json.as_array().unwrap().len() >= 25);
}

#[test]
fn the_table_in_the_documentation_is_fresh() {
    let path = workspace().join("docs/policies.md");
    let text = fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once("<!-- policies -->\n").unwrap();
    let (_, after) = rest.split_once("<!-- /policies -->").unwrap();
    let table = Project::new().synth(["policies", "--format", "markdown"]).succeeds().stdout;
    let fresh = format!("{before}<!-- policies -->\n\n{table}\n<!-- /policies -->{after}");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &fresh).unwrap();
    }
    assert_eq!(text, fresh, "run this test with UPDATE_DOCS=1, and commit the file");
}
