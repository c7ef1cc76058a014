//! The seed's published run, with the CPU that was printed as the input.

use serde_json::json;
use synth_twin::{
    hpa::conditions::Reason,
    replay::{
        File,
        seed::{Change, Pods, Row, Step, changes, decide, rows},
    },
    time::{Span, Time},
};

use crate::given::{cpu, data, object};

const PATH: &str = "seed-hpa.csv";

/// Seconds since 7h32m00, when the first pod was added.
fn offset(at: Time) -> i64 {
    (at - Time::ZERO).0 / 1000 - (7 * 60 + 32) * 60
}

fn published(name: &str) -> Vec<Row> {
    rows(File { path: PATH, text: &data(PATH) }).expect("they are rows").remove(name).expect("it has rows")
}

fn decided(pods: &Pods) -> Vec<Step> {
    let object = object(&json!({ "minReplicas": 1, "maxReplicas": 25, "metrics": [cpu(50)] }));
    decide(&published("proxy"), &object, pods).expect("it is accepted")
}

fn at(steps: &[Step], seconds: i64) -> &Step {
    steps.iter().find(|step| offset(step.at) == seconds).expect("there is a sync then")
}

#[test]
fn every_change_of_replicas_is_decided_within_one_sync_of_the_published() {
    let steps = decided(&Pods::published());
    let made: Vec<_> = steps
        .iter()
        .filter(|step| step.decision.desired != step.replicas)
        .map(|step| (offset(step.at), step.decision.desired))
        .collect();
    assert_eq!(made, [(0, 2), (30, 4), (405, 3), (480, 2), (825, 1)]);
    let (published, decided) = changes(&steps);
    let sizes = |changes: &[Change]| changes.iter().map(|change| (change.from, change.to)).collect::<Vec<_>>();
    assert_eq!(sizes(&published), [(1, 2), (2, 4), (4, 3), (3, 2), (2, 1)]);
    assert_eq!(sizes(&published), sizes(&decided));
    for (published, decided) in published.iter().zip(&decided) {
        // A row tells its minute only.
        let minute = Time((published.at.0).div_euclid(60_000) * 60_000);
        let sync = Span::whole_seconds(15);
        assert!(
            minute - sync <= decided.at && decided.at < minute + Span::whole_seconds(60) + sync,
            "published in the minute of {minute}, decided at {}",
            decided.at
        );
    }
}

#[test]
fn a_second_pod_without_a_metric_halves_101_percent_and_2_stay() {
    let steps = decided(&Pods::published());
    let step = at(&steps, 15);
    let proposal = step.decision.proposals[0].clone().unwrap();
    assert_eq!((step.row.cpu, proposal.utilization, proposal.pods.missing), (Some(101), Some(101), 1));
    assert_eq!((step.replicas, step.decision.desired), (2, 2));
}

#[test]
fn at_83_percent_2_become_4() {
    let steps = decided(&Pods::published());
    let step = at(&steps, 30);
    assert_eq!((step.row.cpu, step.replicas, step.decision.desired), (Some(83), 2, 4));
}

#[test]
fn at_72_and_75_percent_4_stay_since_two_do_not_count_yet() {
    let steps = decided(&Pods::published());
    for (seconds, percent) in [(45, 72), (90, 75)] {
        let step = at(&steps, seconds);
        let proposal = step.decision.proposals[0].clone().unwrap();
        assert_eq!((step.row.cpu, proposal.replicas), (Some(percent), 4));
        assert_eq!(proposal.pods.missing + proposal.pods.unready, 2);
    }
}

#[test]
fn what_was_proposed_holds_for_five_minutes() {
    let steps = decided(&Pods::published());
    assert_eq!(at(&steps, 165).decision.proposed(), Some(3));
    for (seconds, held) in [(390, Reason::ScaleDownStabilized), (405, Reason::SucceededRescale)] {
        assert_eq!(at(&steps, seconds).decision.conditions.able_to_scale.unwrap().reason, held);
    }
}

#[test]
fn a_moved_pod_prolongs_the_way_down_by_four_to_five_minutes() {
    let stays = Pods { moves: Vec::new(), ..Pods::published() };
    let last = |pods: &Pods| changes(&decided(pods)).1.last().map(|change| offset(change.at) - 15);
    assert_eq!(last(&Pods::published()), Some(825));
    assert_eq!(last(&stays), Some(555));
}

#[test]
fn the_cpu_is_unknown_once_the_last_pod_was_moved() {
    let steps = decided(&Pods::published());
    let unknown: Vec<_> =
        steps.iter().filter(|step| step.decision.proposals[0].is_err()).map(|step| offset(step.at)).collect();
    assert_eq!(unknown, [855, 870]);
    let active = at(&steps, 855).decision.conditions.scaling_active.unwrap();
    assert_eq!((active.holds, active.reason), (false, Reason::FailedGetResourceMetric));
    let stays = Pods { moves: Vec::new(), ..Pods::published() };
    assert!(decided(&stays).iter().all(|step| step.decision.proposals[0].is_ok()));
}

#[test]
fn the_mock_stays_alone() {
    let object = object(&json!({ "minReplicas": 1, "maxReplicas": 25, "metrics": [cpu(50)] }));
    let steps = decide(&published("mock"), &object, &Pods::published()).unwrap();
    assert!(steps.len() > 30 && steps.iter().all(|step| step.decision.desired == 1));
}

#[test]
fn rows_that_are_none_are_told_with_their_line() {
    let head = "hpa,hpa_age,cpu_percent_of_request,replicas";
    let cases = [
        ("proxy,7h30m,0", "four values"),
        ("proxy,450m,0,1", "an age of `450m`"),
        ("proxy,7h60m,0,1", "an age of `7h60m`"),
        ("proxy,7h30m,-1,1", "a CPU of `-1`"),
        ("proxy,7h30m,0,-1", "no number of replicas"),
        ("proxy,7h28m,0,1", "is before the row above it"),
    ];
    for (row, problem) in cases {
        let text = format!("{head}\nproxy,7h29m,0,1\n{row}\n");
        let error = rows(File { path: "mine.csv", text: &text }).unwrap_err().to_string();
        assert!(error.starts_with("mine.csv:3: ") && error.contains(problem), "{row}: {error}");
    }
    let error = rows(File { path: "mine.csv", text: "" }).unwrap_err().to_string();
    assert!(error.starts_with("mine.csv:1: the columns"), "{error}");
}
