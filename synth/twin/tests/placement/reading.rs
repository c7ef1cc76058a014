//! Templates, read from what is written.

use k8s_openapi::api::core::v1::PodTemplateSpec;
use serde_json::{Value as Json, json};
use synth_twin::{
    pods::{
        AntiAffinity, Effect, Expression, Operator, Spread, Template, Toleration, ZONE,
        read::{Owner, Unread},
    },
    resources::Resources,
};

use crate::world::label;

fn owner() -> Owner {
    Owner { workload: "w".to_owned(), namespace: "services".to_owned(), ..Owner::default() }
}

fn read_as(owner: &Owner, written: Json) -> Result<Template, Unread> {
    Template::read(&serde_json::from_value::<PodTemplateSpec>(written).unwrap(), owner)
}

fn read(written: Json) -> Template {
    read_as(&owner(), written).unwrap_or_else(|unread| panic!("{unread}"))
}

fn resources(cpu: &str, memory: &str) -> Json {
    json!({ "name": "c", "resources": { "requests": { "cpu": cpu, "memory": memory } } })
}

#[test]
fn requests_are_those_of_all_containers_or_of_the_most_that_starts_before_them() {
    let sidecar = json!({ "name": "s", "restartPolicy": "Always", "resources": { "requests": { "cpu": "300m", "memory": "64Mi" } } });
    let written = json!({ "spec": {
        "initContainers": [sidecar, resources("1500m", "16Mi"), resources("100m", "1Gi")],
        "containers": [resources("200m", "100Mi"), resources("50m", "100Mi")],
    } });
    // CPU: 300 + 1500 while starting, against 300 + 250; memory: 64 + 1024, against 264.
    assert_eq!(read(written).requests, Resources { pods: 1, ..Resources::of(1800, 1088) });
}

#[test]
fn a_limit_without_a_request_is_one_and_what_is_said_of_the_pod_counts_for_it() {
    let limited = json!({ "name": "c", "resources": { "limits": { "cpu": "700m", "memory": "1Gi" }, "requests": { "cpu": "500m" } } });
    let template = read(json!({ "spec": { "containers": [limited] } }));
    assert_eq!((template.requests, template.cpu_limit), (Resources { pods: 1, ..Resources::of(500, 1024) }, Some(700)));
    let whole = json!({ "requests": { "cpu": "2" }, "limits": { "cpu": "3", "memory": "8Gi" } });
    let template = read(json!({ "spec": { "containers": [limited, resources("1", "1Gi")], "resources": whole } }));
    assert_eq!(
        (template.requests, template.cpu_limit),
        (Resources { pods: 1, ..Resources::of(2000, 2048) }, Some(3000))
    );
    let template =
        read(json!({ "spec": { "containers": [limited, resources("1", "1Gi")], "overhead": { "cpu": "250m" } } }));
    assert_eq!((template.requests.cpu, template.cpu_limit), (1750, None), "one container has no limit");
}

#[test]
fn containers_that_do_not_ask_are_scored_as_if_they_did() {
    let template =
        read(json!({ "spec": { "containers": [{ "name": "a" }, resources("1", "64Mi"), { "name": "b" }] } }));
    assert_eq!(
        (template.requests, template.unasked),
        (Resources { pods: 1, ..Resources::of(1000, 64) }, Resources::of(200, 400))
    );
}

#[test]
fn a_spread_has_the_api_servers_defaults_and_the_pods_own_revision() {
    let written = json!({
        "metadata": { "labels": { "app": "a", "tier": "t" } },
        "spec": { "containers": [], "topologySpreadConstraints": [{
            "maxSkew": 1, "topologyKey": ZONE, "whenUnsatisfiable": "DoNotSchedule", "minDomains": 2,
            "labelSelector": { "matchLabels": { "app": "a" }, "matchExpressions": [{ "key": "tier", "operator": "Exists" }] },
            "matchLabelKeys": ["pod-template-hash", "absent"],
        }] },
    });
    let template = read_as(&Owner { revision: Some("5c9f".to_owned()), ..owner() }, written).unwrap();
    let exists = Expression { key: "tier".to_owned(), operator: Operator::Exists, values: Vec::new() };
    assert_eq!(template.labels["pod-template-hash"], "5c9f");
    assert_eq!(
        template.spreads,
        [Spread {
            key: ZONE.to_owned(),
            max_skew: 1,
            min_domains: Some(2),
            hard: true,
            selector: vec![label("app", "a"), exists, label("pod-template-hash", "5c9f")],
            honors_affinity: true,
            honors_taints: false,
        }]
    );
}

