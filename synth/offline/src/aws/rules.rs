//! What the provider refuses although the schema allows it: one line for each rule.

use std::net::{IpAddr, Ipv4Addr};

use crate::{
    problem::Problem,
    value::{Mapping, Path, Value},
};

/// One rule of a type.
enum Rule {
    /// Exactly one of these arguments (`ExactlyOneOf`).
    One(&'static [&'static str]),
    /// At most one of these (`ConflictsWith`).
    Most(&'static [&'static str]),
    /// One of these values (`StringInSlice` and the enumerations of the AWS SDK).
    In(&'static str, &'static [&'static str]),
    /// A whole number in this range (`IntBetween`).
    Between(&'static str, i64, i64),
    /// At most this long (`StringLenBetween`).
    Length(&'static str, usize),
    /// A range of IPv4 addresses whose first address it names.
    Range(&'static str),
    /// JSON (`StringIsJSON`, `IAMPolicyJSON`).
    Json(&'static str),
    /// An ARN (`verify.ValidARN`).
    Arn(&'static str),
}

use Rule::{Arn, Between, In, Json, Length, Most, One, Range};

/// CloudWatch's retention periods, in days; 0 keeps events for ever.
const RETENTION: &[&str] = &[
    "0", "1", "3", "5", "7", "14", "30", "60", "90", "120", "150", "180", "365", "400", "545", "731", "1096", "1827",
    "2192", "2557", "2922", "3288", "3653",
];

/// From the validators of the provider's resources, version 5.100.
const RULES: &[(&str, Rule)] = &[
    ("aws_cloudwatch_event_rule", Most(&["name", "name_prefix"])),
    ("aws_cloudwatch_event_rule", Json("event_pattern")),
    ("aws_cloudwatch_event_rule", Length("name", 64)),
    ("aws_cloudwatch_event_target", Most(&["input", "input_path", "input_transformer"])),
    ("aws_cloudwatch_log_group", In("retention_in_days", RETENTION)),
    ("aws_cloudwatch_log_group", Most(&["name", "name_prefix"])),
    ("aws_ec2_subnet_cidr_reservation", In("reservation_type", &["prefix", "explicit"])),
    ("aws_ec2_subnet_cidr_reservation", Range("cidr_block")),
    ("aws_ecr_lifecycle_policy", Json("policy")),
    ("aws_ecr_repository", In("encryption_configuration.encryption_type", &["AES256", "KMS", "KMS_DSSE"])),
    ("aws_ecr_repository", In("image_tag_mutability", &["MUTABLE", "IMMUTABLE"])),
    ("aws_eip", In("domain", &["vpc", "standard"])),
    ("aws_eip", Most(&["instance", "network_interface"])),
    ("aws_eks_access_entry", Arn("principal_arn")),
    ("aws_eks_addon", In("resolve_conflicts_on_create", &["NONE", "OVERWRITE"])),
    ("aws_eks_addon", In("resolve_conflicts_on_update", &["NONE", "OVERWRITE", "PRESERVE"])),
    ("aws_eks_addon", Most(&["resolve_conflicts", "resolve_conflicts_on_create"])),
    ("aws_eks_cluster", Arn("encryption_config.provider.key_arn")),
    ("aws_eks_cluster", Arn("role_arn")),
    ("aws_eks_cluster", In("access_config.authentication_mode", &["API", "API_AND_CONFIG_MAP", "CONFIG_MAP"])),
    (
        "aws_eks_cluster",
        In("enabled_cluster_log_types", &["api", "audit", "authenticator", "controllerManager", "scheduler"]),
    ),
    ("aws_eks_cluster", In("upgrade_policy.support_type", &["EXTENDED", "STANDARD"])),
    ("aws_eks_cluster", Length("name", 100)),
    ("aws_eks_cluster", Range("kubernetes_network_config.service_ipv4_cidr")),
    ("aws_eks_cluster", Range("vpc_config.public_access_cidrs")),
    ("aws_eks_node_group", Arn("node_role_arn")),
    ("aws_eks_node_group", Between("scaling_config.min_size", 0, i64::MAX)),
    ("aws_eks_node_group", Between("update_config.max_unavailable", 1, 100)),
    ("aws_eks_node_group", Between("update_config.max_unavailable_percentage", 1, 100)),
    ("aws_eks_node_group", In("capacity_type", &["CAPACITY_BLOCK", "ON_DEMAND", "SPOT"])),
    ("aws_eks_node_group", In("taint.effect", &["NO_EXECUTE", "NO_SCHEDULE", "PREFER_NO_SCHEDULE"])),
    ("aws_eks_node_group", Length("node_group_name", 63)),
    ("aws_eks_node_group", Most(&["node_group_name", "node_group_name_prefix"])),
    ("aws_eks_node_group", Most(&["launch_template", "remote_access"])),
    ("aws_flow_log", Arn("iam_role_arn")),
    ("aws_flow_log", Arn("log_destination")),
    ("aws_flow_log", In("max_aggregation_interval", &["60", "600"])),
    ("aws_flow_log", In("traffic_type", &["ACCEPT", "ALL", "REJECT"])),
    ("aws_flow_log", One(&["eni_id", "subnet_id", "transit_gateway_attachment_id", "transit_gateway_id", "vpc_id"])),
    ("aws_iam_instance_profile", Most(&["name", "name_prefix"])),
    ("aws_iam_policy", Json("policy")),
    ("aws_iam_policy", Length("name", 128)),
    ("aws_iam_policy", Most(&["name", "name_prefix"])),
    ("aws_iam_role", Between("max_session_duration", 3600, 43200)),
    ("aws_iam_role", Json("assume_role_policy")),
    ("aws_iam_role", Length("name", 64)),
    ("aws_iam_role", Length("name_prefix", 38)),
    ("aws_iam_role", Most(&["name", "name_prefix"])),
    ("aws_iam_role_policy", Json("policy")),
    ("aws_iam_role_policy", Most(&["name", "name_prefix"])),
    ("aws_iam_role_policy_attachment", Arn("policy_arn")),
    ("aws_kms_alias", Most(&["name", "name_prefix"])),
    ("aws_kms_key", Between("deletion_window_in_days", 7, 30)),
    ("aws_kms_key", Between("rotation_period_in_days", 90, 2560)),
    ("aws_kms_key", Json("policy")),
    ("aws_launch_template", Between("metadata_options.http_put_response_hop_limit", 1, 64)),
    ("aws_launch_template", In("metadata_options.http_tokens", &["optional", "required"])),
    ("aws_launch_template", Most(&["name", "name_prefix"])),
    ("aws_launch_template", Most(&["security_group_names", "vpc_security_group_ids"])),
    ("aws_nat_gateway", In("connectivity_type", &["private", "public"])),
    ("aws_route", One(&["destination_cidr_block", "destination_ipv6_cidr_block", "destination_prefix_list_id"])),
    (
        "aws_route",
        One(&[
            "carrier_gateway_id",
            "core_network_arn",
            "egress_only_gateway_id",
            "gateway_id",
            "local_gateway_id",
            "nat_gateway_id",
            "network_interface_id",
            "transit_gateway_id",
            "vpc_endpoint_id",
            "vpc_peering_connection_id",
        ]),
    ),
    ("aws_route", Range("destination_cidr_block")),
    ("aws_route_table_association", One(&["gateway_id", "subnet_id"])),
    ("aws_s3_bucket", Length("bucket", 63)),
    ("aws_s3_bucket", Most(&["bucket", "bucket_prefix"])),
    ("aws_s3_bucket_policy", Json("policy")),
    ("aws_s3_bucket_versioning", In("versioning_configuration.status", &["Disabled", "Enabled", "Suspended"])),
    ("aws_security_group", Length("description", 255)),
    ("aws_security_group", Length("name", 255)),
    ("aws_security_group", Most(&["name", "name_prefix"])),
    ("aws_sqs_queue", Between("message_retention_seconds", 60, 1_209_600)),
    ("aws_sqs_queue", Between("visibility_timeout_seconds", 0, 43200)),
    ("aws_sqs_queue", Json("policy")),
    ("aws_sqs_queue", Most(&["kms_master_key_id", "sqs_managed_sse_enabled"])),
    ("aws_sqs_queue", Most(&["name", "name_prefix"])),
    ("aws_sqs_queue_policy", Json("policy")),
    ("aws_subnet", Most(&["availability_zone", "availability_zone_id"])),
    ("aws_subnet", Range("cidr_block")),
    ("aws_vpc", In("instance_tenancy", &["dedicated", "default"])),
    ("aws_vpc", Most(&["cidr_block", "ipv4_netmask_length"])),
    ("aws_vpc", Range("cidr_block")),
    (
        "aws_vpc_endpoint",
        In("vpc_endpoint_type", &["Gateway", "GatewayLoadBalancer", "Interface", "Resource", "ServiceNetwork"]),
    ),
    ("aws_vpc_endpoint", Json("policy")),
    ("aws_vpc_security_group_egress_rule", One(RULE_ENDS)),
    ("aws_vpc_security_group_egress_rule", Range("cidr_ipv4")),
    ("aws_vpc_security_group_ingress_rule", One(RULE_ENDS)),
    ("aws_vpc_security_group_ingress_rule", Range("cidr_ipv4")),
    ("data.aws_iam_policy_document", In("statement.effect", &["Allow", "Deny"])),
    ("data.aws_iam_policy_document", In("version", &["2008-10-17", "2012-10-17"])),
    ("data.aws_iam_policy_document", Json("override_policy_documents")),
    ("data.aws_iam_policy_document", Json("source_policy_documents")),
];

/// What a rule of a security group may point to.
const RULE_ENDS: &[&str] = &["cidr_ipv4", "cidr_ipv6", "prefix_list_id", "referenced_security_group_id"];

/// All that a configuration breaks of its type's rules. What is not yet known breaks none.
pub(crate) fn check(kind: &str, config: &Mapping) -> Vec<Problem> {
    let rules = RULES.iter().filter(|(name, _)| *name == kind);
    rules.flat_map(|(_, rule)| rule.check(config)).collect()
}

impl Rule {
    fn check(&self, config: &Mapping) -> Vec<Problem> {
        match self {
            One(names) => combination(config, names, true),
            Most(names) => combination(config, names, false),
            In(path, allowed) => each(config, path, |text| {
                (!allowed.contains(&text)).then(|| format!("expected one of {allowed:?}, got \"{text}\""))
            }),
            Between(path, low, high) => each(config, path, |text| {
                let fits = text.parse::<i64>().is_ok_and(|number| (*low..=*high).contains(&number));
                (!fits).then(|| format!("expected a number from {low} to {high}, got {text}"))
            }),
            Length(path, most) => each(config, path, |text| {
                let length = text.chars().count();
                (length > *most).then(|| format!("expected at most {most} characters, got {length}"))
            }),
            Range(path) => each(config, path, |text| {
                (!is_range(text))
                    .then(|| format!("\"{text}\" is not a range of addresses (CIDR block) without host bits"))
            }),
            Json(path) => each(config, path, |text| {
                let error = serde_json::from_str::<serde_json::Value>(text).err();
                error.map(|error| format!("contains invalid JSON: {error}"))
            }),
            Arn(path) => each(config, path, |text| {
                let arn = text.starts_with("arn:") && text.splitn(6, ':').count() == 6;
                (!text.is_empty() && !arn).then(|| format!("\"{text}\" is an invalid ARN"))
            }),
        }
    }
}

fn combination(config: &Mapping, names: &[&str], exactly: bool) -> Vec<Problem> {
    let empty = |value: &Value| value.is_null() || value.as_sequence().is_some_and(<[Value]>::is_empty);
    let given: Vec<&str> =
        names.iter().copied().filter(|name| config.get(*name).is_some_and(|value| !empty(value))).collect();
    let unknown = names.iter().any(|name| config.get(*name) == Some(&Value::Unknown));
    let detail = match given.as_slice() {
        [] if exactly => format!("one of `{}` must be specified", names.join(", ")),
        [_, other, ..] if !unknown => format!("\"{}\": conflicts with {other}", given[0]),
        _ => return Vec::new(),
    };
    let place = given.first().or(names.first()).copied().unwrap_or_default();
    vec![Problem::new(Path::of(place), "Invalid combination of arguments", detail)]
}

/// Judges every known text or number at a path.
fn each(config: &Mapping, path: &str, judge: impl Fn(&str) -> Option<String>) -> Vec<Problem> {
    let mut found = Vec::new();
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    visit(config.get(first).unwrap_or(&Value::Null), rest, &Path::of(first), &mut |value, path| {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => return,
        };
        if let Some(detail) = judge(&text) {
            let detail = format!("{path}: {detail}");
            found.push(Problem::new(path.clone(), "Invalid value", detail));
        }
    });
    found
}

fn visit(value: &Value, rest: &str, path: &Path, judge: &mut impl FnMut(&Value, &Path)) {
    match value {
        Value::Sequence(elements) => {
            elements.iter().enumerate().for_each(|(index, value)| visit(value, rest, &path.index(index), judge));
        }
        Value::Mapping(members) if !rest.is_empty() => {
            let (first, rest) = rest.split_once('.').unwrap_or((rest, ""));
            visit(members.get(first).unwrap_or(&Value::Null), rest, &path.name(first), judge);
        }
        value if rest.is_empty() => judge(value, path),
        _ => {}
    }
}

fn is_range(text: &str) -> bool {
    let Some((address, length)) = text.split_once('/') else { return false };
    match (address.parse(), length.parse::<u32>()) {
        (Ok(IpAddr::V4(address)), Ok(length @ 0..=32)) => {
            let hosts = u32::MAX.checked_shr(length).unwrap_or(0);
            Ipv4Addr::from(u32::from(address) & !hosts) == address
        }
        (Ok(IpAddr::V6(_)), Ok(0..=128)) => true,
        _ => false,
    }
}
