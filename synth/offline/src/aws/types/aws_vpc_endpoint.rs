//! Facts of `aws_vpc_endpoint`.

use super::{
    Document::Sorted,
    Facts,
    Rule::{In, Json},
};

pub(super) const RESOURCE: Facts = Facts {
    rules: &[
        In("vpc_endpoint_type", &["Gateway", "GatewayLoadBalancer", "Interface", "Resource", "ServiceNetwork"]),
        Json("policy"),
    ],
    replaces: Some(&[
        "resource_configuration_arn",
        "service_name",
        "service_network_arn",
        "service_region",
        "vpc_endpoint_type",
        "vpc_id",
    ]),
    defaults: &[("vpc_endpoint_type", r#""Gateway""#)],
    computed_blocks: &["dns_options", "subnet_configuration"],
    documents: &[Sorted("policy")],
    templates: &[
        ("arn", "arn:{partition}:ec2:{region}:{account}:vpc-endpoint/{id}"),
        ("dns_entry.dns_name", "{id}-{lower:8}.{service_name|service}.{region}.vpce.{dns_suffix}"),
        ("dns_entry.hosted_zone_id", "Z{upper:13}"),
        ("dns_options.dns_record_ip_type", "ipv4"),
        ("dns_options.private_dns_only_for_inbound_resolver_endpoint", "false"),
        ("id", "vpce-0{hex:16}"),
        ("ip_address_type", "ipv4"),
        ("policy", "{endpoint_policy}"),
        ("prefix_list_id", "pl-{hex:8}"),
        ("service_region", "{region}"),
        ("state", "available"),
    ],
    ..Facts::new("aws_vpc_endpoint")
};
