//! Facts of `aws_ssm_parameter`.

use super::Facts;
use crate::value::{Mapping, Value};

pub(super) const DATA: Facts = Facts {
    templates: &[
        ("arn", "arn:{partition}:ssm:{region}:{account}:parameter{name}"),
        ("id", "{name}"),
        ("insecure_value", "{value}"),
        ("type", "String"),
        ("value", "{hex:20}"),
        ("version", "1"),
    ],
    read: Some(|_, state| {
        value(state);
        Ok(())
    }),
    ..Facts::new("data.aws_ssm_parameter")
};

/// The public parameters that name images and releases answer with one; any other with a text.
fn value(state: &mut Mapping) {
    let name = state.get("name").and_then(Value::as_text).unwrap_or_default();
    let value = match name.rsplit('/').next() {
        Some("release_version") => {
            let version = name.split('/').find(|part| part.starts_with("1.")).unwrap_or("1.36");
            format!("{version}.0-20250101")
        }
        Some("image_version") => "1.0.0".to_owned(),
        Some("image_id" | "ami-id") => "ami-0123456789abcdef0".to_owned(),
        _ => return,
    };
    state.insert("value".to_owned(), value.into());
}
