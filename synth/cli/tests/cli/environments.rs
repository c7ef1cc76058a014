//! How an environment is found by its name.

use std::fs;

use crate::project::{ENVIRONMENTS, Project, Run};

#[test]
fn a_missing_environment_names_those_that_exist() {
    let project = Project::new();
    let message = "environment `prod` has no file `stacks/environments/prod.toml`: choose one of `default`, `production`, `staging`; did you mean `production`?\n";
    project.synth(["list", "--env", "prod"]).fails(message);
}

#[test]
fn an_environment_may_not_have_the_name_of_a_part() {
    let project = Project::new();
    project.write("stacks/environments/cluster.toml", "");
    project.synth(["all", "--env", "cluster"]).fails("environment `cluster` has the name of a part");
}

#[test]
fn a_name_that_would_leave_its_folder_is_refused() {
    let project = Project::new();
    for name in ["../production", "Production", "a b", "", "a.b"] {
        project.synth(["all", "--env", name]).fails("has an invalid name: use `a-z`, `0-9` and `-`");
    }
    project.synth(["all", "--env=-a"]).fails("has an invalid name");
}

#[test]
fn outside_a_project_the_folder_must_be_named() {
    let project = Project::new();
    let elsewhere = tempfile::TempDir::new().unwrap();
    let run = |arguments: &[&str]| Run::of(project.command(arguments).current_dir(elsewhere.path()).output().unwrap());
    run(&["list"]).fails("no `stacks/environments` in the current folder or above it");
    let environments = project.path("stacks/environments");
    run(&["all", "--environments", environments.to_str().unwrap()]).succeeds();
    assert!(elsewhere.path().join("out/cluster/outputs.tf.json").is_file());
}

#[test]
fn a_folder_without_the_default_environment_is_an_error() {
    let project = Project::new();
    fs::remove_file(project.path("stacks/environments/default.toml")).unwrap();
    project.synth(["list"]).fails("reading `stacks/environments/default.toml`: No such file or directory");
}

#[test]
fn every_environment_of_a_project_can_be_written() {
    let project = Project::new();
    for environment in ENVIRONMENTS {
        for command in ["all", "check"] {
            assert_eq!(project.synth([command, "--env", environment]).code, 0, "{command} of {environment}");
        }
    }
}

#[test]
fn another_region_of_the_default_environment_breaks_no_other() {
    let project = Project::new();
    let settings = project.read("stacks/environments/default.toml").replace("eu-north-1", "us-east-1");
    project.write("stacks/environments/default.toml", &settings);
    for environment in ENVIRONMENTS {
        assert_eq!(project.synth(["all", "--env", environment]).code, 0, "{environment}");
    }
}

#[test]
fn environments_that_make_the_same_are_neither_written_nor_brought_up() {
    let project = Project::new();
    project.write("stacks/environments/trial.toml", "name = \"trial\"\n");
    let mend = "mend: set `github.oidc_provider` to \"adopt\" in `default.toml` or `trial.toml`, whichever is the later environment";
    let run = project.synth(["all"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(
        run.stdout.contains("error[ENV001] aws_iam_openid_connect_provider.github is also made by environment `trial`")
    );
    assert!(run.stdout.contains("declared at stacks/src/bootstrap/github.rs:"), "{run:?}");
    assert!(run.stdout.contains(mend), "{run:?}");
    assert!(run.stdout.contains("error[ENV002] aws_vpc.main has the range"), "{run:?}");
    assert!(!project.path("out").exists());
    // The other side says the same.
    for arguments in [&["cluster", "--env", "trial"][..], &["check", "--env", "trial"]] {
        let run = project.synth(arguments);
        assert!(
            run.code == 1 && run.stdout.contains("is also made by environment `default`"),
            "{arguments:?}: {run:?}"
        );
    }
    for arguments in [&["settings"][..], &["settings", "--all", "--json"], &["settings", "--env", "trial"]] {
        let run = project.synth(arguments);
        assert!(run.code == 1 && run.stdout.is_empty(), "{arguments:?}: {run:?}");
        assert!(run.stderr.contains("mend: set `github.oidc_provider` to \"adopt\""), "{arguments:?}: {run:?}");
    }
}

#[test]
fn an_environment_whose_settings_are_refused_is_named_and_holds_nobody_up() {
    let project = Project::new();
    project.write("stacks/environments/trial.toml", "name = 1\n");
    let run = project.synth(["all"]);
    assert_eq!(run.code, 0, "{run:?}");
    let said = "environment `trial` is not compared with this one: its settings are invalid";
    assert!(run.stderr.contains(said), "{run:?}");
}
