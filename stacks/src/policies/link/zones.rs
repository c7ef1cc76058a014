//! Zonal shift: the cluster, Karpenter and the load balancers, which must know the same of it.

use synth_bindings::aws_eks_cluster;
use synth_review::{Findings, Policy, Severity};

use crate::{
    Platform,
    charts::karpenter,
    settings::ZonalShift,
    view::{BALANCER, Balancer, TARGET_GROUP},
};

/// The setting that all of them follow.
const SETTING: &str = "cluster.zonal_shift";

const OPT_IN: &str = "zonal_shift.config.enabled";
const ACROSS: &str = "load_balancing.cross_zone.enabled";
const CUTS_UNHEALTHY: &str = "target_health_state.unhealthy.connection_termination.enabled";

fn cluster_shifts(platform: &Platform) -> bool {
    let mut clusters = platform.resources::<aws_eks_cluster::Handle>();
    clusters.any(|cluster| cluster.is_true(|of| of.zonal_shift_config().enabled()))
}

/// Is a load balancer one for all zones? Its target groups may say otherwise for themselves.
pub(super) fn balances_across(balancer: &Balancer<'_>) -> bool {
    let of_group =
        balancer.attribute(TARGET_GROUP, ACROSS).filter(|across| ["true", "false"].contains(&across.as_str()));
    of_group.or_else(|| balancer.attribute(BALANCER, ACROSS)).as_deref() == Some("true")
}

pub(super) const ZONAL_SHIFT: Policy<Platform> = Policy {
    code: "LINK007",
    name: "zonal-shift",
    severity: Severity::Error,
    explanation: "AWS moves traffic away from an impaired zone only where zonal shift is on: a load balancer that has \
                  not opted in keeps sending clients there, and Karpenter keeps making nodes there unless it is told; \
                  told of a zonal shift that the cluster does not have, Karpenter panics at its start.",
    check: zonal_shift,
};

fn zonal_shift(platform: &Platform, findings: &mut Findings) {
    let shifts = cluster_shifts(platform);
    if let Some(chart) = platform.chart::<karpenter::Values>() {
        let message = match (shifts, chart.values.settings.enable_zonal_shift) {
            (true, false) if platform.settings.cluster.zonal_shift != ZonalShift::AwsOnly => {
                Some("is not told of the zonal shift that the cluster has")
            }
            (false, true) => Some("is told of a zonal shift that the cluster does not have, and panics at its start"),
            _ => None,
        };
        if let Some(message) = message {
            findings.report(chart.place(), message, format!("set `settings.enableZonalShift` to {shifts}"));
        }
    }
    for balancer in &platform.balancers().collect::<Vec<_>>() {
        let opted_in = balancer.attribute(BALANCER, OPT_IN).as_deref() == Some("true");
        if opted_in != shifts {
            let message = if shifts {
                "stays in an impaired zone that the cluster leaves: it does not opt in to zonal shift"
            } else {
                "opts in to zonal shift, which the cluster does not have"
            };
            findings.report(
                balancer.place(),
                message,
                format!("set `{OPT_IN}={shifts}` in the attributes of its load balancer"),
            );
        }
        // Source: https://docs.aws.amazon.com/r53recovery/latest/dg/arc-zonal-shift.resource-types.network-load-balancers.html
        if opted_in && balances_across(balancer) {
            if balancer.attribute(TARGET_GROUP, CUTS_UNHEALTHY).as_deref() != Some("false") {
                findings.report(
                    balancer.place(),
                    "balances across zones and ends connections to unhealthy targets, which AWS does not support with \
                     zonal shift",
                    format!("set `{CUTS_UNHEALTHY}=false` in the attributes of its target groups"),
                );
            }
            for leads in balancer.leads().iter().filter(|leads| leads.protocol != "tcp") {
                findings.report(
                    balancer.place(),
                    format!(
                        "balances {} port {} across zones, which AWS does not support with zonal shift",
                        leads.protocol, leads.port
                    ),
                    "balance that port inside each zone, in a Service of its own",
                );
            }
        }
    }
}

pub(super) const HALF_WAY: Policy<Platform> = Policy {
    code: "LINK025",
    name: "zonal-shift-half-way",
    severity: Severity::Warning,
    explanation: "Between the two steps that turn zonal shift on or off, AWS moves traffic away from a zone in which \
                  Karpenter goes on making nodes: a state to pass through, not to stay in.",
    check: half_way,
};

fn half_way(platform: &Platform, findings: &mut Findings) {
    if platform.settings.cluster.zonal_shift != ZonalShift::AwsOnly {
        return;
    }
    if let Some(chart) = platform.chart::<karpenter::Values>().filter(|of| !of.values.settings.enable_zonal_shift) {
        findings
            .report(
                chart.place(),
                "is not told of zonal shift, which the cluster has",
                "once the cluster stack is applied, set `cluster.zonal_shift` to \"on\"; or, once Argo CD has synced this, to \
                 \"off\"",
            )
            .set_by([SETTING]);
    }
}
