//! Rules of metrics that no vector and no recording reaches, worked by hand from the controller's source.

use serde_json::json;
use synth_twin::hpa::{
    Decision, Reading, Replicas,
    conditions::Reason,
    pod::{Phase, PodState, Readiness, Sample, Status},
    proposal::Invalid,
};

use crate::given::{
    ago, autoscaler, condition, cpu, decide, each_hundred, external, nothing, now, object_metric, of_value, old,
    pending, pods_metric, proposed, resource, times, used,
};

const FOUR: Replicas = Replicas { asked: 4, there: 4 };

#[test]
fn a_value_in_all_is_held_by_the_pods_that_run_and_are_ready() {
    let deleting = PodState { deleting: true, ..old() };
    let unready = PodState { ready: Some(Readiness { status: Status::False, since: ago(9.0) }), ..old() };
    let unknown = PodState { ready: Some(Readiness { status: Status::Unknown, since: ago(9.0) }), ..old() };
    let failed = PodState { phase: Phase::Failed, ..old() };
    let pods = [old(), old(), deleting, unready, unknown, failed, pending()];
    for metric in [external, object_metric] {
        let target = metric(&json!({ "type": "Value", "value": "100" }));
        assert_eq!(of_value(&target, 200_000, FOUR, &pods), 6);
        assert_eq!(of_value(&target, 201_000, FOUR, &pods), 7);
        assert_eq!(of_value(&target, 50_000, FOUR, &pods), 2);
        assert_eq!([110_000, 90_000].map(|value| of_value(&target, value, FOUR, &pods)), [4, 4]);
        assert_eq!([110_001, 89_999].map(|value| of_value(&target, value, FOUR, &pods)), [4, 3]);
    }
}

#[test]
fn a_value_in_all_needs_pods_once_it_is_off_its_target() {
    let target = external(&json!({ "type": "Value", "value": "100" }));
    let mut autoscaler = autoscaler(&json!({ "maxReplicas": 100, "metrics": [target] }));
    assert_eq!(
        autoscaler.sync(now(), FOUR, &[], &[Reading::Value(100_000)]).proposals[0].as_ref().unwrap().replicas,
        4
    );
    let decision = autoscaler.sync(now(), FOUR, &[], &[Reading::Value(300_000)]);
    assert_eq!((decision.desired, &decision.proposals[0]), (4, &Err(Invalid::NoneReady)));
    assert_eq!(decision.conditions.scaling_active, condition(false, Reason::FailedGetExternalMetric));
}

#[test]
fn a_value_for_each_goes_by_the_replicas_that_are_there_and_not_by_those_asked_for() {
    let replicas = Replicas { asked: 10, there: 5 };
    for metric in [external, object_metric] {
        let target = metric(&json!({ "type": "AverageValue", "averageValue": "100" }));
        assert_eq!(of_value(&target, 550_000, replicas, &[pending(), old()]), 5);
        assert_eq!(of_value(&target, 551_000, replicas, &[pending(), old()]), 6);
        assert_eq!(of_value(&target, 0, replicas, &[]), 0);
        assert_eq!(of_value(&target, 300_000, Replicas { asked: 3, there: 0 }, &[]), 3);
        assert_eq!(of_value(&target, i64::MAX, replicas, &[]), i32::MAX);
    }
}

#[test]
fn a_mean_of_processor_time_doubts_young_pods_and_that_of_other_metrics_does_not() {
    let mean = resource("cpu", &json!({ "type": "AverageValue", "averageValue": "300m" }));
    let mut young = old();
    (young.started, young.ready) = (Some(ago(10.0)), Some(Readiness { status: Status::True, since: ago(4.0) }));
    assert_eq!(proposed(&mean, 6, &[(3, old(), used(600)), (3, young, used(600))]), Ok(6));
    let memory = resource("memory", &json!({ "type": "Utilization", "averageUtilization": 60 }));
    for metric in [pods_metric("300m"), memory] {
        assert_eq!(proposed(&metric, 6, &[(3, old(), used(600)), (3, young, used(600))]), Ok(12));
    }
    assert_eq!(proposed(&mean, 5, &[(4, old(), used(100)), (1, old(), nothing())]), Ok(3));
    assert_eq!(proposed(&mean, 4, &[(2, old(), used(400)), (2, old(), nothing())]), Ok(4));
}

