//! ENV: environments beside each other, which one account or one network may have to hold.

mod claims;
mod unique;

use std::collections::BTreeMap;

use synth_bindings::{aws_acm_certificate, aws_cloudfront_distribution, aws_route53_record, aws_vpc};
use synth_review::{Findings, Place, Policy, Severity};

use self::{claims::Claim, unique::Within};
use crate::{Platform, settings::Settings};

pub(super) const POLICIES: &[Policy<Platform>] =
    &[NAMES_OF_THEIR_OWN, RANGES_OF_THEIR_OWN, HOSTS_OF_THEIR_OWN, PROOFS_OF_THEIR_OWN];

const NAMES_OF_THEIR_OWN: Policy<Platform> = Policy {
    code: "ENV001",
    name: "names-of-their-own",
    severity: Severity::Error,
    explanation: "Some things exist once in an account, once in a region or once in all of AWS: a second environment \
                  that makes one of them fails in the middle of its apply, or takes over the first one's.",
    check: names_of_their_own,
};

fn names_of_their_own(platform: &Platform, findings: &mut Findings) {
    let own = claims::of(platform);
    for other in &platform.neighbours {
        let taken = claims::of(other);
        let collides = |claim: &&Claim<'_>| {
            let meet = claim.unique.within.holds_both(&platform.settings, &other.settings);
            meet && taken.iter().any(|taken| taken.is(claim))
        };
        // With one name for both everything collides, and one mend is right for all of it.
        let alike = |claim: &&Claim<'_>| named_alike(claim, &platform.settings, &other.settings);
        let (alike, single): (Vec<_>, Vec<_>) = own.iter().filter(collides).partition(alike);
        let first = alike.first().map(|claim| (*claim, alike.len() - 1));
        for (claim, more) in first.into_iter().chain(single.into_iter().map(|claim| (claim, 0))) {
            let environment = &other.settings.environment;
            let name = claim.name.first().map(|name| format!(", as `{name}`")).unwrap_or_default();
            let place = claim.unique.within.words(&platform.settings);
            let more = if more == 0 { String::new() } else { format!("; the same is true of {more} more") };
            findings
                .report(
                    claim.resource.place(),
                    format!(
                        "is also made by environment `{environment}`{name}, but there can be only one in {place}{more}"
                    ),
                    mend(claim, &platform.settings, &other.settings),
                )
                .set_by(setting(claim, &platform.settings, &other.settings));
        }
    }
}

/// Do two environments collide because they have one name?
fn named_alike(claim: &Claim<'_>, one: &Settings, other: &Settings) -> bool {
    let derived = match claim.unique.setting {
        None => true,
        Some(unique::BUCKET) => one.state.bucket.is_none() && other.state.bucket.is_none(),
        Some(_) => false,
    };
    derived && one.name == other.name
}

