//! Whether Karpenter finds a subnet in every zone in which it may make nodes.

use synth_review::{Findings, Policy, Severity};

use crate::{
    Platform,
    view::{NodePool, discovered_subnets, requirement},
};

pub(super) const ZONES_HAVE_SUBNETS: Policy<Platform> = Policy {
    code: "HA016",
    name: "zones-have-subnets",
    severity: Severity::Error,
    explanation: "Karpenter makes no node in a zone in which its node class selects no subnet: pods that must be spread \
                  over zones stay pending for it.",
    check: zones_have_subnets,
};

fn zones_have_subnets(platform: &Platform, findings: &mut Findings) {
    let subnets = discovered_subnets(platform);
    let zones: Vec<_> = subnets.iter().filter_map(|subnet| subnet.text(|of| of.availability_zone())).collect();
    for pool in platform.every::<NodePool>() {
        let allowed = requirement(&pool, "topology.kubernetes.io/zone");
        let missing: Vec<_> = allowed.iter().filter(|zone| !zones.contains(zone)).map(String::as_str).collect();
        if !missing.is_empty() {
            findings.report(
                pool.place(),
                format!("makes nodes in {}, where no node class selects a subnet", missing.join(" and ")),
                "declare a subnet there with the tags of the node class's `subnetSelectorTerms`",
            );
        }
    }
}
