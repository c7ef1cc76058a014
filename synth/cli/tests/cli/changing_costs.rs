//! `synth cost --compare`: what a change costs, when that is a finding, and what a pull request is told.

use std::process::Command;

use crate::{
    costing::{DEFAULT, dollars, set, single_gateway, told},
    project::Project,
};

#[track_caller]
fn git(project: &Project, arguments: &[&str]) {
    let identity = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.com", "-c", "commit.gpgsign=false"];
    let output = Command::new("git").args(identity).args(arguments).current_dir(project.path("")).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
}

/// A project whose settings are committed on the branch `main`.
fn committed() -> Project {
    let project = Project::new();
    git(&project, &["init", "--quiet", "--initial-branch=main"]);
    git(&project, &["add", "."]);
    git(&project, &["commit", "--quiet", "--message=first"]);
    project
}

#[test]
fn what_a_change_costs_is_told_setting_by_setting() {
    let project = Project::new();
    let before = project.files("stacks/environments");
    for (path, content) in &before {
        project.write(&format!("before/{path}"), &String::from_utf8(content.clone()).unwrap());
    }
    single_gateway(&project);
    set(&project, "prometheus_replicas = 2", "prometheus_replicas = 1");
    set(&project, "tagged_images = 50", "tagged_images = 49");
    let run = project.synth(["cost", "--compare", "before"]).succeeds();
    assert!(run.stdout.contains("network.nat_gateways: \"per-zone\" to \"single\""), "{}", run.stdout);
    assert!(run.stdout.contains("observability.prometheus_replicas: 2 to 1"), "{}", run.stdout);
    assert!(run.stdout.contains("NAT gateways ") && run.stdout.contains("100.74 to 33.58, network"), "{}", run.stdout);
    let compared = &told(&project, &["--compare", "before"])["compared"];
    let steps = compared["steps"].as_array().unwrap();
    let sum: f64 = steps.iter().map(|step| dollars(&step["usd_a_month"])).sum();
    assert!((sum - dollars(&compared["difference"])).abs() < 1e-6 && sum < -70.0, "{compared}");
    assert_eq!(steps.len(), 3, "{compared}");
}

/// Neither of the two is sound by itself: the fewest nodes would be more than the nodes.
#[test]
fn settings_that_only_make_sense_together_are_one_step() {
    let project = Project::new();
    project.write("before/default.toml", &project.read(DEFAULT));
    let text = project.read(DEFAULT);
    for (key, value) in [("min_size", "6"), ("desired_size", "6"), ("max_size", "9")] {
        let line = text.lines().find(|line| line.starts_with(&format!("{key} = "))).unwrap();
        set(&project, line, &format!("{key} = {value}"));
    }
    let compared = told(&project, &["--compare", "before"])["compared"].take();
    let steps = compared["steps"].as_array().unwrap();
    let told: f64 = steps.iter().map(|step| dollars(&step["usd_a_month"])).sum();
    assert!((told - dollars(&compared["difference"])).abs() < 1e-6 && told > 400.0, "{compared}");
}

#[test]
fn a_table_that_is_new_or_gone_is_one_step() {
    let project = Project::new();
    project.write("before/default.toml", &project.read(DEFAULT));
    project.append(
        DEFAULT,
        "\n[karpenter.node_pools.more]\ncapacity_type = \"spot\"\narchitectures = [\"arm64\"]\ninstance_categories = [\"c\"]\n\
         instance_generation_min = 6\ninstance_vcpus_max = 4\nlimit_cpu = 8\nlimit_memory_gib = 32\nweight = 1\nconsolidate_after = \"1m\"\n",
    );
    let steps = told(&project, &["--compare", "before"])["compared"]["steps"].take();
    assert_eq!(steps[0]["settings"][0]["key"], "karpenter.node_pools.more", "{steps}");
    assert_eq!(steps.as_array().unwrap().len(), 1);
    project.write("after/default.toml", &project.read(DEFAULT));
    project.write(DEFAULT, &project.read("before/default.toml"));
    let steps = told(&project, &["--compare", "after"])["compared"]["steps"].take();
    assert_eq!(steps[0]["settings"][0]["key"], "karpenter.node_pools.more", "{steps}");
}

#[test]
fn a_commit_is_compared_with_and_nothing_is_left_behind() {
    let project = committed();
    let before = project.files("");
    single_gateway(&project);
    let changed = project.files("");
    for commit in ["main", "HEAD", "HEAD~0"] {
        let compared = told(&project, &["--compare", commit])["compared"].take();
        assert!(dollars(&compared["difference"]) < -70.0, "{compared}");
    }
    assert_eq!(project.files(""), changed);
    assert_eq!(before.len(), changed.len());
    let staging = told(&project, &["--env", "staging", "--compare", "main"])["compared"].take();
    assert_eq!(staging["steps"].as_array().map(Vec::len), Some(0), "it has one gateway already: {staging}");
}

