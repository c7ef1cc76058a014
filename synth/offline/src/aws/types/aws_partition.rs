//! Facts of `aws_partition`.

use super::Facts;

pub(super) const DATA: Facts = Facts {
    templates: &[
        ("dns_suffix", "{dns_suffix}"),
        ("id", "{partition}"),
        ("partition", "{partition}"),
        ("reverse_dns_prefix", "{reverse_dns_prefix}"),
    ],
    ..Facts::new("data.aws_partition")
};