#[test]
fn a_selector_that_is_not_written_selects_nothing() {
    let written = json!({ "spec": { "containers": [], "topologySpreadConstraints": [
        { "maxSkew": 1, "topologyKey": ZONE, "whenUnsatisfiable": "ScheduleAnyway", "nodeTaintsPolicy": "Honor", "nodeAffinityPolicy": "Ignore" },
    ] } });
    let spread = read(written).spreads.remove(0);
    assert!(!spread.hard && spread.honors_taints && !spread.honors_affinity);
    assert!(!spread.selector[0].holds(&[(String::new(), String::new())].into()));
}

#[test]
fn node_selector_and_affinity_are_one() {
    let term = |value: &str| json!({ "matchExpressions": [{ "key": "k", "operator": "In", "values": [value] }] });
    let affinity = |terms: Json| json!({ "nodeAffinity": { "requiredDuringSchedulingIgnoredDuringExecution": { "nodeSelectorTerms": terms } } });
    let spec =
        |affinity: Json| json!({ "spec": { "containers": [], "nodeSelector": { "s": "1" }, "affinity": affinity } });
    assert_eq!(read(spec(json!({}))).node_terms, [vec![label("s", "1")]]);
    let template = read(spec(affinity(json!([term("a"), {}, term("b")]))));
    assert_eq!(template.node_terms, [[label("s", "1"), label("k", "a")], [label("s", "1"), label("k", "b")]]);
    assert_eq!(read(spec(affinity(json!([{}])))).node_terms, [vec![]], "for no node");
    let preferred = json!({ "nodeAffinity": { "preferredDuringSchedulingIgnoredDuringExecution": [
        { "weight": 7, "preference": term("a") }, { "weight": 9, "preference": {} },
    ] } });
    assert_eq!(read(spec(preferred)).preferred_nodes, [(7, vec![label("k", "a")])]);
}

#[test]
fn anti_affinity_is_read_with_its_keys() {
    let term = json!({
        "topologyKey": "kubernetes.io/hostname", "labelSelector": { "matchLabels": { "app": "a" } }, "matchLabelKeys": ["app"],
        "mismatchLabelKeys": ["tenant"], "namespaces": ["services"],
    });
    let written = json!({
        "metadata": { "labels": { "app": "a", "tenant": "x" } },
        "spec": { "containers": [], "affinity": { "podAntiAffinity": {
            "requiredDuringSchedulingIgnoredDuringExecution": [term],
            "preferredDuringSchedulingIgnoredDuringExecution": [{ "weight": 30, "podAffinityTerm": { "topologyKey": ZONE, "labelSelector": {} } }],
        } } },
    });
    let not = Expression { key: "tenant".to_owned(), operator: Operator::NotIn, values: vec!["x".to_owned()] };
    assert_eq!(
        read(written).anti_affinity,
        [
            AntiAffinity {
                key: "kubernetes.io/hostname".to_owned(),
                selector: vec![label("app", "a"), label("app", "a"), not],
                weight: None,
            },
            AntiAffinity { key: ZONE.to_owned(), selector: Vec::new(), weight: Some(30) },
        ]
    );
}

