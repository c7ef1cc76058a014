//! `synth load-report`: what a file of results comes to.

use std::fmt::Write;

use crate::project::{Project, Run};

const HEADER: &str = "timeStamp,elapsed,label,responseCode,responseMessage,success,failureMessage,due\n";

/// Two seconds at 100 requests/s, of which these fail.
fn results(failing: impl Fn(u64) -> bool) -> String {
    let mut text = HEADER.to_owned();
    for index in 0..200 {
        let (due, answer) = (
            1_795_385_871_000 + index * 10,
            if failing(index) { "503,Service Unavailable,false" } else { "200,OK,true" },
        );
        writeln!(text, "{},5,GET,{answer},,{due}", due + 1).unwrap();
    }
    text
}

fn report(project: &Project, results: &str, more: &[&str]) -> Run {
    project.write("results.jtl", results);
    let profile = ["load-report", "results.jtl", "--rate", "100", "--ramp", "0", "--hold", "2", "--ramp-down", "0"];
    project.synth(profile.iter().chain(more))
}

#[test]
fn met_objectives_are_no_finding_and_a_page_is_written() {
    let project = Project::new();
    let run = report(&project, &results(|_| false), &[]);
    assert_eq!((run.code, run.stderr.as_str()), (0, "page  index.html\n"));
    assert!(run.stdout.contains("met     errors: 0 of 200 (0 %), at most 0 % wanted"), "{}", run.stdout);
    let page = project.read("index.html");
    assert!(page.starts_with("<!doctype html>") && page.contains("<title>Load test: every objective met</title>"));
    assert!(page.contains("Started on 2026-11-22 at 22:17:51 UTC."));
}

#[test]
fn a_page_needs_nothing_from_anywhere_and_runs_nothing() {
    let project = Project::new();
    report(&project, &results(|index| index == 7), &[]).finds();
    let page = project.read("index.html");
    for outside in ["http:", "https:", "//", "<script", "<link", "<img", "@import", "url("] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert_eq!(page.matches("<svg viewBox=\"0 0 880").count(), page.matches("The figures as a table").count());
}

#[test]
fn a_missed_objective_is_a_finding() {
    let project = Project::new();
    let missed = report(&project, &results(|index| index == 7), &[]).finds();
    assert!(missed.stdout.contains("failed  1 × 503 Service Unavailable"), "{}", missed.stdout);
    assert!(missed.stdout.contains("missed  errors: 1 of 200 (0.5 %)"), "{}", missed.stdout);
    let slow = report(&project, &results(|_| false), &["--max-p99", "5"]).finds();
    assert!(slow.stdout.contains("missed  p99 while held: 6 ms"), "{}", slow.stdout);
    assert_eq!(report(&project, &results(|index| index == 7), &["--max-error-ratio", "0.01"]).code, 0);
    let all = results(|_| false);
    let rare = all.split_inclusive('\n').take(150).collect::<String>();
    assert!(report(&project, &rare, &[]).finds().stdout.contains("missed  rate while held"));
}

#[test]
fn scripts_get_json() {
    let project = Project::new();
    let json = report(&project, &results(|index| index < 2), &["--json"]).finds().json();
    assert_eq!((&json["met"], &json["all"]["failed"]), (&false.into(), &2.into()));
    assert_eq!(json["phases"]["hold"]["latency_ms"]["p99"], 5);
    assert_eq!(json["errors"][0]["kind"], "503 Service Unavailable");
}

#[test]
fn a_broken_file_is_an_error_with_its_line() {
    let project = Project::new();
    let cut = format!("{}1795385873000,5,GET", results(|_| false));
    report(&project, &cut, &[]).fails("reading `results.jtl`: line 202 is broken: did JMeter end early?");
    report(&project, "<testResults/>", &[]).fails("line 1 names no column `timeStamp`");
    project.synth(["load-report", "missing.jtl"]).fails("opening `missing.jtl`");
}

