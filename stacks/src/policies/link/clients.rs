//! Who is on the other side of a load balancer: how its pods learn it, and what gets in the way.

use synth_review::{Findings, Policy, Severity};

use super::{traffic::keeps_addresses, zones::balances_across};
use crate::{Platform, settings::Cidr, view::Workload};

pub(super) const DO_NOT_COLLIDE: Policy<Platform> = Policy {
    code: "LINK026",
    name: "clients-do-not-collide",
    severity: Severity::Error,
    explanation: "If a load balancer keeps its clients' addresses and balances across zones, two connections of a \
                  client, from one port to two of the balancer's addresses, may reach one pod as if they were one, and \
                  are reset.",
    check: do_not_collide,
};

fn do_not_collide(platform: &Platform, findings: &mut Findings) {
    for balancer in platform.balancers().filter(|of| keeps_addresses(of) && balances_across(of)) {
        findings.report(
            balancer.place(),
            "keeps its clients' addresses and balances across zones: connections from one client port to two of its \
             addresses can collide in one pod",
            "set `preserve_client_ip.enabled=false` and `proxy_protocol_v2.enabled=true` in the attributes of its target \
             groups, or `load_balancing.cross_zone.enabled=false` in its own",
        );
    }
}

pub(super) const ARE_NAMED: Policy<Platform> = Policy {
    code: "LINK027",
    name: "clients-are-named",
    severity: Severity::Error,
    explanation: "A PROXY protocol header that is sent but not read makes every request malformed; one that is \
                  expected but not sent makes every connection fail; one that is read from others' addresses lets \
                  anybody pose as any client.",
    check: are_named,
};

fn are_named(platform: &Platform, findings: &mut Findings) {
    for workload in platform.autoscaled() {
        let read = ranges_read(&workload);
        let mut expected = Vec::new();
        for balancer in workload.balancers(platform) {
            if balancer.sends_header() {
                expected.extend(balancer.ranges());
            } else if !keeps_addresses(&balancer) {
                findings.report(
                    balancer.place(),
                    format!(
                        "hides its clients from {}: it neither keeps their addresses nor sends them in a header",
                        workload.name()
                    ),
                    "set `proxy_protocol_v2.enabled=true` in the attributes of its target groups",
                );
            }
        }
        let unread = expected.iter().filter(|range| !read.iter().any(|read| read.contains(**range)));
        for range in unread {
            findings.report(
                workload.deployment.place(),
                format!("does not read the PROXY protocol header that its load balancer sends from {range}"),
                format!("add `--proxy-protocol-from {range}` to its arguments"),
            );
        }
        for range in read.iter().filter(|read| !expected.iter().any(|range| range.contains(**read))) {
            let (message, mend) = if expected.is_empty() {
                (
                    format!("expects a PROXY protocol header from {range}, where no load balancer sends one"),
                    "remove the range from `--proxy-protocol-from`",
                )
            } else {
                (
                    format!(
                        "believes the PROXY protocol header of everybody in {range}, which holds more than its load \
                         balancer"
                    ),
                    "name only the subnets of load balancers in `--proxy-protocol-from`",
                )
            };
            findings.report(workload.deployment.place(), message, mend);
        }
    }
}

/// The ranges from which a workload reads headers.
fn ranges_read(workload: &Workload<'_>) -> Vec<Cidr> {
    let given = workload.flags("--proxy-protocol-from");
    given.filter_map(|range| range.parse().ok()).collect()
}
