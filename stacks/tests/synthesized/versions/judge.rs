//! One version of the AWS provider, and what written Terraform asks of it that it does not have.

use serde_json::{Map, Value as Json};
use synth_codegen::{
    generate::{Layout, read},
    selection::Selection,
};
use synth_schema::{Attribute, Block, NestedType, ProviderSchema, Type};

use super::references::{Reference, Step, ignored, references};

/// The arguments of every resource that its provider does not declare.
const META: [&str; 8] = ["//", "count", "depends_on", "for_each", "lifecycle", "provider", "provisioner", "connection"];

/// A version, by its schema.
pub(super) struct Judge {
    version: String,
    schema: ProviderSchema,
}

impl Judge {
    /// The oldest version that stacks plan under, and the newest.
    pub(super) fn both() -> [Self; 2] {
        let layout = Layout::workspace();
        let selection = Selection::read(&layout.selection()).expect("the selection can be read");
        let newest = &selection.providers["aws"];
        let oldest = newest.of_floor().expect("there is an oldest version");
        let judge = |path, version: &str| {
            let text = read(path).expect("the schema is committed");
            let schema = ProviderSchema::read(&text, &newest.address()).expect("the schema is of AWS");
            Self { version: version.to_owned(), schema }
        };
        [judge(&layout.floor("aws", &oldest.version), &oldest.version), judge(&layout.schema("aws"), &newest.version)]
    }

    /// Does a constraint of the form `>= 5.100.0, < 7.0.0` begin with this version, or before it?
    pub(super) fn is_accepted(&self, constraint: &str) -> bool {
        let numbers = |text: &str| text.split('.').map_while(|number| number.parse().ok()).collect::<Vec<u64>>();
        let floor = constraint.strip_prefix(">= ").unwrap_or_else(|| panic!("`{constraint}` begins nowhere"));
        numbers(floor.split(',').next().unwrap_or_default()) <= numbers(&self.version)
    }

    /// The faults in a file of a stack: `.tf.json`, `.tftest.json` or `.tfmock.json`.
    pub(super) fn file(&self, path: &str, text: &str) -> Vec<String> {
        let json: Json = serde_json::from_str(text).unwrap_or_else(|error| panic!("{path}: {error}"));
        let mut found = Found { judge: self, path, findings: Vec::new() };
        if path.ends_with(".tf.json") {
            found.declarations(&json);
        } else if path.ends_with(".tfmock.json") {
            found.mocks(&json);
        }
        found.references(&json, "");
        found.findings
    }

    fn block(&self, reference: &Reference) -> Option<&Block> {
        self.root(reference.data, &reference.type_name)
    }

    fn root(&self, data: bool, type_name: &str) -> Option<&Block> {
        let types = if data { &self.schema.data_source_schemas } else { &self.schema.resource_schemas };
        types.get(type_name).map(|schema| &schema.block)
    }
}

struct Found<'a> {
    judge: &'a Judge,
    path: &'a str,
    findings: Vec<String>,
}

