//! Who changes the services' objects: Argo CD, and what runs the cluster.
//!
//! Self-heal puts back what differs from Git, and does not see what is added to it: a rule of a network policy, a variable, a
//! sidecar. So nobody else may write there, administrators included, until the namespace says that they may.

use synth_kubernetes::{living, match_resources, policy_spec, rule, validation};

use super::Scope;
use crate::{
    charts::keda::OPERATOR,
    names::EXTERNAL_SECRETS,
    settings::{Settings, Worker},
};

/// The label by which the namespace lets people change its objects, and its value.
pub(crate) const BY_HAND: (&str, &str) = ("tideline/by-hand", "allowed");

/// The prefixes of the names of Kubernetes and EKS themselves; EKS gives nobody such a name.
const CLUSTER: [&str; 3] = ["system:serviceaccount:kube-system:", "system:kube-", "eks:"];

/// The objects that KEDA's operator writes there: the autoscalers that it makes, and its finalizer on what it makes them of.
const MADE: &str = "horizontalpodautoscalers";
const SCALED: &str = "scaledobjects";

/// As whom it asks others, which has its finalizer, too.
const ASKING: &str = "triggerauthentications";

/// The account of KEDA's operator.
fn keda_operator(namespace: &str) -> String {
    format!("system:serviceaccount:{namespace}:{OPERATOR}")
}

/// The condition, with what leads to the next, under which KEDA's operator writes.
fn by_keda(namespace: &str, asks: bool) -> String {
    let made: Vec<_> = [MADE, SCALED].into_iter().chain(asks.then_some(ASKING)).collect();
    let operator = keda_operator(namespace);
    format!("|| (request.userInfo.username == {operator:?} && request.resource.resource in {made:?}) ")
}

/// The objects that the External Secrets Operator puts its finalizer on, and what it makes of them.
const LISTED: &str = "externalsecrets";
const SECRETS: &str = "secrets";

/// The condition, with what leads to the next, under which the External Secrets Operator writes: Secrets of the names of what asks for some.
fn by_external_secrets(settings: &Settings) -> String {
    let operator = format!("system:serviceaccount:{}:{EXTERNAL_SECRETS}", settings.external_secrets.namespace);
    let names: Vec<_> = settings.services.with_secrets().map(|runs| runs.name).collect();
    format!(
        "|| (request.userInfo.username == {operator:?} && request.name in {names:?} \
         && request.resource.resource in {:?}) ",
        [SECRETS, LISTED]
    )
}

pub(super) fn define(scope: &Scope<'_>) {
    let (argocd, controller) = (&scope.settings.argocd, &scope.settings.load_balancer_controller);
    let (key, value) = BY_HAND;
    let writers = [
        format!("system:serviceaccount:{}:argocd-application-controller", argocd.namespace),
        // It keeps its finalizer on Services, and on what binds them to target groups.
        format!("system:serviceaccount:{}:{}", controller.namespace, controller.service_account),
    ];
    let services = &scope.settings.services;
    let asks = services.workers.values().any(Worker::scales_on_queue);
    let scaler = services.scale_by_keda().then(|| by_keda(&scope.settings.keda.namespace, asks));
    let secrets = scope.settings.services.ask_for_secrets().then(|| by_external_secrets(scope.settings));
    let expression = format!(
        "request.userInfo.username in {writers:?} \
         || {CLUSTER:?}.exists(begin, request.userInfo.username.startsWith(begin)) \
         {}{}|| namespaceObject.metadata.?labels[?'{key}'].orValue('') == '{value}'",
        scaler.clone().unwrap_or_default(),
        secrets.clone().unwrap_or_default()
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
        let kinds: &[&str] = if asks { &[SCALED, ASKING] } else { &[SCALED] };
        rules.push(rule("keda.sh", "v1alpha1", kinds));
    }
    if secrets.is_some() {
        rules.push(rule("", "v1", &[SECRETS]));
        rules.push(rule("external-secrets.io", "v1", &[LISTED, "secretstores"]));
    }
    let spec = policy_spec()
        .match_constraints(match_resources().resource_rules(rules))
        .match_conditions([living()])
        .validations([validation(expression, &message)]);
    scope.bind("by-hand", spec);
}
