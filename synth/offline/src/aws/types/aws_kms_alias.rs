//! Facts of `aws_kms_alias`.

use super::{Facts, Rule::Most};

pub(super) const RESOURCE: Facts = Facts {
    identity: &["name"],
    rules: &[Most(&["name", "name_prefix"])],
    replaces: Some(&["name", "name_prefix"]),
    templates: &[
        ("arn", "arn:{partition}:kms:{region}:{account}:{name}"),
        ("id", "{name}"),
        ("name", "alias/terraform-{hex:26}"),
        ("target_key_arn", "arn:{partition}:kms:{region}:{account}:key/{target_key_id|last}"),
    ],
    ..Facts::new("aws_kms_alias")
};

pub(super) const DATA: Facts =
    Facts { templates: &[("id", "{arn}"), ("target_key_id", "{uuid}")], ..Facts::new("data.aws_kms_alias") };
