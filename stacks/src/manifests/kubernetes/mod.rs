//! Kubernetes values at a call site: a function names the type, methods of the fields' own names set its fields.
//!
//! The types are k8s-openapi's. [`Draft`] only takes `Some`, `.into()` and `..Default::default()` off the reader's page.

mod admission;
mod custom;
mod draft;
mod network;
mod object;
mod pod;
mod scaling;

pub(crate) use admission::{
    changed, living, match_resources, policy_binding_spec, policy_spec, rule, validation, variable,
};
pub(crate) use custom::{CustomSpec, custom};
pub(crate) use draft::Draft;
pub(crate) use network::{
    egress, ingress, ip_block, network_policy_spec, pods, pods_of_namespace, service_port, service_spec, tcp, udp,
};
pub(crate) use object::{
    config_map, deployment, every_pod, horizontal_pod_autoscaler, job, limit_range, namespace, network_policy,
    pod_disruption_budget, priority_class, resource_quota, role, role_binding, selector, service, service_account,
    storage_class, validating_admission_policy, validating_admission_policy_binding,
};
pub(crate) use pod::{
    apart_by_host, container, container_port, deployment_spec, http_probe, pod_security_context, pod_spec,
    pod_template, pre_stop_sleep, resources, restricted_security_context, rolling_update, spread, toleration,
    toleration_for, toleration_of,
};
pub(crate) use scaling::{
    cpu_utilization, disruption_budget_spec, limit_range_spec, percent_policy, pods_policy, quota_spec, scaler_spec,
    scaling_rules,
};
