//! Charts and their values: those that Argo CD syncs, and that of Argo CD itself.

use std::ops::Deref;

use k8s_openapi::{
    Resource,
    api::{
        admissionregistration::v1::{ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding},
        batch::v1::Job,
    },
};
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use synth_bindings::helm_release;
use synth_framework::Declaration;
use synth_review::Place;

use super::{Application, Declared, Object};
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
    pub(crate) values: V,
}

impl<'a, V> Deref for Installed<'a, V> {
    type Target = Synced<'a>;

    fn deref(&self) -> &Synced<'a> {
        &self.synced
    }
}

impl Synced<'_> {
    pub(crate) fn place(&self) -> Place {
        self.application.place()
    }
}

/// A chart whose pods, ports and objects are known, and where its values are written.
pub(crate) struct Known {
    pub(crate) name: String,
    pub(crate) chart: Box<dyn Chart>,
    pub(crate) namespace: String,
    pub(crate) place: Place,
}

impl Platform {
    /// Every chart that an Application installs.
    pub(crate) fn synced(&self) -> impl Iterator<Item = Synced<'_>> {
        self.every::<Application>().filter_map(|application| {
            let spec = &application.typed().spec;
            let helm = spec.source.helm.as_ref()?;
            Some(Synced {
                application,
                name: spec.source.chart.as_deref()?,
                namespace: &spec.destination.namespace,
                version: &spec.source.target_revision,
                values: &helm.values_object,
            })
        })
    }

    /// The chart of one kind, if an Application installs it.
    pub(crate) fn chart<V: Values>(&self) -> Option<Installed<'_, V>> {
        let synced = self.synced().find(|synced| synced.name == V::CHART)?;
        Some(Installed { synced, values: V::read(synced.values) })
    }

    /// Every known chart that an Application installs.
    pub(crate) fn known_charts(&self) -> impl Iterator<Item = Known> {
        self.synced().filter_map(|synced| {
            let chart = charts::read(synced.name, synced.values)?;
            Some(Known {
                name: synced.name.to_owned(),
                chart,
                namespace: synced.namespace.to_owned(),
                place: synced.place(),
            })
        })
    }

    /// The same, and Argo CD's.
    pub(crate) fn all_charts(&self) -> impl Iterator<Item = Known> {
        let argocd = argocd_values(self).map(|(values, place)| {
            let namespace = self.settings.argocd.namespace.clone();
            Known { name: argocd::Values::CHART.to_owned(), chart: Box::new(values), namespace, place }
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
pub(crate) fn argocd_values(platform: &Platform) -> Option<(argocd::Values, Place)> {
    let release = argocd_release(platform)?;
    let mut assets = release.beside().filter_map(|declaration| match declaration {
        Declaration::Asset(asset) => Some(asset),
        _ => None,
    });
    let asset = assets.next_back()?;
    let file = platform.settings.file(release.stack.name(), &asset.path);
    let place = Place { file, ..release.place() };
    let written = serde_json::from_str(&asset.text).expect("values are written as JSON");
    Some((argocd::Values::read(&written), place))
}

/// The release of the root Application.
pub(crate) fn root_release(platform: &Platform) -> Option<Release<'_>> {
    let mut releases = platform.resources::<helm_release::Handle>();
    releases.find(|release| release.text(|of| of.name()).as_deref() == Some(ROOT_RELEASE))
}

/// The objects of the root Application's release but for the credentials, and where they are written.
pub(crate) struct Root {
    objects: Vec<Json>,
    pub(crate) place: Place,
}

impl Root {
    pub(crate) fn of(platform: &Platform) -> Self {
        #[derive(Default, serde::Deserialize)]
        struct Chart {
            objects: Vec<Json>,
        }

        let Some(release) = root_release(platform) else {
            let place = Place { subject: "helm_release.root".to_owned(), file: String::new(), location: None };
            return Self { objects: Vec::new(), place };
        };
        let values = release.stack.declarations().iter().find_map(|placed| match &placed.declaration {
            Declaration::Asset(asset) if asset.path == ROOT_VALUES => Some(asset),
            _ => None,
        });
        let read = |text: &str| serde_json::from_str(text).expect("values are written as JSON");
        let chart: Option<Chart> = values.map(|asset| read(&asset.text));
        let file = platform.settings.file(release.stack.name(), ROOT_VALUES);
        Self { objects: chart.unwrap_or_default().objects, place: Place { file, ..release.place() } }
    }

    /// The objects of one type.
    pub(crate) fn every<T: Resource + DeserializeOwned>(&self) -> impl Iterator<Item = T> {
        self.objects.iter().filter_map(|object| {
            let is = object["kind"] == T::KIND && object["apiVersion"] == T::API_VERSION;
            is.then(|| T::deserialize(object).unwrap_or_else(|error| panic!("{} does not read: {error}", T::KIND)))
        })
    }

    /// Its policies of admission, with what binds them.
    pub(crate) fn admission(&self) -> (Vec<ValidatingAdmissionPolicy>, Vec<ValidatingAdmissionPolicyBinding>) {
        (self.every().collect(), self.every().collect())
    }

    /// Its Jobs.
    pub(crate) fn jobs(&self) -> impl Iterator<Item = Job> {
        self.every()
    }
}
