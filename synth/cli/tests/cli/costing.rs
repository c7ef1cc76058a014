//! `synth cost`: what an environment costs, what a change costs, and when that is a finding.

use std::process::Command;

use serde_json::Value as Json;

use crate::project::Project;

const DEFAULT: &str = "stacks/environments/default.toml";

/// Changes a setting of the default environment.
fn set(project: &Project, before: &str, after: &str) {
    let text = project.read(DEFAULT);
    assert!(text.contains(before), "{before}");
    project.write(DEFAULT, &text.replacen(before, after, 1));
}

fn single_gateway(project: &Project) {
    set(project, "nat_gateways = \"per-zone\"", "nat_gateways = \"single\"");
}

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

fn told(project: &Project, arguments: &[&str]) -> Json {
    let run = project.synth(["cost", "--json"].iter().chain(arguments));
    assert!(run.code < 2, "{}", run.stderr);
    run.json()
}

fn dollars(of: &Json) -> f64 {
    of.as_f64().unwrap()
}

#[test]
fn a_month_at_rest_has_a_line_for_all_that_costs_and_says_what_it_does_not_reckon() {
    let run = Project::new().synth(["cost"]).succeeds();
    let first = run.stdout.lines().next().unwrap();
    assert!(first.starts_with("tideline in eu-north-1: ") && first.ends_with(" an hour, at rest"), "{first}");
    for said in [
        "73.00  EKS cluster in standard support",
        "730 hours at 0.1 [a]",
        "2,190 hours at 0.046",
        "aws_nat_gateway.main_a and 2 more, by network.nat_gateways, network.zones",
        "price estimated",
        "quantity assumed",
        "  [a] infracost@95ba4f49: golden outputs, 2026-08-21",
        "  answer-kb         1 kB: ",
        "  aws_ecr_registry_scanning_configuration: Amazon Inspector",
    ] {
        assert!(run.stdout.contains(said), "{said}: {}", run.stdout);
    }
}

#[test]
fn scripts_get_every_line_with_the_place_of_its_settings() {
    let project = Project::new();
    let told = told(&project, &[]);
    let lines = told["lines"].as_array().unwrap();
    let sum: f64 = lines.iter().map(|line| dollars(&line["usd_a_month"])).sum();
    assert!((sum - dollars(&told["usd_a_month"])).abs() < 1e-6 && told["compared"].is_null());
    let gateways = lines.iter().find(|line| line["what"] == "NAT gateways").unwrap();
    assert_eq!((gateways["usd_each"].as_f64(), gateways["unit"].as_str()), (Some(0.046), Some("hour")));
    let place = &gateways["settings"][0];
    assert_eq!((place["key"].as_str(), place["file"].as_str()), (Some("network.nat_gateways"), Some(DEFAULT)));
    let line = usize::try_from(place["line"].as_u64().unwrap()).unwrap();
    assert!(project.read(DEFAULT).lines().nth(line - 1).unwrap().starts_with("nat_gateways"));
    assert!(lines.iter().all(|line| !line["source"].as_str().unwrap().is_empty()));
}

#[test]
fn a_load_that_goes_on_costs_nodes_and_bytes() {
    let project = Project::new();
    let (rest, loaded) = (told(&project, &[]), told(&project, &["--load", "plan", "--rate", "2000"]));
    assert!(dollars(&loaded["usd_a_month"]) > dollars(&rest["usd_a_month"]));
    assert_eq!(loaded["load"], "under the load `plan`, again and again");
    assert_eq!(loaded["lost_share"].as_f64(), Some(0.0));
    project.synth(["cost", "--load", "plam"]).fails("`plam`");
    project.synth(["cost", "--load", "plan", "--rate=-1"]).fails("-1");
}

#[test]
fn prices_of_a_contract_go_before_the_listed_ones_and_mistakes_are_told_all_together() {
    let project = Project::new();
    let header = "item,region,dollars,unit,source,read,estimated\n";
    project.write("own.csv", &format!("{header}nat_gateway,eu-north-1,0.01,hour,contract 7,2026-11-01,\n"));
    let run = project.synth(["cost", "--prices", "own.csv"]).succeeds();
    assert!(
        run.stdout.contains("2,190 hours at 0.01") && run.stdout.contains("contract 7, 2026-11-01"),
        "{}",
        run.stdout
    );
    project.write(
        "own.csv",
        &format!("{header}nat,eu-north-1,1,hour,a,2026-11-01,\nnlb,eu-north-1,x,hour,a,2026-11-01,\n"),
    );
    let said = project.synth(["cost", "--prices", "own.csv"]).fails("own.csv:2: `nat` is no item").stderr;
    assert!(said.contains("own.csv:3: `x` is no price"), "{said}");
    project.synth(["cost", "--prices", "none.csv"]).fails("reading the prices of `none.csv`");
    project.synth(["cost", "--assume", "answer=1", "--assume", "x"]).fails("`answer` is no assumption");
}

#[test]
fn all_that_is_wrong_with_a_question_is_told_at_once() {
    let project = Project::new();
    project.write("own.csv", "item,region,dollars,unit,source,read,estimated\nnlb,eu-north-1,NaN,hour,a,2026-11-01,\n");
    project.write("curve.csv", "second,requests_per_second\n0,many\n");
    let asked = ["cost", "--prices", "own.csv", "--assume", "x", "--load", "curve.csv", "--compare", "nowhere"];
    let said = project.synth(asked).fails("own.csv:2: `NaN` is no price").stderr;
    for wrong in ["`x` assumes nothing", "curve.csv:2", "`nowhere` is neither a folder nor a commit"] {
        assert!(said.contains(wrong), "{wrong}: {said}");
    }
    project.synth(["cost", "--rate", "2000"]).fails("has no load whose top it is: name one by `--load`");
    project.synth(["cost", "--load", "day", "--rate", "-5"]).fails("`-5` is not between");
    project.synth(["cost", "--load", "day", "--rate", "NaN"]).fails("`NaN` is not between");
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

#[test]
fn a_page_is_one_number_with_its_parts_and_needs_nothing_from_anywhere() {
    let project = Project::new();
    project.write("before/default.toml", &project.read(DEFAULT));
    single_gateway(&project);
    let run = project.synth(["cost", "--compare", "before", "--page", "p.html"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, "page  p.html\n"));
    let page = project.read("p.html");
    assert!(page.starts_with("<!doctype html>") && page.contains(" USD a month</title>"), "{page}");
    for outside in ["http:", "https:", "//", "<script", "<link", "<img", "@import", "url("] {
        assert!(!page.contains(outside), "{outside}");
    }
    for shown in [
        "<h2>Parts</h2>",
        "<h2>Change</h2>",
        "<h2>Bill</h2>",
        "control plane: 73.00 USD",
        "Not reckoned",
        "network.nat_gateways",
    ] {
        assert!(page.contains(shown), "{shown}");
    }
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
