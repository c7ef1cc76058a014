//! Charts and their values: those that Argo CD syncs, and that of Argo CD itself. Values are read once, and lent to whoever asks.

use std::{any::Any, ops::Deref, sync::LazyLock};

use k8s_openapi::{
    Resource,
    api::{
        admissionregistration::v1::{ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding},
        batch::v1::Job,
    },
    apimachinery::pkg::apis::meta::v1::ObjectMeta,
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value as Json;
use synth_bindings::helm_release;
use synth_framework::Declaration;
use synth_review::Place;

use super::{AppProject, Application, Declared, Object};
use crate::{
    Platform,
    add_ons::{ROOT_RELEASE, ROOT_VALUES},
    charts::{self, Chart, Values, argocd},
};

/// A release of Helm, by Terraform.
pub(crate) type Release<'a> = Declared<'a, helm_release::Handle>;

/// A chart that an Application installs.
#[derive(Clone, Copy)]
pub(crate) struct Synced<'a> {
    pub(crate) application: Object<'a, Application>,
    pub(crate) name: &'a str,
    pub(crate) namespace: &'a str,
    pub(crate) version: &'a str,
    /// Its values as they are written.
    pub(crate) values: &'a Json,
}

/// A chart of one kind, as an Application installs it.
pub(crate) struct Installed<'a, V> {
    pub(crate) synced: Synced<'a>,
    pub(crate) values: &'a V,
}

impl<'a, V> Deref for Installed<'a, V> {
    type Target = Synced<'a>;

    fn deref(&self) -> &Synced<'a> {
        &self.synced
    }
}

impl<'a> Synced<'a> {
    /// The chart that an Application installs, if it does.
    pub(crate) fn of(application: Object<'a, Application>) -> Option<Self> {
        let spec = &application.typed().spec;
        let helm = spec.source.helm.as_ref()?;
        Some(Self {
            application,
            name: spec.source.chart.as_deref()?,
            namespace: &spec.destination.namespace,
            version: &spec.source.target_revision,
            values: &helm.values_object,
        })
    }

    pub(crate) fn place(&self) -> Place {
        self.application.place()
    }

    /// The chart as a type of its own, if it is a known one.
    pub(crate) fn chart(&self) -> Option<&'a dyn Chart> {
        let read = self.application.manifest.read_once(|| charts::read(self.name, self.values));
        read.as_deref()
    }
}

/// A chart whose pods, ports and objects are known, and where its values are written.
pub(crate) struct Known<'a> {
    pub(crate) name: &'a str,
    pub(crate) chart: &'a dyn Chart,
    pub(crate) namespace: &'a str,
    pub(crate) place: Place,
}

impl Platform {
    /// Every chart that an Application installs.
    pub(crate) fn synced(&self) -> impl Iterator<Item = Synced<'_>> {
        self.every().filter_map(Synced::of)
    }

    /// The chart of one kind, if an Application installs it.
    pub(crate) fn chart<V: Values>(&self) -> Option<Installed<'_, V>> {
        let synced = self.synced().find(|synced| synced.name == V::CHART)?;
        let chart: &dyn Any = synced.chart()?;
        Some(Installed { synced, values: chart.downcast_ref()? })
    }

    /// Every known chart that an Application installs.
    pub(crate) fn known_charts(&self) -> impl Iterator<Item = Known<'_>> {
        self.synced().filter_map(|synced| {
            let Synced { name, namespace, .. } = synced;
            Some(Known { name, chart: synced.chart()?, namespace, place: synced.place() })
        })
    }

    /// The same, and Argo CD's.
    pub(crate) fn all_charts(&self) -> impl Iterator<Item = Known<'_>> {
        let argocd = argocd_values(self).map(|(values, place)| {
            let namespace = &self.settings.argocd.namespace;
            Known { name: argocd::Values::CHART, chart: values, namespace, place }
        });
        self.known_charts().chain(argocd)
    }
}

