//! The gate between a merge and an apply: `make up` and the workflow both ask GitHub for it.

use std::process::{Command, Stdio};

use serde_json::{Value as Json, json};

use crate::{project::Run, saved_plans, world::World};

const DEFAULT: &str = "stacks/environments/default.toml";
const REPOSITORY: &str = "repos/tideline-dev/tideline";
const ENVIRONMENT: &str = "repos/tideline-dev/tideline/environments/development";

/// A world whose default environment stands alone, after GitHub's answers are changed.
fn world(edit: impl FnOnce(&mut Json)) -> World {
    let world = World::empty();
    for other in ["production", "staging"] {
        std::fs::remove_file(world.project.path(&format!("stacks/environments/{other}.toml"))).unwrap();
    }
    world.edit(|state| edit(&mut state["github"]));
    world
}

/// The workflow's step.
fn gate(world: &World) -> Run {
    saved_plans::script(world, "gate.sh", &[], &saved_plans::settings(world))
}

#[track_caller]
fn refused(edit: impl FnOnce(&mut Json), message: &str) {
    let world = world(edit);
    let up = world.run("up.sh", &[]);
    assert!(up.code == 1 && up.stderr.contains(message), "{message}\n{up:?}");
    assert!(!world.happened("terraform"), "{:?}", world.log());
    let gate = gate(&world);
    assert!(gate.code == 1 && gate.stdout.starts_with(&format!("::error::{message}")), "{message}\n{gate:?}");
}

#[test]
fn an_environment_with_reviewers_is_a_gate() {
    let world = world(|_| {});
    assert_eq!(world.run("up.sh", &[]).code, 0);
    gate(&world).succeeds();
}

#[test]
fn an_environment_without_reviewers_stops_everything_before_it_begins() {
    let mend = "so that an apply would begin right after the merge: require some (Settings, Environments; where GitHub has no such \
                rule, as for private repositories outside Enterprise Cloud, set guard = \"dispatch\" under [github] in \
                stacks/environments/default.toml)";
    let message = format!("the environment development of tideline-dev/tideline requires no reviewers, {mend}");
    refused(|github| github[ENVIRONMENT]["protection_rules"] = json!([]), &message);
    refused(|github| github[ENVIRONMENT]["protection_rules"] = json!([{ "type": "branch_policy" }]), &message);
    refused(|github| github[ENVIRONMENT]["protection_rules"][0]["reviewers"] = json!([]), &message);
    let absent = "tideline-dev/tideline has no environment development, so that an apply would begin right after the merge: create it";
    refused(|github| github[ENVIRONMENT] = Json::Null, absent);
}

#[test]
fn where_github_says_nothing_a_person_is_told_and_a_workflow_stops() {
    let world = world(|github| github[REPOSITORY] = Json::Null);
    let up = world.run("up.sh", &[]);
    assert_eq!(up.code, 0, "{up:?}");
    assert!(
        up.stdout.contains("not checked, because there was no answer: check the gate: gh: Not Found (HTTP 404)"),
        "{up:?}"
    );
    let gate = gate(&world);
    assert_eq!(
        (gate.code, gate.stdout.as_str()),
        (1, "::error::GitHub does not say what guards the environment development\n")
    );
}

#[test]
fn another_guard_needs_no_reviewers_and_says_who_could_change_it() {
    let world = world(|github| {
        github[ENVIRONMENT] = Json::Null;
        github["repos/tideline-dev/tideline/branches/main"] = json!({ "protected": false });
    });
    let text = world.project.read(DEFAULT).replace("guard = \"reviewers\"", "guard = \"dispatch\"");
    world.project.write(DEFAULT, &text);
    assert_eq!(world.run("up.sh", &[]).code, 0);
    let note = "note: nothing protects the branch main: everybody who may push to tideline-dev/tideline may change what is applied\n";
    let open = gate(&world);
    assert_eq!((open.code, open.stderr.as_str()), (0, note));
    world.edit(|state| state["github"]["repos/tideline-dev/tideline/branches/main"]["protected"] = true.into());
    gate(&world).succeeds();
}

/// Without reviewers an environment lets in the jobs of every branch, so that the branch is what the role trusts.
#[test]
fn the_role_that_applies_trusts_what_guards_it() {
    let world = world(|_| {});
    let trust = |world: &World| {
        let stack: Json = serde_json::from_str(&world.project.read("out/bootstrap/github.tf.json")).unwrap();
        let statement = &stack["data"]["aws_iam_policy_document"]["github_apply_trust"]["statement"][0];
        let mut conditions = statement["condition"].as_array().unwrap().iter();
        let subject = conditions.find(|of| of["variable"].as_str().unwrap().ends_with(":sub")).unwrap();
        subject["values"].clone()
    };
    assert_eq!(trust(&world), json!(["repo:tideline-dev/tideline:environment:development"]));
    let text = world.project.read(DEFAULT).replace("guard = \"reviewers\"", "guard = \"dispatch\"");
    world.project.write(DEFAULT, &text);
    world.project.synth(["all"]).succeeds();
    assert_eq!(trust(&world), json!(["repo:tideline-dev/tideline:ref:refs/heads/main"]));
}

#[test]
fn attestations_follow_the_setting_or_who_may_read_the_repository() {
    let attests = |setting: &str, visibility: Option<&str>| {
        let answer = visibility.map_or("exit 1".to_owned(), |visibility| format!("echo {visibility}"));
        let mut command = Command::new("bash");
        command.arg("-c").arg(format!("gh() {{ {answer}; }}; export -f gh; scripts/attests.sh"));
        command.current_dir(crate::project::workspace()).env("ATTESTATIONS", setting).env("GITHUB_REPOSITORY", "a/b");
        let run = Run::of(command.stdin(Stdio::null()).output().unwrap());
        assert_eq!(run.code, 0, "{run:?}");
        run.stdout
    };
    for (setting, visibility, attest) in [
        ("when-public", Some("public"), "true"),
        ("when-public", Some("private"), "false"),
        ("when-public", Some("internal"), "false"),
        ("when-public", None, "false"),
        ("always", Some("private"), "true"),
        ("never", Some("public"), "false"),
    ] {
        assert_eq!(attests(setting, visibility), format!("attest={attest}\n"), "{setting} {visibility:?}");
    }
}
