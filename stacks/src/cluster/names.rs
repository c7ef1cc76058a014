//! The names under which things are reached: the zone, the certificate, and the record of the proxy.
//!
//! What has an Ingress gets its record by external-dns; this stack would only know its load balancer once it is there.

use synth_bindings::{CertificateArn, HostedZoneId, aws_lb, aws_route53_record, aws_route53_zone, data};
use synth_framework::{Ref, Stack};

use crate::{
    certified::{Wanted, certificate},
    settings::{OncePerAccount, Settings},
};

/// The parts that others use.
pub(super) struct Names {
    /// The hosted zone.
    pub(super) zone: Ref<HostedZoneId>,
    /// The certificate, once ACM has issued it.
    pub(super) certificate: Ref<CertificateArn>,
    /// Name servers of the zone, where it is made here.
    pub(super) name_servers: Option<aws_route53_zone::Handle>,
}

/// Declares the zone and the certificate, where there is a domain.
pub(super) fn names(settings: &Settings, stack: &Stack) -> Option<Names> {
    let domain = settings.domain.name.as_deref()?;
    let stack = &stack.file("names");
    let made = (settings.domain.zone == OncePerAccount::Create)
        .then(|| aws_route53_zone("main").name(domain).comment(format!("Names of {}", settings.name)).add_to(stack));
    let zone = match &made {
        Some(made) => made.zone_id(),
        None => data::aws_route53_zone("main").name(domain).private_zone(false).add_to(stack).zone_id(),
    };
    if made.is_some() {
        // Whoever else signs certificates is told not to.
        aws_route53_record("authorities")
            .zone_id(&zone)
            .name(domain)
            .type_("CAA")
            .ttl(3600)
            .records(["0 issue \"amazon.com\""])
            .add_to(stack);
    }
    // One for every name one label below the domain: an entrance that is added needs no other.
    let names = format!("*.{domain}");
    let wanted = Wanted { label: "main", proof: "proof", names: &names, tag: &settings.name, provider: None };
    let certificate = certificate(&wanted, &zone, stack);
    Some(Names { zone, certificate, name_servers: made })
}

/// Declares the record by which the proxy's load balancer is found.
pub(super) fn of_balancer(settings: &Settings, names: &Names, balancer: &aws_lb::Handle, stack: &Stack) {
    // Behind an edge its load balancer has no name: the edge has.
    let Some(host) = settings.proxy_host().filter(|_| !settings.balancer_is_internal()) else { return };
    aws_route53_record("proxy")
        .zone_id(&names.zone)
        .name(host)
        .type_("A")
        .alias(
            aws_route53_record::alias()
                .name(balancer.dns_name())
                .zone_id(balancer.zone_id())
                // It is the only one of its name: without it there would be no answer.
                .evaluate_target_health(false),
        )
        .add_to(&stack.file("names"));
}
