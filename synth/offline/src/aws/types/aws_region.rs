//! Facts of `aws_region`.

use super::Facts;

pub(super) const DATA: Facts = Facts {
    templates: &[
        ("description", "{region}"),
        ("endpoint", "ec2.{region}.{dns_suffix}"),
        ("id", "{name}"),
        ("name", "{region}"),
    ],
    ..Facts::new("data.aws_region")
};
