//! Who changes the services' objects: Argo CD, and what runs the cluster.
//!
//! Self-heal puts back what differs from Git, and does not see what is added to it: a rule of a network policy, a variable, a
//! sidecar. So nobody else may write there, administrators included, until the namespace says that they may.

use synth_kubernetes::{living, match_resources, policy_spec, rule, validation};

use super::Scope;
use crate::charts::keda::OPERATOR;

/// The label by which the namespace lets people change its objects, and its value.
pub(crate) const BY_HAND: (&str, &str) = ("tideline/by-hand", "allowed");

/// The prefixes of the names of Kubernetes and EKS themselves; EKS gives nobody such a name.
const CLUSTER: [&str; 3] = ["system:serviceaccount:kube-system:", "system:kube-", "eks:"];

/// The objects that KEDA's operator writes there: the autoscalers that it makes, and its finalizer on what it makes them of.
const MADE: &str = "horizontalpodautoscalers";
const SCALED: &str = "scaledobjects";

/// The account of KEDA's operator.
fn keda_operator(namespace: &str) -> String {
    format!("system:serviceaccount:{namespace}:{OPERATOR}")
}

/// The condition, with what leads to the next, under which KEDA's operator writes.
fn by_keda(namespace: &str) -> String {
    let made = [MADE, SCALED];
    let operator = keda_operator(namespace);
    format!("|| (request.userInfo.username == {operator:?} && request.resource.resource in {made:?}) ")
}

pub(super) fn define(scope: &Scope<'_>) {
    let (argocd, controller) = (&scope.settings.argocd, &scope.settings.load_balancer_controller);
    let (key, value) = BY_HAND;
    let writers = [
        format!("system:serviceaccount:{}:argocd-application-controller", argocd.namespace),
        // It keeps its finalizer on Services, and on what binds them to target groups.
        format!("system:serviceaccount:{}:{}", controller.namespace, controller.service_account),
    ];
    let scaler = scope.settings.services.scale_by_keda().then(|| by_keda(&scope.settings.keda.namespace));
    let expression = format!(
        "request.userInfo.username in {writers:?} \
         || {CLUSTER:?}.exists(begin, request.userInfo.username.startsWith(begin)) \
         {}|| namespaceObject.metadata.?labels[?'{key}'].orValue('') == '{value}'",
        scaler.clone().unwrap_or_default()
    );
    let message =
        format!("the services' objects change in Git; to change them by hand, label the namespace {key}={value}");
    let mut rules = vec![
        rule("", "v1", &["services", "endpoints", "serviceaccounts", "configmaps", "resourcequotas", "limitranges"]),
        rule("apps", "v1", &["deployments", "replicasets", "statefulsets", "daemonsets"]),
        rule("autoscaling", "v2", &[MADE]),
        rule("batch", "v1", &["cronjobs"]),
        // Whatever stands in one gets the traffic of its Service.
        rule("discovery.k8s.io", "v1", &["endpointslices"]),
        rule("monitoring.coreos.com", "v1", &["servicemonitors"]),
        rule("networking.k8s.io", "v1", &["networkpolicies", "ingresses"]),
        rule("policy", "v1", &["poddisruptionbudgets"]),
        rule("rbac.authorization.k8s.io", "v1", &["roles", "rolebindings"]),
    ];
    if scope.settings.terraform_owns_balancer() {
        rules.push(rule("elbv2.k8s.aws", "v1beta1", &["targetgroupbindings"]));
    }
    if scaler.is_some() {
        rules.push(rule("keda.sh", "v1alpha1", &[SCALED]));
    }
    let spec = policy_spec()
        .match_constraints(match_resources().resource_rules(rules))
        .match_conditions([living()])
        .validations([validation(expression, &message)]);
    scope.bind("by-hand", spec);
}
