//! Names: whether what is reached by one has a certificate for it, and a record.

use synth_bindings::{aws_acm_certificate, aws_route53_record};
use synth_review::{Findings, Place, Policy, Severity};

use crate::{Platform, charts::external_dns, view::Declared};

/// Every host that is served here, where that is said, and does it bring a certificate of its own?
fn hosts(platform: &Platform) -> Vec<(String, Place, bool)> {
    let entrances = platform.entrances().map(|entrance| {
        let own = !entrance.annotation("certificate-arn").is_empty();
        (entrance.host.to_owned(), entrance.ingress.place(), own)
    });
    let own = platform.settings.services.proxy.certificate_arn.is_some();
    let records = platform.resources::<aws_route53_record::Handle>().filter_map(move |record| {
        record.blocks(|of| of.alias()).next()?;
        Some((record.text(|of| of.name())?, record.place(), own))
    });
    entrances.chain(records).collect()
}

/// Does a certificate for a name cover a host? A star stands for one label.
fn covers(name: &str, host: &str) -> bool {
    match (name.strip_prefix("*."), host.split_once('.')) {
        (Some(domain), Some((_, rest))) => rest == domain,
        (Some(_), None) => false,
        (None, _) => name == host,
    }
}

pub(super) const CERTIFIED: Policy<Platform> = Policy {
    code: "LINK035",
    name: "names-are-certified",
    severity: Severity::Error,
    explanation: "A browser refuses a name that the certificate does not cover, and the load balancer controller makes no \
                  listener for an entrance without one.",
    check: certified,
};

fn certified(platform: &Platform, findings: &mut Findings) {
    let of = |certificate: Declared<'_, aws_acm_certificate::Handle>| {
        let others = certificate.texts(|of| of.subject_alternative_names()).into_iter().flatten();
        certificate.text(|of| of.domain_name()).into_iter().chain(others).collect::<Vec<_>>()
    };
    let names: Vec<_> = platform.resources::<aws_acm_certificate::Handle>().flat_map(of).collect();
    // Without a domain here certificates are somebody else's.
    if names.is_empty() {
        return;
    }
    for (host, place, _) in hosts(platform).iter().filter(|(.., own)| !own) {
        if !names.iter().any(|name| covers(name, host)) {
            findings.report(
                place.clone(),
                format!("serves `{host}`, which the certificate for {} does not cover", names.join(" and ")),
                "choose a name one label below the domain, or give it a certificate of its own",
            );
        }
    }
}

pub(super) const RECORDED: Policy<Platform> = Policy {
    code: "LINK036",
    name: "entrances-have-records",
    severity: Severity::Error,
    explanation: "external-dns makes records in the zone of its domain alone: nobody finds an entrance of another one.",
    check: recorded,
};

fn recorded(platform: &Platform, findings: &mut Findings) {
    let Some(chart) = platform.chart::<external_dns::Values>() else { return };
    for entrance in platform.entrances().filter(|entrance| !entrance.host.is_empty()) {
        let within = |domain: &String| {
            entrance.host == domain
                || entrance.host.strip_suffix(domain.as_str()).is_some_and(|rest| rest.ends_with('.'))
        };
        if !chart.values.domain_filters.iter().any(within) {
            findings
                .report(
                    entrance.ingress.place(),
                    format!("is reached as `{}`, for which nobody makes a record", entrance.host),
                    "choose a name below `domain.name`",
                )
                .set_by(["domain.name"]);
        }
    }
}