/// The setting that mends a collision, where one does.
fn setting(claim: &Claim<'_>, one: &Settings, other: &Settings) -> Option<&'static str> {
    if named_alike(claim, one, other) { Some("name") } else { claim.unique.setting }
}

fn mend(claim: &Claim<'_>, one: &Settings, other: &Settings) -> String {
    let files = format!("`{}.toml` or `{}.toml`", one.environment, other.environment);
    match claim.unique.setting {
        _ if named_alike(claim, one, other) => format!("set another `name` in {files}: both have `{}`", one.name),
        Some(unique::BUCKET) => format!("set `{}` in {files} to another value, or to \"\"", unique::BUCKET),
        Some(setting) => format!("set `{setting}` to \"adopt\" in {files}, whichever is the later environment"),
        None => "derive its name from the environment's where it is declared (`settings.named`)".to_owned(),
    }
}

const RANGES_OF_THEIR_OWN: Policy<Platform> = Policy {
    code: "ENV002",
    name: "ranges-of-their-own",
    severity: Severity::Error,
    explanation: "Networks whose ranges overlap cannot be joined, and the range of a VPC cannot be changed later.",
    check: ranges_of_their_own,
};

fn ranges_of_their_own(platform: &Platform, findings: &mut Findings) {
    let own = &platform.settings;
    for vpc in platform.resources::<aws_vpc::Handle>() {
        for other in platform.neighbours.iter().map(|other| &other.settings) {
            let (range, taken) = (own.network.cidr, other.network.cidr);
            if range.overlaps(taken) {
                findings.report(
                    vpc.place(),
                    format!("has the range {range}, which overlaps {taken} of environment `{}`", other.environment),
                    format!(
                        "set another `network.cidr`, with its subnets, in `{}.toml` or `{}.toml`; waive it if the two \
                         are never joined",
                        own.environment, other.environment
                    ),
                )
                .set_by(["network.cidr"]);
            }
        }
    }
}

const HOSTS_OF_THEIR_OWN: Policy<Platform> = Policy {
    code: "ENV003",
    name: "hosts-of-their-own",
    severity: Severity::Error,
    explanation: "A host name leads to one place: where two environments serve one name, the later apply takes the record \
                  over, or fails because it is there.",
    check: hosts_of_their_own,
};

fn hosts_of_their_own(platform: &Platform, findings: &mut Findings) {
    let own = &platform.settings;
    for other in &platform.neighbours {
        let taken = hosts(other);
        for (host, place) in hosts(platform).into_iter().filter(|(host, _)| taken.contains_key(host)) {
            let other = &other.settings;
            let finding = findings.report(
                place,
                format!("serves `{host}`, which environment `{}` serves, too", other.environment),
                format!(
                    "give it another name in `{}.toml` or `{}.toml`, or the environment a `domain.name` of its own",
                    own.environment, other.environment
                ),
            );
            if own.domain.name.is_some() && own.domain.name == other.domain.name {
                finding.set_by(["domain.name"]);
            }
        }
    }
}

/// Every name under which something is served, with what serves it.
fn hosts(platform: &Platform) -> BTreeMap<String, Place> {
    let entrances = platform.entrances().map(|entrance| (entrance.host.to_owned(), entrance.ingress.place()));
    let records = platform.resources::<aws_route53_record::Handle>().filter_map(|record| {
        record.blocks(|of| of.alias()).next()?;
        Some((record.text(|of| of.name())?, record.place()))
    });
    let aliases = platform.resources::<aws_cloudfront_distribution::Handle>().flat_map(|distribution| {
        let place = distribution.place();
        distribution.texts(|of| of.aliases()).into_iter().flatten().map(move |alias| (alias, place.clone()))
    });
    entrances.chain(records).chain(aliases).filter(|(host, _)| !host.is_empty()).collect()
}

const PROOFS_OF_THEIR_OWN: Policy<Platform> = Policy {
    code: "ENV004",
    name: "proofs-of-their-own",
    severity: Severity::Error,
    explanation: "Certificates of one domain in one account are proved by one record: the environment that goes takes it along, and \
                  the other's certificate is not renewed.",
    check: proofs_of_their_own,
};

fn proofs_of_their_own(platform: &Platform, findings: &mut Findings) {
    let own = &platform.settings;
    let in_account =
        platform.neighbours.iter().filter(|other| Within::Account.holds_both(own, &other.settings)).collect::<Vec<_>>();
    for certificate in platform.resources::<aws_acm_certificate::Handle>() {
        let Some(domain) = certificate.text(|of| of.domain_name()) else { continue };
        let proves = |other: &&&Platform| {
            let others = other.resources::<aws_acm_certificate::Handle>();
            others.filter_map(|of| of.text(|of| of.domain_name())).any(|of| proved(&of) == proved(&domain))
        };
        for other in in_account.iter().filter(proves).map(|other| &other.settings) {
            findings
                .report(
                    certificate.place(),
                    format!(
                        "is for `{domain}`, and is proved by the record that also proves one of environment `{}`",
                        other.environment
                    ),
                    format!(
                        "give one of the two a `domain.name` of its own, in `{}.toml` or `{}.toml`",
                        own.environment, other.environment
                    ),
                )
                .set_by(["domain.name"]);
        }
    }
}

/// The name whose owner is asked for a proof: for all names below a domain it is the domain's.
/// <https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html>
fn proved(domain: &str) -> &str {
    domain.strip_prefix("*.").unwrap_or(domain)
}