impl Found<'_> {
    /// Reports what is asked, and what of it this version does not do.
    fn report(&mut self, asked: &str, not: &str) {
        self.findings.push(format!("{}: {asked} hashicorp/aws {} {not}", self.path, self.judge.version));
    }

    fn declarations(&mut self, json: &Json) {
        for (section, data, prefix) in [("resource", false, ""), ("data", true, "data.")] {
            for (type_name, labels) in members(&json[section]).filter(|(name, _)| name.starts_with("aws_")) {
                let judge = self.judge;
                for (label, body) in members(labels) {
                    let address = format!("{prefix}{type_name}.{label}");
                    match judge.root(data, type_name) {
                        Some(block) => self.resource(block, body, &address),
                        None => self.report(&format!("`{address}` is of a type that"), "does not have"),
                    }
                }
            }
        }
        for body in each(&json["provider"]["aws"]) {
            let judge = self.judge;
            self.body(&judge.schema.provider.block, body, "provider.aws", &["//", "alias"]);
        }
    }

    fn resource(&mut self, block: &Block, body: &Json, address: &str) {
        self.body(block, body, address, &META);
        for path in ignored(&body["lifecycle"]) {
            if !walk(block, &path.1) {
                self.report(&format!("`{address}` ignores changes of `{}`, which", path.0), "does not have");
            }
        }
    }

    /// Judges the arguments that a block sets, and those that it leaves out.
    fn body(&mut self, block: &Block, body: &Json, place: &str, meta: &[&str]) {
        let written: Vec<_> = members(body).filter(|(name, _)| !meta.contains(&name.as_str())).collect();
        for (name, value) in &written {
            if *name == "dynamic" {
                for (name, rules) in members(value) {
                    for rule in each(rules) {
                        self.argument(block, name, &rule["content"], place);
                    }
                }
            } else {
                self.argument(block, name, value, place);
            }
        }
        let has = |name: &String| {
            written
                .iter()
                .any(|(written, value)| *written == name || (*written == "dynamic" && value.get(name).is_some()))
        };
        let attributes = block.attributes.iter().filter(|(_, attribute)| attribute.required).map(|(name, _)| name);
        let blocks = block.block_types.iter().filter(|(_, nested)| nested.min_items > 0).map(|(name, _)| name);
        for name in attributes.chain(blocks).filter(|name| !has(name)) {
            self.report(&format!("`{place}` does without `{name}`, which"), "demands");
        }
    }

    fn argument(&mut self, block: &Block, name: &str, value: &Json, place: &str) {
        if let Some(nested) = block.block_types.get(name) {
            for inner in each(value) {
                self.body(&nested.block, inner, &format!("{place}.{name}"), &["//"]);
            }
            return;
        }
        match block.attributes.get(name).filter(|attribute| attribute.required || attribute.optional) {
            Some(Attribute { nested_type: Some(nested), .. }) => self.nested(nested, value, &format!("{place}.{name}")),
            Some(Attribute { type_: Some(type_), .. }) => self.value(type_, value, &format!("{place}.{name}")),
            _ => self.report(&format!("`{place}` sets `{name}`, which"), "does not take"),
        }
    }

    fn nested(&mut self, nested: &NestedType, value: &Json, place: &str) {
        for (name, _) in each(value).flat_map(members) {
            if !nested.attributes.contains_key(name) {
                self.report(&format!("`{place}` sets `{name}`, which"), "does not take");
            }
        }
    }

    /// An object that is an argument's value must have all members of its type, and no other.
    fn value(&mut self, type_: &Type, value: &Json, place: &str) {
        match (type_, value) {
            (Type::List(item) | Type::Set(item), Json::Array(values)) => {
                for value in values {
                    self.value(item, value, place);
                }
            }
            (Type::Object(known, optional), Json::Object(written)) => {
                for name in written.keys().filter(|name| !known.contains_key(*name)) {
                    self.report(&format!("`{place}` sets `{name}`, which"), "does not take");
                }
                for name in known.keys().filter(|name| !written.contains_key(*name) && !optional.contains(name)) {
                    self.report(&format!("`{place}` does without `{name}`, which"), "demands");
                }
            }
            _ => {}
        }
    }

    /// Judges whether each type has what its mock makes up.
    fn mocks(&mut self, json: &Json) {
        for (section, data, prefix) in [("mock_resource", false, ""), ("mock_data", true, "data.")] {
            for (type_name, mock) in members(&json[section]).filter(|(name, _)| name.starts_with("aws_")) {
                let address = format!("{prefix}{type_name}");
                let Some(block) = self.judge.root(data, type_name) else {
                    self.report(&format!("`{address}` is mocked, a type that"), "does not have");
                    continue;
                };
                for (name, _) in members(&mock["defaults"]) {
                    if !block.attributes.contains_key(name) && !block.block_types.contains_key(name) {
                        self.report(&format!("`{address}` is mocked with `{name}`, which"), "does not have");
                    }
                }
            }
        }
    }

    /// Every reference in every text of a file.
    fn references(&mut self, json: &Json, place: &str) {
        match json {
            Json::String(text) => {
                for reference in references(text) {
                    let known = self.judge.block(&reference).is_some_and(|block| walk(block, &reference.steps));
                    if !known {
                        self.report(&format!("`{place}` reads `{}`, which", reference.text), "does not have");
                    }
                }
            }
            Json::Array(items) => items.iter().for_each(|item| self.references(item, place)),
            Json::Object(members) => {
                for (name, value) in members {
                    let inner = if place.is_empty() { name.clone() } else { format!("{place}.{name}") };
                    self.references(value, &inner);
                }
            }
            _ => {}
        }
    }
}

/// Does a path lead somewhere in a block?
fn walk(block: &Block, steps: &[Step]) -> bool {
    let [step, rest @ ..] = steps else { return true };
    let Step::Name(name) = step else { return walk(block, rest) };
    match (block.attributes.get(name), block.block_types.get(name)) {
        (Some(Attribute { type_: Some(type_), .. }), _) => leads(type_, rest),
        (Some(_), _) => true,
        (None, Some(nested)) => walk(&nested.block, rest),
        (None, None) => false,
    }
}

fn leads(type_: &Type, steps: &[Step]) -> bool {
    let [step, rest @ ..] = steps else { return true };
    match (type_, step) {
        (Type::Object(members, _), Step::Name(name)) => members.get(name).is_some_and(|type_| leads(type_, rest)),
        (Type::List(item) | Type::Set(item), Step::Item) | (Type::Map(item), _) => leads(item, rest),
        (Type::Dynamic | Type::Tuple(_), _) => true,
        _ => false,
    }
}

fn members(json: &Json) -> impl Iterator<Item = (&String, &Json)> {
    json.as_object().into_iter().flat_map(Map::iter)
}

/// The items of an array, or the one that stands without.
fn each(json: &Json) -> impl Iterator<Item = &Json> {
    let items: &[Json] = match json {
        Json::Array(items) => items,
        Json::Null => &[],
        one => std::slice::from_ref(one),
    };
    items.iter()
}
