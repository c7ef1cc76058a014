//! Writes a built stack as Terraform JSON, one text per file.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde_json::{Map, Value as Json, json};

use crate::{
    body::{Body, Content, Repeat},
    declaration::{Asset, Change, CheckData, Declaration, Refactoring, TerraformData, VariableData},
    expression::Mode,
    lifecycle::{Condition, IgnoreChanges, LifecycleData},
    problem::{Location, source_path},
    provider::ProviderConfiguration,
    render,
    resource::{Repetition, Resource},
    stack::{BuiltStack, Placed},
};

/// The names that Terraform keeps for itself in a resource: an argument of such a name goes into an escape block.
const META_ARGUMENTS: [&str; 7] =
    ["connection", "count", "depends_on", "for_each", "lifecycle", "provider", "provisioner"];

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
                Declaration::Asset(Asset { path, text, .. }) => {
                    files.push(StackFile { path: path.clone(), text: text.clone() });
                }
                _ => by_file.entry(&placed.file).or_default().push(placed),
            }
        }
        for (name, placed) in by_file {
            let mut text =
                serde_json::to_string_pretty(&configuration(&placed)).expect("a JSON value is always serializable");
            text.push('\n');
            files.push(StackFile { path: format!("{name}.tf.json"), text });
        }
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

