//! The one-line docs of generated items, from the facts of the schema.
use synth_schema::{NestingMode, Type};

use crate::ir::{Attribute, Form, Item, Kind, NestedBlock, Rust, Scope, TypeSchema};

/// The doc of a file and of its module.
pub(crate) fn item(item: &Item) -> String {
    let Item { name, provider, .. } = item;
    match item.kind {
        Kind::Resource => format!("The resource `{name}`."),
        Kind::Data => format!("The data source `{name}`."),
        Kind::Configuration => format!("The configuration of the provider `{}`.", provider.source),
    }
}

/// The doc of a nested module.
pub(crate) fn module(scope: &Scope) -> String {
    match scope.form {
        Form::Root(_) | Form::Block => format!("The block `{}`.", scope.name),
        Form::Attributes => format!("Nested attributes of `{}`.", scope.name),
        Form::Object => format!("Objects in `{}`.", scope.name),
    }
}

/// The doc of the function that starts a nested block or object.
pub(crate) fn function(scope: &Scope) -> String {
    match scope.form {
        Form::Root(_) | Form::Block => format!("Starts the block `{}`.", scope.name),
        Form::Attributes => format!("Starts an object for `{}`.", scope.name),
        Form::Object => format!("Starts an object for `{}`; what is not set is null.", scope.name),
    }
}

/// The doc of the method that gives an argument.
pub(crate) fn setter(attribute: &Attribute) -> String {
    let needed = if attribute.required { "required" } else { "optional" };
    let type_ = type_words(&attribute.schema, attribute.takes.as_ref());
    let since = since(attribute.since.as_deref());
    format!("Sets `{}`: {type_}, {needed}.{}{since}", attribute.name, remarks(attribute))
}

/// The doc of the method that reads an attribute.
pub(crate) fn reader(attribute: &Attribute) -> String {
    let type_ = type_words(&attribute.schema, Some(&attribute.gives));
    // Of an argument its setter says it: the attribute may have been there before it could be set.
    let since = since(attribute.since.as_deref().filter(|_| attribute.takes.is_none()));
    format!("`{}`: {type_}.{}{since}", attribute.name, remarks(attribute))
}

/// The doc of the method that adds nested blocks.
pub(crate) fn block(block: &NestedBlock) -> String {
    format!(
        "Adds `{}`: {}.{}{}",
        block.name,
        occurrence(block),
        deprecation(block.deprecated),
        since(block.since.as_deref())
    )
}

/// The doc of the method that reads nested blocks.
pub(crate) fn block_reader(block: &NestedBlock) -> String {
    format!(
        "`{}`: {}.{}{}",
        block.name,
        occurrence(block),
        deprecation(block.deprecated),
        since(block.since.as_deref())
    )
}

fn occurrence(block: &NestedBlock) -> String {
    let key = if block.nesting == NestingMode::Map { ", each under a key" } else { "" };
    let single = matches!(block.nesting, NestingMode::Single | NestingMode::Group);
    match (block.min_items, if single { 1 } else { block.max_items }) {
        (0, 0) => format!("any number of blocks{key}"),
        (0, 1) => "at most one block".to_owned(),
        (0, most) => format!("at most {most} blocks{key}"),
        (1, 0) => format!("at least one block{key}"),
        (1, 1) => "exactly one block".to_owned(),
        (least, 0) => format!("at least {least} blocks{key}"),
        (least, most) => format!("{least} to {most} blocks{key}"),
    }
}

fn remarks(attribute: &Attribute) -> String {
    let mut remarks = String::new();
    if attribute.sensitive {
        remarks += " Sensitive.";
    }
    if attribute.write_only {
        remarks += " Sent to the provider and never stored.";
    }
    remarks + deprecation(attribute.deprecated)
}

fn since(version: Option<&str>) -> String {
    version.map(|version| format!(" Known from version {version} on.")).unwrap_or_default()
}

fn deprecation(deprecated: bool) -> &'static str {
    if deprecated { " Deprecated by the provider." } else { "" }
}

fn type_words(schema: &TypeSchema, rust: Option<&Rust>) -> String {
    match schema {
        TypeSchema::Nested(NestingMode::Single | NestingMode::Group) => "object".to_owned(),
        TypeSchema::Nested(nesting) => format!("{} of objects", format!("{nesting:?}").to_lowercase()),
        TypeSchema::Type(type_) => words(type_, rust),
    }
}

fn words(type_: &Type, rust: Option<&Rust>) -> String {
    match (type_, rust) {
        (Type::String, Some(Rust::Identity(name))) => format!("`{name}`"),
        (Type::String, _) => "string".to_owned(),
        (Type::Number, _) => "number".to_owned(),
        (Type::Bool, _) => "bool".to_owned(),
        (Type::Dynamic, _) => "any".to_owned(),
        (Type::Object(..), _) => "object".to_owned(),
        (Type::Tuple(_), _) => "tuple".to_owned(),
        (Type::List(item), rust) => format!("list of {}", words(item, rust.and_then(item_of))),
        (Type::Set(item), rust) => format!("set of {}", words(item, rust.and_then(item_of))),
        (Type::Map(item), rust) => format!("map of {}", words(item, rust.and_then(item_of))),
    }
}

fn item_of(rust: &Rust) -> Option<&Rust> {
    match rust {
        Rust::List(item) | Rust::Set(item) | Rust::Map(item) => Some(item),
        _ => None,
    }
}
