//! DRAIN: pods and nodes that go too soon, or never.

use insta::assert_snapshot;
use serde_json::json;

use crate::fixture::{broken, broken_by, found, remove, set, with};

const CONTROLLER: &str = "aws-load-balancer-controller";
const PROXY: &str = "cors-proxy-server";
const GRACE: &str = "/spec/template/spec/terminationGracePeriodSeconds";

#[test]
fn a_grace_period_shorter_than_the_drain_is_found() {
    assert_snapshot!(broken("DRAIN001", |platform| set(platform, "Deployment", PROXY, GRACE, 30)), @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml is killed after 30 s, but its container `cors-proxy-server` needs 95 s: 15 s before the stop signal, 45 s until it stops accepting, 30 s for requests in flight, 5 s to end
          mend: raise `terminationGracePeriodSeconds` to 95 or more
        ");
}

#[test]
fn a_grace_period_shorter_than_the_deregistration_is_found() {
    assert_snapshot!(broken_by("DRAIN002", "[services.proxy]\nderegistration_delay_seconds = 120"), @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml is killed after 95 s, but the load balancer of Service/cors-proxy-server keeps its connections for 120 s
          mend: raise `terminationGracePeriodSeconds` to 120 or more, or lower `deregistration_delay_seconds`
        ");
}

#[test]
fn a_pod_that_stops_accepting_before_it_is_noticed_is_found() {
    let early = "[services.cors_proxy_server]\npre_stop_seconds = 5\ndrain_delay_seconds = 30";
    assert_snapshot!(broken_by("DRAIN003", early), @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml accepts for 35 s after it is told to stop, but the load balancer of Service/cors-proxy-server may send new connections for 60 s
          mend: raise `pre_stop_seconds` and `drain_delay_seconds` to 60 or more together
        ");
    // A load balancer that is known to be slower needs more of the same pods.
    assert_snapshot!(broken_by("DRAIN003", "[services.proxy]\nlate_connections_seconds = 120"), @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml accepts for 60 s after it is told to stop, but the load balancer of Service/cors-proxy-server may send new connections for 120 s
          mend: raise `pre_stop_seconds` and `drain_delay_seconds` to 120 or more together
        ");
    assert_eq!(found(&with("[services.proxy]\nlate_connections_seconds = 0"), "DRAIN003"), "");
}

#[test]
fn a_pod_that_only_health_checks_give_away_needs_its_time_after_the_signal() {
    let held = "[services.cors_proxy_server]\npre_stop_seconds = 60\ndrain_delay_seconds = 5";
    assert_snapshot!(broken_by("DRAIN003", held), @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml accepts for 5 s after its stop signal, but where nothing deregisters it, the load balancer of Service/cors-proxy-server notices after 10 s: 2 checks, one every 5 s
          mend: raise `drain_delay_seconds` to 10 or more
        ");
    let target = "/metadata/annotations/service.beta.kubernetes.io~1aws-load-balancer-nlb-target-type";
    assert_snapshot!(broken("DRAIN003", |platform| set(platform, "Service", PROXY, target, "instance")), @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml accepts for 45 s after its stop signal, but the load balancer of Service/cors-proxy-server has nodes as targets and may send new connections for 60 s after 10 s of failing checks
          mend: let the pods themselves be its targets (`nlb-target-type: ip`)
        ");
}

#[test]
fn connections_that_are_cut_while_they_drain_are_found() {
    assert_snapshot!(broken_by("DRAIN008", "[services.proxy]\nderegistration_delay_seconds = 30"), @r"
        Service/cors-proxy-server in manifests/cors-proxy-server/service.yaml ends connections 30 s after a pod is deregistered, but Deployment/cors-proxy-server promises them 90 s
          mend: raise `deregistration_delay_seconds` to 90 or more
        ");
    let attributes = "/metadata/annotations/service.beta.kubernetes.io~1aws-load-balancer-target-group-attributes";
    let kept = "deregistration_delay.timeout_seconds=30,deregistration_delay.connection_termination.enabled=false";
    assert_eq!(broken("DRAIN008", |platform| set(platform, "Service", PROXY, attributes, kept)), "");
}

#[test]
fn a_pod_that_takes_longer_to_leave_than_spot_gives_it_is_a_warning() {
    assert_snapshot!(broken_by("DRAIN009", "[services.cors_proxy_server]\ndrain_timeout_seconds = 60"), @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml takes 120 s to leave, but on the nodes of NodePool/spot it has 115 s: Spot gives 120 s, of which 5 s pass before the pod is told; requests in flight have 55 s instead of 60 s
          mend: lower `pre_stop_seconds`, `drain_delay_seconds` and `drain_timeout_seconds` to 115 together, or use only pools of `on-demand` nodes
        ");
    assert_snapshot!(broken_by("DRAIN009", "[services.cors_proxy_server]\ndrain_delay_seconds = 120"), @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml takes 165 s to leave, but on the nodes of NodePool/spot it has 115 s: Spot gives 120 s, of which 5 s pass before the pod is told; it is cut off while it still accepts, 20 s too early
          mend: lower `pre_stop_seconds`, `drain_delay_seconds` and `drain_timeout_seconds` to 115 together, or use only pools of `on-demand` nodes
        ");
    let slow = "[services.cors_proxy_server]\ndrain_timeout_seconds = 60\n\
                [karpenter.node_pools.spot]\ncapacity_type = \"on-demand\"";
    assert_eq!(found(&with(slow), "DRAIN009"), "");
}

/// Settings that just fit, and the same with a second too much or too little.
const BOUNDS: &[(&str, &str, &str)] = &[
    (
        "DRAIN002",
        "services.proxy.deregistration_delay_seconds = 95",
        "services.proxy.deregistration_delay_seconds = 96",
    ),
    ("DRAIN003", "services.proxy.late_connections_seconds = 60", "services.proxy.late_connections_seconds = 61"),
    (
        "DRAIN003",
        "services.cors_proxy_server.pre_stop_seconds = 60\nservices.cors_proxy_server.drain_delay_seconds = 10",
        "services.cors_proxy_server.pre_stop_seconds = 60\nservices.cors_proxy_server.drain_delay_seconds = 9",
    ),
    ("DRAIN005", "karpenter.termination_grace_period = \"95s\"", "karpenter.termination_grace_period = \"94s\""),
    (
        "DRAIN008",
        "services.proxy.deregistration_delay_seconds = 90",
        "services.proxy.deregistration_delay_seconds = 89",
    ),
    (
        "DRAIN009",
        "services.cors_proxy_server.drain_timeout_seconds = 55",
        "services.cors_proxy_server.drain_timeout_seconds = 56",
    ),
];

#[test]
fn a_second_decides_at_each_bound_of_leaving() {
    for (code, fits, does_not) in BOUNDS {
        assert_eq!(broken_by(code, fits), "", "{code}: {fits}");
        assert_ne!(broken_by(code, does_not), "", "{code}: {does_not}");
    }
}

#[test]
fn a_budget_without_room_is_found() {
    let budget = json!({ "minAvailable": 3, "selector": { "matchLabels": { "app.kubernetes.io/name": PROXY } } });
    assert_snapshot!(broken("DRAIN004", |platform| set(platform, "PodDisruptionBudget", PROXY, "/spec", budget)), @r"
        PodDisruptionBudget/cors-proxy-server in manifests/cors-proxy-server/pod-disruption-budget.yaml lets none of the 3 pods of cors-proxy-server be evicted at its minimum
          mend: set `maxUnavailable` to 1 or to a percentage
        ");
    let most = "/spec/maxUnavailable";
    assert_snapshot!(broken("DRAIN004", |platform| set(platform, "PodDisruptionBudget", PROXY, most, 0)), @r"
        PodDisruptionBudget/cors-proxy-server in manifests/cors-proxy-server/pod-disruption-budget.yaml lets none of the 3 pods of cors-proxy-server be evicted at its minimum
          mend: set `maxUnavailable` to 1 or to a percentage
        ");
}

#[test]
fn a_budget_over_the_only_pod_that_watches_is_found() {
    let replicas = "/spec/source/helm/valuesObject/alertmanager/alertmanagerSpec/replicas";
    let stack = "kube-prometheus-stack";
    assert_snapshot!(broken("DRAIN004", |platform| set(platform, "Application", stack, replicas, 1)), @r"
        Application/kube-prometheus-stack in manifests/kube-prometheus-stack.yaml lets none of the 1 pods of alertmanager be evicted at its minimum
          mend: raise `observability.alertmanager_replicas` to 2 or more, or leave the budget out
        ");
    // The setting leaves the budget out with it.
    assert_eq!(found(&with("[observability]\nprometheus_replicas = 1\nalertmanager_replicas = 1"), "DRAIN004"), "");
}

#[test]
fn a_grace_period_that_ends_before_the_last_turn_of_pods_is_found() {
    assert_snapshot!(broken_by("DRAIN010", "[karpenter]\ntermination_grace_period = \"20m\""), @r"
        NodePool/on-demand in manifests/node-pools/node-pool-on-demand.yaml ends its nodes after 1200 s, but if all of them go together, the pods of prometheus leave in 2 turns of 780 s: 600 s to leave, and 180 s until their replacements are ready
          mend: raise `karpenter.termination_grace_period` to 1560s or more
        NodePool/spot in manifests/node-pools/node-pool-spot.yaml ends its nodes after 1200 s, but if all of them go together, the pods of prometheus leave in 2 turns of 780 s: 600 s to leave, and 180 s until their replacements are ready
          mend: raise `karpenter.termination_grace_period` to 1560s or more
        ");
    assert_snapshot!(broken_by("DRAIN010", "[services.mock_target_server]\ndrain_timeout_seconds = 400"), @r"
        NodePool/on-demand in manifests/node-pools/node-pool-on-demand.yaml ends its nodes after 1800 s, but if all of them go together, the pods of mock-target-server leave in 4 turns of 595 s: 415 s to leave, and 180 s until their replacements are ready
          mend: raise `karpenter.termination_grace_period` to 2380s or more
        NodePool/spot in manifests/node-pools/node-pool-spot.yaml ends its nodes after 1800 s, but if all of them go together, the pods of mock-target-server leave in 4 turns of 595 s: 415 s to leave, and 180 s until their replacements are ready
          mend: raise `karpenter.termination_grace_period` to 2380s or more
        ");
    let one = |platform: &mut stacks::Platform| {
        set(platform, "PodDisruptionBudget", PROXY, "/spec/maxUnavailable", 1);
        set(platform, "HorizontalPodAutoscaler", PROXY, "/spec/maxReplicas", 12);
    };
    assert_snapshot!(broken("DRAIN010", one), @r"
        NodePool/on-demand in manifests/node-pools/node-pool-on-demand.yaml ends its nodes after 1800 s, but if all of them go together, the pods of cors-proxy-server leave in 12 turns of 275 s: 95 s to leave, and 180 s until their replacements are ready
          mend: raise `karpenter.termination_grace_period` to 3300s or more
        NodePool/spot in manifests/node-pools/node-pool-spot.yaml ends its nodes after 1800 s, but if all of them go together, the pods of cors-proxy-server leave in 12 turns of 275 s: 95 s to leave, and 180 s until their replacements are ready
          mend: raise `karpenter.termination_grace_period` to 3300s or more
        ");
}

#[test]
fn nodes_that_expire_before_a_new_image_replaces_them_are_found() {
    assert_snapshot!(broken_by("DRAIN011", "[karpenter]\nexpire_after = \"336h\""), @r"
        NodePool/on-demand in manifests/node-pools/node-pool-on-demand.yaml ends its nodes 336 h after they were made, all of the same age at once and without a budget, but a new image, which replaces them gently, may be 1440 h away
          mend: raise `karpenter.expire_after` to 1440h or more, or set it to `Never`
        NodePool/spot in manifests/node-pools/node-pool-spot.yaml ends its nodes 336 h after they were made, all of the same age at once and without a budget, but a new image, which replaces them gently, may be 1440 h away
          mend: raise `karpenter.expire_after` to 1440h or more, or set it to `Never`
        ");
    // Left out, Karpenter's own 30 days count.
    let expires = "/spec/template/spec/expireAfter";
    assert_ne!(broken("DRAIN011", |platform| set(platform, "NodePool", "spot", expires, ())), "");
    assert_eq!(found(&with("[karpenter]\nexpire_after = \"1440h\""), "DRAIN011"), "");
    assert_eq!(found(&with("[karpenter]\nexpire_after = \"Never\""), "DRAIN011"), "");
}

#[test]
fn nodes_that_wait_for_ever_or_too_short_are_found() {
    let wait = "/spec/template/spec/terminationGracePeriod";
    assert_snapshot!(broken("DRAIN005", |platform| set(platform, "NodePool", "spot", wait, ())), @r"
        NodePool/spot in manifests/node-pools/node-pool-spot.yaml lets its nodes expire without a limit on how long they wait for their pods
          mend: set `karpenter.termination_grace_period`, such as 30m
        ");
    assert_snapshot!(broken("DRAIN005", |platform| set(platform, "NodePool", "spot", wait, "45s")), @r"
        NodePool/spot in manifests/node-pools/node-pool-spot.yaml ends its nodes after 45 s, but their pods may take 95 s to leave
          mend: raise `karpenter.termination_grace_period` to 95s or more
        ");
}

#[test]
fn a_pool_that_may_replace_all_or_none_is_found() {
    let budgets = "/spec/disruption/budgets";
    let all = json!([{ "nodes": "100%" }]);
    assert_snapshot!(broken("DRAIN006", |platform| set(platform, "NodePool", "spot", budgets, all)), @r"
        NodePool/spot in manifests/node-pools/node-pool-spot.yaml may replace all of its nodes at once for any reason
          mend: lower the budget, to 20% or less
        ");
    let none = json!([{ "nodes": "0", "reasons": ["Drifted"] }]);
    assert_snapshot!(broken("DRAIN006", |platform| set(platform, "NodePool", "spot", budgets, none)), @r"
        NodePool/spot in manifests/node-pools/node-pool-spot.yaml may never replace a node for Drifted
          mend: raise the budget, or give it a schedule
        ");
    let no_share = json!([{ "nodes": "0%" }]);
    let found = broken("DRAIN006", |platform| set(platform, "NodePool", "spot", budgets, no_share));
    assert!(found.contains("may never replace a node for any reason"), "{found}");
}

#[test]
fn pods_that_are_made_without_readiness_gates_are_found() {
    let label = "/metadata/labels/elbv2.k8s.aws~1pod-readiness-gate-inject";
    assert_snapshot!(broken("DRAIN007", |platform| set(platform, "Namespace", "services", label, ())), @r"
        Namespace/services in manifests/platform/namespace-services.yaml holds the pods behind Service/cors-proxy-server and gives them no readiness gate
          mend: label it `elbv2.k8s.aws/pod-readiness-gate-inject: enabled`
        ");
    let target = "/metadata/annotations/service.beta.kubernetes.io~1aws-load-balancer-nlb-target-type";
    assert_snapshot!(broken("DRAIN007", |platform| set(platform, "Service", PROXY, target, "instance")), @r"
        Service/cors-proxy-server in manifests/cors-proxy-server/service.yaml has nodes as targets, but only pods that are targets themselves get a readiness gate
          mend: annotate it `service.beta.kubernetes.io/aws-load-balancer-nlb-target-type: ip`
        ");
    let wave = "/metadata/annotations/argocd.argoproj.io~1sync-wave";
    assert_snapshot!(broken("DRAIN007", |platform| set(platform, "Service", PROXY, wave, ())), @r"
        Service/cors-proxy-server in manifests/cors-proxy-server/service.yaml is synced no earlier than Deployment/cors-proxy-server, whose first pods then have no readiness gate
          mend: give it a lower `argocd.argoproj.io/sync-wave`
        ");
    assert_snapshot!(broken("DRAIN007", |platform| remove(platform, "Application", CONTROLLER)), @r"
        Service/cors-proxy-server in manifests/cors-proxy-server/service.yaml has no controller that makes its load balancer and gives its pods a readiness gate
          mend: install `aws-load-balancer-controller`
        ");
}

#[test]
fn pods_that_are_made_while_the_controller_is_away_are_found() {
    let value = |name: &str| format!("/spec/source/helm/valuesObject/{name}");
    let policy = value("podMutatorWebhookConfig");
    // Left out, the chart's default is `Ignore`.
    assert_snapshot!(broken("DRAIN007", |platform| set(platform, "Application", CONTROLLER, &policy, ())), @r"
        Application/aws-load-balancer-controller in manifests/aws-load-balancer-controller.yaml lets pods of cors-proxy-server be made without a readiness gate while the controller is down
          mend: set `podMutatorWebhookConfig.failurePolicy: Fail` in its values
        ");
    let selector = value("objectSelector");
    let others = json!({ "matchLabels": { "app.kubernetes.io/name": "other" } });
    assert_snapshot!(broken("DRAIN007", |platform| set(platform, "Application", CONTROLLER, &selector, others)), @r"
        Application/aws-load-balancer-controller in manifests/aws-load-balancer-controller.yaml has a webhook that skips the pods of cors-proxy-server, so that they get no readiness gate
          mend: let `objectSelector` in its values select them, and leave `webhookNamespaceSelectors` out
        ");
    let namespaces = value("webhookNamespaceSelectors");
    let elsewhere = json!([{ "key": "team", "operator": "In", "values": ["other"] }]);
    assert_snapshot!(broken("DRAIN007", |platform| set(platform, "Application", CONTROLLER, &namespaces, elsewhere)), @r"
        Application/aws-load-balancer-controller in manifests/aws-load-balancer-controller.yaml has a webhook that skips the pods of cors-proxy-server, so that they get no readiness gate
          mend: let `objectSelector` in its values select them, and leave `webhookNamespaceSelectors` out
        ");
}

#[test]
fn pods_that_wait_for_a_controller_without_need_are_found() {
    let selector = "/spec/source/helm/valuesObject/objectSelector";
    assert_snapshot!(broken("DRAIN007", |platform| set(platform, "Application", CONTROLLER, selector, ())), @r"
        Application/aws-load-balancer-controller in manifests/aws-load-balancer-controller.yaml blocks new pods of mock-target-server while the controller is down, although no load balancer serves them
          mend: let `objectSelector` in its values select only pods behind a load balancer
        ");
}

#[test]
fn a_share_of_pods_is_rounded_up() {
    let with = |key: &'static str, share: &'static str| {
        broken("DRAIN004", |platform| {
            set(platform, "PodDisruptionBudget", PROXY, "/spec/maxUnavailable", ());
            set(platform, "PodDisruptionBudget", PROXY, &format!("/spec/{key}"), share);
        })
    };
    assert_eq!([with("minAvailable", "66%"), with("maxUnavailable", "1%")], ["", ""]);
    assert_ne!(with("minAvailable", "67%"), "", "67 % of 3 pods are 3");
    assert_ne!(with("minAvailable", "100%"), "");
    assert_ne!(with("maxUnavailable", "0%"), "");
}

#[test]
fn a_budget_that_says_nothing_keeps_all_pods() {
    assert_ne!(
        broken("DRAIN004", |platform| set(platform, "PodDisruptionBudget", PROXY, "/spec/maxUnavailable", ())),
        ""
    );
}

#[test]
fn nodes_that_never_expire_may_wait_without_a_bound() {
    let spec = "/spec/template/spec";
    let waits = |expires: &'static str| {
        broken("DRAIN005", |platform| {
            set(platform, "NodePool", "spot", &format!("{spec}/terminationGracePeriod"), ());
            set(platform, "NodePool", "spot", &format!("{spec}/expireAfter"), expires);
        })
    };
    assert_eq!(waits("Never"), "");
    assert_ne!(waits("2160h"), "");
    let never = format!("{spec}/expireAfter");
    assert_eq!(broken("DRAIN011", |platform| set(platform, "NodePool", "spot", &never, "Never")), "");
}

#[test]
fn a_second_decides_how_long_nodes_have_to_wait() {
    let wait = "/spec/template/spec/terminationGracePeriod";
    let waits = |time: &'static str| broken("DRAIN005", |platform| set(platform, "NodePool", "spot", wait, time));
    assert_eq!(waits("95s"), "", "the slowest pod takes as long");
    assert_ne!(waits("94s"), "");
}

#[test]
fn a_pool_may_rest_at_some_hours() {
    let budgets = "/spec/disruption/budgets";
    let found = |budget: serde_json::Value| {
        broken("DRAIN006", |platform| set(platform, "NodePool", "spot", budgets, json!([budget.clone()])))
    };
    let at_day = |nodes: &str| json!({ "nodes": nodes, "schedule": "0 9 * * mon-fri", "duration": "8h" });
    assert_eq!([found(at_day("0")), found(at_day("0%"))], ["", ""]);
    assert_ne!(found(at_day("100%")), "");
    assert_eq!(found(json!({ "nodes": "99%" })), "");
    assert_eq!(found(json!({ "nodes": "100%", "reasons": ["Empty"] })), "", "an empty node takes no pod with it");
    assert_ne!(found(json!({ "nodes": "100%", "reasons": ["Empty", "Drifted"] })), "");
}
