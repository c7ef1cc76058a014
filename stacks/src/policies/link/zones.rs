//! Zonal shift: the cluster, Karpenter and the load balancers, which must know the same of it.

use synth_bindings::aws_eks_cluster;
use synth_framework::Findings;
use synth_kubernetes::Manifest;

use crate::{
    Platform,
    policies::view::{BALANCER, TARGET_GROUP, at, attribute, charts, items, protocol, text},
    settings::ZonalShift,
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

/// Is Karpenter told?
fn told(values: &serde_json::Value) -> bool {
    *at(values, "/settings/enableZonalShift") == true
}

/// Is a load balancer one for all zones? Its target groups may say otherwise for themselves.
pub(super) fn balances_across(service: &Manifest) -> bool {
    let of_group = attribute(service, TARGET_GROUP, ACROSS).filter(|across| ["true", "false"].contains(across));
    of_group.or_else(|| attribute(service, BALANCER, ACROSS)) == Some("true")
}

pub(super) fn zonal_shift(platform: &Platform, findings: &mut Findings) {
    let shifts = cluster_shifts(platform);
    for chart in charts(platform).filter(|chart| chart.name == "karpenter") {
        let message = match (shifts, told(chart.values)) {
            (true, false) if platform.settings.cluster.zonal_shift != ZonalShift::AwsOnly => {
                "runs in a cluster that has zonal shift, and is not told of it"
            }
            (false, true) => "is told of zonal shift in a cluster that has none, and panics at its start",
            _ => continue,
        };
        let mend = format!("set `settings.enableZonalShift` to {shifts}");
        findings.report(platform.place(chart.application), message, mend);
    }
    let balancers = platform.of_kind("Service").filter(|service| text(&service.object, "/spec/type") == "LoadBalancer");
    for service in balancers {
        let opted_in = attribute(service, BALANCER, OPT_IN) == Some("true");
        if opted_in != shifts {
            let message = if shifts {
                "stays in an impaired zone that the cluster leaves: it does not opt in to zonal shift"
            } else {
                "opts in to zonal shift, which the cluster does not have"
            };
            findings.report(
                platform.place(service),
                message,
                format!("set `{OPT_IN}={shifts}` in the attributes of its load balancer"),
            );
        }
        // Source: https://docs.aws.amazon.com/r53recovery/latest/dg/arc-zonal-shift.resource-types.network-load-balancers.html
        if opted_in && balances_across(service) {
            if attribute(service, TARGET_GROUP, CUTS_UNHEALTHY) != Some("false") {
                findings.report(
                    platform.place(service),
                    "balances across zones and ends connections to unhealthy targets, for which AWS has no zonal shift",
                    format!("set `{CUTS_UNHEALTHY}=false` in the attributes of its target groups"),
                );
            }
            for port in items(&service.object, "/spec/ports").iter().filter(|port| protocol(port) != "tcp") {
                findings.report(
                    platform.place(service),
                    format!(
                        "balances {} port {} across zones, for which AWS has no zonal shift",
                        protocol(port),
                        port["port"]
                    ),
                    "balance that port inside each zone, in a Service of its own",
                );
            }
        }
    }
}

pub(super) fn half_way(platform: &Platform, findings: &mut Findings) {
    if platform.settings.cluster.zonal_shift != ZonalShift::AwsOnly {
        return;
    }
    for chart in charts(platform).filter(|chart| chart.name == "karpenter" && !told(chart.values)) {
        findings
            .report(
                platform.place(chart.application),
                "is not told of zonal shift, which the cluster has",
                "once the cluster stack is applied, set `cluster.zonal_shift` to \"on\"; or, once Argo CD has synced this, to \
                 \"off\"",
            )
            .set_by([SETTING]);
    }
}
