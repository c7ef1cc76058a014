//! Who is on the other side of a load balancer: how its pods learn it, and what gets in the way.

use synth_framework::Findings;

use super::{
    traffic::{keeps_addresses, ranges_of_balancers},
    zones::balances_across,
};
use crate::{
    Platform,
    policies::view::{TARGET_GROUP, Workload, annotation, attribute, flag, text},
    settings::Cidr,
};

pub(super) fn do_not_collide(platform: &Platform, findings: &mut Findings) {
    let balancers = platform.of_kind("Service").filter(|service| text(&service.object, "/spec/type") == "LoadBalancer");
    for service in balancers.filter(|service| keeps_addresses(service) && balances_across(service)) {
        findings.report(
            platform.place(service),
            "keeps its clients' addresses and balances across zones: two of its addresses can bring one client's port to one pod",
            "set `preserve_client_ip.enabled=false` and `proxy_protocol_v2.enabled=true` in the attributes of its target \
             groups, or `load_balancing.cross_zone.enabled=false` in its own",
        );
    }
}

pub(super) fn are_named(platform: &Platform, findings: &mut Findings) {
    for workload in platform.autoscaled() {
        let read = ranges_read(&workload);
        let balancers = workload.services(platform).filter(|of| text(&of.object, "/spec/type") == "LoadBalancer");
        let mut expected = Vec::new();
        for service in balancers {
            let sends = attribute(service, TARGET_GROUP, "proxy_protocol_v2.enabled") == Some("true")
                || annotation(service, "proxy-protocol") == "*";
            if sends {
                expected.extend(ranges_of_balancers(platform));
            } else if !keeps_addresses(service) {
                findings.report(
                    platform.place(service),
                    format!(
                        "hides its clients from {}: it neither keeps their addresses nor names them",
                        workload.name()
                    ),
                    "set `proxy_protocol_v2.enabled=true` in the attributes of its target groups",
                );
            }
        }
        let unread = expected.iter().filter(|range| !read.iter().any(|read| read.contains(**range)));
        for range in unread {
            findings.report(
                platform.place(workload.deployment),
                format!("does not read the header that its load balancer sends from {range}"),
                format!("add `--proxy-protocol-from {range}` to its arguments"),
            );
        }
        for range in read.iter().filter(|read| !expected.iter().any(|range| range.contains(**read))) {
            let (message, mend) = if expected.is_empty() {
                (
                    format!("waits for a header from {range}, from where nobody sends one"),
                    "remove the range from `--proxy-protocol-from`",
                )
            } else {
                (
                    format!(
                        "believes whoever connects from {range} about who he is, where others than its load balancer are"
                    ),
                    "name nothing but subnets of load balancers in `--proxy-protocol-from`",
                )
            };
            findings.report(platform.place(workload.deployment), message, mend);
        }
    }
}

/// The ranges from which a workload reads headers.
fn ranges_read(workload: &Workload<'_>) -> Vec<Cidr> {
    let given = workload.containers().iter().flat_map(|container| flag(container, "--proxy-protocol-from"));
    given.filter_map(|range| range.parse().ok()).collect()
}
