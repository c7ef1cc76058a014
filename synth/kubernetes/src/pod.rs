//! Pods: containers, their probes and limits, and where pods go.

use k8s_openapi::{
    api::{
        apps::v1::{DeploymentSpec, DeploymentStrategy, RollingUpdateDeployment},
        core::v1::{
            Affinity, Capabilities, Container, ContainerPort, EnvVar, EnvVarSource, HTTPGetAction, Lifecycle,
            LifecycleHandler, PodAffinityTerm, PodAntiAffinity, PodDNSConfig, PodDNSConfigOption, PodSecurityContext,
            PodSpec, PodTemplateSpec, Probe, ResourceRequirements, SeccompProfile, SecretKeySelector, SecurityContext,
            SleepAction, Toleration, TopologySpreadConstraint,
        },
    },
    apimachinery::pkg::{
        api::resource::Quantity,
        apis::meta::v1::{LabelSelector, ObjectMeta},
        util::intstr::IntOrString,
    },
};

use crate::draft::{Draft, IntoField, fields};

fields! {
    DeploymentSpec {
        strategy: DeploymentStrategy, min_ready_seconds: i32, progress_deadline_seconds: i32,
        revision_history_limit: i32,
    }
    PodSpec {
        automount_service_account_token: bool, dns_config: PodDNSConfig, enable_service_links: bool,
        init_containers: [Container], node_selector: {String}, restart_policy: String, tolerations: [Toleration],
        priority_class_name: String, security_context: PodSecurityContext, service_account_name: String,
        termination_grace_period_seconds: i64, topology_spread_constraints: [TopologySpreadConstraint],
    }
    Container {
        args: [String], command: [String], env: [EnvVar], image: String, image_pull_policy: String, lifecycle: Lifecycle, liveness_probe: Probe,
        ports: [ContainerPort], readiness_probe: Probe, resources: ResourceRequirements,
        security_context: SecurityContext, startup_probe: Probe,
    }
    Probe { failure_threshold: i32, period_seconds: i32, timeout_seconds: i32 }
    ResourceRequirements { requests: {Quantity}, limits: {Quantity} }
    TopologySpreadConstraint {
        match_label_keys: [String], max_skew: (i32), min_domains: i32, node_affinity_policy: String, node_taints_policy: String,
    }
}

/// A Deployment that leaves the number of its pods to an autoscaler.
pub fn deployment_spec(selector: LabelSelector, template: impl IntoField<PodTemplateSpec>) -> Draft<DeploymentSpec> {
    Draft(DeploymentSpec { selector, template: template.into_field(), ..DeploymentSpec::default() })
}

/// Pods of this one label.
pub fn pod_template(
    labels: impl IntoIterator<Item = (&'static str, impl IntoField<String>)>,
    spec: impl IntoField<PodSpec>,
) -> PodTemplateSpec {
    let labels = labels.into_iter().map(|(key, value)| (key.to_owned(), value.into_field())).collect();
    let metadata = ObjectMeta { labels: Some(labels), ..ObjectMeta::default() };
    PodTemplateSpec { metadata: Some(metadata), spec: Some(spec.into_field()) }
}

/// A pod of these containers.
pub fn pod_spec(containers: impl IntoIterator<Item = Draft<Container>>) -> Draft<PodSpec> {
    let containers = containers.into_iter().map(IntoField::into_field).collect();
    Draft(PodSpec { containers, ..PodSpec::default() })
}

/// Options of how a pod's names resolve, beside what is its policy's.
pub fn dns_options<'a>(options: impl IntoIterator<Item = (&'a str, &'a str)>) -> PodDNSConfig {
    let option =
        |(name, value): (&str, &str)| PodDNSConfigOption { name: Some(name.to_owned()), value: Some(value.to_owned()) };
    PodDNSConfig { options: Some(options.into_iter().map(option).collect()), ..PodDNSConfig::default() }
}

/// A container with a name.
pub fn container(name: &str) -> Draft<Container> {
    Draft(Container { name: name.to_owned(), ..Container::default() })
}

/// A variable of a container's environment. The kubelet puts other variables in for `$(NAME)`, so each `$(` is doubled.
pub fn env_var(name: &str, value: &str) -> EnvVar {
    EnvVar { name: name.to_owned(), value: Some(value.replace("$(", "$$(")), ..EnvVar::default() }
}

/// A variable whose value is a key of a Secret.
pub fn env_var_of_secret(name: &str, secret: &str, key: &str) -> EnvVar {
    let secret_key_ref = SecretKeySelector { name: secret.to_owned(), key: key.to_owned(), optional: None };
    let value_from = EnvVarSource { secret_key_ref: Some(secret_key_ref), ..EnvVarSource::default() };
    EnvVar { name: name.to_owned(), value_from: Some(value_from), ..EnvVar::default() }
}

