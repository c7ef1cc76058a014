//! What costs money and has no line, type by type: no resource is passed over in silence.

use std::collections::BTreeMap;

use synth_bindings::{aws_eks_node_group, aws_vpc_endpoint};

use super::standing::is_interface;
use crate::{
    Platform,
    view::{NodePool, requirement},
};

/// The label of instances by their category.
const CATEGORY: &str = "karpenter.k8s.aws/instance-category";

/// What has no line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// The type of the resources, or what they are.
    pub what: String,
    /// Why it has none.
    pub why: &'static str,
}

/// How the resources of a type are paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Paid {
    /// By lines of the bill.
    Lines,
    /// Not at all.
    Free,
    /// By what no line reckons, for a reason.
    Otherwise(&'static str),
}

use self::Paid::{Free, Lines, Otherwise};

const BACKUPS: Paid = Otherwise("backups of a few megabytes: cents");
const BUCKETS: Paid = Otherwise("states and their access log, some megabytes: cents");
const LOGS_OF_EDGE: Paid =
    Otherwise("access logs of the edge: their delivery to S3 is priced by the gigabyte, which is not evidenced here");
const FIREWALL_LOG: Paid =
    Otherwise("what WAF refuses or counts, at the price of logs: how much nobody knows beforehand");
const EXTRA_METRICS: Paid =
    Otherwise("additional metrics of a distribution, by the metric: their price is not evidenced here");
const EVENTS: Paid = Otherwise("events of AWS's own services are free; those that reach the queue are the queue's");

/// Every type that has bindings.
pub(crate) const TYPES: &[(&str, Paid)] = &[
    ("aws_acm_certificate", Free),
    ("aws_acm_certificate_validation", Free),
    ("aws_backup_plan", BACKUPS),
    ("aws_backup_selection", Free),
    ("aws_backup_vault", Free),
    ("aws_budgets_budget", Free),
    ("aws_cloudfront_cache_policy", Free),
    ("aws_cloudfront_distribution", Lines),
    ("aws_cloudfront_monitoring_subscription", EXTRA_METRICS),
    ("aws_cloudfront_origin_access_control", Free),
    ("aws_cloudfront_origin_request_policy", Free),
    ("aws_cloudfront_response_headers_policy", Free),
    ("aws_cloudfront_vpc_origin", Free),
    ("aws_cloudwatch_event_rule", EVENTS),
    ("aws_cloudwatch_event_target", Free),
    ("aws_cloudwatch_log_delivery", LOGS_OF_EDGE),
    ("aws_cloudwatch_log_delivery_destination", Free),
    ("aws_cloudwatch_log_delivery_source", Free),
    ("aws_cloudwatch_log_group", Lines),
    ("aws_cloudwatch_log_resource_policy", Free),
    ("aws_cloudwatch_metric_alarm", Lines),
    ("aws_default_security_group", Free),
    ("aws_ec2_subnet_cidr_reservation", Free),
    ("aws_ecr_lifecycle_policy", Free),
    (
        "aws_ecr_registry_scanning_configuration",
        Otherwise("Amazon Inspector, by image and by scan: its price is not evidenced here"),
    ),
    ("aws_ecr_repository", Lines),
    ("aws_eip", Lines),
    ("aws_eks_access_entry", Free),
    ("aws_eks_access_policy_association", Free),
    ("aws_eks_addon", Free),
    ("aws_eks_cluster", Lines),
    ("aws_eks_node_group", Lines),
    ("aws_eks_pod_identity_association", Free),
    ("aws_flow_log", Lines),
    ("aws_iam_instance_profile", Free),
    ("aws_iam_openid_connect_provider", Free),
    ("aws_iam_policy", Free),
    ("aws_iam_role", Free),
    ("aws_iam_role_policy", Free),
    ("aws_iam_role_policy_attachment", Free),
    ("aws_iam_service_linked_role", Free),
    ("aws_internet_gateway", Free),
    ("aws_kms_alias", Free),
    ("aws_kms_key", Lines),
    ("aws_launch_template", Lines),
    ("aws_lb", Lines),
    ("aws_lb_listener", Free),
    ("aws_lb_target_group", Free),
    ("aws_nat_gateway", Lines),
    ("aws_route", Free),
    ("aws_route53_record", Free),
    ("aws_route53_zone", Lines),
    ("aws_route_table", Free),
    ("aws_route_table_association", Free),
    ("aws_s3_bucket", BUCKETS),
    ("aws_s3_bucket_lifecycle_configuration", Free),
    ("aws_s3_bucket_logging", Free),
    ("aws_s3_bucket_ownership_controls", Free),
    ("aws_s3_bucket_policy", Free),
    ("aws_s3_bucket_public_access_block", Free),
    ("aws_s3_bucket_server_side_encryption_configuration", Free),
    ("aws_s3_bucket_versioning", Free),
    ("aws_s3_object", Free),
    ("aws_security_group", Free),
    ("aws_sqs_queue", Otherwise("some thousand messages a month, and the first million is free")),
    ("aws_sqs_queue_policy", Free),
    ("aws_subnet", Free),
    ("aws_vpc", Free),
    ("aws_vpc_endpoint", Lines),
    ("aws_vpc_security_group_egress_rule", Free),
    ("aws_vpc_security_group_ingress_rule", Free),
    ("aws_wafv2_web_acl", Lines),
    ("aws_wafv2_web_acl_logging_configuration", FIREWALL_LOG),
    ("helm_release", Free),
];

