//! Facts of `aws_lb`: of a network load balancer, whose defaults these are.

use super::{
    Facts,
    Rule::{In, Length, Most},
};

pub(super) const RESOURCE: Facts = Facts {
    identity: &["name"],
    rules: &[
        In(
            "dns_record_client_routing_policy",
            &["any_availability_zone", "availability_zone_affinity", "partial_availability_zone_affinity"],
        ),
        In("enforce_security_group_inbound_rules_on_private_link_traffic", &["off", "on"]),
        In("ip_address_type", &["dualstack", "dualstack-without-public-ipv4", "ipv4"]),
        In("load_balancer_type", &["application", "gateway", "network"]),
        Length("name", 32),
        Most(&["name", "name_prefix"]),
    ],
    replaces: Some(&["customer_owned_ipv4_pool", "internal", "load_balancer_type", "name", "name_prefix"]),
    defaults: &[
        ("dns_record_client_routing_policy", r#""any_availability_zone""#),
        ("enable_cross_zone_load_balancing", "false"),
        ("enable_deletion_protection", "false"),
        ("enable_zonal_shift", "false"),
        ("load_balancer_type", r#""application""#),
    ],
    computed_blocks: &["subnet_mapping"],
    templates: &[
        ("arn", "arn:{partition}:elasticloadbalancing:{region}:{account}:loadbalancer/net/{name}/{hex:16:balancer}"),
        ("arn_suffix", "net/{name}/{hex:16:balancer}"),
        ("dns_name", "{name}-{hex:16:balancer}.elb.{region}.{dns_suffix}"),
        ("enforce_security_group_inbound_rules_on_private_link_traffic", "on"),
        ("id", "{arn}"),
        ("internal", "false"),
        ("ip_address_type", "ipv4"),
        ("name", "tf-lb-{digits:16}"),
        ("vpc_id", "vpc-0{hex:16}"),
        ("zone_id", "Z{upper:13}"),
    ],
    ..Facts::new("aws_lb")
};
