//! Facts of `aws_route53_zone`.

use super::{
    Facts,
    Rule::{Length, Most},
};

pub(super) const RESOURCE: Facts = Facts {
    identity: &["name"],
    rules: &[Length("comment", 256), Length("name", 1024), Most(&["delegation_set_id", "vpc"])],
    replaces: Some(&["delegation_set_id", "name"]),
    defaults: &[("comment", r#""Managed by Terraform""#), ("force_destroy", "false")],
    templates: &[
        ("arn", "arn:{partition}:route53:::hostedzone/{id}"),
        ("id", "Z{upper:20}"),
        ("name_servers", "ns-1.awsdns-01.org,ns-2.awsdns-02.com,ns-3.awsdns-03.net,ns-4.awsdns-04.co.uk"),
        ("primary_name_server", "ns-1.awsdns-01.org"),
        ("zone_id", "{id}"),
    ],
    ..Facts::new("aws_route53_zone")
};

pub(super) const DATA: Facts = Facts {
    rules: &[],
    templates: &[
        ("caller_reference", "{uuid}"),
        ("comment", "Managed by Terraform"),
        ("id", "Z{upper:20}"),
        ("linked_service_description", ""),
        ("linked_service_principal", ""),
        ("resource_record_set_count", "2"),
        ("zone_id", "{id}"),
    ],
    ..Facts::new("data.aws_route53_zone")
};
