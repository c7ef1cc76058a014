//! What is read from the object, what the API server adds, and what it refuses.

use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;
use serde_json::{Value as Json, json};
use synth_twin::{
    hpa::{
        Autoscaler,
        settings::{Flags, Metric, Policy, Rules, Select, Settings, Source, Step, Target, Tolerances},
    },
    time::Span,
};

use crate::given::{cpu, external, object, object_metric, pods_metric, resource};

fn settings(spec: &Json) -> Settings {
    Autoscaler::new(&object(spec)).map(|autoscaler| autoscaler.settings().clone()).expect("it is accepted")
}

fn rules(window: i64, policies: &[(Step, i64)]) -> Rules {
    let policy = |(step, seconds): &(Step, i64)| Policy { step: *step, period: Span::whole_seconds(*seconds) };
    let policies = policies.iter().map(policy).collect();
    Rules { window: Span::whole_seconds(window), select: Select::Max, policies }
}

#[test]
fn an_object_that_says_little_gets_the_api_servers_defaults() {
    let read = settings(&json!({ "maxReplicas": 5 }));
    let metric = Metric { source: Source::Resource { name: "cpu".to_owned() }, target: Target::Utilization(80) };
    let tolerances = Tolerances { up: 0.1, down: 0.1 };
    assert_eq!(read, Settings { min: 1, max: 5, metrics: vec![metric], behavior: None, tolerances });
}

#[test]
fn each_missing_half_and_field_of_behavior_gets_its_default() {
    let behavior = |behavior: Json| settings(&json!({ "maxReplicas": 5, "behavior": behavior })).behavior.unwrap();
    let up = rules(0, &[(Step::Pods(4), 15), (Step::Percent(100), 15)]);
    let down = rules(300, &[(Step::Percent(100), 15)]);
    let empty = behavior(json!({}));
    assert_eq!((&empty.up, &empty.down), (&up, &down));
    let half = behavior(json!({ "scaleDown": { "policies": [{ "type": "Pods", "value": 2, "periodSeconds": 90 }] } }));
    assert_eq!((half.up, half.down), (up.clone(), rules(300, &[(Step::Pods(2), 90)])));
    let fields = behavior(json!({
        "scaleUp": { "selectPolicy": "Min" }, "scaleDown": { "stabilizationWindowSeconds": 60, "selectPolicy": "Disabled" },
    }));
    assert_eq!(fields.up, Rules { select: Select::Min, ..up });
    assert_eq!(fields.down, Rules { select: Select::Disabled, window: Span::whole_seconds(60), ..down });
}

#[test]
fn tolerances_are_read_by_direction_unless_the_gate_is_off() {
    let spec = json!({ "maxReplicas": 5, "behavior": { "scaleUp": { "tolerance": "50m" }, "scaleDown": { "tolerance": "0" } } });
    assert_eq!(settings(&spec).tolerances, Tolerances { up: 0.05, down: 0.0 });
    let flags = Flags { configurable_tolerance: false, ..Flags::default() };
    let off = Autoscaler::with(&object(&spec), flags).unwrap();
    assert_eq!(off.settings().tolerances, Tolerances { up: 0.1, down: 0.1 });
}

#[test]
fn every_kind_of_metric_is_read() {
    let value = json!({ "type": "Value", "value": "1500m" });
    let each = json!({ "type": "AverageValue", "averageValue": "100" });
    let container = json!({ "type": "ContainerResource", "containerResource": {
        "name": "memory", "container": "web", "target": { "type": "Utilization", "averageUtilization": 70 },
    } });
    let spec = json!({ "maxReplicas": 5, "metrics": [
        cpu(60), resource("memory", &json!({ "type": "AverageValue", "averageValue": "64Mi" })), container, pods_metric("20"),
        object_metric(&value), object_metric(&each), external(&value), external(&each),
    ] });
    let (requests, ingress) = ("requests".to_owned(), ("Ingress".to_owned(), "web".to_owned()));
    let object = Source::Object { metric: requests.clone(), kind: ingress.0, name: ingress.1 };
    let outside = Source::External { metric: requests };
    let expected = [
        (Source::Resource { name: "cpu".to_owned() }, Target::Utilization(60)),
        (Source::Resource { name: "memory".to_owned() }, Target::AverageValue(64 * 1_048_576 * 1000)),
        (Source::ContainerResource { name: "memory".to_owned(), container: "web".to_owned() }, Target::Utilization(70)),
        (Source::Pods { metric: "in_flight".to_owned() }, Target::AverageValue(20_000)),
        (object.clone(), Target::Value(1_500)),
        (object, Target::AverageValue(100_000)),
        (outside.clone(), Target::Value(1_500)),
        (outside, Target::AverageValue(100_000)),
    ];
    let read: Vec<_> = settings(&spec).metrics.into_iter().map(|metric| (metric.source, metric.target)).collect();
    assert_eq!(read, expected);
}

