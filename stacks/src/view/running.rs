//! What runs in pods, whoever makes them: services, workers and jobs.

use k8s_openapi::api::{
    apps::v1::Deployment,
    batch::v1::CronJob,
    core::v1::{EnvVar, PodSpec},
    networking::v1::{NetworkPolicy, NetworkPolicyEgressRule},
};
use synth_kubernetes::Manifest;
use synth_review::Place;

use super::{Labels, matches};
use crate::Platform;

/// Pods that are alike, and the object that makes them.
#[derive(Clone, Copy)]
pub(crate) struct Running<'a> {
    platform: &'a Platform,
    pub(crate) manifest: &'a Manifest,
    pub(crate) pod: &'a PodSpec,
    labels: Option<&'a Labels>,
}

impl Platform {
    /// Everything that runs of what is written here; charts bring pods of their own.
    pub(crate) fn running(&self) -> impl Iterator<Item = Running<'_>> {
        self.objects().filter_map(|manifest| {
            let template = manifest.typed::<Deployment>().and_then(|of| Some(&of.spec.as_ref()?.template));
            let job = manifest.typed::<CronJob>().and_then(|of| of.spec.job_template.spec.as_ref());
            let template = template.or_else(|| Some(&job?.template))?;
            let labels = template.metadata.as_ref().and_then(|of| of.labels.as_ref());
            Some(Running { platform: self, manifest, pod: template.spec.as_ref()?, labels })
        })
    }
}

impl<'a> Running<'a> {
    /// Where it is declared and written.
    pub(crate) fn place(&self) -> Place {
        self.platform.place(self.manifest)
    }

    /// The service account of its pods.
    pub(crate) fn account(&self) -> &'a str {
        self.pod.service_account_name.as_deref().unwrap_or("default")
    }

    /// The variables of all its containers.
    pub(crate) fn variables(&self) -> impl Iterator<Item = &'a EnvVar> + use<'a> {
        self.pod.containers.iter().flat_map(|container| container.env.iter().flatten())
    }

    /// The ways out that network policies let its pods take; nothing where no policy limits them.
    pub(crate) fn ways_out(&self) -> Option<Vec<&'a NetworkPolicyEgressRule>> {
        let labels = self.labels?;
        let policies = self.platform.every::<NetworkPolicy>().filter(|policy| {
            policy.namespace() == self.manifest.namespace()
                && matches(policy.typed().spec.as_ref().and_then(|spec| spec.pod_selector.as_ref()), labels)
        });
        let limiting = policies.filter_map(|policy| policy.typed().spec.as_ref());
        let limiting: Vec<_> =
            limiting.filter(|spec| spec.policy_types.iter().flatten().any(|of| of == "Egress")).collect();
        (!limiting.is_empty()).then(|| limiting.into_iter().flat_map(|spec| spec.egress.iter().flatten()).collect())
    }
}