#[test]
fn one_container_is_looked_at_as_a_whole_pod_would_be() {
    let target = json!({ "type": "Utilization", "averageUtilization": 60 });
    let metric = json!({ "type": "ContainerResource", "containerResource": { "name": "cpu", "container": "web", "target": target } });
    let mut young = old();
    (young.started, young.ready) = (Some(ago(10.0)), Some(Readiness { status: Status::True, since: ago(4.0) }));
    assert_eq!(proposed(&metric, 4, &[(4, old(), used(450))]), Ok(6));
    assert_eq!(proposed(&metric, 6, &[(3, old(), used(600)), (3, young, used(600))]), Ok(6));
    let spec = json!({ "maxReplicas": 9, "metrics": [metric] });
    let decision = decide(&spec, 4, &[(4, old(), nothing())]);
    assert_eq!(decision.conditions.scaling_active, condition(false, Reason::FailedGetContainerResourceMetric));
}

/// Two of four pods use twice the target; the others are in question: if they are doubted, 4 stay, else 8 are wanted.
fn is_doubted(pod: PodState, sample: Sample) -> bool {
    match proposed(&cpu(60), 4, &[(2, old(), used(600)), (2, pod, sample)]) {
        Ok(4) => true,
        Ok(8) => false,
        other => panic!("{other:?}"),
    }
}

fn aged(started: f64, status: Status, since: f64) -> PodState {
    PodState { started: Some(ago(started)), ready: Some(Readiness { status, since: ago(since) }), ..old() }
}

#[test]
fn a_pods_processor_time_is_doubted_by_its_age_and_readiness() {
    // The sample ends 5 s ago and reaches 15 s back.
    for (started, status, since, doubted) in [
        (299.0, Status::True, 20.0, false),
        (299.0, Status::True, 19.999, true),
        (300.0, Status::True, 4.0, false),
        (299.999, Status::True, 4.0, true),
        (299.0, Status::False, 100.0, true),
        (299.0, Status::Unknown, 100.0, false),
        (4_000.0, Status::False, 3_970.001, true),
        (4_000.0, Status::False, 3_970.0, false),
        (4_000.0, Status::True, 3_999.0, false),
        (4_000.0, Status::Unknown, 3_999.0, false),
    ] {
        assert_eq!(is_doubted(aged(started, status, since), used(600)), doubted, "{started} {status:?} {since}");
    }
    assert!(is_doubted(PodState { ready: None, ..old() }, used(600)));
    assert!(is_doubted(PodState { started: None, ..old() }, used(600)));
    assert!(is_doubted(PodState { phase: Phase::Pending, ..old() }, used(600)));
}

#[test]
fn deleted_and_failed_pods_count_for_nothing() {
    let gone = [PodState { deleting: true, ..old() }, PodState { phase: Phase::Failed, ..old() }];
    for pod in gone {
        assert_eq!(proposed(&cpu(60), 4, &[(4, old(), used(450)), (4, pod, used(0))]), Ok(6));
        assert_eq!(proposed(&cpu(60), 4, &[(4, old(), used(450)), (4, pod, nothing())]), Ok(6));
        let alone = "did not receive metrics for targeted pods (pods might be unready)".to_owned();
        assert_eq!(proposed(&cpu(60), 4, &[(4, pod, used(450))]), Err(alone));
    }
    let ended = PodState { phase: Phase::Succeeded, ..old() };
    assert_eq!(proposed(&cpu(60), 5, &[(4, old(), used(100)), (1, ended, nothing())]), Ok(3));
}