#[test]
fn not_ready_and_unreachable_are_borne_for_300_s_unless_something_else_is_said() {
    let borne = |template: &Template| -> Vec<_> {
        let of = |toleration: &Toleration| (toleration.key.clone().unwrap_or_default(), toleration.seconds);
        template.tolerations.iter().map(of).collect()
    };
    let key = |name: &str| format!("node.kubernetes.io/{name}");
    let template = read(json!({ "spec": { "containers": [] } }));
    assert_eq!(borne(&template), [(key("not-ready"), Some(300)), (key("unreachable"), Some(300))]);
    let short =
        json!([{ "key": key("unreachable"), "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 30 }]);
    let template = read(json!({ "spec": { "containers": [], "tolerations": short } }));
    assert_eq!(borne(&template), [(key("unreachable"), Some(30)), (key("not-ready"), Some(300))]);
    let template = read(json!({ "spec": { "containers": [], "tolerations": [{ "operator": "Exists" }] } }));
    assert_eq!(borne(&template), [(String::new(), None)], "all is borne already");
    let daemon =
        read_as(&Owner { daemon: true, ..owner() }, json!({ "spec": { "containers": [], "hostNetwork": true } }))
            .unwrap();
    assert_eq!(daemon.tolerations.len(), 7);
    assert!(daemon.tolerations.iter().all(|toleration| toleration.seconds.is_none()));
}

#[test]
fn tolerations_compare_values_unless_they_say_exists() {
    let read = |toleration: Json| {
        read(json!({ "spec": { "containers": [], "tolerations": [toleration] } })).tolerations.remove(0)
    };
    let taint = |value: &str| synth_twin::pods::Taint {
        key: "k".to_owned(),
        value: value.to_owned(),
        effect: Effect::NoSchedule,
    };
    assert!(read(json!({ "key": "k", "value": "v" })).bears(&taint("v")));
    assert!(!read(json!({ "key": "k" })).bears(&taint("v")), "an absent value is the empty one");
    assert!(read(json!({ "key": "k", "operator": "Exists" })).bears(&taint("v")));
    assert!(!read(json!({ "key": "k", "operator": "Exists", "effect": "NoExecute" })).bears(&taint("v")));
}

#[test]
fn annotations_grace_and_preemption_are_read() {
    let written = json!({
        "metadata": { "annotations": { "controller.kubernetes.io/pod-deletion-cost": "-7", "karpenter.sh/do-not-disrupt": "true" } },
        "spec": { "containers": [], "terminationGracePeriodSeconds": 75, "preemptionPolicy": "Never" },
    });
    let template = read_as(&Owner { priority: 100, ..owner() }, written).unwrap();
    assert_eq!((template.deletion_cost, template.do_not_disrupt, template.grace_seconds), (-7, true, 75));
    assert_eq!((template.priority, template.never_preempts), (100, true));
    let template =
        read_as(&Owner { never_preempts: true, ..owner() }, json!({ "spec": { "containers": [] } })).unwrap();
    assert_eq!((template.grace_seconds, template.never_preempts, template.do_not_disrupt), (30, true, false));
}

#[test]
fn what_is_not_modelled_or_makes_no_sense_is_refused_all_at_once() {
    let written = json!({
        "metadata": { "annotations": { "controller.kubernetes.io/pod-deletion-cost": "cheap" } },
        "spec": {
            "schedulerName": "other",
            "containers": [resources("half", "1Gi")],
            "tolerations": [{ "key": "k", "effect": "Sometimes" }, { "key": "k", "operator": "Gt", "value": "1" }],
            "topologySpreadConstraints": [{ "maxSkew": 1, "topologyKey": ZONE, "whenUnsatisfiable": "Maybe" }],
            "affinity": {
                "podAffinity": {},
                "nodeAffinity": { "requiredDuringSchedulingIgnoredDuringExecution": { "nodeSelectorTerms": [
                    { "matchFields": [{ "key": "metadata.name", "operator": "In", "values": ["n1"] }] },
                ] } },
                "podAntiAffinity": { "requiredDuringSchedulingIgnoredDuringExecution": [
                    { "topologyKey": ZONE, "labelSelector": {}, "namespaces": ["elsewhere"] },
                ] },
            },
        },
    });
    let unread = read_as(&owner(), written).unwrap_err();
    assert_eq!(
        unread.problems,
        [
            "`spec.affinity.podAffinity` is not modelled",
            "`spec.schedulerName` is not modelled",
            "the annotation `controller.kubernetes.io/pod-deletion-cost` is no whole number",
            "`half` is no quantity of cpu",
            "`spec.affinity.nodeAffinity`: `matchFields` is not modelled",
            "`spec.tolerations`: there is no effect `Sometimes`",
            "`spec.tolerations`: the operator `Gt` is not modelled",
            "`spec.topologySpreadConstraints`: `whenUnsatisfiable` is `DoNotSchedule` or `ScheduleAnyway`, not `Maybe`",
            "`spec.affinity.podAntiAffinity`: other namespaces are not modelled",
        ]
    );
}
