//! Kubernetes objects by type and name.

use std::{collections::BTreeMap, ops::Deref};

use k8s_openapi::{Metadata, apimachinery::pkg::apis::meta::v1::ObjectMeta};
use synth_kubernetes::{
    Custom, Manifest,
    argocd::{AppProjectSpec, ApplicationSpec},
    cert_manager::{CertificateSpec, ClusterIssuerSpec, IssuerSpec},
    external_secrets::{ExternalSecretSpec, SecretStoreSpec},
    karpenter::{NodeClassSpec, NodePoolSpec},
    keda::{ScaledObjectSpec, TriggerAuthenticationSpec},
    monitoring::{PrometheusRuleSpec, Rule, ServiceMonitorSpec},
};
use synth_review::Place;

use crate::{Platform, names::SYNC_WAVE};

pub(crate) type Application = Custom<ApplicationSpec>;
pub(crate) type AppProject = Custom<AppProjectSpec>;
pub(crate) type Certificate = Custom<CertificateSpec>;
pub(crate) type ClusterIssuer = Custom<ClusterIssuerSpec>;
pub(crate) type Issuer = Custom<IssuerSpec>;
pub(crate) type ExternalSecret = Custom<ExternalSecretSpec>;
pub(crate) type SecretStore = Custom<SecretStoreSpec>;
pub(crate) type NodePool = Custom<NodePoolSpec>;
pub(crate) type NodeClass = Custom<NodeClassSpec>;
pub(crate) type PrometheusRule = Custom<PrometheusRuleSpec>;
pub(crate) type ScaledObject = Custom<ScaledObjectSpec>;
pub(crate) type TriggerAuthentication = Custom<TriggerAuthenticationSpec>;
pub(crate) type ServiceMonitor = Custom<ServiceMonitorSpec>;

/// An object as a value of its type, and where it is declared.
pub(crate) struct Object<'a, T> {
    pub(crate) platform: &'a Platform,
    pub(crate) manifest: &'a Manifest,
    typed: &'a T,
}

impl<T> Clone for Object<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Object<'_, T> {}

impl<T> Deref for Object<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.typed
    }
}

impl<'a, T> Object<'a, T> {
    /// The value, for as long as the platform is there.
    pub(crate) fn typed(&self) -> &'a T {
        self.typed
    }

    pub(crate) fn name(&self) -> &'a str {
        self.manifest.name()
    }

    pub(crate) fn namespace(&self) -> &'a str {
        self.manifest.namespace()
    }

    /// The same object as what is read of it once.
    pub(crate) fn read<R: Send + Sync + 'static>(&self, read: impl FnOnce(&T) -> R) -> Object<'a, R> {
        let typed = self.manifest.read_once(|| read(self.typed));
        Object { platform: self.platform, manifest: self.manifest, typed }
    }

    /// Where it is declared and written.
    pub(crate) fn place(&self) -> Place {
        self.platform.place(self.manifest)
    }
}

impl Platform {
    /// The objects of one type.
    pub(crate) fn every<T: synth_kubernetes::Object>(&self) -> impl Iterator<Item = Object<'_, T>> {
        self.objects().filter_map(|manifest| Some(Object { platform: self, manifest, typed: manifest.typed()? }))
    }

    /// The object of one type and name in a namespace, which is empty for what belongs to the whole cluster.
    pub(crate) fn one<T: synth_kubernetes::Object>(&self, namespace: &str, name: &str) -> Option<Object<'_, T>> {
        self.every().find(|object: &Object<'_, T>| object.namespace() == namespace && object.name() == name)
    }

    /// Is there an object of this kind and name? For names that objects give each other, whatever their kind.
    pub(crate) fn has(&self, kind: &str, namespace: &str, name: &str) -> bool {
        self.objects()
            .any(|manifest| manifest.kind() == kind && manifest.namespace() == namespace && manifest.name() == name)
    }

    /// The objects in a folder, given by its path in the repository.
    pub(crate) fn objects_of<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = &'a Manifest> {
        let folder = folder.strip_prefix(&self.settings.manifests_path()).and_then(|path| path.strip_prefix('/'));
        self.objects().filter(move |manifest| folder.is_some() && folder == directory(&manifest.path))
    }

    /// The Applications that sync a file of the manifests.
    pub(crate) fn applications_of(&self, path: &str) -> impl Iterator<Item = Object<'_, Application>> {
        let folder = directory(path).map(|folder| format!("{}/{folder}", self.settings.manifests_path()));
        self.every::<Application>()
            .filter(move |application| folder.is_some() && application.spec.source.path == folder)
    }

    /// The rules of Prometheus that alert.
    pub(crate) fn alerts(&self) -> impl Iterator<Item = &Rule> {
        let groups = self.every::<PrometheusRule>().flat_map(|rules| &rules.typed.spec.groups);
        groups.flat_map(|group| &group.rules).filter(|rule| rule.alert.is_some())
    }

    /// Where an object is declared and written.
    pub(crate) fn place(&self, manifest: &Manifest) -> Place {
        Place {
            subject: format!("{}/{}", manifest.kind(), manifest.name()),
            file: self.settings.file("manifests", &manifest.path),
            location: Some(manifest.location),
        }
    }
}

fn directory(path: &str) -> Option<&str> {
    path.rsplit_once('/').map(|(folder, _)| folder)
}

static NONE: BTreeMap<String, String> = BTreeMap::new();

/// Metadata, where what is not there reads as nothing.
pub(crate) trait Meta {
    fn annotations(&self) -> &BTreeMap<String, String>;
    fn labels(&self) -> &BTreeMap<String, String>;

    /// In which wave of a sync it is made.
    fn wave(&self) -> i64 {
        let wave = self.annotations().get(SYNC_WAVE);
        wave.and_then(|wave| wave.parse().ok()).unwrap_or_default()
    }
}

impl<T: Metadata<Ty = ObjectMeta>> Meta for T {
    fn annotations(&self) -> &BTreeMap<String, String> {
        self.metadata().annotations.as_ref().unwrap_or(&NONE)
    }

    fn labels(&self) -> &BTreeMap<String, String> {
        self.metadata().labels.as_ref().unwrap_or(&NONE)
    }
}
