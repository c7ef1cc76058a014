//! Charts and their values: those that Argo CD syncs, and that of Argo CD itself.

use serde_json::Value as Json;
use synth_bindings::helm_release;
use synth_framework::{Declaration, Place};
use synth_kubernetes::Manifest;

use super::{Declared, at, items, text};
use crate::{
    Platform,
    add_ons::{ROOT_RELEASE, ROOT_VALUES},
};

/// A release of Helm, by Terraform.
pub(crate) type Release<'a> = Declared<'a, helm_release::Handle>;

/// A chart that an Application installs.
#[derive(Clone, Copy)]
pub(crate) struct Chart<'a> {
    pub(crate) application: &'a Manifest,
    pub(crate) name: &'a str,
    pub(crate) namespace: &'a str,
    pub(crate) values: &'a Json,
}

/// Every chart that an Application installs.
pub(crate) fn charts(platform: &Platform) -> impl Iterator<Item = Chart<'_>> {
    platform.of_kind("Application").filter_map(|application| {
        let name = text(&application.object, "/spec/source/chart");
        let namespace = text(&application.object, "/spec/destination/namespace");
        let values = at(&application.object, "/spec/source/helm/valuesObject");
        (!name.is_empty()).then_some(Chart { application, name, namespace, values })
    })
}

/// The release of Argo CD.
pub(crate) fn argocd_release(platform: &Platform) -> Option<Release<'_>> {
    platform.resources().find(|release: &Release<'_>| release.text(|of| of.chart()).as_deref() == Some("argo-cd"))
}

/// The values of Argo CD's chart, which lie in a file beside its release, and where they are written.
pub(crate) fn argocd_values(platform: &Platform) -> Option<(Json, Place)> {
    let release = argocd_release(platform)?;
    let mut assets = release.beside().filter_map(|declaration| match declaration {
        Declaration::Asset(asset) => Some(asset),
        _ => None,
    });
    let asset = assets.next_back()?;
    let file = platform.settings.file(release.stack.name(), &asset.path);
    let place = Place { file, ..release.place() };
    Some((serde_json::from_str(&asset.text).ok()?, place))
}

/// The release of the root Application.
pub(crate) fn root_release(platform: &Platform) -> Option<Release<'_>> {
    platform.resources().find(|release: &Release<'_>| release.text(|of| of.name()).as_deref() == Some(ROOT_RELEASE))
}

/// The objects of the root Application's release but for the credentials, and where they are written.
pub(crate) fn root_objects(platform: &Platform) -> (Vec<Json>, Place) {
    let Some(release) = root_release(platform) else {
        return (Vec::new(), Place { subject: "helm_release.root".to_owned(), file: String::new(), location: None });
    };
    let values = release.stack.declarations().iter().find_map(|placed| match &placed.declaration {
        Declaration::Asset(asset) if asset.path == ROOT_VALUES => Some(asset),
        _ => None,
    });
    let objects = values.and_then(|asset| serde_json::from_str::<Json>(&asset.text).ok());
    let objects = objects.map(|values| items(&values, "/objects").to_vec()).unwrap_or_default();
    let file = platform.settings.file(release.stack.name(), ROOT_VALUES);
    (objects, Place { file, ..release.place() })
}
