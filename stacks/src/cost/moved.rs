//! What moves: requests as the twin saw them, and what nobody can know, which is assumed.

use synth_bindings::{
    aws_cloudfront_distribution, aws_cloudwatch_log_group, aws_ecr_repository, aws_eks_cluster, aws_flow_log,
};
use synth_twin::{
    cost::{HOURS_A_MONTH, Item, Prices},
    simulation::trace::Trace,
};

use super::{
    Line, Part,
    assumed::{ANSWER, AUDIT_LOG, Assumed, BETWEEN_ZONES, FLOW_LOG, IMAGE, OTHER_LOG, PACKED, REQUEST, THROUGH_NAT},
    line,
    nodes::nodes,
    standing::count,
};
use crate::{Platform, view::Declared};

/// Megabytes of a gigabyte as images are paid.
const MEGABYTES: f64 = 1e3;

/// Bytes of a gigabyte, as traffic is paid.
const BYTES: f64 = 1e9;
/// Bytes of a kilobyte.
const KILOBYTE: f64 = 1e3;
/// Requests by which edges are paid.
const MILLION: f64 = 1e6;

/// Days of a month of 730 hours.
const DAYS: f64 = HOURS_A_MONTH / 24.0;

/// Names of assumptions, or keys of settings.
type Names = &'static [&'static str];

/// Every line of it.
pub(super) fn lines(platform: &Platform, trace: &Trace, prices: &Prices<'_>, assumed: &Assumed) -> Vec<Line> {
    let bill = Bill { platform, prices, assumed, nodes: nodes(trace).iter().map(|(_, nodes)| nodes).sum() };
    let mut lines = bill.traffic(trace);
    lines.extend(bill.logs());
    lines.push(bill.images());
    lines
}

struct Bill<'a> {
    platform: &'a Platform,
    prices: &'a Prices<'a>,
    assumed: &'a Assumed,
    /// Nodes on average.
    nodes: f64,
}