/// The release of Argo CD.
pub(crate) fn argocd_release(platform: &Platform) -> Option<Release<'_>> {
    let mut releases = platform.resources::<helm_release::Handle>();
    releases.find(|release| release.text(|of| of.chart()).as_deref() == Some(argocd::Values::CHART))
}

/// The values of Argo CD's chart, which lie in a file beside its release, and where they are written.
pub(crate) fn argocd_values(platform: &Platform) -> Option<(&argocd::Values, Place)> {
    let release = argocd_release(platform)?;
    let mut assets = release.beside().filter_map(|declaration| match declaration {
        Declaration::Asset(asset) => Some(asset),
        _ => None,
    });
    let asset = assets.next_back()?;
    let file = platform.settings.file(release.stack.name(), &asset.path);
    let place = Place { file, ..release.place() };
    Some((asset.read_once(|text| argocd::Values::read(&written(text))), place))
}

/// The release of the root Application.
pub(crate) fn root_release(platform: &Platform) -> Option<Release<'_>> {
    let mut releases = platform.resources::<helm_release::Handle>();
    releases.find(|release| release.text(|of| of.name()).as_deref() == Some(ROOT_RELEASE))
}

/// The values of a chart as they are written, in JSON.
fn written<T: DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text).expect("values are written as JSON")
}

/// The root Application's release but for the credentials, and where it is written.
pub(crate) struct Root<'a> {
    pub(crate) objects: &'a RootObjects,
    pub(crate) place: Place,
}

/// The objects of the root Application's release, as far as somebody here asks for them.
#[derive(Default)]
pub(crate) struct RootObjects {
    pub(crate) applications: Vec<Application>,
    pub(crate) projects: Vec<AppProject>,
    pub(crate) admission_policies: Vec<ValidatingAdmissionPolicy>,
    pub(crate) admission_bindings: Vec<ValidatingAdmissionPolicyBinding>,
    pub(crate) jobs: Vec<Job>,
    /// All of them, by what each is.
    pub(crate) all: Vec<Typeless>,
}

/// An object of any type.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Typeless {
    pub(crate) api_version: String,
    pub(crate) kind: String,
    pub(crate) metadata: ObjectMeta,
}

static NO_OBJECTS: LazyLock<RootObjects> = LazyLock::new(RootObjects::default);

impl<'a> Root<'a> {
    pub(crate) fn of(platform: &'a Platform) -> Self {
        let Some(release) = root_release(platform) else {
            let place = Place { subject: "helm_release.root".to_owned(), file: String::new(), location: None };
            return Self { objects: &NO_OBJECTS, place };
        };
        let values = release.stack.declarations().iter().find_map(|placed| match &placed.declaration {
            Declaration::Asset(asset) if asset.path == ROOT_VALUES => Some(asset),
            _ => None,
        });
        let objects = values.map_or(&*NO_OBJECTS, |asset| asset.read_once(RootObjects::read));
        let file = platform.settings.file(release.stack.name(), ROOT_VALUES);
        Self { objects, place: Place { file, ..release.place() } }
    }
}

impl RootObjects {
    fn read(text: &str) -> Self {
        #[derive(Deserialize)]
        struct Values {
            objects: Vec<Json>,
        }

        let Values { objects } = written(text);
        Self {
            applications: of_type(&objects),
            projects: of_type(&objects),
            admission_policies: of_type(&objects),
            admission_bindings: of_type(&objects),
            jobs: of_type(&objects),
            all: objects.iter().map(typeless).collect(),
        }
    }
}

fn typeless(object: &Json) -> Typeless {
    Typeless::deserialize(object).unwrap_or_else(|error| panic!("an object does not read: {error}"))
}

/// The objects of one type.
fn of_type<T: Resource + DeserializeOwned>(objects: &[Json]) -> Vec<T> {
    let are = |object: &&Json| object["kind"] == T::KIND && object["apiVersion"] == T::API_VERSION;
    let read = |object| T::deserialize(object).unwrap_or_else(|error| panic!("{} does not read: {error}", T::KIND));
    objects.iter().filter(are).map(read).collect()
}
