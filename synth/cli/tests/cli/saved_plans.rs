//! Saved plans between the job that makes them and the one that applies them: what is applied is what somebody approved.

use std::{
    fs,
    io::Write,
    process::{Child, Command, Stdio},
};

use serde_json::{Value as Json, json};

use crate::{
    project::{Run, SYNTH, TODAY},
    world::World,
};

const DEFAULT: &str = "stacks/environments/default.toml";

/// The commit of the run that made the plans.
const SHA: &str = "0123456789012345678901234567890123456789";

/// The settings of every environment, as the workflow's jobs hand them on.
pub(crate) fn settings(world: &World) -> String {
    world.project.synth(["settings", "--all", "--json"]).json().to_string()
}

/// Runs a script as a step of the workflow, with a text for its input.
pub(crate) fn script(world: &World, script: &str, variables: &[(&str, &str)], input: &str) -> Run {
    Run::of(begun(world, script, variables, input).wait_with_output().unwrap())
}

fn begun(world: &World, script: &str, variables: &[(&str, &str)], input: &str) -> Child {
    let (name, argument) = script.split_once(' ').unwrap_or((script, ""));
    // What a test puts there comes before the fakes.
    let tools = ["tools", "bin"].map(|folder| world.project.path(folder).display().to_string());
    let path = format!("{}:{}", tools.join(":"), std::env::var("PATH").unwrap());
    let mut command = Command::new("env");
    command.args(["--default-signal=INT,TERM", "bash"]).arg(world.project.path(&format!("scripts/{name}")));
    command.args(Some(argument).filter(|of| !of.is_empty()));
    command.env("PATH", path).env("FAKE_WORLD", world.project.path("world")).envs(workflow(world)).env_remove("ENV");
    command.envs(variables.iter().copied()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child
}

/// The variables that a runner sets.
fn workflow(world: &World) -> Vec<(&'static str, String)> {
    let file = |name: &str| world.project.path(name).display().to_string();
    fs::create_dir_all(world.project.path("temp")).unwrap();
    vec![
        ("GITHUB_OUTPUT", file("temp/output")),
        ("GITHUB_STEP_SUMMARY", file("temp/summary")),
        ("GITHUB_REF_NAME", "main".to_owned()),
        ("GITHUB_REPOSITORY", "tideline-dev/tideline".to_owned()),
        ("GITHUB_RUN_ATTEMPT", "1".to_owned()),
        ("GITHUB_RUN_ID", "7".to_owned()),
        ("GITHUB_SHA", SHA.to_owned()),
        ("PASSPHRASE", "secret".to_owned()),
        ("RUNNER_TEMP", file("temp")),
        ("SYNTH", format!("{SYNTH} --today {TODAY}")),
    ]
}

/// A world in which run 7 has planned bootstrap and cluster of the default environment.
pub(crate) fn planned(guard: &str) -> World {
    let world = World::empty();
    let text = world.project.read(DEFAULT).replace("guard = \"reviewers\"", &format!("guard = \"{guard}\""));
    world.project.write(DEFAULT, &text);
    world.edit(|state| {
        state["artifacts"]["7"] =
            json!({ "plan-default-bootstrap": "encrypted apply", "plan-default-cluster": "encrypted apply" });
        state["github"]["repos/tideline-dev/tideline/actions/runs/7"] = json!({
            "event": "push", "head_branch": "main", "head_sha": SHA, "path": ".github/workflows/terraform.yml",
            "head_repository": { "full_name": "tideline-dev/tideline" },
        });
    });
    world
}

/// The run that chooses the environments to apply.
pub(crate) fn chosen(world: &World, variables: &[(&str, &str)]) -> Run {
    let all = settings(world);
    fs::remove_file(world.project.path("temp/output")).ok();
    fs::remove_dir_all(world.project.path("temp/chosen")).ok();
    script(world, "saved-plans.sh choose", &[&[("ALL", all.as_str())], variables].concat(), "")
}

/// The environments that were chosen.
pub(crate) fn environments(world: &World) -> Json {
    let output = world.project.read("temp/output");
    serde_json::from_str(output.trim().strip_prefix("environments=").unwrap()).unwrap()
}

/// The environment that is chosen, applied.
pub(crate) fn apply(world: &World, environment: &Json) -> Run {
    Run::of(applying(world, environment).wait_with_output().unwrap())
}

/// The same, while it runs.
pub(crate) fn applying(world: &World, environment: &Json) -> Child {
    let text = |key: &str| environment[key].as_str().unwrap().to_owned();
    let variables = [
        ("DIGEST", text("digest")),
        ("ENVIRONMENT", text("environment")),
        ("RUN", text("run")),
        ("STACKS", environment["stacks"].to_string()),
        ("STATE_BUCKET", text("state_bucket")),
    ];
    let variables: Vec<_> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    begun(world, "saved-plans.sh apply", &variables, "")
}

/// The environment that run 7 applies.
#[track_caller]
pub(crate) fn only(world: &World, variables: &[(&str, &str)]) -> Json {
    let run = chosen(world, variables);
    assert_eq!(run.code, 0, "{run:?}");
    let all = environments(world);
    let [environment] = &all.as_array().unwrap()[..] else { panic!("{all:#}") };
    environment.clone()
}

#[test]
fn environments_with_plans_wait_for_their_reviewers_and_are_applied_in_order() {
    let world = planned("reviewers");
    let environment = only(&world, &[]);
    for (key, value) in [("environment", "default"), ("github_environment", "development"), ("run", "7"), ("sha", SHA)]
    {
        assert_eq!(environment[key], value, "{environment:#}");
    }
    assert_eq!(environment["role"], "arn:aws:iam::210987654321:role/tideline-github-apply");
    let run = apply(&world, &environment);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(world.state()["applied"], json!(["bootstrap", "cluster"]));
    assert!(!world.project.path("temp/plans").exists(), "a saved plan outlives the job");
}

#[test]
fn a_run_without_a_plan_applies_nothing() {
    let world = planned("reviewers");
    world.edit(|state| state["artifacts"] = json!({}));
    assert_eq!(chosen(&world, &[]).code, 0);
    assert_eq!(environments(&world), json!([]));
}

#[test]
fn without_reviewers_a_plan_waits_until_somebody_names_it() {
    let world = planned("dispatch");
    assert_eq!(chosen(&world, &[]).code, 0);
    assert_eq!(environments(&world), json!([]), "the merge alone applies nothing");
    let summary = world.project.read("temp/summary");
    let (_, named) = summary.split_once("gh workflow run terraform.yml --ref main --field plan=").unwrap();
    let named = named.lines().next().unwrap();
    let environment = only(&world, &[("PLAN", named), ("GITHUB_RUN_ID", "8")]);
    assert_eq!((&environment["github_environment"], &environment["run"]), (&json!(""), &json!("7")));
    let run = apply(&world, &environment);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(world.state()["applied"], json!(["bootstrap", "cluster"]));
    for (plan, message) in [
        (named.replace(":7:", ":9:"), "there is no run 9"),
        (named.replace("default", "nobody"), "there is no environment nobody"),
        (named.replace("default", "staging"), "run 7 has no plan of staging with this digest"),
        (format!("{named}0"), "a plan is named as ENVIRONMENT:RUN:DIGEST, not `default:7:"),
        ("$(true)".to_owned(), "not `$(true)`"),
    ] {
        let run = chosen(&world, &[("PLAN", &plan)]);
        assert!(run.code == 1 && run.stdout.starts_with("::error::") && run.stdout.contains(message), "{run:?}");
        assert!(!world.project.path("temp/output").exists(), "{plan}");
    }
}

#[test]
fn a_plan_that_has_changed_since_it_was_approved_is_not_applied() {
    let world = planned("dispatch");
    chosen(&world, &[]);
    let summary = world.project.read("temp/summary");
    let named = summary.split_once("plan=").unwrap().1.lines().next().unwrap().to_owned();
    let environment = only(&world, &[("PLAN", &named)]);
    world.edit(|state| state["artifacts"]["7"]["plan-default-cluster"] = "encrypted another".into());
    let run = apply(&world, &environment);
    assert!(run.code == 1 && run.stdout.contains("run 7 has other plans than those that were approved"), "{run:?}");
    assert!(!world.happened("terraform"), "{:?}", world.log());
    let run = chosen(&world, &[("PLAN", &named)]);
    assert!(run.code == 1 && run.stdout.contains("has no plan of default with this digest"), "{run:?}");
}

/// Whoever may push a branch may let a run of it save any plan.
#[test]
fn a_plan_of_a_run_that_is_not_of_this_workflow_on_main_is_refused() {
    let named = format!("default:7:{}", "0".repeat(64));
    for (key, value) in [
        ("event", json!("pull_request")),
        ("head_branch", json!("elsewhere")),
        ("path", json!(".github/workflows/other.yml")),
        ("head_repository", json!({ "full_name": "somebody/fork" })),
    ] {
        let world = planned("dispatch");
        world.edit(|state| state["github"]["repos/tideline-dev/tideline/actions/runs/7"][key] = value);
        let run = chosen(&world, &[("PLAN", &named)]);
        assert!(
            run.code == 1 && run.stdout.contains("::error::run 7 is not a run of the workflow terraform on main"),
            "{key} {run:?}"
        );
    }
}