#[test]
fn saved_answers_of_prometheus_become_charts() {
    let project = Project::new();
    let series = |label: &str, value: &str| {
        format!(r#"{{"metric":{{{label}}},"values":[[1795385871,"{value}"],[1795385872,"{value}"]]}}"#)
    };
    let answer =
        |series: String| format!(r#"{{"status":"success","data":{{"resultType":"matrix","result":[{series}]}}}}"#);
    project.write("cpu.json", &answer(series(r#""container":"cors-proxy-server""#, "71.5")));
    project.write("nodes.json", &answer(series("", "5")));
    let saved = ["--prometheus-json", "cpu=cpu.json", "--prometheus-json", "nodes=nodes.json"];
    assert_eq!(report(&project, &results(|_| false), &saved).code, 0);
    let page = project.read("index.html");
    assert!(page.contains("<h2>Processor time</h2>") && page.contains("cors-proxy-server"));
    assert!(page.contains("<h2>Nodes</h2>") && !page.contains("<h2>Replicas</h2>"));
    // What was measured is drawn beside what was expected, and what was not asked for is expected alone.
    for line in
        ["<td>0:00</td><td>5</td>", "nodes, expected", "cors-proxy-server, expected", "<h2>Expected replicas</h2>"]
    {
        assert!(page.contains(line), "{line}");
    }
    assert!(!page.contains("<h2>Expected nodes</h2>"));
    report(&project, &results(|_| false), &["--prometheus-json", "nodes=results.jtl"]).fails("the answer is not JSON");
}

#[test]
fn the_page_says_how_the_test_was_made_and_leads_to_the_dashboard_of_jmeter() {
    let project = Project::new();
    project.write("run.json", r#"[["Command", "make load-test OBJECTIVES=\"--max-p99 9\""], ["Machine", "2 < 3"]]"#);
    project.write("report/index.html", "JMeter's");
    assert_eq!(report(&project, &results(|_| false), &[]).code, 0);
    let page = project.read("index.html");
    assert!(page.contains("<dd><code>make load-test OBJECTIVES=&quot;--max-p99 9&quot;</code></dd>"), "{page}");
    assert!(page.contains("<dt>Machine</dt><dd>2 &lt; 3</dd>"));
    assert!(page.contains("<a href=\"report/index.html\">JMeter's own dashboard</a>"));
    assert!(page.contains("<a href=\"results.jtl\">") && !page.contains("jmeter.log"));
    assert_eq!(report(&project, &results(|_| false), &["--page", "stacks/page.html"]).code, 0);
    assert!(!project.read("stacks/page.html").contains("<a href"), "elsewhere those paths lead nowhere");
    project.write("run.json", "{}");
    report(&project, &results(|_| false), &[]).fails("run.json`: expected a list of pairs of name and value");
}

#[test]
fn the_page_sets_the_seed_beside_what_was_found() {
    let project = Project::new();
    report(&project, &results(|index| index < 2), &[]).finds();
    let page = project.read("index.html");
    for row in ["Answered requests/s</th><td>93</td><td>100</td>", "Failed</th><td>8.66 %</td><td>1 %</td>"] {
        assert!(page.contains(row), "{row}: {page}");
    }
    assert!(page.contains("p99 ms</th><td>148,269</td><td>5</td>"), "{page}");
}

#[test]
fn what_the_twin_expects_of_the_platform_stands_beside_what_was_measured() {
    let project = Project::new();
    project.write("run.json", r#"[["Tested", "both services on this machine, beside JMeter"]]"#);
    let run = report(&project, &results(|index| index == 7), &["--max-error-ratio", "0.01"]);
    assert!(run.stdout.contains("Expected: `default` in AWS, by the capacity twin"), "{}", run.stdout);
    let page = project.read("index.html");
    for row in [
        "Requests answered</th><td>200</td><td>199</td>",
        "Pods of cors-proxy-server</th><td>12</td><td>1 process</td>",
        "<h2>Expected replicas</h2>",
        "beside JMeter: one process of each, and not the platform",
    ] {
        assert!(page.contains(row), "{row}: {page}");
    }
    let compared = &report(&project, &results(|_| false), &["--json"]).json()["compared"];
    assert_eq!(compared["measured"]["on_this_machine"], true);
    let expected = &compared["expected"];
    assert_eq!(
        (&expected["environment"], expected["seconds"]["nodes"].as_array().unwrap().len()),
        (&"default".into(), 2)
    );
    assert!((expected["all"]["answered"].as_f64().unwrap() - 200.0).abs() < 1e-6, "{expected}");
    assert!(expected["hold"]["highest_p99_ms"].as_f64().is_some_and(|time| time < 5.0), "{expected}");
    assert!(expected["dollars_per_hour"].as_f64() > expected["seconds"]["nodes_dollars_per_hour"][0].as_f64());
}

#[test]
fn a_load_that_cannot_be_simulated_still_gets_its_report() {
    let project = Project::new();
    project.write("results.jtl", &results(|_| false));
    let run = project.synth(["load-report", "results.jtl", "--ramp", "0", "--hold", "0", "--ramp-down", "0"]);
    assert!(run.stdout.contains("Nothing is expected of the platform: all together is 0 seconds"), "{}", run.stdout);
    assert!(project.read("index.html").contains("<p>Nothing is expected of the platform: all together is 0 seconds"));
}
