//! `synth simulate`: what an environment comes to under a load, and whether the twin decides as recordings did.

use std::path::Path;

use serde_json::Value as Json;

use crate::project::Project;

#[test]
fn the_load_tests_curve_is_answered_in_ten_lines() {
    let run = Project::new().synth(["simulate"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{}", run.stdout);
    assert!(run.stdout.contains("300,000 of 300,000 requests; 0 refused, 0 failed"), "{}", run.stdout);
    assert!(run.stdout.ends_with("every request was answered\n") && run.stdout.lines().count() <= 10, "{}", run.stdout);
}

#[test]
fn lost_requests_are_a_finding_that_says_what_lacked_and_what_to_change() {
    let run = Project::new().synth(["simulate", "--rate", "50000", "--target-latency", "2000"]).finds();
    assert!(run.stdout.contains("requests were in flight in each of 12 pods of cors-proxy-server"), "{}", run.stdout);
    assert!(run.stdout.contains("mend      raise `services.cors_proxy_server.min_replicas`"), "{}", run.stdout);
}

#[test]
fn a_page_needs_nothing_from_anywhere_and_runs_nothing() {
    let project = Project::new();
    let asked = [
        "simulate",
        "--rate",
        "50000",
        "--target-latency",
        "2000",
        "--compare",
        "as-written,cpu,in-flight",
        "--page",
        "p.html",
    ];
    let run = project.synth(asked).finds();
    assert_eq!(run.stderr, "page  p.html\n");
    let page = project.read("p.html");
    assert!(page.starts_with("<!doctype html>") && page.contains("<title>Simulated: requests are lost</title>"));
    for outside in ["http:", "https:", "//", "<script", "<link", "<img", "@import", "url("] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert_eq!(page.matches("<svg viewBox=\"0 0 880").count(), page.matches("The figures as a table").count());
    let asked = "The load is the load test's own curve, up to 50,000 requests/s; targets take 2000 ms; ";
    assert!(page.contains(asked), "{page:.2000}");
    // Where a price is from is read whole, and not cut where a screen ends.
    assert!(page.contains("<td data-of=\"Price from\" class=\"words\">aws.amazon.com"), "{page:.2000}");
    for shown in [
        "Scaled on what is written",
        "Pods by zone, scaled on cpu",
        "Bill",
        "Events",
        "$ for nodes",
        "Scaled on in-flight",
    ] {
        assert!(page.contains(shown), "{shown}");
    }
}

#[test]
fn many_runs_are_bands() {
    let project = Project::new();
    let run = project.synth(["simulate", "--rate", "60000", "--runs", "3", "--page", "b.html"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, "page  b.html\n"), "{}", run.stdout);
    assert!(run.stdout.starts_with("tideline: 3 runs, of which 0 lose requests\n"), "{}", run.stdout);
    assert!(run.stdout.contains("most nodes"), "{}", run.stdout);
    let page = project.read("b.html");
    assert_eq!(page.matches("<svg viewBox=\"0 0 880").count(), 6);
    project.synth(["simulate", "--runs", "0"]).fails("1..=1000");
    project.synth(["simulate", "--runs", "2", "--find-max"]).fails("--find-max");
}

#[test]
fn scripts_get_every_second() {
    let run = Project::new().synth(["simulate", "--rate", "100", "--json"]);
    let told: Json = serde_json::from_str(&run.stdout).unwrap();
    let one = &told["runs"][0];
    assert_eq!((told["environment"].as_str(), one["binding"].as_object()), (Some("tideline"), None), "{told}");
    let seconds = one["seconds"]["offered"].as_array().unwrap().len();
    assert_eq!(one["services"][0]["ready"].as_array().map(Vec::len), Some(seconds));
    assert_eq!(one["refused"].as_f64(), Some(0.0));
    assert_eq!(one["ready_pods_by_zone"]["eu-north-1a"].as_array().map(Vec::len), Some(seconds));
    assert!(one["bill"][0]["dollars"].as_f64().is_some_and(|dollars| dollars > 0.0), "{}", one["bill"]);
}

#[test]
fn every_price_has_a_source_and_a_day_and_that_of_spot_is_marked_as_a_guess() {
    let project = Project::new();
    let run = project.synth(["simulate", "--rate", "100", "--json", "--page", "p.html"]);
    let told: Json = serde_json::from_str(&run.stdout).unwrap();
    let (bill, page) = (told["runs"][0]["bill"].as_array().unwrap(), project.read("p.html"));
    for line in bill {
        let from = &line["price_from"];
        let [source, day] = ["source", "day"].map(|key| from[key].as_str().unwrap());
        assert!(!source.is_empty() && day.starts_with("20"), "{line}");
        let spot = line["of"].as_str().unwrap().ends_with(", spot");
        assert!(!spot || from["estimated"] == true, "{line}");
        let mark = if from["estimated"] == true { ", estimated</td>" } else { "</td>" };
        let source = source.trim_start_matches("https://");
        assert!(page.contains(&format!("{source}, {day}{mark}")), "{line}");
    }
    let spot = "on demand less Spot Advisor's saving, spotinfo at 05e9331";
    assert!(bill.iter().any(|line| line["price_from"]["source"] == spot), "no Spot node: {bill:#?}");
    for kind in told["runs"][0]["nodes"].as_array().unwrap() {
        assert!(kind["source"].as_str().is_some_and(|source| !source.is_empty()), "{kind}");
        assert!(kind["capacity"] != "spot" || kind["estimated"] == true, "{kind}");
    }
}

#[test]
fn what_happens_on_the_way_is_told() {
    let run = Project::new().synth(["simulate", "--lose-zone", "b@200s", "--roll", "cors-proxy-server@10", "--json"]);
    let told: Json = serde_json::from_str(&run.stdout).unwrap();
    let events = told["runs"][0]["events"].as_array().unwrap();
    let faults: Vec<_> = events.iter().filter(|event| event["of"] == "fault").map(|event| &event["what"]).collect();
    assert_eq!(faults, ["cors-proxy-server gets a new revision", "zone eu-north-1b is lost"]);
}

#[test]
fn a_curve_of_ones_own_is_a_csv_whose_mistakes_are_named_all_together() {
    let project = Project::new();
    project.write("load.csv", "second,requests_per_second\n0,10\n60,100\n");
    let run = project.synth(["simulate", "--load", "load.csv"]);
    assert!(run.code == 0 && run.stdout.contains("3,300 of 3,300 requests"), "{}", run.stdout);
    project.write("load.csv", "second,requests_per_second\n0,10\n60,-1\n30,NaN\n");
    let run = project.synth(["simulate", "--load", "load.csv"]).fails("load.csv:3");
    assert!(run.stderr.contains("load.csv:4"), "{}", run.stderr);
    project.write("load.csv", "second,requests_per_second\n");
    project.synth(["simulate", "--load", "load.csv"]).fails("load.csv:1: a curve needs two points");
    project.write("load.csv", "");
    project.synth(["simulate", "--load", "load.csv"]).fails("load.csv");
    let missing = project.synth(["simulate", "--load", "plam"]).fails("`plam`").stderr;
    assert!(missing.contains("`spike`"), "{missing}");
}

#[test]
fn what_makes_no_sense_is_refused() {
    let project = Project::new();
    for (asked, said) in [
        (&["--rate", "-1"][..], "the rate `-1` is not between 0"),
        (&["--rate=NaN"], "NaN"),
        (&["--target-latency=-3"], "expected milliseconds from 0 on"),
        (&["--lose-zone", "b"], "expected what and when, such as `b@300s`"),
        (&["--lose-zone", "b@soon"], "expected seconds from 0 on"),
        (&["--lose-zone", "x@3s"], "there is no zone `x`"),
        (&["--interrupt", "spots@3s"], "there is no pool `spots`"),
        (&["--refuse", "c7g.lrge@0s"], "there is no instance type `c7g.lrge`"),
        (&["--slow-target", "NaN@3s"], "targets cannot take NaN ms"),
        (&["--slow-target", "-5@3s"], "targets cannot take -5 ms"),
        (&["--roll", "cors-proxy-server@9000"], "`--roll` at 9000 s comes after the load, which ends at 480 s"),
        (&["--drain", "99@3s"], "there is no node 99 to drain: Karpenter has 2"),
        (&["--compare", "cpu,cpu"], "`--compare` says a metric twice"),
        (&["--seed", "-1"], "invalid value '-1' for '--seed <SEED>'"),
        (&["--rate", "1e300"], "the rate `1e300` is not between 0"),
        (&["--answer-bytes=0"], "expected bytes from 1 on"),
        (&["--answer-bytes=NaN"], "expected bytes from 1 on"),
        (&["--quota", "64"], "expected a quota and its vCPUs, such as `on-demand=64`"),
        (&["--quota", "on-demand=-1"], "expected a whole number of vCPUs from 0 on, not `-1`"),
        (&["--quota", "spot=NaN"], "not `NaN`"),
        (&["--quota", "reserved=3"], "there is no quota `reserved`: choose `on-demand` or `spot`"),
        (&["--quota", "spot=3,spot=4"], "says `spot` twice"),
        (&["--quota", "on-demand=11"], "the quota of 11 vCPUs on demand is less than the 12 of the base nodes"),
    ] {
        project.synth(["simulate"].iter().chain(asked)).fails(said);
    }
    let three = ["simulate", "--rate", "-5", "--target-latency", "-3", "--lose-zone", "q@3"];
    let all = project.synth(three).fails("3 problems").stderr;
    assert!(["`-5`", "`--target-latency` is -3", "zone `q`"].iter().all(|each| all.contains(each)), "{all}");
}

#[test]
fn what_a_question_does_not_look_at_cannot_be_asked_with_it() {
    let project = Project::new();
    for (question, with) in [
        (
            "--scenario=seed",
            &["--rate=5", "--load=day", "--lose-zone=b@30", "--quota=spot=3", "--runs=2", "--find-max"][..],
        ),
        ("--find-max", &["--rate=5", "--compare=cpu", "--page=p.html"]),
    ] {
        for other in with {
            project.synth(["simulate", question, other]).fails("cannot be used with");
        }
    }
}

#[test]
fn the_largest_load_is_found_and_what_binds_it() {
    let run = Project::new().synth(["simulate", "--find-max", "--target-latency", "250"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stdout.starts_with("every request is answered up to 116,"), "{}", run.stdout);
    assert!(run.stdout.contains("a little above: 1024 requests were in flight"), "{}", run.stdout);
}

#[test]
fn recordings_are_replayed_and_a_decision_that_differs_is_a_finding() {
    let project = Project::new();
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("../twin/tests/data/hpa/hpa-golden.jsonl");
    let vectors = std::fs::read_to_string(vectors).unwrap();
    let first = vectors.lines().find(|line| line.contains("pods-average-value")).unwrap();
    project.write("one.jsonl", &format!("{first}\n"));
    let run = project.synth(["simulate", "replay", "--vectors", "one.jsonl"]);
    assert!(run.code == 0 && run.stdout.ends_with("1 of 1 recordings agree, 1 of 1 decisions\n"), "{}", run.stdout);
    let mut other: Json = serde_json::from_str(first).unwrap();
    other["replicas"] = (other["replicas"].as_i64().unwrap() + 1).into();
    project.write("one.jsonl", &format!("{other}\n"));
    let run = project.synth(["simulate", "replay", "--vectors", "one.jsonl"]).finds();
    assert!(run.stdout.contains("first that differs: one.jsonl:1"), "{}", run.stdout);
    project.write("one.jsonl", "{\n");
    project.synth(["simulate", "replay", "--vectors", "one.jsonl"]).fails("one.jsonl:1");
    project.synth(["simulate", "replay", "--karpenter", "."]).fails("holds no recording");
    project.synth(["simulate", "replay", "--hpa", "."]).fails("`.` holds no recording");
    project.synth(["simulate", "replay"]).fails("--karpenter");
    project.synth(["simulate", "replay", "--json"]).fails("--karpenter");
    // A recording is of any cluster: it needs no environment.
    project.write("one.jsonl", &format!("{first}\n"));
    let run = project.synth(["simulate", "replay", "--vectors", "one.jsonl", "--environments", "nowhere"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
}
