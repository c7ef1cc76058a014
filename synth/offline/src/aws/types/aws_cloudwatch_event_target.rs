//! Facts of `aws_cloudwatch_event_target`.

use super::{Facts, Rule::Most};

pub(super) const RESOURCE: Facts = Facts {
    imported_by: Some("{event_bus_name}/{rule}/{target_id}"),
    rules: &[Most(&["input", "input_path", "input_transformer"])],
    replaces: Some(&["event_bus_name", "rule", "target_id"]),
    defaults: &[
        ("ecs_target.enable_ecs_managed_tags", "false"),
        ("ecs_target.enable_execute_command", "false"),
        ("ecs_target.task_count", "1"),
        ("event_bus_name", r#""default""#),
        ("force_destroy", "false"),
    ],
    keeps: &["sagemaker_pipeline_target"],
    templates: &[("id", "{rule}-{target_id}"), ("target_id", "terraform-{hex:26}")],
    ..Facts::new("aws_cloudwatch_event_target")
};