#[test]
fn an_environment_that_is_not_there_is_new_as_a_whole() {
    let project = committed();
    project.write("stacks/environments/more.toml", "name = \"more\"\n");
    let run = project.synth(["cost", "--env", "more", "--compare", "main"]).succeeds();
    assert!(run.stdout.contains("environment `more` is not there: all of it is new"), "{}", run.stdout);
    let compared = told(&project, &["--env", "more", "--compare", "main"])["compared"].take();
    assert_eq!((compared["is_new"].as_bool(), dollars(&compared["before"])), (Some(true), 0.0));
    project.synth(["cost", "--env", "more", "--compare", "main", "--max-increase", "5%"]).finds();
}

#[test]
fn what_is_neither_a_folder_nor_a_commit_is_refused_before_git_sees_it() {
    let project = committed();
    for named in [
        "--compare=--output=x",
        "--compare=-x",
        "--compare=main:x",
        "--compare=main..HEAD",
        "--compare=a b",
        "--compare=",
    ] {
        project.synth(["cost", named]).fails("is neither a folder nor a commit: name a folder, a branch");
    }
    project.synth(["cost", "--compare", "mian"]).fails("`mian` is neither a folder nor a commit of this repository");
    project.synth(["cost", "--compare", "stacks"]).fails("`stacks` holds no settings: name a checkout");
    assert!(!project.path("x").exists());
    let elsewhere = Project::new();
    elsewhere.synth(["cost", "--compare", "main"]).fails("`main` is neither a folder nor a commit of this repository");
}

#[test]
fn settings_of_an_older_program_are_read_as_far_as_they_go() {
    let project = Project::new();
    let older = project.read(DEFAULT).replacen("zonal_shift = \"on\"\n", "gone_since = 7\n", 1);
    assert!(older.contains("gone_since"));
    project.write("before/default.toml", &older);
    single_gateway(&project);
    let run = project.synth(["cost", "--compare", "before"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("`before` are of another state of the program: as now are"), "{}", run.stderr);
    assert!(run.stderr.contains("cluster.gone_since") && run.stderr.contains("cluster.zonal_shift"), "{}", run.stderr);
    assert!(run.stdout.contains("network.nat_gateways"), "{}", run.stdout);
    project.write("before/default.toml", &older.replacen("desired_size = 3", "desired_size = \"three\"", 1));
    project
        .synth(["cost", "--compare", "before"])
        .fails("the settings of environment `default` of `before` are invalid");
}

#[test]
fn an_increase_beyond_what_may_be_is_a_finding() {
    let project = Project::new();
    single_gateway(&project);
    project.write("before/default.toml", &project.read(DEFAULT));
    set(&project, "nat_gateways = \"single\"", "nat_gateways = \"per-zone\"");
    let ask = |most: &str| project.synth(["cost", "--compare", "before", "--max-increase", most]);
    let found = ask("50").finds();
    assert!(found.stdout.contains("That is more than `--max-increase` allows, which is 50 USD"), "{}", found.stdout);
    ask("100").succeeds();
    ask("1%").finds();
    ask("50%").succeeds();
    for wrong in ["much", "-5", "NaN", "-1%"] {
        ask(wrong).fails("expected dollars from 0 on");
    }
    project.synth(["cost", "--max-increase", "5"]).fails("--compare");
}

/// Runs what the workflow runs, in a project with a commit.
#[cfg(unix)]
fn costs(project: &Project, arguments: &[&str]) -> crate::project::Run {
    use crate::project::{Run, SYNTH, workspace};
    let script = project.path("scripts/costs.sh");
    std::fs::create_dir_all(script.parent().unwrap()).unwrap();
    std::fs::copy(workspace().join("scripts/costs.sh"), &script).unwrap();
    let mut command = Command::new(script);
    Run::of(command.args(arguments).env("SYNTH", SYNTH).current_dir(project.path("")).output().unwrap())
}

#[cfg(unix)]
#[test]
fn a_pull_request_is_told_of_each_environment_and_fails_beyond_what_may_be() {
    let project = committed();
    set(&project, "nat_gateways = \"per-zone\"", "nat_gateways = \"per-zone\" # as it was");
    let quiet = costs(&project, &["main", "1"]).succeeds();
    assert_eq!(quiet.stdout.matches("<details><summary>").count(), 3, "{}", quiet.stdout);
    set(&project, "tagged_images = 50", "tagged_images = 1000");
    let dearer = costs(&project, &["main", "1"]).finds();
    assert!(dearer.stdout.contains("<details open><summary>default: tideline in eu-north-1: "), "{}", dearer.stdout);
    assert!(dearer.stdout.contains("registry.tagged_images: 50 to 1000"), "{}", dearer.stdout);
    costs(&project, &["main"]).succeeds();
    let unknown = costs(&project, &["mian"]);
    assert!(unknown.code == 2 && unknown.stdout.contains("`mian` is neither"), "{unknown:?}");
}
