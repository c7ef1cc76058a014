//! Kubernetes manifests: objects gathered file by file, each written as YAML with a line that names its Rust source.
//!
//! Anything that serializes to an object with a kind and a name is welcome; this module knows no kinds.

use std::{
    cell::RefCell,
    collections::{BTreeMap, btree_map::Entry},
    rc::Rc,
    sync::Arc,
};

use serde::Serialize;
use serde_json::{Map, Value as Json};
use synth_framework::{Location, Problem, Problems, StackFile, source_path};

use crate::yaml;

/// Manifests under construction, and the folder that objects go to.
///
/// Clones share the objects: [`Manifests::folder`] gives the same manifests with another folder.
#[derive(Clone, Debug)]
pub struct Manifests {
    name: Arc<str>,
    folder: Arc<str>,
    gathered: Rc<RefCell<Gathered>>,
}

#[derive(Debug, Default)]
struct Gathered {
    objects: Vec<Manifest>,
    problems: Vec<Problem>,
}

/// One object, and the file that it is written to.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// The path inside the manifests' directory.
    pub path: String,
    /// The object, its keys in conventional order.
    pub object: Json,
    /// Where it was declared.
    pub location: Location,
}

/// Manifests that are complete and in order, sorted by path.
#[derive(Clone, Debug)]
pub struct BuiltManifests {
    name: Arc<str>,
    objects: Vec<Manifest>,
}

impl Manifests {
    /// No manifests yet. What is added without [`Manifests::folder`] goes to the directory itself.
    pub fn new(name: impl Into<Arc<str>>) -> Self {
        Self { name: name.into(), folder: "".into(), gathered: Rc::default() }
    }

    /// These manifests, with objects going to the folder `name` of the directory.
    #[must_use]
    pub fn folder(&self, name: impl Into<Arc<str>>) -> Self {
        Self { folder: name.into(), ..self.clone() }
    }

    /// Adds an object, to be written to `{file}.yaml` in this folder.
    #[track_caller]
    pub fn add(&self, file: &str, object: &impl Serialize) {
        self.add_at(std::panic::Location::caller(), file, object);
    }

    /// Adds an object as [`Manifests::add`] does, for a declaration that stands elsewhere in the source.
    pub fn add_at(&self, location: Location, file: &str, object: &impl Serialize) {
        self.add_json(location, file, serde_json::to_value(object));
    }

    fn add_json(&self, location: Location, file: &str, object: serde_json::Result<Json>) {
        let path = if self.folder.is_empty() { format!("{file}.yaml") } else { format!("{}/{file}.yaml", self.folder) };
        let mut gathered = self.gathered.borrow_mut();
        match object {
            Ok(object) => gathered.objects.push(Manifest { path, object: conventional(object), location }),
            Err(error) => {
                let message = format!("`{path}` cannot be written: {error}");
                gathered.problems.push(Problem { stack: self.name.clone(), message, location });
            }
        }
    }

    /// Checks everything that was added, and returns it sorted by path, or all of its problems.
    pub fn build(self) -> Result<BuiltManifests, Problems> {
        let Gathered { mut objects, mut problems } = self.gathered.take();
        let (mut paths, mut identities) = (BTreeMap::new(), BTreeMap::new());
        for manifest in &objects {
            let mut report = |message: String| {
                problems.push(Problem { stack: self.name.clone(), message, location: manifest.location });
            };
            match paths.entry(&manifest.path) {
                Entry::Vacant(entry) => drop(entry.insert(manifest.location)),
                Entry::Occupied(first) => {
                    report(format!("`{}` is written twice: its first object is of {}", manifest.path, at(first.get())));
                }
            }
            match manifest.identity() {
                None => report(format!("`{}` lacks an apiVersion, a kind or a name", manifest.path)),
                Some(identity) => match identities.entry(identity) {
                    Entry::Vacant(entry) => drop(entry.insert(&manifest.path)),
                    Entry::Occupied(first) => {
                        let (kind, name) = (manifest.kind(), manifest.name());
                        report(format!("{kind} `{name}` is declared twice: `{}` has it already", first.get()));
                    }
                },
            }
        }
        objects.sort_by(|left, right| left.path.cmp(&right.path));
        if problems.is_empty() { Ok(BuiltManifests { name: self.name, objects }) } else { Err(problems.into()) }
    }
}