#[test]
fn what_the_api_server_refuses_is_refused_by_its_field() {
    let policy = |changed: Json| {
        let mut policy = json!({ "type": "Pods", "value": 1, "periodSeconds": 60 });
        for (key, value) in changed.as_object().unwrap() {
            policy[key] = value.clone();
        }
        json!({ "maxReplicas": 5, "behavior": { "scaleUp": { "policies": [policy] } } })
    };
    let behavior = |half: &str, rules: Json| json!({ "maxReplicas": 5, "behavior": { half: rules } });
    let metric = |metric: Json| json!({ "maxReplicas": 5, "metrics": [cpu(60), metric] });
    let both = json!({ "type": "Value", "value": "1", "averageValue": "1" });
    let cases = [
        (json!({ "minReplicas": 0, "maxReplicas": 5 }), "`spec.minReplicas` is 0", "HPAScaleToZero"),
        (json!({ "minReplicas": 6, "maxReplicas": 5 }), "`spec.maxReplicas` is 5", "the 6 of `minReplicas`"),
        (json!({ "maxReplicas": 0 }), "`spec.maxReplicas` is 0", "less than"),
        (metric(json!({ "type": "Resource" })), "`spec.metrics[1].type`", "missing"),
        (metric(json!({ "type": "Disk" })), "`spec.metrics[1].type` is `Disk`", "unknown"),
        (metric(cpu(0)), "`spec.metrics[1].resource.target.averageUtilization` is 0", "greater than 0"),
        (metric(resource("cpu", &json!({ "type": "Utilization" }))), "`spec.metrics[1].resource.target`", "neither"),
        (
            metric(resource("cpu", &json!({ "type": "Utilization", "averageUtilization": 1, "averageValue": "1" }))),
            "`spec.metrics[1].resource.target`",
            "both",
        ),
        (metric(pods_metric("0")), "`spec.metrics[1].pods.target.averageValue` is `0`", "positive"),
        (metric(pods_metric("many")), "`spec.metrics[1].pods.target.averageValue` is `many`", "quantity"),
        (
            metric(object_metric(&json!({ "type": "Value", "averageValue": "1" }))),
            "`spec.metrics[1].object.target`",
            "no value of its type",
        ),
        (metric(external(&both)), "`spec.metrics[1].external.target`", "both"),
        (metric(external(&json!({ "type": "Value" }))), "`spec.metrics[1].external.target`", "neither"),
        (policy(json!({ "value": 0 })), "`spec.behavior.scaleUp.policies[0].value` is 0", "greater than 0"),
        (policy(json!({ "periodSeconds": 1801 })), "`spec.behavior.scaleUp.policies[0].periodSeconds` is 1801", "1800"),
        (policy(json!({ "type": "Share" })), "`spec.behavior.scaleUp.policies[0].type` is `Share`", "`Percent`"),
        (behavior("scaleDown", json!({ "policies": [] })), "`spec.behavior.scaleDown.policies`", "empty"),
        (
            behavior("scaleDown", json!({ "stabilizationWindowSeconds": 3601 })),
            "`spec.behavior.scaleDown.stabilizationWindowSeconds` is 3601",
            "3600",
        ),
        (
            behavior("scaleUp", json!({ "selectPolicy": "Any" })),
            "`spec.behavior.scaleUp.selectPolicy` is `Any`",
            "`Disabled`",
        ),
        (behavior("scaleUp", json!({ "tolerance": "-1" })), "`spec.behavior.scaleUp.tolerance` is `-1`", "0 or more"),
    ];
    for (spec, field, problem) in cases {
        let refused = Autoscaler::new(&object(&spec)).err().map(|refused| refused.to_string()).unwrap_or_default();
        assert!(refused.starts_with(field) && refused.contains(problem), "{spec}: {refused}");
    }
    let nothing = Autoscaler::new(&HorizontalPodAutoscaler::default());
    assert_eq!(nothing.unwrap_err().field, "spec.maxReplicas");
}
