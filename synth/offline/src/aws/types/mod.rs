//! Facts of each type beyond its schema: a file for each, and a row in the list of all.

mod aws_acm_certificate;
mod aws_acm_certificate_validation;
mod aws_availability_zones;
mod aws_backup_plan;
mod aws_backup_selection;
mod aws_backup_vault;
mod aws_budgets_budget;
mod aws_caller_identity;
mod aws_cloudfront_cache_policy;
mod aws_cloudfront_distribution;
mod aws_cloudfront_monitoring_subscription;
mod aws_cloudfront_origin_access_control;
mod aws_cloudfront_origin_request_policy;
mod aws_cloudfront_response_headers_policy;
mod aws_cloudfront_vpc_origin;
mod aws_cloudwatch_event_rule;
mod aws_cloudwatch_event_target;
mod aws_cloudwatch_log_delivery;
mod aws_cloudwatch_log_delivery_destination;
mod aws_cloudwatch_log_delivery_source;
mod aws_cloudwatch_log_group;
mod aws_cloudwatch_log_resource_policy;
mod aws_cloudwatch_metric_alarm;
mod aws_default_security_group;
mod aws_ec2_managed_prefix_list;
mod aws_ec2_subnet_cidr_reservation;
mod aws_ecr_lifecycle_policy;
mod aws_ecr_registry_scanning_configuration;
mod aws_ecr_repository;
mod aws_eip;
mod aws_eks_access_entry;
mod aws_eks_access_policy_association;
mod aws_eks_addon;
mod aws_eks_addon_version;
mod aws_eks_cluster;
mod aws_eks_cluster_auth;
mod aws_eks_node_group;
mod aws_eks_pod_identity_association;
mod aws_flow_log;
mod aws_iam_instance_profile;
mod aws_iam_openid_connect_provider;
mod aws_iam_policy;
mod aws_iam_policy_document;
mod aws_iam_role;
mod aws_iam_role_policy;
mod aws_iam_role_policy_attachment;
mod aws_iam_service_linked_role;
mod aws_internet_gateway;
mod aws_kms_alias;
mod aws_kms_key;
mod aws_launch_template;
mod aws_lb;
mod aws_lb_listener;
mod aws_lb_target_group;
mod aws_nat_gateway;
mod aws_partition;
mod aws_region;
mod aws_route;
mod aws_route53_record;
mod aws_route53_zone;
mod aws_route_table;
mod aws_route_table_association;
mod aws_s3_bucket;
mod aws_s3_bucket_lifecycle_configuration;
mod aws_s3_bucket_logging;
mod aws_s3_bucket_ownership_controls;
mod aws_s3_bucket_policy;
mod aws_s3_bucket_public_access_block;
mod aws_s3_bucket_server_side_encryption_configuration;
mod aws_s3_bucket_versioning;
mod aws_s3_object;
mod aws_security_group;
mod aws_sqs_queue;
mod aws_sqs_queue_policy;
mod aws_ssm_parameter;
mod aws_subnet;
mod aws_subnets;
mod aws_vpc;
mod aws_vpc_endpoint;
mod aws_vpc_security_group_egress_rule;
mod aws_vpc_security_group_ingress_rule;
mod aws_wafv2_web_acl;
mod aws_wafv2_web_acl_logging_configuration;

use super::{account::Account, documents::Document, recomputed::Cause, rules::Rule};
use crate::{
    cloud::Change,
    problem::Problem,
    value::{Mapping, Value},
};

