//! Types as Rust text.
use synth_schema::Type;

use crate::ir::{Rust, TypeSchema};

/// The type that a value has: `Set<crate::SubnetId>`, `List<ingress::Shape>`.
pub(crate) fn shape_text(type_: &Rust, module: &str, root: &str) -> String {
    match type_ {
        Rust::String => "String".to_owned(),
        Rust::Number => "Number".to_owned(),
        Rust::Bool => "bool".to_owned(),
        Rust::Any => "Any".to_owned(),
        Rust::Identity(name) => format!("{root}::{name}"),
        Rust::Object => format!("{module}::Shape"),
        Rust::List(item) => format!("List<{}>", shape_text(item, module, root)),
        Rust::Set(item) => format!("Set<{}>", shape_text(item, module, root)),
        Rust::Map(item) => format!("Map<{}>", shape_text(item, module, root)),
    }
}

/// The view of a type that has an object inside: `ListView<ingress::View>`.
pub(crate) fn view_text(type_: &Rust, module: &str) -> String {
    match type_ {
        Rust::List(item) => format!("ListView<{}>", view_text(item, module)),
        Rust::Set(item) => format!("SetView<{}>", view_text(item, module)),
        Rust::Map(item) => format!("MapView<{}>", view_text(item, module)),
        _ => format!("{module}::View"),
    }
}

/// The type as the framework's schema says it.
pub(crate) fn schema_text(schema: &TypeSchema, module: &str) -> String {
    match schema {
        TypeSchema::Type(type_) => type_text(type_),
        TypeSchema::Nested(nesting) => {
            format!("TypeSchema::Nested(Nesting::{nesting:?}, {module}::SCHEMA.attributes)")
        }
    }
}

fn type_text(type_: &Type) -> String {
    let collection = |kind: &str, item: &Type| format!("TypeSchema::{kind}(&{})", type_text(item));
    match type_ {
        Type::String => "TypeSchema::String".to_owned(),
        Type::Number => "TypeSchema::Number".to_owned(),
        Type::Bool => "TypeSchema::Bool".to_owned(),
        Type::Dynamic => "TypeSchema::Dynamic".to_owned(),
        Type::List(item) => collection("List", item),
        Type::Set(item) => collection("Set", item),
        Type::Map(item) => collection("Map", item),
        Type::Object(members, _) => {
            let members: Vec<_> =
                members.iter().map(|(name, type_)| format!("({name:?}, {})", type_text(type_))).collect();
            format!("TypeSchema::Object(&[{}])", members.join(", "))
        }
        Type::Tuple(items) => {
            format!("TypeSchema::Tuple(&[{}])", items.iter().map(type_text).collect::<Vec<_>>().join(", "))
        }
    }
}

/// The text when the flag is up, and none otherwise.
pub(crate) fn bool_text(flag: bool, text: &str) -> &str {
    if flag { text } else { "" }
}
