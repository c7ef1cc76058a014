//! The names of objects in messages.

use serde_json::Value as Json;

/// An object's kind, namespace and name, as people write them: `Deployment services/cors-proxy-server`.
pub fn title(object: &Json) -> String {
    let namespace = text(object, "/metadata/namespace");
    let slash = if namespace.is_empty() { "" } else { "/" };
    format!("{} {namespace}{slash}{}", text(object, "/kind"), name_of(object))
}

/// An object's name.
pub fn name_of(object: &Json) -> &str {
    text(object, "/metadata/name")
}

pub(crate) fn text<'a>(object: &'a Json, pointer: &str) -> &'a str {
    object.pointer(pointer).and_then(Json::as_str).unwrap_or_default()
}
