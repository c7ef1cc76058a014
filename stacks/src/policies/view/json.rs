//! Reading JSON by pointer; what is not there reads as nothing.

use serde_json::Value as Json;

static NOTHING: Json = Json::Null;

/// The value at a pointer, `null` if there is none.
///
/// `Value::pointer` allocates twice for each step to unescape what is never escaped here, which was half of all that policies took.
pub(crate) fn at<'a>(value: &'a Json, pointer: &str) -> &'a Json {
    let found = pointer.split('/').skip(1).try_fold(value, |value, step| match value {
        Json::Array(items) => items.get(step.parse::<usize>().ok()?),
        _ => value.get(step),
    });
    found.unwrap_or(&NOTHING)
}

/// The text at a pointer, empty if there is none.
pub(crate) fn text<'a>(value: &'a Json, pointer: &str) -> &'a str {
    at(value, pointer).as_str().unwrap_or_default()
}

/// The number at a pointer.
pub(crate) fn number(value: &Json, pointer: &str) -> Option<u64> {
    at(value, pointer).as_u64()
}

/// The items of the list at a pointer.
pub(crate) fn items<'a>(value: &'a Json, pointer: &str) -> &'a [Json] {
    at(value, pointer).as_array().map_or(&[], Vec::as_slice)
}

/// The texts in the list at a pointer.
pub(crate) fn strings<'a>(value: &'a Json, pointer: &str) -> Vec<&'a str> {
    items(value, pointer).iter().filter_map(Json::as_str).collect()
}

/// The protocol of a port of a container, a Service or a network policy, in Terraform's spelling.
pub(crate) fn protocol(port: &Json) -> &'static str {
    match text(port, "/protocol") {
        "UDP" => "udp",
        "SCTP" => "sctp",
        // The API server's default.
        _ => "tcp",
    }
}

/// Does an object hold every entry of another?
pub(crate) fn includes(whole: &Json, part: &Json) -> bool {
    part.as_object().is_none_or(|part| part.iter().all(|(key, value)| whole.get(key) == Some(value)))
}
