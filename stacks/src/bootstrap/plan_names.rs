//! What the role that plans reads of the load balancer that Terraform makes, and of the names under which it is reached.

use synth_bindings::data::aws_iam_policy_document::statement;

use crate::{
    iam::allow,
    settings::{GLOBAL_REGION, OncePerAccount, Settings},
};

/// Elastic Load Balancing knows no resources for what it describes.
pub(super) fn of_balancer() -> statement::Block {
    let describe = [
        "elasticloadbalancing:DescribeCapacityReservation",
        "elasticloadbalancing:DescribeListenerAttributes",
        "elasticloadbalancing:DescribeListeners",
        "elasticloadbalancing:DescribeLoadBalancerAttributes",
        "elasticloadbalancing:DescribeLoadBalancers",
        "elasticloadbalancing:DescribeTags",
        "elasticloadbalancing:DescribeTargetGroupAttributes",
        "elasticloadbalancing:DescribeTargetGroups",
    ];
    allow("Balancer", describe).resources(["*"])
}

/// The zone, its records and the certificates, of which AWS gives each its id.
pub(super) fn of_names(settings: &Settings) -> Vec<statement::Block> {
    let (partition, account) = (settings.aws.partition(), &settings.aws.account_id);
    let zone = ["route53:GetHostedZone", "route53:ListResourceRecordSets", "route53:ListTagsForResource"];
    let certificates = ["acm:DescribeCertificate", "acm:ListTagsForCertificate"];
    let edge = settings.edge.enabled && settings.edge_host().is_some_and(|host| settings.domain.covers(&host));
    let made = edge && settings.edge.certificate_arn.is_none();
    let regions = [Some(settings.aws.region.name), made.then_some(GLOBAL_REGION)];
    let mut regions: Vec<_> = regions.into_iter().flatten().collect();
    regions.dedup();
    let of_region = |region| format!("arn:{partition}:acm:{region}:{account}:certificate/*");
    let mut statements = vec![
        allow("Zone", zone).resources([format!("arn:{partition}:route53:::hostedzone/*")]),
        allow("Certificates", certificates).resources(regions.into_iter().map(of_region)),
    ];
    // Whoever has not made a zone finds it by its name.
    if edge || settings.domain.zone == OncePerAccount::Adopt {
        statements.push(allow("FindZone", ["route53:ListHostedZones"]).resources(["*"]));
    }
    statements
}