/// Why bytes through interface endpoints have no line.
const ENDPOINTS: &str = "calls of AWS's APIs, a few GB a month, each 0.01 USD in us-east-1 (infracost@95ba4f49: golden \
                         outputs, 2026-08-21); layers of images come by the S3 gateway, which is free";

/// Why the secrets of services have no line. They are kept whether somebody reads them or not.
const SECRETS: &str = "each value once every `external_secrets.refresh_minutes`: 10,000 calls of Secrets Manager are 0.05 USD \
                       (hivebook.wiki/wiki/aws-secrets-manager-rotated-secrets-dynamic-db-credentials-kms, 2026-12-01), a secret 0.40 \
                       USD a month (the same)";

/// What is in no price: the same for every platform.
const ALWAYS: [(&str, &str); 2] = [
    (
        "requests to keys",
        "some thousand a month, each 0.000003 USD in us-east-1 (infracost@95ba4f49: golden outputs, 2026-08-21)",
    ),
    ("tax, support plans, credits and the free tier", "they are the account's, not the platform's"),
];

/// What a platform has that no line reckons.
pub fn left_out(platform: &Platform) -> Vec<LeftOut> {
    let mut found: BTreeMap<&str, &'static str> = BTreeMap::new();
    for declared in platform.declared().filter(|of| of.is_managed(of.resource.type_name)) {
        let name: &str = declared.resource.type_name;
        match TYPES.iter().find(|(known, _)| *known == name) {
            Some((_, Free | Lines)) => {}
            Some((_, Otherwise(why))) => {
                found.insert(name, why);
            }
            None => {
                found.insert(name, "nothing is known of its price");
            }
        }
    }
    if platform.resources::<aws_vpc_endpoint::Handle>().any(|of| is_interface(&of)) {
        found.insert("bytes through interface endpoints", ENDPOINTS);
    }
    if platform.settings.services.ask_for_secrets() {
        found.insert("secrets of services", SECRETS);
    }
    if platform.declared().any(|of| of.is_managed("aws_route53_record")) {
        found.insert(
            "questions for names",
            "records of AWS's own load balancers are asked for free; what is paid for others is not evidenced here",
        );
    }
    if bursts(platform) {
        found.insert(
            "processor time beyond the baseline of burstable nodes",
            "instances of category t pay for it by the vCPU-hour: its price is not evidenced here",
        );
    }
    let of_types = found.into_iter().map(|(what, why)| LeftOut { what: what.to_owned(), why });
    of_types.chain(ALWAYS.map(|(what, why)| LeftOut { what: what.to_owned(), why })).collect()
}

/// May a node be of the category t?
fn bursts(platform: &Platform) -> bool {
    let groups = platform.resources::<aws_eks_node_group::Handle>();
    let mut names = groups.flat_map(|of| of.texts(|of| of.instance_types())).flatten();
    let is_burstable = |name: &str| name.starts_with('t');
    let pools = || platform.every::<NodePool>().flat_map(|pool| requirement(&pool, CATEGORY).to_vec());
    names.any(|name| is_burstable(&name)) || pools().any(|name| name == "t")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value as Json;
    use synth_twin::cost::{Item, price};

    use super::*;

    /// The schemas of what has bindings, as the providers print them.
    const SCHEMAS: [&str; 2] = [
        include_str!("../../../synth/codegen/schemas/aws.json"),
        include_str!("../../../synth/codegen/schemas/helm.json"),
    ];

    #[test]
    fn every_type_that_has_bindings_says_how_it_is_paid() {
        let read = |text: &str| -> Json { serde_json::from_str(text).expect("a schema is JSON") };
        let providers = SCHEMAS.map(read);
        let providers = providers.iter().filter_map(|schemas| schemas["provider_schemas"].as_object());
        let types = providers.flat_map(|all| all.values()).filter_map(|one| one["resource_schemas"].as_object());
        let known: BTreeSet<_> = types.flatten().map(|(name, _)| name.as_str()).collect();
        let listed: Vec<_> = TYPES.iter().map(|(name, _)| *name).collect();
        assert_eq!(listed, known.into_iter().collect::<Vec<_>>(), "the table is sorted, and complete");
    }

    #[test]
    fn a_price_that_is_told_has_the_source_and_the_day_of_the_table() {
        let (key, bytes) = (price(Item::KmsKey, "us-east-1"), price(Item::EndpointGb, "us-east-1"));
        let of = |dollars: f64, source: &str, day: &str| format!("each {dollars} USD in us-east-1 ({source}, {day})");
        assert!(ENDPOINTS.contains(&of(bytes.dollars, bytes.source, bytes.read)), "{ENDPOINTS}");
        assert!(ALWAYS[0].1.ends_with(&of(0.000_003, key.source, key.read)), "{}", ALWAYS[0].1);
    }
}
