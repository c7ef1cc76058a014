//! Rules of bounds, windows and policies that no vector and no recording reaches, worked by hand from the controller's source.

use serde_json::{Value as Json, json};
use synth_twin::{
    hpa::{Autoscaler, Decision, Reading, Replicas, conditions::Reason},
    time::Span,
};

use crate::given::{at, autoscaler, condition, cpu, decide, each_hundred, old, used};

fn sync(autoscaler: &mut Autoscaler, seconds: f64, replicas: i32, value: i64) -> Decision {
    let asked = Replicas { asked: replicas, there: replicas };
    autoscaler.sync(at(seconds), asked, &[], &[Reading::Value(value)])
}

#[test]
fn out_of_bounds_neither_metrics_nor_policies_nor_windows_are_asked() {
    let behavior = json!({
        "scaleUp": { "selectPolicy": "Disabled" }, "scaleDown": { "selectPolicy": "Disabled", "stabilizationWindowSeconds": 3600 },
    });
    let spec = json!({ "minReplicas": 3, "maxReplicas": 8, "metrics": [cpu(60)], "behavior": behavior });
    for (current, bound) in [(1, 3), (2, 3), (9, 8), (40, 8)] {
        let decision = decide(&spec, current, &[(4, old(), used(5_000))]);
        assert_eq!((decision.desired, decision.proposals.len(), decision.proposed()), (bound, 0, None));
        assert_eq!(decision.conditions.able_to_scale, condition(true, Reason::SucceededRescale));
        assert_eq!(decision.conditions.scaling_active, None);
    }
}

#[test]
fn a_step_into_bounds_counts_against_the_policies_afterwards() {
    let policies = json!([{ "type": "Pods", "value": 5, "periodSeconds": 60 }]);
    let spec = json!({
        "minReplicas": 3, "maxReplicas": 20, "metrics": [each_hundred()], "behavior": { "scaleUp": { "policies": policies } },
    });
    let mut autoscaler = autoscaler(&spec);
    assert_eq!(sync(&mut autoscaler, 0.0, 1, 2_000_000).desired, 3);
    assert_eq!(sync(&mut autoscaler, 15.0, 3, 2_000_000).desired, 6);
}

#[test]
fn at_no_replicas_scaling_is_disabled() {
    let decision =
        decide(&json!({ "minReplicas": 3, "maxReplicas": 8, "metrics": [cpu(60)] }), 0, &[(4, old(), used(500))]);
    assert_eq!((decision.desired, decision.proposals.len()), (0, 0));
    assert_eq!(decision.conditions.scaling_active, condition(false, Reason::ScalingDisabled));
    assert_eq!(decision.conditions.able_to_scale, condition(true, Reason::SucceededGetScale));
}

#[test]
fn what_is_invalid_is_not_remembered() {
    let spec = json!({ "maxReplicas": 100, "metrics": [each_hundred()], "behavior": {} });
    let mut autoscaler = autoscaler(&spec);
    assert_eq!(sync(&mut autoscaler, 0.0, 10, 200_000).desired, 10);
    for seconds in 1..30 {
        let decision =
            autoscaler.sync(at(f64::from(seconds) * 15.0), Replicas { asked: 10, there: 10 }, &[], &[Reading::None]);
        assert_eq!(decision.desired, 10);
    }
    assert_eq!(sync(&mut autoscaler, 450.0, 10, 200_000).desired, 2);
}

#[test]
fn with_behavior_a_proposal_holds_for_less_than_its_window_and_without_for_all_of_it() {
    let with = json!({ "maxReplicas": 100, "metrics": [each_hundred()], "behavior": {} });
    let without = json!({ "maxReplicas": 100, "metrics": [each_hundred()] });
    for (spec, at_its_end) in [(&with, 2), (&without, 10)] {
        for (seconds, desired) in [(299.999, 10), (300.0, at_its_end), (300.001, 2)] {
            let mut autoscaler = autoscaler(spec);
            autoscaler.forgets_its_start();
            assert_eq!(sync(&mut autoscaler, 0.0, 10, 1_000_000).desired, 10);
            assert_eq!(sync(&mut autoscaler, seconds, 10, 200_000).desired, desired, "{seconds}");
        }
    }
}

#[test]
fn an_autoscaler_that_begins_takes_nothing_away_within_its_window() {
    let spec = json!({ "maxReplicas": 100, "metrics": [each_hundred()], "behavior": {} });
    let mut autoscaler = autoscaler(&spec);
    assert_eq!(sync(&mut autoscaler, 0.0, 10, 200_000).desired, 10);
    assert_eq!(sync(&mut autoscaler, 299.0, 10, 200_000).desired, 10);
    assert_eq!(sync(&mut autoscaler, 300.0, 10, 200_000).desired, 2);
}

