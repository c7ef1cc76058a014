//! The conditions that an object's status reports.

use serde_json::Value as Json;

use crate::names::title;

/// Is a condition of an object true?
pub fn holds(object: &Json, condition: &str) -> bool {
    all(object).iter().any(|one| one["type"] == condition && one["status"] == "True")
}

/// Is an object ready? If not, which of its conditions are not true, and why.
pub fn is_ready(object: &Json) -> Result<(), String> {
    if holds(object, "Ready") {
        return Ok(());
    }
    let untrue = all(object).iter().filter(|one| one["status"] != "True");
    let untrue: Vec<_> = untrue.map(|one| format!("{}: {} {}", one["type"], one["reason"], one["message"])).collect();
    Err(format!("{} is not ready: {}", title(object), untrue.join("; ")))
}

fn all(object: &Json) -> &[Json] {
    object["status"]["conditions"].as_array().map_or(&[], Vec::as_slice)
}
