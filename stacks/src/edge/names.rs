//! The host of the edge: its certificate, and the records that lead people there.
//!
//! A host one label below the domain has both from here; any other one is its owner's.

use synth_bindings::{Aws, HostedZoneId, aws_cloudfront_distribution, aws_route53_record, data};
use synth_framework::{IntoValue, ProviderHandle, Ref, Stack, Value};

use crate::{
    certified::{Wanted, certificate},
    settings::Settings,
};

/// The host, and what belongs to it.
pub(super) struct Names {
    pub(super) host: String,
    /// A certificate of it in the region where `CloudFront` looks, once ACM has issued it.
    pub(super) certificate: Value<String>,
    /// The zone in which its records are kept.
    zone: Option<Ref<HostedZoneId>>,
}

/// Declares the certificate of the host, where there is a host.
pub(super) fn names(settings: &Settings, global: &ProviderHandle<Aws>, stack: &Stack) -> Option<Names> {
    let host = settings.edge_host()?;
    let domain = settings.domain.name.as_deref().filter(|_| settings.domain.covers(&host));
    // The cluster stack has made it, or found it, by then.
    let zone =
        domain.map(|domain| data::aws_route53_zone("main").name(domain).private_zone(false).add_to(stack).zone_id());
    let certificate = match (&settings.edge.certificate_arn, &zone) {
        (Some(arn), _) => arn.to_string().into_value(),
        (None, Some(zone)) => certified(&host, zone, global, stack),
        // The settings refuse it.
        (None, None) => return None,
    };
    Some(Names { host, certificate, zone })
}

/// A certificate of the host alone: that of all names below the domain would be proved by the cluster's record, which would go with
/// whichever stack goes first.
fn certified(host: &str, zone: &Ref<HostedZoneId>, global: &ProviderHandle<Aws>, stack: &Stack) -> Value<String> {
    let wanted = Wanted { label: "host", proof: "host_proof", names: host, tag: host, provider: Some(global) };
    certificate(&wanted, zone, stack).into_value()
}

/// Declares the records by which viewers find the distribution, where the zone is the environment's.
pub(super) fn lead(names: &Names, distribution: &aws_cloudfront_distribution::Handle, stack: &Stack) {
    let Some(zone) = &names.zone else { return };
    for (label, kind) in [("viewers", "A"), ("viewers_ipv6", "AAAA")] {
        let alias = aws_route53_record::alias()
            .name(distribution.domain_name())
            .zone_id(distribution.hosted_zone_id())
            // Route 53 knows no health of a distribution.
            .evaluate_target_health(false);
        aws_route53_record(label).zone_id(zone).name(&names.host).type_(kind).alias(alias).add_to(stack);
    }
}
