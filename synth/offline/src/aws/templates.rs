//! How AWS's computed values look: one line for each, by type and path. This table has the network; the services are in
//! the other one, `service_templates`.

use super::service_templates::TEMPLATES as SERVICES;

/// Type, path, template. `*` is for every type that has no line of its own. From AWS's user guides (resource ids, ARN
/// formats of the service authorization reference) and from answers of its API.
const TEMPLATES: &[(&str, &str, &str)] = &[
    ("*", "account_id", "{account}"),
    ("*", "created_at", "{created}"),
    ("*", "create_date", "{created}"),
    ("*", "id", "{hex:20}"),
    ("*", "modified_at", "{created}"),
    ("*", "name", "{name_prefix|or:terraform-}{hex:26}"),
    ("*", "owner_id", "{account}"),
    ("*", "region", "{region}"),
    ("*", "registry_id", "{account}"),
    ("aws_default_security_group", "arn", "arn:{partition}:ec2:{region}:{account}:security-group/{id}"),
    ("aws_default_security_group", "description", "default VPC security group"),
    ("aws_default_security_group", "id", "sg-0{hex:16}"),
    ("aws_default_security_group", "name", "default"),
    ("aws_default_security_group", "name_prefix", ""),
    ("aws_default_security_group", "vpc_id", "vpc-0{hex:16}"),
    ("aws_ec2_subnet_cidr_reservation", "id", "scr-0{hex:16}"),
    ("aws_ec2_subnet_cidr_reservation", "owner_id", "{account}"),
    ("aws_eip", "allocation_id", "{id}"),
    ("aws_eip", "arn", "arn:{partition}:ec2:{region}:{account}:elastic-ip/{id}"),
    ("aws_eip", "association_id", ""),
    ("aws_eip", "carrier_ip", ""),
    ("aws_eip", "customer_owned_ip", ""),
    ("aws_eip", "domain", "vpc"),
    ("aws_eip", "id", "eipalloc-0{hex:16}"),
    ("aws_eip", "network_border_group", "{region}"),
    ("aws_eip", "private_dns", ""),
    ("aws_eip", "private_ip", ""),
    ("aws_eip", "ptr_record", ""),
    ("aws_eip", "public_dns", "ec2-{public_ip|dashes}.{region}.compute.{dns_suffix}"),
    ("aws_eip", "public_ip", "198.18.{byte:0}.{byte:1}"),
    ("aws_eip", "public_ipv4_pool", "amazon"),
    ("aws_eip", "vpc", "true"),
    ("aws_flow_log", "arn", "arn:{partition}:ec2:{region}:{account}:vpc-flow-log/{id}"),
    ("aws_flow_log", "id", "fl-0{hex:16}"),
    ("aws_flow_log", "log_format", "{flow_log_format}"),
    ("aws_internet_gateway", "arn", "arn:{partition}:ec2:{region}:{account}:internet-gateway/{id}"),
    ("aws_internet_gateway", "id", "igw-0{hex:16}"),
    ("aws_launch_template", "arn", "arn:{partition}:ec2:{region}:{account}:launch-template/{id}"),
    ("aws_launch_template", "default_version", "{next}"),
    ("aws_launch_template", "id", "lt-0{hex:16}"),
    ("aws_launch_template", "latest_version", "{next}"),
    ("aws_launch_template", "metadata_options.http_endpoint", "enabled"),
    ("aws_launch_template", "metadata_options.http_put_response_hop_limit", "1"),
    ("aws_launch_template", "metadata_options.http_tokens", "optional"),
    ("aws_nat_gateway", "association_id", "eipassoc-0{hex:16}"),
    ("aws_nat_gateway", "id", "nat-0{hex:16}"),
    ("aws_nat_gateway", "network_interface_id", "eni-0{hex:16}"),
    ("aws_nat_gateway", "private_ip", "10.0.{byte:0}.{byte:1}"),
    ("aws_nat_gateway", "public_ip", "198.18.{byte:0}.{byte:1}"),
    ("aws_route", "id", "r-{route_table_id}{digits:10}"),
    ("aws_route", "instance_id", ""),
    ("aws_route", "instance_owner_id", ""),
    ("aws_route", "origin", "CreateRoute"),
    ("aws_route", "state", "active"),
    ("aws_route_table", "arn", "arn:{partition}:ec2:{region}:{account}:route-table/{id}"),
    ("aws_route_table", "id", "rtb-0{hex:16}"),
    ("aws_route_table_association", "id", "rtbassoc-0{hex:16}"),
    ("aws_security_group", "arn", "arn:{partition}:ec2:{region}:{account}:security-group/{id}"),
    ("aws_security_group", "id", "sg-0{hex:16}"),
    ("aws_security_group", "vpc_id", "vpc-0{hex:16}"),
    ("aws_subnet", "arn", "arn:{partition}:ec2:{region}:{account}:subnet/{id}"),
    ("aws_subnet", "availability_zone", "{region}a"),
    ("aws_subnet", "availability_zone_id", "{availability_zone|zone}"),
    ("aws_subnet", "id", "subnet-0{hex:16}"),
    ("aws_subnet", "ipv6_cidr_block_association_id", ""),
    ("aws_subnet", "private_dns_hostname_type_on_launch", "ip-name"),
    ("aws_vpc", "arn", "arn:{partition}:ec2:{region}:{account}:vpc/{id}"),
    ("aws_vpc", "cidr_block", "10.0.0.0/16"),
    ("aws_vpc", "cidr_block_associations.association_id", "vpc-cidr-assoc-0{hex:16}"),
    ("aws_vpc", "cidr_block_associations.cidr_block", "{cidr_block}"),
    ("aws_vpc", "cidr_block_associations.state", "associated"),
    ("aws_vpc", "default_network_acl_id", "acl-0{hex:16}"),
    ("aws_vpc", "default_route_table_id", "rtb-0{hex:16:main}"),
    ("aws_vpc", "default_security_group_id", "sg-0{hex:16}"),
    ("aws_vpc", "dhcp_options_id", "dopt-0{hex:16}"),
    ("aws_vpc", "enable_dns_support", "true"),
    ("aws_vpc", "id", "vpc-0{hex:16}"),
    ("aws_vpc", "instance_tenancy", "default"),
    ("aws_vpc", "ipv6_association_id", ""),
    ("aws_vpc", "main_route_table_id", "rtb-0{hex:16:main}"),
    ("aws_vpc", "state", "available"),
    ("aws_vpc_endpoint", "arn", "arn:{partition}:ec2:{region}:{account}:vpc-endpoint/{id}"),
    ("aws_vpc_endpoint", "dns_entry.dns_name", "{id}-{lower:8}.{service_name|service}.{region}.vpce.{dns_suffix}"),
    ("aws_vpc_endpoint", "dns_entry.hosted_zone_id", "Z{upper:13}"),
    ("aws_vpc_endpoint", "dns_options.dns_record_ip_type", "ipv4"),
    ("aws_vpc_endpoint", "dns_options.private_dns_only_for_inbound_resolver_endpoint", "false"),
    ("aws_vpc_endpoint", "id", "vpce-0{hex:16}"),
    ("aws_vpc_endpoint", "ip_address_type", "ipv4"),
    ("aws_vpc_endpoint", "policy", "{endpoint_policy}"),
    ("aws_vpc_endpoint", "prefix_list_id", "pl-{hex:8}"),
    ("aws_vpc_endpoint", "service_region", "{region}"),
    ("aws_vpc_endpoint", "state", "available"),
    ("aws_vpc_security_group_egress_rule", "arn", "arn:{partition}:ec2:{region}:{account}:security-group-rule/{id}"),
    ("aws_vpc_security_group_egress_rule", "id", "sgr-0{hex:16}"),
    ("aws_vpc_security_group_egress_rule", "security_group_rule_id", "{id}"),
    ("aws_vpc_security_group_ingress_rule", "arn", "arn:{partition}:ec2:{region}:{account}:security-group-rule/{id}"),
    ("aws_vpc_security_group_ingress_rule", "id", "sgr-0{hex:16}"),
    ("aws_vpc_security_group_ingress_rule", "security_group_rule_id", "{id}"),
    ("data.aws_subnets", "id", "{region}"),
    ("data.aws_subnets", "ids", "subnet-0{hex:16:a},subnet-0{hex:16:b},subnet-0{hex:16:c}"),
];

