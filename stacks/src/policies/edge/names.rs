//! The host of the edge: its certificate lies where `CloudFront` looks, and its records lead there and nowhere else.

use synth_bindings::{aws_acm_certificate, aws_acm_certificate_validation, aws_route53_record};
use synth_review::{Findings, Policy, Severity};

use super::{Distribution, distributions};
use crate::{Platform, view::Declared};

pub(super) const HOST_LEADS_HERE: Policy<Platform> = Policy {
    code: "EDGE008",
    name: "host-leads-here",
    severity: Severity::Error,
    explanation: "A host of the edge whose record leads elsewhere, or only by one version of IP, goes around the web ACL or \
                  nowhere; and CloudFront takes no certificate but one of that host which lies in us-east-1.",
    check: host_leads_here,
};

/// The versions of IP by which a distribution is reached.
const KINDS: [&str; 2] = ["A", "AAAA"];

/// The types of records by which a host leads anywhere: what stands beside them, such as who may issue certificates, does not.
const LEADING: [&str; 3] = ["A", "AAAA", "CNAME"];

fn host_leads_here(platform: &Platform, findings: &mut Findings) {
    for distribution in distributions(platform) {
        for host in distribution.texts(|of| of.aliases()).into_iter().flatten() {
            certified(&distribution, &host, findings);
            found(platform, &distribution, &host, findings);
        }
    }
}

/// What is made here as its certificate; one that is given is its giver's.
fn certificate<'a>(distribution: &Distribution<'a>) -> Option<Declared<'a, aws_acm_certificate::Handle>> {
    let given = distribution.leads(|of| of.viewer_certificate().acm_certificate_arn())?;
    match given.of_type::<aws_acm_certificate_validation::Handle>() {
        Some(validation) => validation.leads(|of| of.certificate_arn())?.of_type(),
        None => given.of_type(),
    }
}

fn certified(distribution: &Distribution<'_>, host: &str, findings: &mut Findings) {
    let Some(certificate) = certificate(distribution) else { return };
    if certificate.text(|of| of.domain_name()).as_deref() != Some(host) {
        findings.report(
            certificate.place(),
            format!("is not for `{host}`, the host of the edge"),
            "set `domain_name` to that host",
        );
    }
    if certificate.resource.provider_alias.is_none() {
        findings.report(
            certificate.place(),
            "lies in the environment's region, where CloudFront does not look",
            "make it by the provider `global`",
        );
    }
}

fn found(platform: &Platform, distribution: &Distribution<'_>, host: &str, findings: &mut Findings) {
    let records = platform.resources::<aws_route53_record::Handle>();
    let records: Vec<_> = records
        .filter(|of| of.text(|of| of.name()).as_deref() == Some(host))
        .filter(|of| of.text(|of| of.type_()).is_none_or(|kind| LEADING.contains(&kind.as_str())))
        .collect();
    for record in &records {
        let mut aliases = record.blocks(|of| of.alias());
        let leads = aliases.any(|alias| alias.leads(|of| of.name()).is_some_and(|of| of.is(distribution)));
        if !leads {
            findings.report(
                record.place(),
                format!("leads `{host}`, the host of the edge, elsewhere"),
                "remove it, or let its alias lead to the distribution",
            );
        }
    }
    if !platform.settings.domain.covers(host) {
        return;
    }
    let has = |kind: &&str| records.iter().any(|of| of.text(|of| of.type_()).as_deref() == Some(kind));
    let missing: Vec<_> = KINDS.into_iter().filter(|kind| !has(kind)).collect();
    if !missing.is_empty() {
        findings.report(
            distribution.place(),
            format!("is reached as `{host}`, which has no record {}", missing.join(" and ")),
            "add alias records of both kinds that lead to it",
        );
    }
}
