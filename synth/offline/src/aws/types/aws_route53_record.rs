//! Facts of `aws_route53_record`.

use super::{
    Facts,
    Rule::{In, Most},
};

pub(super) const RESOURCE: Facts = Facts {
    imported_by: Some("{zone_id}_{name}_{type}"),
    rules: &[
        In(
            "type",
            &[
                "A", "AAAA", "CAA", "CNAME", "DS", "HTTPS", "MX", "NAPTR", "NS", "PTR", "SOA", "SPF", "SRV", "SSHFP",
                "SVCB", "TLSA", "TXT",
            ],
        ),
        Most(&["alias", "records"]),
        Most(&["alias", "ttl"]),
    ],
    replaces: Some(&["name", "set_identifier", "zone_id"]),
    templates: &[("allow_overwrite", "false"), ("fqdn", "{name}"), ("id", "{zone_id}_{name}_{type}")],
    ..Facts::new("aws_route53_record")
};
