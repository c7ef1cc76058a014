//! The rights of external-dns: records of the domain's zone, of the kinds that it makes, and of no other zone.
//!
//! It reads every public zone whose name ends in the domain's, that of `staging.example.com` for `example.com`, too, and writes
//! nothing at all where one of them is refused. So it may read the records of all zones.
//!
//! Source: <https://kubernetes-sigs.github.io/external-dns/v0.22.0/docs/tutorials/aws/>, narrowed to one zone.

use synth_bindings::{aws_eks_cluster, aws_eks_pod_identity_association};
use synth_framework::{Stack, text};

use super::names::Names;
use crate::{
    iam::{allow, condition, grant, pod_role},
    settings::Settings,
};

/// Declares its role and ties its service account to it.
pub(super) fn role(settings: &Settings, cluster: &aws_eks_cluster::Handle, names: &Names, stack: &Stack) {
    let external_dns = &settings.domain.external_dns;
    let pods = (external_dns.namespace.as_str(), external_dns.service_account.as_str());
    let role = pod_role(stack, settings, "external-dns", pods);
    let zone = text!("arn:{}:route53:::hostedzone/{}", settings.aws.partition(), &names.zone);
    let every = format!("arn:{}:route53:::hostedzone/*", settings.aws.partition());
    let kinds = "route53:ChangeResourceRecordSetsRecordTypes";
    let statements = vec![
        // Zones are looked for by their names, which no condition can narrow.
        allow("FindZones", ["route53:ListHostedZones"]).resources(["*"]),
        allow("ReadRecords", ["route53:ListResourceRecordSets"]).resources([every]),
        allow("ChangeRecords", ["route53:ChangeResourceRecordSets"]).resources([zone]).condition(condition(
            "ForAllValues:StringEquals",
            kinds,
            ["A", "AAAA", "CNAME", "TXT"],
        )),
    ];
    grant(stack, settings, &role, "external-dns", statements);
    aws_eks_pod_identity_association("external_dns")
        .cluster_name(cluster.name())
        .namespace(pods.0)
        .service_account(pods.1)
        .role_arn(role.arn())
        .add_to(stack);
}
