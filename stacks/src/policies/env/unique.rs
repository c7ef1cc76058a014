//! Resources that exist once, and within what: for each type, the arguments by which AWS tells one from another.

use crate::settings::Settings;

/// How far a type's names reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Within {
    /// All accounts of a partition.
    Partition,
    /// An account, in all of its regions.
    Account,
    /// A region of an account.
    Region,
    /// The resource that it belongs to, such as a VPC or a role; or it has no name but the one that AWS gives it.
    Parent,
}

/// A type, how far its names reach, and the arguments that are its name. Without any there is one of it.
#[derive(Debug)]
pub(super) struct Unique {
    pub(super) type_name: &'static str,
    pub(super) within: Within,
    pub(super) by: &'static [&'static str],
    /// The setting that decides about it, where that is not the environment's name.
    pub(super) setting: Option<&'static str>,
}

const fn unique(type_name: &'static str, within: Within, by: &'static [&'static str]) -> Unique {
    Unique { type_name, within, by, setting: None }
}

const fn set_by(setting: &'static str, unique: Unique) -> Unique {
    Unique { setting: Some(setting), ..unique }
}

const fn child(type_name: &'static str) -> Unique {
    unique(type_name, Within::Parent, &[])
}

/// The setting of the state's bucket, which may be a name of the user's own.
pub(super) const BUCKET: &str = "state.bucket";

/// Every type that has bindings.
pub(super) const TYPES: &[Unique] = &[
    child("aws_acm_certificate"),
    child("aws_acm_certificate_validation"),
    unique("aws_backup_plan", Within::Region, &["name"]),
    child("aws_backup_selection"),
    unique("aws_backup_vault", Within::Region, &["name"]),
    unique("aws_budgets_budget", Within::Account, &["name"]),
    unique("aws_cloudfront_cache_policy", Within::Account, &["name"]),
    child("aws_cloudfront_distribution"),
    child("aws_cloudfront_monitoring_subscription"),
    unique("aws_cloudfront_origin_access_control", Within::Account, &["name"]),
    unique("aws_cloudfront_origin_request_policy", Within::Account, &["name"]),
    unique("aws_cloudfront_response_headers_policy", Within::Account, &["name"]),
    child("aws_cloudfront_vpc_origin"),
    unique("aws_cloudwatch_event_rule", Within::Region, &["name", "event_bus_name"]),
    child("aws_cloudwatch_event_target"),
    child("aws_cloudwatch_log_delivery"),
    unique("aws_cloudwatch_log_delivery_destination", Within::Account, &["name"]),
    unique("aws_cloudwatch_log_delivery_source", Within::Account, &["name"]),
    unique("aws_cloudwatch_log_group", Within::Region, &["name"]),
    unique("aws_cloudwatch_log_resource_policy", Within::Account, &["policy_name"]),
    unique("aws_cloudwatch_metric_alarm", Within::Account, &["alarm_name"]),
    child("aws_default_security_group"),
    child("aws_ec2_subnet_cidr_reservation"),
    child("aws_ecr_lifecycle_policy"),
    set_by("registry.scanning", unique("aws_ecr_registry_scanning_configuration", Within::Region, &[])),
    unique("aws_ecr_repository", Within::Region, &["name"]),
    child("aws_eip"),
    child("aws_eks_access_entry"),
    child("aws_eks_access_policy_association"),
    child("aws_eks_addon"),
    unique("aws_eks_cluster", Within::Region, &["name"]),
    child("aws_eks_node_group"),
    child("aws_eks_pod_identity_association"),
    child("aws_flow_log"),
    unique("aws_iam_instance_profile", Within::Account, &["name"]),
    set_by("github.oidc_provider", unique("aws_iam_openid_connect_provider", Within::Account, &["url"])),
    unique("aws_iam_policy", Within::Account, &["name"]),
    unique("aws_iam_role", Within::Account, &["name"]),
    child("aws_iam_role_policy"),
    child("aws_iam_role_policy_attachment"),
    set_by(
        "karpenter.spot_service_linked_role",
        unique("aws_iam_service_linked_role", Within::Account, &["aws_service_name", "custom_suffix"]),
    ),
    child("aws_internet_gateway"),
    unique("aws_kms_alias", Within::Region, &["name"]),
    child("aws_kms_key"),
    unique("aws_launch_template", Within::Region, &["name"]),
    unique("aws_lb", Within::Region, &["name"]),
    child("aws_lb_listener"),
    unique("aws_lb_target_group", Within::Region, &["name"]),
    child("aws_nat_gateway"),
    child("aws_route"),
    child("aws_route53_record"),
    // There may be many of a name, and one of them is asked: that which the name is delegated to.
    set_by("domain.zone", unique("aws_route53_zone", Within::Account, &["name"])),
    child("aws_route_table"),
    child("aws_route_table_association"),
    set_by(BUCKET, unique("aws_s3_bucket", Within::Partition, &["bucket"])),
    child("aws_s3_bucket_lifecycle_configuration"),
    child("aws_s3_bucket_logging"),
    child("aws_s3_bucket_ownership_controls"),
    child("aws_s3_bucket_policy"),
    child("aws_s3_bucket_public_access_block"),
    child("aws_s3_bucket_server_side_encryption_configuration"),
    child("aws_s3_bucket_versioning"),
    child("aws_s3_object"),
    child("aws_security_group"),
    unique("aws_sqs_queue", Within::Region, &["name"]),
    child("aws_sqs_queue_policy"),
    child("aws_subnet"),
    // Its range is not unique; that ranges are apart is a policy of its own.
    child("aws_vpc"),
    child("aws_vpc_endpoint"),
    child("aws_vpc_security_group_egress_rule"),
    child("aws_vpc_security_group_ingress_rule"),
    unique("aws_wafv2_web_acl", Within::Account, &["name", "scope"]),
    child("aws_wafv2_web_acl_logging_configuration"),
    child("helm_release"),
];

impl Within {
    /// May two environments meet here?
    pub(super) fn holds_both(self, one: &Settings, other: &Settings) -> bool {
        let (one, other) = (&one.aws, &other.aws);
        match self {
            Self::Partition => one.partition() == other.partition(),
            Self::Account => one.account_id == other.account_id && one.partition() == other.partition(),
            Self::Region => one.account_id == other.account_id && one.region == other.region,
            Self::Parent => false,
        }
    }

    /// Where there can be one.
    pub(super) fn words(self, settings: &Settings) -> String {
        let (account, region) = (&settings.aws.account_id, &settings.aws.region);
        match self {
            Self::Partition => "all of AWS".to_owned(),
            Self::Account => format!("account {account}"),
            Self::Region => format!("{region} of account {account}"),
            Self::Parent => "what it belongs to".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value as Json;

    use super::*;

    /// The schemas of what has bindings, as the providers print them.
    const SCHEMAS: [&str; 2] = [
        include_str!("../../../../synth/codegen/schemas/aws.json"),
        include_str!("../../../../synth/codegen/schemas/helm.json"),
    ];

    /// Each type with its arguments.
    fn schema() -> Vec<(String, Json)> {
        let read = |text: &str| -> Json { serde_json::from_str(text).expect("a schema is JSON") };
        let providers = SCHEMAS.map(read);
        let providers = providers.iter().filter_map(|schemas| schemas["provider_schemas"].as_object());
        let types = providers.flat_map(|all| all.values()).filter_map(|one| one["resource_schemas"].as_object());
        types.flatten().map(|(name, schema)| (name.clone(), schema["block"]["attributes"].clone())).collect()
    }

    #[test]
    fn every_type_that_has_bindings_says_how_far_its_names_reach() {
        let listed: Vec<_> = TYPES.iter().map(|unique| unique.type_name.to_owned()).collect();
        let known: BTreeSet<_> = schema().into_iter().map(|(name, _)| name).collect();
        assert!(known.len() > 40, "{}", known.len());
        assert_eq!(listed, known.into_iter().collect::<Vec<_>>(), "the table is sorted, and complete");
    }

    #[test]
    fn what_names_a_type_are_arguments_that_it_has() {
        for (name, attributes) in schema() {
            let unique = TYPES.iter().find(|unique| unique.type_name == name).expect("the table is complete");
            for argument in unique.by {
                let settable = &attributes[argument];
                assert!(settable["required"] == true || settable["optional"] == true, "{name}.{argument}");
            }
        }
    }

    #[test]
    fn a_type_whose_name_must_be_given_is_unique_somewhere() {
        let within_a_parent = ["aws_backup_selection", "aws_route53_record", "helm_release"];
        for (name, attributes) in schema() {
            let unique = TYPES.iter().find(|unique| unique.type_name == name).expect("the table is complete");
            if attributes["name"]["required"] == true && !within_a_parent.contains(&name.as_str()) {
                assert_ne!(unique.within, Within::Parent, "{name}");
            }
        }
    }
}
