//! Writes a built stack as Terraform JSON, one text per file.

mod resource;
mod settings;
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde_json::{Map, Value as Json, json};

use crate::{
    declaration::{Change, CheckData, Declaration, OutputData, Refactoring},
    expression::{Address, Mode},
    lifecycle::Condition,
    problem::{Location, source_path},
    render,
    stack::{BuiltStack, Placed},
};
use resource::write_resource;
use settings::{write_provider, write_terraform, write_variable};
use tests::test_files;

/// One file of a stack: its path inside the stack's directory, and its exact text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StackFile {
    /// The path inside the stack's directory.
    pub path: String,
    /// The exact text.
    pub text: String,
}

impl BuiltStack {
    /// The files of this stack, sorted by path. The same stack gives the same bytes.
    pub fn files(&self) -> Vec<StackFile> {
        let mut by_file: BTreeMap<&Arc<str>, Vec<&Placed>> = BTreeMap::new();
        let mut files = Vec::new();
        for placed in self.declarations() {
            match &placed.declaration {
                Declaration::Asset(asset) => {
                    files.push(StackFile { path: asset.path.clone(), text: asset.text().to_owned() });
                }
                // What is for tests goes to files of their own.
                Declaration::Run(_) | Declaration::MockProvider(_) => {}
                _ => by_file.entry(&placed.file).or_default().push(placed),
            }
        }
        for (name, placed) in by_file {
            files.push(StackFile { path: format!("{name}.tf.json"), text: text(configuration(&placed)) });
        }
        files.extend(test_files(self));
        files.sort_by(|left, right| left.path.cmp(&right.path));
        files
    }
}

#[derive(Default)]
struct Sections {
    terraform: Map<String, Json>,
    provider: Map<String, Json>,
    variable: Map<String, Json>,
    locals: Map<String, Json>,
    data: Map<String, Json>,
    resource: Map<String, Json>,
    check: Map<String, Json>,
    moved: Vec<Json>,
    import: Vec<Json>,
    removed: Vec<Json>,
    output: Map<String, Json>,
}

/// The first line of a file: the Rust sources that it comes from.
fn header(locations: impl IntoIterator<Item = Location>) -> Json {
    let sources: BTreeSet<_> = locations.into_iter().map(source_path).collect();
    let sources: Vec<_> = sources.into_iter().collect();
    json!(format!("Synthesized from {}; do not edit.", sources.join(", ")))
}

fn text(file: Map<String, Json>) -> String {
    let mut text = serde_json::to_string_pretty(&file).expect("a JSON object is always serializable");
    text.push('\n');
    text
}

fn configuration(placed: &[&Placed]) -> Map<String, Json> {
    let mut sections = Sections::default();
    let locations: Vec<_> = placed.iter().map(|placed| sections.add(&placed.declaration)).collect();
    let mut file = Map::new();
    file.insert("//".to_owned(), header(locations));
    let Sections { terraform, provider, variable, locals, data, resource, check, moved, import, removed, output } =
        sections;
    // Terraform refuses an empty section, so what holds nothing is left out.
    for (name, section) in [
        ("terraform", terraform),
        ("provider", provider),
        ("variable", variable),
        ("locals", locals),
        ("data", data),
        ("resource", resource),
        ("check", check),
    ] {
        if !section.is_empty() {
            file.insert(name.to_owned(), Json::Object(section));
        }
    }
    for (name, blocks) in [("moved", moved), ("import", import), ("removed", removed)] {
        if !blocks.is_empty() {
            file.insert(name.to_owned(), Json::Array(blocks));
        }
    }
    if !output.is_empty() {
        file.insert("output".to_owned(), Json::Object(output));
    }
    file
}

impl Sections {
    fn add(&mut self, declaration: &Declaration) -> Location {
        match declaration {
            Declaration::Resource(resource) => {
                let section = if resource.mode == Mode::Data { &mut self.data } else { &mut self.resource };
                under(section, resource.type_name).insert(resource.label.clone(), write_resource(resource));
                resource.location
            }
            Declaration::Provider(provider) => {
                let configurations = self.provider.entry(provider.provider.name).or_insert_with(|| json!([]));
                configurations.as_array_mut().expect("inserted as an array").push(write_provider(provider));
                provider.location
            }
            Declaration::Variable(variable) => {
                self.variable.insert(variable.name.clone(), write_variable(variable));
                variable.location
            }
            Declaration::Local(local) => {
                self.locals.insert(local.name.clone(), render::template(&local.value));
                local.location
            }
            Declaration::Output(output) => {
                self.output.insert(output.name.clone(), write_output(output));
                output.location
            }
            Declaration::Check(CheckData { name, asserts, location }) => {
                self.check.insert(name.clone(), json!({ "assert": write_conditions(asserts) }));
                location
            }
            Declaration::Refactoring(Refactoring { change, location }) => {
                self.refactor(change);
                location
            }
            Declaration::Terraform(terraform) => {
                self.terraform.extend(write_terraform(terraform));
                terraform.location
            }
            Declaration::Run(run) => run.location,
            Declaration::MockProvider(mock) => mock.location,
            Declaration::Asset(asset) => asset.location,
        }
    }

    fn refactor(&mut self, change: &Change) {
        match change {
            Change::Moved { from, to } => self.moved.push(json!({ "from": from, "to": render::reference(to) })),
            Change::Import { to, id } => {
                self.import.push(json!({ "to": render::reference(to), "id": render::template(id) }));
            }
            Change::Removed { from, destroy } => {
                self.removed.push(json!({ "from": from, "lifecycle": { "destroy": destroy } }));
            }
        }
    }
}

fn under<'a>(section: &'a mut Map<String, Json>, name: &str) -> &'a mut Map<String, Json> {
    section.entry(name).or_insert_with(|| json!({})).as_object_mut().expect("inserted as an object")
}

fn optional(object: &mut Map<String, Json>, name: &str, value: Option<Json>) {
    if let Some(value) = value {
        object.insert(name.to_owned(), value);
    }
}

fn flag(object: &mut Map<String, Json>, name: &str, value: bool) {
    optional(object, name, value.then_some(Json::Bool(true)));
}

fn write_output(output: &OutputData) -> Json {
    let mut written = Map::new();
    optional(&mut written, "description", output.description.as_ref().map(|text| json!(text)));
    written.insert("value".to_owned(), render::template(&output.value));
    flag(&mut written, "sensitive", output.sensitive);
    optional(&mut written, "precondition", write_conditions(&output.preconditions));
    optional(&mut written, "depends_on", write_dependencies(&output.depends_on));
    Json::Object(written)
}

/// Conditions, or nothing where there are none.
fn write_conditions(conditions: &[Condition]) -> Option<Json> {
    let written = conditions.iter().map(|condition| {
        json!({
            "condition": render::template(&condition.condition),
            "error_message": render::template(&condition.error_message),
        })
    });
    (!conditions.is_empty()).then(|| Json::Array(written.collect()))
}

/// Addresses without template marks, each once, or nothing where there are none.
fn write_dependencies(addresses: &[Address]) -> Option<Json> {
    let mut written: Vec<String> = Vec::new();
    for address in addresses.iter().map(ToString::to_string) {
        if !written.contains(&address) {
            written.push(address);
        }
    }
    (!written.is_empty()).then(|| json!(written))
}
