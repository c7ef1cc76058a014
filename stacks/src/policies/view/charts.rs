//! Charts and their values: those that Argo CD syncs, and that of Argo CD itself.

use serde_json::Value as Json;
use synth_framework::{Declaration, Manifest, Place};

use super::{Declared, at, text};
use crate::Platform;

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
pub(crate) fn argocd_release(platform: &Platform) -> Option<Declared<'_>> {
    platform.managed("helm_release").find(|release| release.text("chart").as_deref() == Some("argo-cd"))
}

/// The values of Argo CD's chart, which lie in a file beside its release, and where they are written.
pub(crate) fn argocd_values(platform: &Platform) -> Option<(Json, Place)> {
    let release = argocd_release(platform)?;
    let beside = release.stack.declarations().iter().filter(|placed| *placed.file == *release.file);
    let mut assets = beside.filter_map(|placed| match &placed.declaration {
        Declaration::Asset(asset) => Some(asset),
        _ => None,
    });
    let asset = assets.next_back()?;
    let file = platform.settings.file(release.stack.name(), &asset.path);
    let place = Place { file, ..release.place() };
    Some((serde_json::from_str(&asset.text).ok()?, place))
}
