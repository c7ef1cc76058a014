//! Kubernetes objects by kind and name.

use synth_framework::Place;
use synth_kubernetes::Manifest;

use super::text;
use crate::Platform;

impl Platform {
    /// The objects of one kind.
    pub(crate) fn of_kind<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Manifest> {
        self.objects().filter(move |manifest| manifest.kind() == kind)
    }

    /// The object of one kind and name in a namespace, which is empty for what belongs to the whole cluster.
    pub(crate) fn object(&self, kind: &str, namespace: &str, name: &str) -> Option<&Manifest> {
        self.objects()
            .find(|manifest| manifest.kind() == kind && manifest.namespace() == namespace && manifest.name() == name)
    }

    /// The objects in a folder, given by its path in the repository.
    pub(crate) fn objects_of<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = &'a Manifest> {
        let folder = folder.strip_prefix(&self.settings.manifests_path()).and_then(|path| path.strip_prefix('/'));
        self.objects().filter(move |manifest| folder.is_some() && folder == directory(&manifest.path))
    }

    /// The Applications that sync a file of the manifests.
    pub(crate) fn applications_of<'a>(&'a self, path: &str) -> impl Iterator<Item = &'a Manifest> {
        let folder = directory(path).map(|folder| format!("{}/{folder}", self.settings.manifests_path()));
        self.of_kind("Application").filter(move |application| {
            folder.as_deref().is_some_and(|folder| text(&application.object, "/spec/source/path") == folder)
        })
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

/// An annotation of the load balancer controller, by the last part of its name; empty if there is none.
pub(crate) fn annotation<'a>(service: &'a Manifest, name: &str) -> &'a str {
    let annotations = service.object.pointer("/metadata/annotations");
    let found = annotations.and_then(|of| of.get(format!("service.beta.kubernetes.io/aws-load-balancer-{name}")));
    found.and_then(serde_json::Value::as_str).unwrap_or_default()
}

/// The load balancer's own attributes, by the name of their annotation.
pub(crate) const BALANCER: &str = "attributes";

/// The attributes of its target groups.
pub(crate) const TARGET_GROUP: &str = "target-group-attributes";

/// An attribute of a Service's load balancer or of its target groups.
pub(crate) fn attribute<'a>(service: &'a Manifest, of: &str, name: &str) -> Option<&'a str> {
    let attributes = annotation(service, of).split(',').filter_map(|of| of.split_once('='));
    attributes.map(|(key, value)| (key.trim(), value.trim())).find(|(key, _)| *key == name).map(|(_, value)| value)
}
