//! Facts of `aws_backup_vault`.

use super::Facts;

pub(super) const RESOURCE: Facts = Facts {
    identity: &["name"],
    replaces: Some(&["kms_key_arn", "name"]),
    defaults: &[("force_destroy", "false")],
    templates: &[
        ("arn", "arn:{partition}:backup:{region}:{account}:backup-vault:{name}"),
        ("id", "{name}"),
        ("kms_key_arn", "arn:{partition}:kms:{region}:{account}:key/{uuid}"),
    ],
    ..Facts::new("aws_backup_vault")
};