/// A TCP port with a name.
pub fn container_port(name: &str, port: u16) -> ContainerPort {
    ContainerPort {
        name: Some(name.to_owned()),
        container_port: port.into(),
        protocol: Some("TCP".to_owned()),
        ..ContainerPort::default()
    }
}

/// Starts new pods before old ones leave.
pub fn rolling_update(max_surge: &str) -> DeploymentStrategy {
    DeploymentStrategy {
        type_: Some("RollingUpdate".to_owned()),
        rolling_update: Some(RollingUpdateDeployment {
            max_surge: Some(max_surge.into_field()),
            max_unavailable: Some(IntOrString::Int(0)),
        }),
    }
}

/// Asks a path of a named port.
pub fn http_probe(path: &str, port: &str) -> Draft<Probe> {
    let http_get = HTTPGetAction { path: Some(path.to_owned()), port: port.into_field(), ..HTTPGetAction::default() };
    Draft(Probe { http_get: Some(http_get), ..Probe::default() })
}

/// Holds the stop signal back, without a binary in the image.
pub fn pre_stop_sleep(seconds: u32) -> Lifecycle {
    let pre_stop =
        LifecycleHandler { sleep: Some(SleepAction { seconds: seconds.into() }), ..LifecycleHandler::default() };
    Lifecycle { pre_stop: Some(pre_stop), ..Lifecycle::default() }
}

/// The resources that a container asks for, and those that it may use.
pub fn resources() -> Draft<ResourceRequirements> {
    Draft(ResourceRequirements::default())
}

/// The user of distroless images.
const NON_ROOT: i64 = 65_532;

/// The security context that the restricted pod security standard asks of a pod.
pub fn pod_security_context() -> PodSecurityContext {
    PodSecurityContext {
        run_as_group: Some(NON_ROOT),
        run_as_non_root: Some(true),
        run_as_user: Some(NON_ROOT),
        seccomp_profile: Some(SeccompProfile { type_: "RuntimeDefault".to_owned(), ..SeccompProfile::default() }),
        ..PodSecurityContext::default()
    }
}

/// The security context that the restricted pod security standard asks of a container, with a read-only root.
pub fn restricted_security_context() -> SecurityContext {
    SecurityContext {
        allow_privilege_escalation: Some(false),
        capabilities: Some(Capabilities { drop: Some(vec!["ALL".to_owned()]), ..Capabilities::default() }),
        read_only_root_filesystem: Some(true),
        ..SecurityContext::default()
    }
}

/// Spreads pods evenly over what the key tells apart; `when_unsatisfiable` is `DoNotSchedule` or `ScheduleAnyway`.
pub fn spread(
    topology_key: &str,
    when_unsatisfiable: &str,
    selector: LabelSelector,
) -> Draft<TopologySpreadConstraint> {
    Draft(TopologySpreadConstraint {
        label_selector: Some(selector),
        max_skew: 1,
        topology_key: topology_key.to_owned(),
        when_unsatisfiable: when_unsatisfiable.to_owned(),
        ..TopologySpreadConstraint::default()
    })
}

/// Never two of these pods on one node.
pub fn apart_by_host(selector: LabelSelector) -> Affinity {
    let term = PodAffinityTerm {
        label_selector: Some(selector),
        topology_key: "kubernetes.io/hostname".to_owned(),
        ..PodAffinityTerm::default()
    };
    let required_during_scheduling_ignored_during_execution = Some(vec![term]);
    let pod_anti_affinity =
        PodAntiAffinity { required_during_scheduling_ignored_during_execution, ..PodAntiAffinity::default() };
    Affinity { pod_anti_affinity: Some(pod_anti_affinity), ..Affinity::default() }
}

/// Tolerates a taint of this key, whatever its value and effect.
pub fn toleration_of(key: &str) -> Toleration {
    Toleration { key: Some(key.to_owned()), operator: Some("Exists".to_owned()), ..Toleration::default() }
}

/// Stays for some seconds where a taint of this key is put on its node.
pub fn toleration_for(key: &str, seconds: u32) -> Toleration {
    Toleration { effect: Some("NoExecute".to_owned()), toleration_seconds: Some(seconds.into()), ..toleration_of(key) }
}

/// Tolerates a taint of this key and value, whatever its effect.
pub fn toleration((key, value): (&str, &str)) -> Toleration {
    Toleration {
        key: Some(key.to_owned()),
        operator: Some("Equal".to_owned()),
        value: Some(value.to_owned()),
        ..Toleration::default()
    }
}
