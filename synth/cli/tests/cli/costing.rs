//! `synth cost`: what an environment costs, and what is said of a question that makes no sense.

use serde_json::Value as Json;

use crate::project::Project;

pub(crate) const DEFAULT: &str = "stacks/environments/default.toml";

/// Changes a setting of the default environment.
pub(crate) fn set(project: &Project, before: &str, after: &str) {
    let text = project.read(DEFAULT);
    assert!(text.contains(before), "{before}");
    project.write(DEFAULT, &text.replacen(before, after, 1));
}

pub(crate) fn single_gateway(project: &Project) {
    set(project, "nat_gateways = \"per-zone\"", "nat_gateways = \"single\"");
}

pub(crate) fn told(project: &Project, arguments: &[&str]) -> Json {
    let run = project.synth(["cost", "--json"].iter().chain(arguments));
    assert!(run.code < 2, "{}", run.stderr);
    run.json()
}

pub(crate) fn dollars(of: &Json) -> f64 {
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
        "  answer-kb         0.639 kB: ",
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