impl Bill<'_> {
    fn line(&self, part: Part, what: &str, item: Item, quantity: f64, assumed: Names) -> Line {
        let price = self.prices.of(item, self.platform.settings.aws.region.name);
        Line { assumed: assumed.to_vec(), ..line(part, what, quantity, price, &[]) }
    }

    fn traffic(&self, trace: &Trace) -> Vec<Line> {
        let months = count(trace.seconds.len()).max(1.0) / 3600.0 / HOURS_A_MONTH;
        let moved = trace.bill.moved;
        let background = self.nodes * self.assumed.of(BETWEEN_ZONES);
        let balancers: Vec<_> = self.platform.balancing().into_iter().map(|(place, _)| place.subject).collect();
        let traffic = |what: &str, item: Item, quantity: f64, assumed: Names| {
            let line = self.line(Part::Traffic, what, item, quantity, assumed);
            Line { from: balancers.clone(), ..line }
        };
        let edge: Vec<_> = self.platform.resources::<aws_cloudfront_distribution::Handle>().collect();
        let egress = moved.egress / months;
        let answered = if edge.is_empty() {
            vec![traffic("answers to the internet", Item::Egress, egress, &[ANSWER])]
        } else {
            // What AWS sends to CloudFront is free. As if nothing were kept there: what is kept is less of everything but this.
            let millions = egress * BYTES / (self.assumed.of(ANSWER) * KILOBYTE).max(1.0) / MILLION;
            let of_edge = |what: &str, item: Item, quantity: f64| {
                let from = edge.iter().map(|of| of.place().subject).collect();
                Line { from, ..self.line(Part::Traffic, what, item, quantity, &[ANSWER]) }
            };
            vec![
                of_edge("answers of CloudFront to viewers", Item::CdnGb, egress),
                of_edge("requests to CloudFront", Item::CdnRequests, millions),
                of_edge("requests that the web ACL looks at", Item::WebAclRequests, millions),
            ]
        };
        let mut lines = vec![
            traffic("capacity units of load balancers", Item::NlbLcu, moved.lcu_hours / months, &[REQUEST, ANSWER]),
            // Whoever sends pays, and whoever receives.
            traffic("requests between zones", Item::CrossZone, 2.0 * moved.cross_zone / months, &[REQUEST, ANSWER]),
            self.line(Part::Traffic, "all else between zones", Item::CrossZone, 2.0 * background, &[BETWEEN_ZONES]),
            self.line(
                Part::Traffic,
                "images through NAT gateways",
                Item::NatGatewayGb,
                self.nodes * self.assumed.of(THROUGH_NAT),
                &[THROUGH_NAT],
            ),
        ];
        lines.splice(3..3, answered);
        lines
    }

    /// What is written into each group of logs, and what is kept there.
    fn logs(&self) -> Vec<Line> {
        let groups = self.platform.resources::<aws_cloudwatch_log_group::Handle>();
        let (mut lines, mut flows) = (Vec::new(), Vec::new());
        for log in self.platform.resources::<aws_flow_log::Handle>() {
            flows.extend(log.leads(|of| of.log_destination()).map(|group| group.place().subject));
        }
        for group in groups {
            let subject = group.place().subject;
            // What WAF writes down nobody knows beforehand: it is among what is left out.
            if group.text(|of| of.name()).is_some_and(|name| name.starts_with("aws-waf-logs-")) {
                continue;
            }
            let written = if flows.contains(&subject) {
                Written {
                    gigabytes: self.nodes * self.assumed.of(FLOW_LOG),
                    names: (&[FLOW_LOG], &[FLOW_LOG, PACKED]),
                    what: ("flow logs, written", "flow logs, kept"),
                    settings: (&[], &["network.flow_log_retention_days"]),
                }
            } else {
                Written {
                    gigabytes: self.control_planes_logs(),
                    names: (&[AUDIT_LOG, OTHER_LOG], &[AUDIT_LOG, OTHER_LOG, PACKED]),
                    what: ("logs of the control plane, written", "logs of the control plane, kept"),
                    settings: (&["cluster.log_types"], &["cluster.log_types", "cluster.log_retention_days"]),
                }
            };
            lines.extend(self.log(&group, written));
        }
        lines
    }

    fn log(&self, group: &Declared<'_, aws_cloudwatch_log_group::Handle>, of: Written) -> [Line; 2] {
        let days = group.text(|of| of.retention_in_days()).and_then(|text| text.parse::<f64>().ok()).unwrap_or(DAYS);
        let kept = of.gigabytes * self.assumed.of(PACKED) * days / DAYS;
        let line = |what, item, quantity, names, settings: Names| Line {
            from: vec![group.place().subject],
            settings: settings.iter().map(|key| (*key).to_owned()).collect(),
            ..self.line(Part::Logs, what, item, quantity, names)
        };
        [
            line(of.what.0, Item::LogsIngest, of.gigabytes, of.names.0, of.settings.0),
            line(of.what.1, Item::LogsStore, kept, of.names.1, of.settings.1),
        ]
    }

    /// Gigabytes a month that control planes write.
    fn control_planes_logs(&self) -> f64 {
        let types = self.platform.resources::<aws_eks_cluster::Handle>();
        let types = types.flat_map(|of| of.texts(|of| of.enabled_cluster_log_types())).flatten();
        types.map(|name| self.assumed.of(if name == "audit" { AUDIT_LOG } else { OTHER_LOG })).sum()
    }

    /// As many images as repositories keep.
    fn images(&self) -> Line {
        let repositories: Vec<_> =
            self.platform.resources::<aws_ecr_repository::Handle>().map(|of| of.place().subject).collect();
        let kept = f64::from(self.platform.settings.registry.tagged_images);
        let gigabytes = count(repositories.len()) * kept * self.assumed.of(IMAGE) / MEGABYTES;
        Line {
            from: repositories,
            settings: vec!["registry.tagged_images".to_owned()],
            ..self.line(Part::Storage, "images, as many as are kept", Item::Ecr, gigabytes, &[IMAGE])
        }
    }
}

/// What a group of logs gets: written, and kept.
struct Written {
    gigabytes: f64,
    names: (Names, Names),
    what: (&'static str, &'static str),
    settings: (Names, Names),
}
