//! Facts of `aws_cloudwatch_event_rule`.

use super::{
    Document::Sorted,
    Facts,
    Rule::{Json, Length, Most},
};

pub(super) const RESOURCE: Facts = Facts {
    identity: &["name", "event_bus_name"],
    rules: &[Most(&["name", "name_prefix"]), Json("event_pattern"), Length("name", 64)],
    replaces: Some(&["event_bus_name", "name", "name_prefix"]),
    defaults: &[("event_bus_name", r#""default""#), ("force_destroy", "false")],
    keeps: &["is_enabled", "state"],
    documents: &[Sorted("event_pattern")],
    templates: &[("arn", "arn:{partition}:events:{region}:{account}:rule/{name}"), ("id", "{name}")],
    ..Facts::new("aws_cloudwatch_event_rule")
};
