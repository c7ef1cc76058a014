//! The workflow's apply goes on where a killed Helm stopped, as `make up` does.

use serde_json::json;

use crate::{
    project::Run,
    saved_plans::{apply, chosen, environments, planned},
    world::World,
};

const SECRET: &str = "sh.helm.release.v1.argocd.v1";
const SCRIPT: &str = "scripts/saved-plans.sh";

/// An account whose first apply was cut short while Helm installed, and the lock of a state, if somebody holds it.
fn cut_short(lock: &[&str]) -> World {
    let world = planned("reviewers");
    world.edit(|state| {
        (state["cluster"], state["public"], state["pending"]) = ("tideline".into(), true.into(), json!([SECRET]));
        (state["bucket"], state["applied"]) = ("tideline-state-210987654321".into(), json!(["bootstrap"]));
        state["objects"] = json!(lock);
    });
    world
}

/// Applies what the run has planned of the one environment.
fn applied(world: &World) -> Run {
    chosen(world, &[]);
    apply(world, &environments(world)[0])
}

#[test]
fn the_workflow_takes_up_what_a_killed_helm_left_and_applies() {
    let world = cut_short(&[]);
    let run = applied(&world);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains(&format!("while Helm worked on argocd: forget that attempt ({SECRET})")), "{run:?}");
    assert_eq!((&world.state()["pending"], &world.state()["applied"]), (&json!([]), &json!(["bootstrap", "cluster"])));
    world.happened_in_order(&["terraform -chdir=out/cluster init", "curl ", "terraform -chdir=out/cluster apply"]);
}

#[test]
fn an_apply_that_takes_up_nothing_is_refused_by_helm() {
    let world = cut_short(&[]);
    let script = world.project.read(SCRIPT);
    let without: Vec<_> = script.lines().filter(|line| !line.contains("scripts/take-up.sh")).collect();
    assert!(without.len() < script.lines().count());
    world.project.write(SCRIPT, &without.join("\n"));
    let run = applied(&world);
    let said = "another operation (install/upgrade/rollback) is in progress";
    assert!(run.code == 1 && run.stderr.contains(said), "{run:?}");
}

#[test]
fn what_somebody_works_on_at_this_moment_is_left_to_terraform() {
    let world = cut_short(&["tideline/cluster.tfstate.tflock"]);
    assert_eq!(applied(&world).code, 1);
    assert_eq!(world.state()["pending"], json!([SECRET]));
}

#[test]
fn a_cluster_that_does_not_answer_stops_the_apply_with_one_line() {
    let world = cut_short(&[]);
    world.edit(|state| state["public"] = false.into());
    let run = applied(&world);
    let said = "error: the Kubernetes API of tideline does not say whether argocd is installed\n";
    assert!(run.code == 1 && run.stderr.ends_with(said), "{run:?}");
    assert!(!world.happened("terraform -chdir=out/cluster apply"), "{:?}", world.log());
}
