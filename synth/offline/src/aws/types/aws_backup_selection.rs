//! Facts of `aws_backup_selection`.

use super::Facts;

pub(super) const RESOURCE: Facts = Facts {
    imported_by: Some("{plan_id}|{id}"),
    replaces: Some(&["iam_role_arn", "name", "plan_id", "resources", "not_resources", "condition", "selection_tag"]),
    computed_blocks: &["condition"],
    templates: &[("id", "{uuid}")],
    ..Facts::new("aws_backup_selection")
};
