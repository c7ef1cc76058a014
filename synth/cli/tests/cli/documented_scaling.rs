//! What `docs/scaling.md` says of the proxy's defaults, and of a hundred thousand requests a second, is what the commands say.

use std::fs;

use serde_json::Value as Json;

use crate::{
    documented_costs::{month, says, thousands},
    project::{Project, workspace},
};

const SETTINGS: &str = "stacks/environments/default.toml";

/// The default environment, with other settings of the proxy's.
fn with(settings: &[(&str, &str)]) -> Project {
    let project = Project::new();
    let text = project.read(SETTINGS);
    let (before, rest) = text.split_once("[services.cors_proxy_server]\n").unwrap();
    let (table, after) = rest.split_once("\n[").unwrap();
    let mut lines: Vec<String> = table.lines().map(str::to_owned).collect();
    for (key, value) in settings {
        let line = lines.iter_mut().find(|line| line.starts_with(&format!("{key} = "))).unwrap();
        *line = format!("{key} = {value}");
    }
    project.write(SETTINGS, &format!("{before}[services.cors_proxy_server]\n{}\n[{after}", lines.join("\n")));
    project
}

fn curve(name: &str) -> String {
    workspace().join("docs/curves").join(name).display().to_string()
}

fn simulated(project: &Project, options: &[&str]) -> Json {
    let run = project.synth(["simulate", "--json"].into_iter().chain(options.iter().copied()));
    assert!(run.code < 2, "{}", run.stderr);
    run.json()["runs"][0].clone()
}

fn refused(project: &Project, options: &[&str]) -> String {
    thousands(simulated(project, options)["refused"].as_f64().unwrap())
}

/// A row of the table: what is refused under each load.
fn row(project: &Project, scaled: &[&str]) -> String {
    let (ramp, spike) = (curve("ramp-10000.csv"), curve("spike-5000.csv"));
    let under = |load: &[&str]| refused(project, &[load, scaled].concat());
    let lost = ["a@330s", "b@330s", "c@330s"].map(|zone| {
        let options = ["--load", &ramp, "--target-latency", "250", "--lose-zone", zone];
        simulated(project, &[&options, scaled].concat())
    });
    let most = |what: &str| lost.iter().map(|run| run[what].as_f64().unwrap()).fold(0.0, f64::max);
    let lost = ["refused", "failed"].map(|what| thousands(most(what)));
    let cells = [
        under(&[]),
        under(&["--load", &ramp, "--target-latency", "250"]),
        format!("{}, {} failed", lost[0], lost[1]),
        under(&["--load", &ramp, "--target-latency", "2000"]),
        under(&["--load", &spike, "--target-latency", "250"]),
        under(&["--load", &spike, "--target-latency", "2000"]),
        month(&project.synth(["cost", "--json"]).succeeds().json()),
    ];
    cells.join(" | ")
}

#[test]
fn the_defaults_refuse_less_than_what_they_were_chosen_from() {
    let before = [
        ("min_replicas", "3"),
        ("max_replicas", "24"),
        ("cpu_request_millicores", "400"),
        ("memory_mib", "256"),
        ("scale_on", "[\"cpu\"]"),
    ];
    let now = with(&[]);
    for (name, row) in [
        ("3 pods of 256 MiB, on `cpu`", row(&with(&before), &[])),
        ("as it is now, but on `cpu`", row(&now, &["--scale-on", "cpu"])),
        ("on `requests`", row(&now, &["--scale-on", "requests"])),
        ("on `in-flight`", row(&now, &["--scale-on", "in-flight"])),
        ("as it is now", row(&now, &[])),
        ("from 9 pods on", row(&with(&[("min_replicas", "9")]), &[])),
        ("from 3 pods on", row(&with(&[("min_replicas", "3")]), &[])),
    ] {
        says("docs/scaling.md", &format!("| {name} | {row} |"));
    }
}