/// Decides by the planned value of an attribute.
type Decision = fn(Option<&Value>) -> bool;
type Plan = fn(&Change<'_>, &mut Mapping);
type Refusal = fn(&Change<'_>, &Mapping) -> Result<(), Problem>;
type Read = fn(&Account, &mut Mapping) -> Result<(), Problem>;

/// Facts of one type. A path has the names of blocks and of an attribute, with dots between them.
#[derive(Debug)]
pub(super) struct Facts {
    /// Its name; that of a data source begins with `data.`.
    pub(super) name: &'static str,
    /// Is it made with the newer SDK?
    pub(super) newer_sdk: bool,
    /// The arguments by which AWS tells things of the type apart, unique in an account and region or everywhere, so that
    /// who asks for a thing by name finds what its resource has made: a data source in another stack, or the same stack
    /// after a change. Where there are none, all of them tell.
    pub(super) identity: &'static [&'static str],
    /// The template of what an import takes, where it is not the id. From the provider's documentation.
    pub(super) imported_by: Option<&'static str>,
    /// Rules by which the provider refuses what the schema allows. From its validators, version 5.100.
    pub(super) rules: &'static [Rule],
    /// The attributes that replace it (`ForceNew`), where they are not those of every type; a block stands for all that
    /// is in it. From the provider's source, version 5.100.
    pub(super) replaces: Option<&'static [&'static str]>,
    /// Attributes that replace it by what is planned for them.
    pub(super) replaces_by: &'static [(&'static str, Decision)],
    /// Attributes that are computed anew, and because of which changes (`ComputedIf`). From the provider's source,
    /// version 5.100.
    pub(super) recomputes: &'static [(&'static str, Cause)],
    /// Paths and their defaults, as JSON: what the provider of version 5.100.0 plans with the required arguments alone.
    pub(super) defaults: &'static [(&'static str, &'static str)],
    /// Blocks that AWS fills where the configuration has none.
    pub(super) computed_blocks: &'static [&'static str],
    /// Arguments that stay as they are when the configuration no longer has them
    /// (`SuppressMissingOptionalConfigurationBlock` and the like).
    pub(super) keeps: &'static [&'static str],
    /// Arguments that are JSON documents, and the form in which they are planned.
    pub(super) documents: &'static [Document],
    /// Paths of computed values, and templates of how these look. From AWS's user guides (resource ids, ARN formats of
    /// the service authorization reference) and from answers of its API. A data source has those of its resource, too.
    pub(super) templates: &'static [(&'static str, &'static str)],
    /// Says at plan what no other field does.
    pub(super) plan: Option<Plan>,
    /// Refuses what is planned.
    pub(super) refuses: Option<Refusal>,
    /// Answers a data source as far as templates cannot.
    pub(super) read: Option<Read>,
}

