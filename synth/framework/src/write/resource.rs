//! Writes resources: their meta-arguments, arguments, nested blocks and `lifecycle`.

use serde_json::{Map, Value as Json, json};

use super::{optional, under, write_conditions, write_dependencies};
use crate::{
    body::{Body, Content, Repeat},
    lifecycle::{IgnoreChanges, LifecycleData},
    render,
    resource::{Repetition, Resource},
};

/// The names that Terraform keeps for itself in a resource: an argument of such a name goes into an escape block.
const META_ARGUMENTS: [&str; 8] =
    ["connection", "count", "depends_on", "for_each", "lifecycle", "locals", "provider", "provisioner"];

pub(super) fn write_resource(resource: &Resource) -> Json {
    let mut written = Map::new();
    match &resource.repetition {
        Repetition::Single => {}
        Repetition::Count(count) => optional(&mut written, "count", Some(render::template(count))),
        Repetition::ForEach(entries) => optional(&mut written, "for_each", Some(render::template(entries))),
    }
    optional(&mut written, "provider", resource.provider_alias.as_ref().map(|alias| json!(alias)));
    written.extend(write_escaped_body(&resource.body, &META_ARGUMENTS));
    optional(&mut written, "depends_on", write_dependencies(&resource.depends_on));
    let lifecycle = write_lifecycle(&resource.lifecycle);
    if !lifecycle.is_empty() {
        written.insert("lifecycle".to_owned(), Json::Object(lifecycle));
    }
    Json::Object(written)
}

/// A body whose arguments of reserved names stand in the escape block `_`.
pub(super) fn write_escaped_body(body: &Body, reserved: &[&str]) -> Map<String, Json> {
    let mut written = Map::new();
    let mut escaped = Map::new();
    for (name, value) in write_body(body) {
        let target = if reserved.contains(&name.as_str()) { &mut escaped } else { &mut written };
        target.insert(name, value);
    }
    if !escaped.is_empty() {
        written.insert("_".to_owned(), Json::Object(escaped));
    }
    written
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
        optional(&mut written, name, write_conditions(conditions));
    }
    written
}