#[test]
fn the_default_refuses_nothing_with_any_seed_and_whichever_zone_is_lost() {
    let now = with(&[]);
    let (ramp, spike) = (curve("ramp-10000.csv"), curve("spike-5000.csv"));
    for seed in ["1", "2", "3", "4", "5"] {
        for latency in ["250", "2000"] {
            for load in [&ramp, &spike] {
                let options = ["--load", load, "--target-latency", latency, "--seed", seed];
                assert_eq!(refused(&now, &options), "0", "{options:?}");
            }
        }
        for zone in ["a@330s", "b@330s", "c@330s"] {
            let options = ["--load", &ramp, "--target-latency", "250", "--lose-zone", zone, "--seed", seed];
            assert_eq!(refused(&now, &options), "0", "{options:?}");
        }
    }
}

/// The example over the fixtures' default: a user's own is beside it in the repository.
fn example() -> Project {
    let project = Project::new();
    let text = fs::read_to_string(workspace().join("stacks/examples/hundred-thousand.toml")).unwrap();
    project.write("stacks/environments/hundred-thousand.toml", &text);
    project
}

#[test]
fn the_example_of_a_hundred_thousand_requests_a_second_is_accepted_and_refuses_nothing() {
    let project = example();
    let env = ["--env", "hundred-thousand"];
    let checked = project.synth(["check", "--json"].into_iter().chain(env)).json();
    assert_eq!(checked["policies"]["findings"].as_array().unwrap().len(), 0, "{}", checked["policies"]);
    let load = curve("ramp-100000.csv");
    for latency in ["250", "2000"] {
        for seed in ["1", "2", "3", "4", "5"] {
            let options = ["--load", &load, "--target-latency", latency, "--seed", seed];
            assert_eq!(refused(&project, &[&options[..], &env].concat()), "0", "{latency} ms, seed {seed}");
        }
    }
}

#[test]
fn the_bill_of_the_example_is_what_the_command_says() {
    let project = example();
    let bill = |load: &[&str]| {
        let options = ["cost", "--env", "hundred-thousand", "--json"].into_iter().chain(load.iter().copied());
        project.synth(options).succeeds().json()
    };
    let day = bill(&["--load", "day", "--rate", "100000", "--target-latency", "2000"]);
    let traffic = day["parts"].as_array().unwrap().iter().find(|of| of["part"] == "traffic").unwrap();
    let traffic = thousands(traffic["usd_a_month"].as_f64().unwrap());
    let said = format!(
        "At rest it costs {} USD a month; a day of that height each day {}, of which {traffic} are traffic",
        month(&bill(&[])),
        month(&day),
    );
    says("docs/scaling.md", &said);
}

#[test]
fn the_largest_loads_of_the_readme_are_what_the_command_finds() {
    let project = Project::new();
    let largest = |environment: &str, latency: &[&str]| {
        let environments = workspace().join("stacks/tests/fixtures").canonicalize().unwrap();
        let options = [
            "simulate",
            "--find-max",
            "--json",
            "--env",
            environment,
            "--environments",
            environments.to_str().unwrap(),
        ];
        let run = project.synth(options.into_iter().chain(latency.iter().copied()));
        thousands(run.json()["requests_per_second"].as_f64().unwrap())
    };
    for (row, environment) in
        [("`default`, `staging`", "default"), ("`production`", "production"), ("`development`", "development")]
    {
        let found =
            [&[][..], &["--target-latency", "250"], &["--target-latency", "2000"]].map(|of| largest(environment, of));
        let readme = fs::read_to_string(workspace().join("README.md")).unwrap();
        let line = readme.lines().find(|line| line.starts_with(&format!("| {row} |"))).unwrap();
        let cells: Vec<_> =
            line.split(" | ").skip(1).filter_map(|cell| cell.split_once("/s;")).map(|cell| cell.0).collect();
        assert_eq!(cells, found, "{line}");
    }
}