/// Every type of which anything is known.
pub(super) static ALL: &[Facts] = &[
    aws_acm_certificate::RESOURCE,
    aws_acm_certificate_validation::RESOURCE,
    aws_availability_zones::DATA,
    aws_backup_plan::RESOURCE,
    aws_backup_selection::RESOURCE,
    aws_backup_vault::RESOURCE,
    aws_budgets_budget::RESOURCE,
    aws_caller_identity::DATA,
    aws_cloudfront_cache_policy::RESOURCE,
    aws_cloudfront_distribution::RESOURCE,
    aws_cloudfront_monitoring_subscription::RESOURCE,
    aws_cloudfront_origin_access_control::RESOURCE,
    aws_cloudfront_origin_request_policy::RESOURCE,
    aws_cloudfront_response_headers_policy::RESOURCE,
    aws_cloudfront_vpc_origin::RESOURCE,
    aws_cloudwatch_event_rule::RESOURCE,
    aws_cloudwatch_event_target::RESOURCE,
    aws_cloudwatch_log_delivery::RESOURCE,
    aws_cloudwatch_log_delivery_destination::RESOURCE,
    aws_cloudwatch_log_delivery_source::RESOURCE,
    aws_cloudwatch_log_group::RESOURCE,
    aws_cloudwatch_log_resource_policy::RESOURCE,
    aws_cloudwatch_metric_alarm::RESOURCE,
    aws_default_security_group::RESOURCE,
    aws_ec2_managed_prefix_list::DATA,
    aws_ec2_subnet_cidr_reservation::RESOURCE,
    aws_ecr_lifecycle_policy::RESOURCE,
    aws_ecr_registry_scanning_configuration::RESOURCE,
    aws_ecr_repository::RESOURCE,
    aws_eip::RESOURCE,
    aws_eks_access_entry::RESOURCE,
    aws_eks_access_policy_association::RESOURCE,
    aws_eks_addon::RESOURCE,
    aws_eks_addon_version::DATA,
    aws_eks_cluster::RESOURCE,
    aws_eks_cluster::DATA,
    aws_eks_cluster_auth::DATA,
    aws_eks_node_group::RESOURCE,
    aws_eks_pod_identity_association::RESOURCE,
    aws_flow_log::RESOURCE,
    aws_iam_instance_profile::RESOURCE,
    aws_iam_openid_connect_provider::RESOURCE,
    aws_iam_openid_connect_provider::DATA,
    aws_iam_policy::RESOURCE,
    aws_iam_policy_document::DATA,
    aws_iam_role::RESOURCE,
    aws_iam_role::DATA,
    aws_iam_role_policy::RESOURCE,
    aws_iam_role_policy_attachment::RESOURCE,
    aws_iam_service_linked_role::RESOURCE,
    aws_internet_gateway::RESOURCE,
    aws_kms_alias::RESOURCE,
    aws_kms_alias::DATA,
    aws_kms_key::RESOURCE,
    aws_kms_key::DATA,
    aws_launch_template::RESOURCE,
    aws_lb::RESOURCE,
    aws_lb_listener::RESOURCE,
    aws_lb_target_group::RESOURCE,
    aws_nat_gateway::RESOURCE,
    aws_partition::DATA,
    aws_region::DATA,
    aws_route::RESOURCE,
    aws_route53_record::RESOURCE,
    aws_route53_zone::RESOURCE,
    aws_route53_zone::DATA,
    aws_route_table::RESOURCE,
    aws_route_table_association::RESOURCE,
    aws_s3_bucket::RESOURCE,
    aws_s3_bucket_lifecycle_configuration::RESOURCE,
    aws_s3_bucket_logging::RESOURCE,
    aws_s3_bucket_ownership_controls::RESOURCE,
    aws_s3_bucket_policy::RESOURCE,
    aws_s3_bucket_public_access_block::RESOURCE,
    aws_s3_bucket_server_side_encryption_configuration::RESOURCE,
    aws_s3_bucket_versioning::RESOURCE,
    aws_s3_object::RESOURCE,
    aws_security_group::RESOURCE,
    aws_sqs_queue::RESOURCE,
    aws_sqs_queue_policy::RESOURCE,
    aws_ssm_parameter::DATA,
    aws_subnet::RESOURCE,
    aws_subnets::DATA,
    aws_vpc::RESOURCE,
    aws_vpc_endpoint::RESOURCE,
    aws_vpc_security_group_egress_rule::RESOURCE,
    aws_vpc_security_group_ingress_rule::RESOURCE,
    aws_wafv2_web_acl::RESOURCE,
    aws_wafv2_web_acl_logging_configuration::RESOURCE,
];

static NOTHING: Facts = Facts::new("");

impl Facts {
    /// A type of which nothing is known yet.
    const fn new(name: &'static str) -> Self {
        Self {
            name,
            newer_sdk: false,
            identity: &[],
            imported_by: None,
            rules: &[],
            replaces: None,
            replaces_by: &[],
            recomputes: &[],
            defaults: &[],
            computed_blocks: &[],
            keeps: &[],
            documents: &[],
            templates: &[],
            plan: None,
            refuses: None,
            read: None,
        }
    }
}

/// The facts of a type.
pub(super) fn of(kind: &str) -> &'static Facts {
    ALL.iter().find(|facts| facts.name == kind).unwrap_or(&NOTHING)
}

/// The facts of a type, and of its resource where it is a data source.
pub(super) fn with_resource(kind: &str) -> impl Iterator<Item = &'static Facts> {
    [Some(kind), kind.strip_prefix("data.")].into_iter().flatten().map(of)
}

/// The telling arguments of a type, be it a data source or its resource; none where all of them tell.
pub(super) fn identity(kind: &str) -> &'static [&'static str] {
    with_resource(kind).map(|facts| facts.identity).find(|arguments| !arguments.is_empty()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_has_one_row_in_its_place() {
        let names: Vec<_> = ALL.iter().map(|facts| (facts.name.trim_start_matches("data."), facts.name)).collect();
        assert!(names.is_sorted_by(|one, other| one < other), "{names:?}");
    }
}
