//! The workflow's apply, as its step is written: it goes on where a killed Helm stopped, as `make up` does.

use std::{fs, process::Command};

use serde_json::json;

use crate::{
    project::{Run, workspace},
    world::World,
};

const SECRET: &str = "sh.helm.release.v1.argocd.v1";

/// An account whose first apply was cut short while Helm installed, and the lock of a state, if somebody holds it.
fn cut_short(lock: &[&str]) -> World {
    let world = World::empty();
    world.edit(|state| {
        (state["cluster"], state["public"], state["pending"]) = ("tideline".into(), true.into(), json!([SECRET]));
        (state["bucket"], state["applied"]) = ("tideline-state-210987654321".into(), json!(["bootstrap"]));
        (state["objects"], state["plans"]) = (json!(lock), json!(["default-bootstrap", "default-cluster"]));
    });
    world
}

/// Runs the last step of the workflow, as GitHub runs it, without the lines that hold a word.
fn apply(world: &World, without: Option<&str>) -> Run {
    let workflow = fs::read_to_string(workspace().join(".github/workflows/terraform.yml")).unwrap();
    let step = workflow.rsplit_once("        run: |\n").unwrap().1;
    let lines = step.lines().filter(|line| without.is_none_or(|word| !line.contains(word)));
    let script: Vec<_> = lines.map(|line| line.strip_prefix("          ").unwrap_or(line)).collect();
    let settings = world.project.synth(["settings", "--json"]).succeeds().json();
    let path = format!("{}:{}", world.project.path("bin").display(), std::env::var("PATH").unwrap());
    let mut command = Command::new("bash");
    command.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", &script.join("\n")]);
    command.current_dir(world.project.path(".")).env("PATH", path).env("FAKE_WORLD", world.project.path("world"));
    command.env("ENVIRONMENT", "default").env("STACKS", settings["stacks"].to_string()).env("PASSPHRASE", "secret");
    command.env("GITHUB_RUN_ID", "1").env("RUNNER_TEMP", world.project.path("temp")).env_remove("YES");
    Run::of(command.output().unwrap())
}

#[test]
fn the_workflow_takes_up_what_a_killed_helm_left_and_applies() {
    let world = cut_short(&[]);
    let run = apply(&world, None);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains(&format!("while Helm worked on argocd: forget that attempt ({SECRET})")), "{run:?}");
    assert_eq!((&world.state()["pending"], &world.state()["applied"]), (&json!([]), &json!(["bootstrap", "cluster"])));
    world.happened_in_order(&["terraform -chdir=out/cluster init", "curl ", "terraform -chdir=out/cluster apply"]);
    assert!(!world.project.path("temp/plans").exists(), "a saved plan outlives the job");
}

#[test]
fn an_apply_that_takes_up_nothing_is_refused_by_helm() {
    let run = apply(&cut_short(&[]), Some("scripts/take-up.sh"));
    assert!(
        run.code == 1 && run.stderr.contains("another operation (install/upgrade/rollback) is in progress"),
        "{run:?}"
    );
}

#[test]
fn what_somebody_works_on_at_this_moment_is_left_to_terraform() {
    let world = cut_short(&["tideline/cluster.tfstate.tflock"]);
    assert_eq!(apply(&world, None).code, 1);
    assert_eq!(world.state()["pending"], json!([SECRET]));
}

#[test]
fn a_cluster_that_does_not_answer_stops_the_apply_with_one_line() {
    let world = cut_short(&[]);
    world.edit(|state| state["public"] = false.into());
    let run = apply(&world, None);
    let said = "error: the Kubernetes API of tideline does not say whether argocd is installed\n";
    assert!(run.code == 1 && run.stderr.ends_with(said), "{run:?}");
    assert!(!world.happened("terraform -chdir=out/cluster apply"), "{:?}", world.log());
}
