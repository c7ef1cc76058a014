//! DRAIN: pods and nodes that go too soon, or never.

use insta::assert_snapshot;
use serde_json::json;

use crate::fixture::{broken, broken_by, set};

const PROXY: &str = "cors-proxy-server";
const GRACE: &str = "/spec/template/spec/terminationGracePeriodSeconds";

#[test]
fn a_grace_period_shorter_than_the_drain_is_found() {
    assert_snapshot!(broken("DRAIN001", |platform| set(platform, "Deployment", PROXY, GRACE, 30)), @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml is killed after 30 s, but its container `cors-proxy-server` needs 65 s: 15 s before the stop signal, 15 s until it stops accepting, 30 s for requests in flight, 5 s to end
          mend: raise `terminationGracePeriodSeconds` to 65 or more
        ");
}

#[test]
fn a_grace_period_shorter_than_the_deregistration_is_found() {
    assert_snapshot!(broken_by("DRAIN002", "[services.proxy]\nderegistration_delay_seconds = 120"), @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml is killed after 65 s, but the load balancer of Service/cors-proxy-server keeps its connections for 120 s
          mend: raise `terminationGracePeriodSeconds` to 120 or more, or lower `deregistration_delay_seconds`
        ");
}

#[test]
fn a_pod_that_stops_accepting_before_it_is_noticed_is_found() {
    assert_snapshot!(
        broken_by("DRAIN003", "[services.cors_proxy_server]\npre_stop_seconds = 5\ndrain_delay_seconds = 0"),
        @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml accepts for 5 s after it is told to go, but the load balancer of Service/cors-proxy-server notices after 10 s: 2 checks, one every 5 s
          mend: raise `pre_stop_seconds` and `drain_delay_seconds` to 10 or more together
        "
    );
}

#[test]
fn a_budget_without_room_is_found() {
    let budget = json!({ "minAvailable": 3, "selector": { "matchLabels": { "app.kubernetes.io/name": PROXY } } });
    assert_snapshot!(broken("DRAIN004", |platform| set(platform, "PodDisruptionBudget", PROXY, "/spec", budget)), @r"
        PodDisruptionBudget/cors-proxy-server in manifests/cors-proxy-server/pod-disruption-budget.yaml lets none of the 3 pods of cors-proxy-server go at its minimum
          mend: set `maxUnavailable` to 1 or to a percentage
        ");
    let most = "/spec/maxUnavailable";
    assert_snapshot!(broken("DRAIN004", |platform| set(platform, "PodDisruptionBudget", PROXY, most, 0)), @r"
        PodDisruptionBudget/cors-proxy-server in manifests/cors-proxy-server/pod-disruption-budget.yaml lets none of the 3 pods of cors-proxy-server go at its minimum
          mend: set `maxUnavailable` to 1 or to a percentage
        ");
}

#[test]
fn nodes_that_wait_for_ever_or_too_short_are_found() {
    let wait = "/spec/template/spec/terminationGracePeriod";
    assert_snapshot!(broken("DRAIN005", |platform| set(platform, "NodePool", "spot", wait, ())), @r"
        NodePool/spot in manifests/node-pools/node-pool-spot.yaml lets its nodes expire without a bound on how long they wait for their pods
          mend: set `karpenter.termination_grace_period`, such as 30m
        ");
    assert_snapshot!(broken("DRAIN005", |platform| set(platform, "NodePool", "spot", wait, "45s")), @r"
        NodePool/spot in manifests/node-pools/node-pool-spot.yaml ends its nodes after 45 s, but their pods may take 65 s to leave
          mend: raise `karpenter.termination_grace_period` to 65s or more
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
}

#[test]
fn a_namespace_without_readiness_gates_is_found() {
    let label = "/metadata/labels/elbv2.k8s.aws~1pod-readiness-gate-inject";
    assert_snapshot!(broken("DRAIN007", |platform| set(platform, "Namespace", "services", label, ())), @r"
        Namespace/services in manifests/platform/namespace-services.yaml holds the pods behind Service/cors-proxy-server and gives them no readiness gate
          mend: label it `elbv2.k8s.aws/pod-readiness-gate-inject: enabled`
        ");
}