#[test]
fn a_window_upwards_follows_the_lowest_proposal() {
    let spec = json!({ "maxReplicas": 100, "metrics": [each_hundred()], "behavior": {
        "scaleUp": { "stabilizationWindowSeconds": 60 }, "scaleDown": { "stabilizationWindowSeconds": 60 },
    } });
    let mut autoscaler = autoscaler(&spec);
    autoscaler.forgets_its_start();
    let mut step = |seconds, value| {
        let decision = sync(&mut autoscaler, seconds, 4, value);
        (decision.desired, decision.conditions.able_to_scale.unwrap().reason)
    };
    assert_eq!(step(0.0, 400_000), (4, Reason::ReadyForNewScale));
    assert_eq!(step(15.0, 700_000), (4, Reason::ScaleUpStabilized));
    assert_eq!(step(30.0, 600_000), (4, Reason::ScaleUpStabilized));
    assert_eq!(step(45.0, 200_000), (4, Reason::ScaleDownStabilized));
    assert_eq!(step(60.0, 800_000), (4, Reason::ScaleUpStabilized));
    assert_eq!(step(105.0, 800_000), (8, Reason::SucceededRescale));
}

#[test]
fn exactly_one_period_later_a_step_no_longer_counts() {
    let policies = json!([{ "type": "Pods", "value": 4, "periodSeconds": 15 }]);
    let spec =
        json!({ "maxReplicas": 100, "metrics": [each_hundred()], "behavior": { "scaleUp": { "policies": policies } } });
    for (seconds, desired) in [(14.999, 7), (15.0, 11)] {
        let mut autoscaler = autoscaler(&spec);
        assert_eq!(sync(&mut autoscaler, 0.0, 3, 9_000_000).desired, 7);
        assert_eq!(sync(&mut autoscaler, seconds, 7, 9_000_000).desired, desired);
    }
}

#[test]
fn what_was_taken_away_within_a_period_may_come_back() {
    let spec = json!({ "maxReplicas": 100, "metrics": [each_hundred()], "behavior": {
        "scaleUp": { "policies": [{ "type": "Percent", "value": 50, "periodSeconds": 60 }] },
        "scaleDown": { "stabilizationWindowSeconds": 0, "policies": [{ "type": "Percent", "value": 50, "periodSeconds": 60 }] },
    } });
    let mut autoscaler = autoscaler(&spec);
    autoscaler.forgets_its_start();
    // 11 may go to trunc(5.5), and from what were 11 to ceil(16.5).
    assert_eq!(sync(&mut autoscaler, 0.0, 11, 100_000).desired, 5);
    assert_eq!(sync(&mut autoscaler, 15.0, 5, 9_000_000).desired, 17);
    assert_eq!(sync(&mut autoscaler, 30.0, 17, 9_000_000).desired, 17);
    assert_eq!(sync(&mut autoscaler, 45.0, 17, 100_000).desired, 5);
}

#[test]
fn a_direction_forgets_what_is_too_old_for_its_own_policies() {
    let spec = json!({ "maxReplicas": 100, "metrics": [each_hundred()], "behavior": {
        "scaleUp": { "policies": [{ "type": "Pods", "value": 10, "periodSeconds": 60 }] },
        "scaleDown": { "stabilizationWindowSeconds": 0, "policies": [{ "type": "Pods", "value": 2, "periodSeconds": 15 }] },
    } });
    let mut autoscaler = autoscaler(&spec);
    autoscaler.forgets_its_start();
    assert_eq!(sync(&mut autoscaler, 0.0, 12, 100_000).desired, 10);
    // The step of 12 to 10 is still within 60 s, but its place is taken.
    assert_eq!(sync(&mut autoscaler, 30.0, 10, 900_000 - 10_000).desired, 9);
    assert_eq!(sync(&mut autoscaler, 45.0, 9, 9_000_000).desired, 20);
}

#[test]
fn without_behavior_at_most_twice_as_many_or_four_are_asked_for() {
    let spec = json!({ "minReplicas": 1, "maxReplicas": 30, "metrics": [each_hundred()] });
    for (current, desired, reason) in [
        (1, 4, Reason::ScaleUpLimit),
        (2, 4, Reason::ScaleUpLimit),
        (3, 6, Reason::ScaleUpLimit),
        (15, 30, Reason::TooManyReplicas),
        (20, 30, Reason::TooManyReplicas),
    ] {
        let decision = sync(&mut autoscaler(&spec), 0.0, current, 9_000_000);
        assert_eq!(decision.desired, desired);
        assert_eq!(decision.conditions.scaling_limited, condition(true, reason));
        assert_eq!(decision.conditions.able_to_scale, condition(true, Reason::SucceededRescale));
    }
    let mut few = autoscaler(&json!({ "minReplicas": 3, "maxReplicas": 30, "metrics": [each_hundred()] }));
    few.forgets_its_start();
    let decision = sync(&mut few, 0.0, 10, 100_000);
    assert_eq!((decision.desired, decision.conditions.scaling_limited), (3, condition(true, Reason::TooFewReplicas)));
    let decision = sync(&mut few, 15.0, 3, 300_000);
    assert_eq!(decision.conditions.scaling_limited, condition(false, Reason::DesiredWithinRange));
    assert_eq!(decision.conditions.able_to_scale, condition(true, Reason::ReadyForNewScale));
}

