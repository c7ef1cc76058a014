//! Entrances that share a load balancer: whether AWS lets it have what all of them take.

use std::collections::{BTreeMap, BTreeSet};

use synth_review::{Findings, Policy, Severity};

use crate::{
    Platform,
    view::{Entrance, Workload, whole},
};

pub(super) const BALANCERS_HOLD_ENTRANCES: Policy<Platform> = Policy {
    code: "SCALE029",
    name: "balancers-hold-entrances",
    severity: Severity::Warning,
    explanation: "Entrances of a scheme share a load balancer, which may have so many certificates, rules, target \
                  groups and targets: where one is too many, the controller changes nothing for any of them.",
    check: balancers_hold_entrances,
};

/// What a load balancer may have, and what to do about more.
struct Quota {
    what: &'static str,
    most: u64,
    mend: &'static str,
}

/// Certificates beside the first, which is the listener's own, rules beside the default one, target groups and targets. Of all but the
/// groups AWS gives more to who asks.
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html>
const QUOTAS: [Quota; 4] = [
    Quota {
        what: "certificates",
        most: 26,
        mend: "let several entrances name one certificate that covers all their hosts, as that of a domain does, or ask AWS for more",
    },
    Quota { what: "rules", most: 100, mend: "let fewer paths lead in, or ask AWS for more" },
    Quota {
        what: "target groups",
        most: 100,
        mend: "let fewer services have an entrance of this scheme: AWS gives no more",
    },
    Quota { what: "targets", most: 1000, mend: "lower the most pods of what stands behind it, or ask AWS for more" },
];

fn balancers_hold_entrances(platform: &Platform, findings: &mut Findings) {
    let mut shared: BTreeMap<&str, Vec<Entrance<'_>>> = BTreeMap::new();
    for entrance in platform.entrances() {
        shared.entry(entrance.balancer()).or_default().push(entrance);
    }
    let workloads = platform.autoscaled();
    for (balancer, entrances) in shared {
        let Some(last) = entrances.last() else { continue };
        let certificates: BTreeSet<_> = entrances.iter().map(|entrance| certificate(platform, entrance)).collect();
        let groups: BTreeSet<_> = entrances.iter().map(group).collect();
        let targets: u64 = workloads.iter().map(|workload| targets(platform, workload, balancer)).sum();
        let counts = [whole(certificates.len()), whole(entrances.len()), whole(groups.len()), targets];
        for (Quota { what, most, mend }, count) in
            QUOTAS.iter().zip(counts).filter(|(quota, count)| *count > quota.most)
        {
            findings.report(
                last.ingress.place(),
                format!(
                    "is one of {} ways in that share the load balancer `{balancer}`, which may come to {count} {what}, but AWS \
                     allows {most}",
                    entrances.len()
                ),
                *mend,
            );
        }
    }
}

/// Its certificate: the one that it names, that of the domain, or one that the controller finds for its host, which may be another's, too.
fn certificate<'a>(platform: &Platform, entrance: &Entrance<'a>) -> &'a str {
    match entrance.annotation("certificate-arn") {
        "" if platform.settings.domain.covers(entrance.host) => "",
        "" => entrance.host,
        named => named,
    }
}

/// What the controller makes a target group of: each port of a Service to which an Ingress leads.
fn group<'a>(entrance: &Entrance<'a>) -> (&'a str, &'a str, &'a str, String) {
    (entrance.ingress.namespace(), entrance.ingress.name(), entrance.service(), entrance.port())
}

/// The most pods of a workload, once for each of its target groups at a load balancer.
fn targets(platform: &Platform, workload: &Workload<'_>, balancer: &str) -> u64 {
    let entrances = platform.entrances().filter(|of| of.balancer() == balancer);
    let services: Vec<_> = workload.services(platform).map(|service| service.name()).collect();
    let own = entrances.filter(|of| of.ingress.namespace() == workload.namespace() && services.contains(&of.service()));
    whole(own.map(|of| group(&of)).collect::<BTreeSet<_>>().len()) * workload.most()
}
