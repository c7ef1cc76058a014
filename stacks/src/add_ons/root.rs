//! The root Application and its project by their names, and how the chart takes an object.

use serde::Serialize;
use serde_json::Value as Json;

/// The Application that syncs all others.
pub const ROOT_APPLICATION: &str = "root";

/// The AppProject of the root Application alone: it may make Applications and projects, nothing else.
pub(super) const ROOT_PROJECT: &str = "root";

/// An object as the template takes it.
pub(super) fn object(object: &impl Serialize) -> Json {
    serde_json::to_value(object).expect("objects are structs with texts as keys")
}
