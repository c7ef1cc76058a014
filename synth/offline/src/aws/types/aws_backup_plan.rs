//! Facts of `aws_backup_plan`.

use super::Facts;

pub(super) const RESOURCE: Facts = Facts {
    defaults: &[
        ("rule.completion_window", "180"),
        ("rule.schedule_expression_timezone", r#""Etc/UTC""#),
        ("rule.start_window", "60"),
    ],
    templates: &[
        ("arn", "arn:{partition}:backup:{region}:{account}:backup-plan:{id}"),
        ("id", "{uuid}"),
        ("version", "{hex:48}"),
    ],
    ..Facts::new("aws_backup_plan")
};
