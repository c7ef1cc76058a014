//! Kubernetes manifests: objects gathered file by file, each written as YAML with a line that names its Rust source.
//!
//! Anything that serializes to an object with a kind and a name, and reads back, is welcome; this module knows no kinds.

use std::{
    any::Any,
    cell::RefCell,
    collections::{BTreeMap, btree_map::Entry},
    fmt,
    rc::Rc,
    sync::Arc,
};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value as Json};
use synth_framework::{Location, Problem, Problems, Reading, StackFile, source, source_path};

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
    /// Where it was declared.
    pub location: Location,
    object: Json,
    typed: Typed,
    reading: Reading,
}

/// A value that an object is written from, of a type that reads back.
pub trait Object: Serialize + DeserializeOwned + Clone + Any + Send + Sync {}

impl<T: Serialize + DeserializeOwned + Clone + Any + Send + Sync> Object for T {}

/// An object as the value that it was written from, and how the same type is read.
#[derive(Clone)]
struct Typed {
    value: Arc<dyn Any + Send + Sync>,
    read: fn(&Json) -> serde_json::Result<Arc<dyn Any + Send + Sync>>,
}

impl Typed {
    fn new<T: Object>(value: &T) -> Self {
        Self { value: Arc::new(value.clone()), read: |object| Ok(Arc::new(T::deserialize(object)?)) }
    }
}

impl fmt::Debug for Typed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Typed")
    }
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
    pub fn add(&self, file: &str, object: &impl Object) {
        self.add_at(std::panic::Location::caller(), file, object);
    }

    /// Adds an object as [`Manifests::add`] does, for a declaration that stands elsewhere in the source.
    pub fn add_at(&self, location: Location, file: &str, object: &impl Object) {
        let path = if self.folder.is_empty() { format!("{file}.yaml") } else { format!("{}/{file}.yaml", self.folder) };
        let mut gathered = self.gathered.borrow_mut();
        let typed = Typed::new(object);
        match serde_json::to_value(object) {
            Ok(object) => {
                let (object, reading) = (conventional(object), Reading::default());
                gathered.objects.push(Manifest { path, location, object, typed, reading });
            }
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
                    report(format!(
                        "`{}` is written twice: its first object is declared at {}",
                        manifest.path,
                        source(first.get())
                    ));
                }
            }
            match manifest.identity() {
                None => report(format!(
                    "the object in `{}` lacks an apiVersion, a kind or a name: set all three",
                    manifest.path
                )),
                Some(identity) => match identities.entry(identity) {
                    Entry::Vacant(entry) => drop(entry.insert(&manifest.path)),
                    Entry::Occupied(first) => {
                        let (kind, name) = (manifest.kind(), manifest.name());
                        report(format!("{kind} `{name}` is declared twice, also in `{}`: keep one", first.get()));
                    }
                },
            }
        }
        objects.sort_by(|left, right| left.path.cmp(&right.path));
        if problems.is_empty() { Ok(BuiltManifests { name: self.name, objects }) } else { Err(problems.into()) }
    }
}

impl Manifest {
    /// The version of its API, such as `apps/v1`.
    pub fn api_version(&self) -> &str {
        self.text(&["apiVersion"])
    }

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

    /// The group of its kind; empty for Kubernetes' first kinds.
    pub fn group(&self) -> &str {
        self.text(&["apiVersion"]).split_once('/').map_or("", |(group, _)| group)
    }

    /// An annotation; empty if there is none.
    pub fn annotation(&self, key: &str) -> &str {
        self.text(&["metadata", "annotations", key])
    }

    /// The object as it is written, its keys in conventional order.
    pub fn object(&self) -> &Json {
        &self.object
    }

    /// The value that it was written from, if that is of this type.
    pub fn typed<T: Object>(&self) -> Option<&T> {
        self.typed.value.downcast_ref()
    }

    /// Changes what is written, and reads the value anew. An object that became one of another kind is known by its JSON alone.
    ///
    /// # Errors
    ///
    /// Fails where the object is no longer one of its kind, and leaves it as it was.
    pub fn change(&mut self, change: impl FnOnce(&mut Json)) -> serde_json::Result<()> {
        let mut object = self.object.clone();
        change(&mut object);
        if object["kind"] == self.object["kind"] {
            self.typed.value = (self.typed.read)(&object)?;
        } else {
            self.typed = Typed::new(&object);
        }
        self.object = object;
        self.reading = Reading::default();
        Ok(())
    }

    /// The value that `read` makes of the object, which is read once.
    pub fn read_once<T: Any + Send + Sync>(&self, read: impl FnOnce() -> T) -> &T {
        self.reading.once(read)
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

    /// The fields by which the API server tells objects apart: group, kind, namespace and name, whatever the version.
    fn identity(&self) -> Option<(String, String, String, String)> {
        let complete = ![self.text(&["apiVersion"]), self.kind(), self.name()].contains(&"");
        complete.then(|| {
            (self.group().to_owned(), self.kind().to_owned(), self.namespace().to_owned(), self.name().to_owned())
        })
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