impl Manifest {
    /// The kind, such as `Deployment`.
    pub fn kind(&self) -> &str {
        self.text(&["kind"])
    }

    /// The name in its metadata.
    pub fn name(&self) -> &str {
        self.text(&["metadata", "name"])
    }

    /// The namespace in its metadata; empty for what belongs to the whole cluster.
    pub fn namespace(&self) -> &str {
        self.text(&["metadata", "namespace"])
    }

    /// The file's exact text.
    pub fn text_of_file(&self) -> String {
        format!("# Synthesized from {}; do not edit.\n{}", source_path(self.location), yaml::document(&self.object))
    }

    /// Policies ask for these thousands of times, and `Value::pointer` allocates twice for each key.
    fn text(&self, path: &[&str]) -> &str {
        let found = path.iter().try_fold(&self.object, |value, key| value.get(key));
        found.and_then(Json::as_str).unwrap_or_default()
    }

    /// What the API server tells objects apart by: group, kind, namespace and name, whatever the version.
    fn identity(&self) -> Option<(String, String, String, String)> {
        let version = self.text(&["apiVersion"]);
        let group = version.split_once('/').map_or("", |(group, _)| group);
        let complete = ![version, self.kind(), self.name()].contains(&"");
        complete
            .then(|| (group.to_owned(), self.kind().to_owned(), self.namespace().to_owned(), self.name().to_owned()))
    }
}

impl BuiltManifests {
    /// The name, which is the directory's.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Every object, sorted by path.
    pub fn objects(&self) -> &[Manifest] {
        &self.objects
    }

    /// Every object, to be broken on purpose by tests of policies; nothing checks what comes of it.
    pub fn objects_mut(&mut self) -> &mut Vec<Manifest> {
        &mut self.objects
    }

    /// The objects of one kind, such as `Deployment`.
    pub fn of_kind<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Manifest> {
        self.objects.iter().filter(move |manifest| manifest.kind() == kind)
    }

    /// The files, sorted by path. The same manifests give the same bytes.
    pub fn files(&self) -> Vec<StackFile> {
        let files = self.objects.iter();
        files.map(|manifest| StackFile { path: manifest.path.clone(), text: manifest.text_of_file() }).collect()
    }
}

fn at(location: Location) -> String {
    format!("{}:{}", source_path(location), location.line())
}

/// The keys of an object, of its metadata and of everything else that people write first, in their order.
const OBJECT: &[&str] = &["apiVersion", "kind", "metadata"];
const METADATA: &[&str] = &["name", "namespace", "labels", "annotations"];
const ANYTHING: &[&str] = &["name"];

/// The same object as people write it; serializers of Kubernetes types sort keys by the alphabet.
fn conventional(object: Json) -> Json {
    let Json::Object(entries) = object else { return object };
    let entries = entries.into_iter().map(|(key, value)| {
        let value = if key == "metadata" { ordered(value, METADATA) } else { ordered(value, ANYTHING) };
        (key, value)
    });
    Json::Object(first(entries, OBJECT))
}

/// The same value with these keys ahead, and [`ANYTHING`] ahead further inside.
fn ordered(value: Json, keys: &[&str]) -> Json {
    match value {
        Json::Array(items) => items.into_iter().map(|item| ordered(item, ANYTHING)).collect(),
        Json::Object(entries) => {
            let entries = entries.into_iter().map(|(key, value)| (key, ordered(value, ANYTHING)));
            Json::Object(first(entries, keys))
        }
        scalar => scalar,
    }
}

fn first(entries: impl Iterator<Item = (String, Json)>, keys: &[&str]) -> Map<String, Json> {
    let mut entries: Vec<_> = entries.collect();
    entries.sort_by_key(|(key, _)| keys.iter().position(|first| first == key).unwrap_or(keys.len()));
    entries.into_iter().collect()
}