#[test]
fn without_behavior_the_highest_of_five_minutes_holds() {
    let mut autoscaler = autoscaler(&json!({ "maxReplicas": 30, "metrics": [each_hundred()] }));
    autoscaler.forgets_its_start();
    assert_eq!(sync(&mut autoscaler, 0.0, 10, 800_000).desired, 8);
    let decision = sync(&mut autoscaler, 15.0, 8, 300_000);
    assert_eq!(decision.desired, 8);
    assert_eq!(decision.conditions.able_to_scale, condition(true, Reason::ScaleDownStabilized));
}

#[test]
fn what_limits_it_is_told() {
    let spec = json!({ "minReplicas": 2, "maxReplicas": 10, "metrics": [each_hundred()], "behavior": {
        "scaleUp": { "policies": [{ "type": "Pods", "value": 3, "periodSeconds": 15 }] },
        "scaleDown": { "stabilizationWindowSeconds": 0, "policies": [{ "type": "Pods", "value": 3, "periodSeconds": 15 }] },
    } });
    for (current, value, desired, holds, reason) in [
        (4, 9_000_000, 7, true, Reason::ScaleUpLimit),
        (7, 9_000_000, 10, true, Reason::TooManyReplicas),
        (9, 9_000_000, 10, true, Reason::TooManyReplicas),
        (4, 600_000, 6, false, Reason::DesiredWithinRange),
        (9, 100_000, 6, true, Reason::ScaleDownLimit),
        (4, 100_000, 2, true, Reason::TooFewReplicas),
        (5, 200_000, 2, false, Reason::DesiredWithinRange),
        (5, 500_000, 5, false, Reason::DesiredWithinRange),
    ] {
        let mut autoscaler = autoscaler(&spec);
        autoscaler.forgets_its_start();
        let decision = sync(&mut autoscaler, 0.0, current, value);
        assert_eq!(
            (decision.desired, decision.conditions.scaling_limited),
            (desired, condition(holds, reason)),
            "{current}"
        );
    }
}

#[test]
fn each_direction_has_its_tolerance() {
    let spec = |up: &str, down: &str| {
        let behavior = json!({ "scaleUp": { "tolerance": up }, "scaleDown": { "tolerance": down, "stabilizationWindowSeconds": 0 } });
        json!({ "maxReplicas": 100, "metrics": [each_hundred()], "behavior": behavior })
    };
    let desired = |spec: &Json, value| {
        let mut autoscaler = autoscaler(spec);
        autoscaler.forgets_its_start();
        sync(&mut autoscaler, 0.0, 10, value).desired
    };
    assert_eq!(
        [1_010_000, 1_000_000, 700_000, 699_000].map(|value| desired(&spec("0", "0.3"), value)),
        [11, 10, 10, 7]
    );
    assert_eq!(
        [1_300_000, 1_301_000, 990_000, 899_000].map(|value| desired(&spec("300m", "0"), value)),
        [10, 14, 10, 9]
    );
}

#[test]
fn a_sync_of_a_changed_object_is_remembered_only_where_behavior_is_given() {
    let spec = json!({ "maxReplicas": 100, "metrics": [each_hundred()] });
    let mut autoscaler = autoscaler(&spec);
    assert_eq!(sync(&mut autoscaler, 0.0, 3, 9_000_000).desired, 6);
    assert_eq!(sync(&mut autoscaler, 1.0, 6, 9_000_000).desired, 12);
}

#[test]
fn a_decision_is_the_same_each_time() {
    let run = || {
        let mut autoscaler = autoscaler(&json!({ "maxReplicas": 100, "metrics": [each_hundred()], "behavior": {} }));
        let mut current = 3;
        (0..200)
            .map(|step: i32| {
                current =
                    sync(&mut autoscaler, f64::from(step) * 15.0, current, i64::from(step * 7_919 % 4_000) * 1_000)
                        .desired;
                current
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(run(), run());
    assert_eq!(Span::whole_seconds(15), autoscaler(&json!({ "maxReplicas": 1 })).flags().sync_period);
}
