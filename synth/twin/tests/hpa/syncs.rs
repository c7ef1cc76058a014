//! Whole syncs by the controller's own code, in random settings and states: bounds, several metrics, missing ones, every behaviour.

use serde::Deserialize;
use serde_json::Value as Json;
use synth_twin::{
    hpa::{
        Reading, Replicas,
        conditions::Condition,
        pod::{PodState, Readiness, Sample, Usage},
    },
    time::{Span, Time},
};

use crate::given::{autoscaler, data};

#[derive(Deserialize)]
struct Timeline {
    spec: Json,
    syncs: Vec<Sync>,
}

/// Times are milliseconds, ages before `at`. A reading is a value, or for each pod its use and how old that is, or nothing.
#[derive(Deserialize)]
struct Sync {
    at: i64,
    asked: i32,
    there: i32,
    pods: Vec<(String, bool, i64, String, i64)>,
    readings: Vec<Given>,
    desired: i32,
    conditions: [String; 3],
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Given {
    Value(i64),
    Pods(Vec<Option<(i64, i64)>>),
    None(()),
}

#[test]
fn every_sync_agrees_with_its_conditions() {
    let text = data("syncs.jsonl");
    let mut compared = 0;
    for (index, line) in text.lines().enumerate() {
        let timeline: Timeline = serde_json::from_str(line).unwrap();
        let mut autoscaler = autoscaler(&timeline.spec);
        for sync in timeline.syncs {
            let now = Time(sync.at);
            let pod = |(phase, deleting, started, ready, changed): &(String, bool, i64, String, i64)| {
                let ready = Readiness { status: ready.parse().unwrap(), since: now - Span(*changed) };
                let started = Some(now - Span(*started));
                PodState { phase: phase.parse().unwrap(), deleting: *deleting, started, ready: Some(ready) }
            };
            let pods: Vec<_> = sync.pods.iter().map(pod).collect();
            let sample = |given: &Option<(i64, i64)>| {
                let usage = |(value, age)| Usage { value, at: now - Span(age), window: Span::whole_seconds(15) };
                Sample { request: Some(500), usage: given.map(usage) }
            };
            let samples = |given: &Given| match given {
                Given::Pods(given) => given.iter().map(sample).collect(),
                Given::Value(_) | Given::None(()) => Vec::new(),
            };
            let samples: Vec<Vec<_>> = sync.readings.iter().map(samples).collect();
            let reading = |(given, samples): (&Given, _)| match given {
                Given::Value(value) => Reading::Value(*value),
                Given::Pods(_) => Reading::Pods(samples),
                Given::None(()) => Reading::None,
            };
            let readings: Vec<_> = sync.readings.iter().zip(samples.iter().map(Vec::as_slice)).map(reading).collect();
            let decision = autoscaler.sync(now, Replicas { asked: sync.asked, there: sync.there }, &pods, &readings);
            let conditions = decision.conditions;
            let shown =
                |condition: Option<Condition>| condition.map(|condition| condition.to_string()).unwrap_or_default();
            let conditions =
                [conditions.able_to_scale, conditions.scaling_active, conditions.scaling_limited].map(shown);
            let context =
                format!("line {} at {}: {} asked for, {:?}", index + 1, sync.at, sync.asked, decision.proposals);
            assert_eq!((decision.desired, conditions), (sync.desired, sync.conditions), "{context}");
            compared += 1;
        }
    }
    assert_eq!(compared, 1_600);
}
