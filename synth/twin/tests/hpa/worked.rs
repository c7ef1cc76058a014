//! Examples that were worked through the controller's own code.

use serde_json::{Value as Json, json};
use synth_twin::{
    hpa::{Replicas, pod::Readiness},
    time::Span,
};

use crate::given::{ago, at, autoscaler, cpu, external, nothing, of_value, old, pending, proposed, used};

#[test]
fn a_ratio_of_one_and_a_half_makes_six_of_four() {
    assert_eq!(proposed(&cpu(60), 4, &[(4, old(), used(450))]), Ok(6));
}

#[test]
fn the_percentage_is_cut_off_before_the_tolerance_is_asked() {
    assert_eq!(proposed(&cpu(60), 4, &[(4, old(), used(334))]), Ok(4));
    assert_eq!(proposed(&cpu(60), 4, &[(4, old(), used(335))]), Ok(5));
}

#[test]
fn a_pod_without_a_metric_uses_nothing_on_the_way_up() {
    assert_eq!(proposed(&cpu(50), 1, &[(1, old(), used(370))]), Ok(2));
    assert_eq!(proposed(&cpu(50), 2, &[(1, old(), used(505)), (1, old(), nothing())]), Ok(2));
    for second in [old(), pending()] {
        assert_eq!(proposed(&cpu(50), 4, &[(2, old(), used(375)), (2, second, nothing())]), Ok(4));
    }
}

#[test]
fn unready_pods_do_not_hold_a_proposal_down() {
    assert_eq!(proposed(&cpu(60), 10, &[(2, old(), used(150)), (8, pending(), nothing())]), Ok(1));
}

#[test]
fn a_pod_without_a_metric_uses_all_that_it_asks_for_on_the_way_down() {
    assert_eq!(proposed(&cpu(60), 5, &[(4, old(), used(100)), (1, old(), nothing())]), Ok(3));
}

#[test]
fn a_ready_pod_counts_from_one_whole_window_on() {
    let mut young = old();
    young.started = Some(ago(10.0));
    young.ready = Some(Readiness { since: ago(4.0), ..young.ready.unwrap() });
    assert_eq!(proposed(&cpu(60), 6, &[(3, old(), used(600)), (3, young, used(600))]), Ok(6));
}

/// When replicas change, and to what, as proposals come each 15 s: the high one from 60 to 165 s, else the minimum.
fn changes(spec: &Json, high: i32) -> Vec<(i64, i32)> {
    let mut autoscaler = autoscaler(spec);
    let least = autoscaler.settings().min;
    let mut current = least;
    let mut changes = Vec::new();
    for seconds in (0..=1_800).step_by(15) {
        let proposal = if (60..=165).contains(&seconds) { high } else { least };
        let now = at(0.0) + Span::whole_seconds(seconds);
        autoscaler.found(now, current);
        let desired = autoscaler.limit(now, current, proposal).desired;
        if desired != current {
            autoscaler.rescaled(now, current, desired);
            changes.push((seconds, desired));
        }
        current = desired;
    }
    changes
}

#[test]
fn the_platforms_own_behaviour_goes_up_in_thirty_seconds_and_down_in_twelve_minutes() {
    let spec = json!({ "minReplicas": 3, "maxReplicas": 24, "metrics": [cpu(60)], "behavior": {
        "scaleUp": { "stabilizationWindowSeconds": 0, "selectPolicy": "Max", "policies": [
            { "type": "Percent", "value": 100, "periodSeconds": 15 }, { "type": "Pods", "value": 4, "periodSeconds": 15 },
        ] },
        "scaleDown": { "stabilizationWindowSeconds": 300, "selectPolicy": "Max", "policies": [
            { "type": "Percent", "value": 10, "periodSeconds": 60 },
        ] },
    } });
    let changes = changes(&spec, 24);
    assert_eq!(changes[..3], [(60, 7), (75, 14), (90, 24)]);
    let down: Vec<_> = [21, 18, 16, 14, 12, 10, 9, 8, 7, 6, 5, 4, 3].into_iter().zip((465..).step_by(60)).collect();
    assert_eq!(changes[3..], down.iter().map(|(replicas, at)| (*at, *replicas)).collect::<Vec<_>>());
    assert_eq!(changes.last(), Some(&(1_185, 3)));
}

#[test]
fn the_default_behaviour_doubles_each_sync_and_goes_down_at_once() {
    let spec = json!({ "minReplicas": 3, "maxReplicas": 100, "metrics": [cpu(60)], "behavior": {} });
    assert_eq!(changes(&spec, 90), [(60, 7), (75, 14), (90, 28), (105, 56), (120, 90), (465, 3)]);
}

#[test]
fn without_behaviour_it_doubles_and_goes_down_one_sync_later() {
    let spec = json!({ "minReplicas": 3, "maxReplicas": 100, "metrics": [cpu(60)] });
    assert_eq!(changes(&spec, 90), [(60, 6), (75, 12), (90, 24), (105, 48), (120, 90), (480, 3)]);
}

#[test]
fn a_value_for_each_pod_is_shared_out_over_the_replicas_that_are_there() {
    let target = external(&json!({ "type": "AverageValue", "averageValue": "100" }));
    let replicas = Replicas { asked: 8, there: 8 };
    assert_eq!(of_value(&target, 950_000, replicas, &[]), 10);
    assert_eq!(of_value(&target, 870_000, replicas, &[]), 8);
}