#[test]
fn pods_of_two_revisions_are_weighed_by_what_each_asks_for() {
    let larger = Sample { request: Some(1_500), ..used(300) };
    assert_eq!(proposed(&cpu(60), 4, &[(2, old(), used(500)), (2, old(), larger)]), Ok(3));
}

#[test]
fn a_pod_that_asks_for_nothing_is_an_error_even_while_it_is_deleted() {
    let deleting = PodState { deleting: true, ..old() };
    let silent = Sample { request: None, ..used(100) };
    let wrong = proposed(&cpu(60), 4, &[(4, old(), used(450)), (1, deleting, silent)]);
    assert_eq!(wrong, Err("missing request in pod 4".to_owned()));
    assert_eq!(proposed(&pods_metric("300m"), 4, &[(4, old(), Sample { request: None, ..used(450) })]), Ok(6));
    let zero = Sample { request: Some(0), ..used(100) };
    let wrong = proposed(&cpu(60), 4, &[(4, old(), zero)]);
    assert_eq!(wrong, Err("no metrics returned matched known pods".to_owned()));
}

#[test]
fn without_pods_or_metrics_the_words_are_the_apis() {
    let words = "unable to get metric cpu: no metrics returned from resource metrics API".to_owned();
    assert_eq!(proposed(&cpu(60), 4, &[]), Err(words.clone()));
    assert_eq!(proposed(&cpu(60), 4, &[(4, old(), nothing())]), Err(words));
    let words = "unable to get metric in_flight: no metrics returned from custom metrics API".to_owned();
    assert_eq!(proposed(&pods_metric("1"), 4, &[(4, old(), nothing())]), Err(words));
}

/// Two metrics, of four old pods: CPU, and a value for each hundred.
fn two(usage: Option<i64>, value: Option<i64>) -> Decision {
    let spec = json!({ "maxReplicas": 100, "metrics": [cpu(60), each_hundred()], "behavior": {
        "scaleUp": { "policies": [{ "type": "Pods", "value": 100, "periodSeconds": 15 }] },
        "scaleDown": { "stabilizationWindowSeconds": 0 },
    } });
    let sample = usage.map_or_else(nothing, used);
    let value = value.map_or(Reading::None, Reading::Value);
    autoscaler(&spec).sync(now(), FOUR, &times(&[(4, old())]), &[Reading::Pods(&times(&[(4, sample)])), value])
}

#[test]
fn of_several_metrics_the_largest_proposal_is_taken() {
    let taken = |decision: Decision| (decision.desired, decision.metric);
    assert_eq!(taken(two(Some(450), Some(500_000))), (6, Some(0)));
    assert_eq!(taken(two(Some(450), Some(700_000))), (7, Some(1)));
    assert_eq!(taken(two(Some(450), Some(600_000))), (6, Some(0)));
    assert_eq!(taken(two(Some(75), Some(200_000))), (2, Some(1)));
    assert_eq!(taken(two(Some(0), Some(0))), (1, Some(1)));
}

#[test]
fn an_invalid_metric_stops_the_way_down_only() {
    for (usage, value) in [(Some(450), None), (None, Some(700_000)), (Some(300), None), (None, Some(400_000))] {
        let decision = two(usage, value);
        assert!(decision.desired >= 4, "{usage:?} {value:?}: {decision:?}");
        assert_eq!(decision.conditions.scaling_active, condition(true, Reason::ValidMetricFound));
    }
    assert_eq!(two(Some(450), None).desired, 6);
    assert_eq!(two(None, Some(700_000)).desired, 7);
    for (usage, value, reason) in [
        (Some(75), None, Reason::FailedGetExternalMetric),
        (None, Some(200_000), Reason::FailedGetResourceMetric),
        (None, None, Reason::FailedGetResourceMetric),
    ] {
        let decision = two(usage, value);
        assert_eq!((decision.desired, decision.metric), (4, None));
        assert_eq!(decision.conditions.scaling_active, condition(false, reason));
        assert_eq!(decision.conditions.able_to_scale, condition(true, Reason::SucceededGetScale));
    }
}
