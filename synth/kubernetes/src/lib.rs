//! Kubernetes: typed objects, gathered into manifests and written as YAML.
//!
//! A function names a type, and methods of the fields' own names set its fields. The types are k8s-openapi's; [`Draft`] only
//! takes `Some`, `.into()` and `..Default::default()` off the reader's page. Kinds that are not Kubernetes' own have their
//! fields here, as far as they are used. This crate does no I/O and knows no platform.

mod admission;
pub mod argocd;
mod batch;
pub mod cert_manager;
mod custom;
mod draft;
pub mod elbv2;
pub mod external_secrets;
pub mod karpenter;
pub mod keda;
mod manifests;
pub mod monitoring;
mod network;
mod object;
mod pod;
pub mod quantity;
mod scaling;
mod yaml;

pub use admission::{changed, living, match_resources, policy_binding_spec, policy_spec, rule, validation, variable};
pub use batch::{cron_job_spec, job_spec, passes_over};
pub use custom::{Custom, CustomSpec, custom};
pub use draft::{Draft, IntoField};
pub use manifests::{BuiltManifests, Manifest, Manifests, Object};
pub use network::{
    egress, ingress, ingress_spec, ip_block, network_policy_spec, pods, pods_of_namespace, service_port, service_spec,
    tcp, udp,
};
pub use object::{
    config_map, cron_job, deployment, every_pod, horizontal_pod_autoscaler, ingress_object, job, limit_range,
    namespace, network_policy, pod_disruption_budget, priority_class, resource_quota, role, role_binding, selector,
    service, service_account, storage_class, validating_admission_policy, validating_admission_policy_binding,
};
pub use pod::{
    apart_by_host, container, container_port, deployment_spec, dns_options, env_var, env_var_of_secret, http_probe,
    pod_security_context, pod_spec, pod_template, pre_stop_sleep, resources, restricted_security_context,
    rolling_update, spread, toleration, toleration_for, toleration_of,
};
pub use quantity::Amount;
pub use scaling::{
    behavior, cpu_utilization, disruption_budget_spec, limit_range_spec, percent_policy, pods_policy, quota_spec,
    scaler_spec, scaling_rules,
};
