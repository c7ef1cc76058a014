//! Facts of `aws_ecr_repository`.

use super::{Facts, Rule::In};

pub(super) const RESOURCE: Facts = Facts {
    identity: &["name"],
    rules: &[
        In("encryption_configuration.encryption_type", &["AES256", "KMS", "KMS_DSSE"]),
        In("image_tag_mutability", &["MUTABLE", "IMMUTABLE"]),
    ],
    replaces: Some(&["encryption_configuration", "name"]),
    defaults: &[("image_tag_mutability", r#""MUTABLE""#)],
    keeps: &["encryption_configuration"],
    templates: &[
        ("arn", "arn:{partition}:ecr:{region}:{account}:repository/{name}"),
        ("id", "{name}"),
        ("image_tag_mutability", "IMMUTABLE"),
        ("repository_url", "{account}.dkr.ecr.{region}.{dns_suffix}/{name}"),
    ],
    ..Facts::new("aws_ecr_repository")
};