fn configuration(placed: &[&Placed]) -> Json {
    let mut sections = Sections::default();
    let mut sources = BTreeSet::new();
    for Placed { declaration, .. } in placed {
        sources.insert(source_path(sections.add(declaration)));
    }
    let sources: Vec<_> = sources.into_iter().collect();
    let mut file = Map::new();
    file.insert("//".to_owned(), json!(format!("Synthesized from {}; do not edit.", sources.join(", "))));
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
    Json::Object(file)
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
                let mut written = Map::new();
                optional(&mut written, "description", output.description.as_ref().map(|text| json!(text)));
                written.insert("value".to_owned(), render::template(&output.value));
                flag(&mut written, "sensitive", output.sensitive);
                self.output.insert(output.name.clone(), Json::Object(written));
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

fn write_resource(resource: &Resource) -> Json {
    let mut written = Map::new();
    match &resource.repetition {
        Repetition::Single => {}
        Repetition::Count(count) => optional(&mut written, "count", Some(render::template(count))),
        Repetition::ForEach(entries) => optional(&mut written, "for_each", Some(render::template(entries))),
    }
    optional(&mut written, "provider", resource.provider_alias.as_ref().map(|alias| json!(alias)));
    let mut escaped = Map::new();
    for (name, value) in write_body(&resource.body) {
        let target = if META_ARGUMENTS.contains(&name.as_str()) { &mut escaped } else { &mut written };
        target.insert(name, value);
    }
    if !escaped.is_empty() {
        written.insert("_".to_owned(), Json::Object(escaped));
    }
    if !resource.depends_on.is_empty() {
        let addresses: Vec<_> = resource.depends_on.iter().map(ToString::to_string).collect();
        written.insert("depends_on".to_owned(), json!(addresses));
    }
    let lifecycle = write_lifecycle(&resource.lifecycle);
    if !lifecycle.is_empty() {
        written.insert("lifecycle".to_owned(), Json::Object(lifecycle));
    }
    Json::Object(written)
}

fn write_body(body: &Body) -> Map<String, Json> {
    let mut written = Map::new();
    for entry in body.entries() {
        match &entry.content {
            Content::Argument(value) => {
                written.insert(entry.name.to_string(), render::template(value));
            }
            Content::Blocks(blocks) => {
                for block in blocks {
                    let content = Json::Object(write_body(&block.body));
                    match &block.repeat {
                        Repeat::Once => push(&mut written, &entry.name, content),
                        Repeat::Keyed(key) => {
                            under(&mut written, &entry.name).insert(key.clone(), content);
                        }
                        Repeat::Dynamic { for_each, iterator } => {
                            let for_each = render::template(for_each);
                            let rule = json!({ "for_each": for_each, "iterator": iterator, "content": content });
                            push(under(&mut written, "dynamic"), &entry.name, rule);
                        }
                    }
                }
            }
        }
    }
    written
}

fn push(object: &mut Map<String, Json>, name: &str, item: Json) {
    let items = object.entry(name).or_insert_with(|| json!([]));
    items.as_array_mut().expect("inserted as an array").push(item);
}

fn write_lifecycle(lifecycle: &LifecycleData) -> Map<String, Json> {
    let mut written = Map::new();
    optional(&mut written, "create_before_destroy", lifecycle.create_before_destroy.map(Json::Bool));
    optional(&mut written, "prevent_destroy", lifecycle.prevent_destroy.map(Json::Bool));
    match &lifecycle.ignore_changes {
        IgnoreChanges::All => optional(&mut written, "ignore_changes", Some(json!("all"))),
        IgnoreChanges::Some(attributes) if attributes.is_empty() => {}
        IgnoreChanges::Some(attributes) => {
            let attributes: Vec<_> = attributes.iter().map(render::relative).collect();
            written.insert("ignore_changes".to_owned(), json!(attributes));
        }
    }
    if !lifecycle.replace_triggered_by.is_empty() {
        let references: Vec<_> = lifecycle.replace_triggered_by.iter().map(render::reference).collect();
        written.insert("replace_triggered_by".to_owned(), json!(references));
    }
    for (name, conditions) in [("precondition", &lifecycle.preconditions), ("postcondition", &lifecycle.postconditions)]
    {
        if !conditions.is_empty() {
            written.insert(name.to_owned(), write_conditions(conditions));
        }
    }
    written
}

fn write_conditions(conditions: &[Condition]) -> Json {
    let written = conditions.iter().map(|condition| {
        json!({
            "condition": render::template(&condition.condition),
            "error_message": render::template(&condition.error_message),
        })
    });
    Json::Array(written.collect())
}

fn write_provider(provider: &ProviderConfiguration) -> Json {
    let mut written = Map::new();
    optional(&mut written, "alias", provider.alias.as_ref().map(|alias| json!(alias)));
    written.extend(write_body(&provider.body));
    Json::Object(written)
}

fn write_variable(variable: &VariableData) -> Json {
    let mut written = Map::new();
    written.insert("type".to_owned(), json!(variable.type_));
    optional(&mut written, "description", variable.description.as_ref().map(|text| json!(text)));
    optional(&mut written, "default", variable.default.as_ref().map(render::literal));
    flag(&mut written, "sensitive", variable.sensitive);
    flag(&mut written, "ephemeral", variable.ephemeral);
    optional(&mut written, "nullable", variable.nullable.map(Json::Bool));
    if !variable.validations.is_empty() {
        written.insert("validation".to_owned(), write_conditions(&variable.validations));
    }
    Json::Object(written)
}

fn write_terraform(terraform: &TerraformData) -> Map<String, Json> {
    let mut written = Map::new();
    optional(&mut written, "required_version", terraform.required_version.as_ref().map(|version| json!(version)));
    if !terraform.required_providers.is_empty() {
        let providers = terraform.required_providers.iter();
        let providers: Map<_, _> = providers
            .map(|(provider, version)| {
                (provider.name.to_owned(), json!({ "source": provider.source, "version": version }))
            })
            .collect();
        written.insert("required_providers".to_owned(), Json::Object(providers));
    }
    if let Some(backend) = &terraform.backend {
        let arguments: Map<_, _> =
            backend.arguments.iter().map(|(name, value)| ((*name).to_owned(), render::literal(value))).collect();
        let mut written_backend = Map::new();
        written_backend.insert(backend.type_name.to_owned(), Json::Object(arguments));
        written.insert("backend".to_owned(), Json::Object(written_backend));
    }
    written
}