/// The template of a type's attribute. A data source has those of its resource, where it has none of its own.
pub(crate) fn template(kind: &str, path: &str) -> Option<&'static str> {
    let find = |kind: &str| rows().find(|(of, at, _)| *of == kind && *at == path).map(|(_, _, template)| *template);
    find(kind).or_else(|| find(kind.strip_prefix("data.")?)).or_else(|| find("*"))
}

/// Has anything below this path a template?
pub(crate) fn below(kind: &str, path: &str) -> bool {
    let inside = |at: &str| at.strip_prefix(path).is_some_and(|rest| rest.starts_with('.'));
    rows().any(|(of, at, _)| (*of == kind || kind.strip_prefix("data.") == Some(of)) && inside(at))
}

fn rows() -> impl Iterator<Item = &'static (&'static str, &'static str, &'static str)> {
    TEMPLATES.iter().chain(SERVICES)
}

#[cfg(test)]
mod tests {
    use synth_schema::{Level, Type};

    use super::*;

    #[test]
    fn every_template_makes_what_is_computed_or_stands_in_a_block_that_may_be() {
        let provider = crate::server::Provider::aws(crate::AwsVersion::Oldest).unwrap();
        for (kind, path, _) in rows().filter(|(kind, ..)| *kind != "*") {
            let schemas = match kind.strip_prefix("data.") {
                Some(name) => vec![provider.schema.data_source_schemas.get(name)],
                None => {
                    vec![provider.schema.resource_schemas.get(*kind), provider.schema.data_source_schemas.get(*kind)]
                }
            };
            let found = schemas.into_iter().flatten().any(|schema| computed(schema.block.level(), path, false));
            assert!(found, "{kind} has no {path} that is computed");
        }
    }

    fn computed(level: Level<'_>, path: &str, inside: bool) -> bool {
        let (first, rest) = path.split_once('.').unwrap_or((path, ""));
        match (level.attributes.get(first), level.blocks.get(first)) {
            (Some(attribute), _) => {
                (attribute.computed || inside) && attribute.type_.as_ref().is_some_and(|kind| leads(kind, rest))
            }
            (_, Some(block)) => computed(block.block.level(), rest, true),
            _ => false,
        }
    }

    fn leads(kind: &Type, path: &str) -> bool {
        let (first, rest) = path.split_once('.').unwrap_or((path, ""));
        match kind {
            _ if path.is_empty() => true,
            Type::List(kind) | Type::Set(kind) => leads(kind, path),
            Type::Object(members, _) => members.get(first).is_some_and(|kind| leads(kind, rest)),
            _ => false,
        }
    }
}
