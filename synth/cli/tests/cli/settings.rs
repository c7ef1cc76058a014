//! The settings as scripts and workflows get them.

use std::fs;

use serde_json::json;

use crate::project::{Project, workspace};

#[test]
fn lines_are_what_a_workflow_takes_as_outputs() {
    let stdout = Project::new().synth(["settings"]).succeeds().stdout;
    for line in stdout.lines() {
        let (key, value) = line.split_once('=').unwrap();
        assert!(key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') && !value.is_empty(), "{line}");
    }
    assert!(stdout.contains("\nplan_role_arn=arn:aws:iam::111122223333:role/tideline-github-plan\n"), "{stdout}");
}

#[test]
fn stacks_that_reach_the_cluster_name_the_runner_that_can() {
    let settings = Project::new().synth(["settings", "--env", "production", "--json"]).succeeds().json();
    let expected = json!([
        { "name": "bootstrap", "directory": "out/production/bootstrap", "runner": "" },
        { "name": "cluster", "directory": "out/production/cluster", "runner": "tideline-vpc" },
        { "name": "add-ons", "directory": "out/production/add-ons", "runner": "tideline-vpc" },
    ]);
    assert_eq!(settings["stacks"], expected);
}

#[test]
fn every_environment_is_listed_at_once() {
    let all = Project::new().synth(["settings", "--all", "--json"]).succeeds().json();
    let names: Vec<_> = all.as_array().unwrap().iter().map(|settings| settings["environment"].clone()).collect();
    assert_eq!(names, ["default", "production", "staging"]);
}

#[test]
fn the_schema_of_the_settings_is_fresh() {
    let folder = workspace().join("stacks/environments");
    let fresh = Project::new().synth(["settings", "--schema"]).succeeds().stdout;
    let committed = fs::read_to_string(folder.join("settings.schema.json")).unwrap();
    assert!(committed == fresh, "`make synth` writes `settings.schema.json` anew");
}
