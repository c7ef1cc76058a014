//! Whole objects: a name first, then metadata and spec.

use crate::{
    Manifests, Object,
    draft::{Draft, IntoField, fields},
};
use k8s_openapi::{
    Metadata,
    api::{
        admissionregistration::v1::{
            ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding, ValidatingAdmissionPolicyBindingSpec,
            ValidatingAdmissionPolicySpec,
        },
        apps::v1::{Deployment, DeploymentSpec},
        autoscaling::v2::{HorizontalPodAutoscaler, HorizontalPodAutoscalerSpec},
        batch::v1::{CronJob, CronJobSpec, Job, JobSpec},
        core::v1::{
            ConfigMap, LimitRange, LimitRangeSpec, Namespace, ResourceQuota, ResourceQuotaSpec, Service,
            ServiceAccount, ServiceSpec,
        },
        networking::v1::{Ingress, IngressSpec, NetworkPolicy, NetworkPolicySpec},
        policy::v1::{PodDisruptionBudget, PodDisruptionBudgetSpec},
        rbac::v1::{PolicyRule, Role, RoleBinding, RoleRef, Subject},
        scheduling::v1::PriorityClass,
        storage::v1::StorageClass,
    },
    apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta},
};
use synth_framework::Location;

macro_rules! objects {
    ($($function:ident: $type:ident),+ $(,)?) => { $(
        #[doc = concat!("An object of the kind `", stringify!($type), "`, with a name.")]
        pub fn $function(name: impl IntoField<String>) -> Draft<$type> {
            Draft::<$type>::named(name)
        }
    )+ };
}

objects! {
    config_map: ConfigMap,
    cron_job: CronJob,
    deployment: Deployment,
    horizontal_pod_autoscaler: HorizontalPodAutoscaler,
    ingress_object: Ingress,
    job: Job,
    limit_range: LimitRange,
    namespace: Namespace,
    network_policy: NetworkPolicy,
    pod_disruption_budget: PodDisruptionBudget,
    priority_class: PriorityClass,
    resource_quota: ResourceQuota,
    role: Role,
    role_binding: RoleBinding,
    service: Service,
    service_account: ServiceAccount,
    storage_class: StorageClass,
    validating_admission_policy: ValidatingAdmissionPolicy,
    validating_admission_policy_binding: ValidatingAdmissionPolicyBinding,
}

fields! {
    ConfigMap { data: {String} }
    CronJob { spec: (CronJobSpec) }
    Deployment { spec: DeploymentSpec }
    HorizontalPodAutoscaler { spec: (HorizontalPodAutoscalerSpec) }
    Ingress { spec: IngressSpec }
    Job { spec: JobSpec }
    LimitRange { spec: LimitRangeSpec }
    NetworkPolicy { spec: NetworkPolicySpec }
    PodDisruptionBudget { spec: PodDisruptionBudgetSpec }
    PriorityClass { value: i32, description: String }
    ResourceQuota { spec: ResourceQuotaSpec }
    Role { rules: [PolicyRule] }
    RoleBinding { role_ref: (RoleRef), subjects: [Subject] }
    Service { spec: ServiceSpec }
    ServiceAccount { automount_service_account_token: bool }
    StorageClass {
        provisioner: (String), parameters: {String}, reclaim_policy: String, volume_binding_mode: String,
        allow_volume_expansion: bool,
    }
    ValidatingAdmissionPolicy { spec: ValidatingAdmissionPolicySpec }
    ValidatingAdmissionPolicyBinding { spec: (ValidatingAdmissionPolicyBindingSpec) }
}

impl<T: Metadata<Ty = ObjectMeta>> Draft<T> {
    /// Puts the object into a namespace.
    pub fn in_namespace(mut self, namespace: impl IntoField<String>) -> Self {
        self.0.metadata_mut().namespace = Some(namespace.into_field());
        self
    }

    /// Adds a label.
    pub fn label(mut self, key: &str, value: impl IntoField<String>) -> Self {
        let labels = self.0.metadata_mut().labels.get_or_insert_default();
        labels.insert(key.to_owned(), value.into_field());
        self
    }

    /// Adds an annotation.
    pub fn annotation(mut self, key: &str, value: impl IntoField<String>) -> Self {
        let annotations = self.0.metadata_mut().annotations.get_or_insert_default();
        annotations.insert(key.to_owned(), value.into_field());
        self
    }

    /// Adds a finalizer.
    pub fn finalizer(mut self, finalizer: &str) -> Self {
        self.0.metadata_mut().finalizers.get_or_insert_default().push(finalizer.to_owned());
        self
    }
}

impl<T: Metadata<Ty = ObjectMeta> + Default> Draft<T> {
    fn named(name: impl IntoField<String>) -> Self {
        let mut object = T::default();
        object.metadata_mut().name = Some(name.into_field());
        Self(object)
    }
}

impl<T: Object> Draft<T> {
    /// Adds the object to a folder of the manifests, as `{file}.yaml`.
    #[track_caller]
    pub fn add_to(&self, folder: &Manifests, file: &str) {
        folder.add(file, &self.0);
    }

    /// Adds the object as [`Draft::add_to`] does, for a declaration that stands elsewhere in the source.
    pub fn add_at(&self, location: Location, folder: &Manifests, file: &str) {
        folder.add_at(location, file, &self.0);
    }
}

/// Selects what carries this one label.
pub fn selector(key: &str, value: &str) -> LabelSelector {
    let match_labels = Some([(key.to_owned(), value.to_owned())].into());
    LabelSelector { match_labels, ..LabelSelector::default() }
}

/// Selects whatever there is.
pub fn every_pod() -> LabelSelector {
    LabelSelector::default()
}
