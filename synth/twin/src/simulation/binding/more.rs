//! Why a service has no more pods than it has.

use super::{Binder, EVEN, Part, Place};
use crate::{
    engine::Limit,
    pods::Capacity,
    simulation::{metric::Metric, record::words::against, scaling},
};

/// An autoscaler acts beyond so many times its target.
const TOLERANCE: f64 = 1.1;

/// What to change where addresses lack.
const ADDRESSES: &str = "give the zones larger ranges in `network.subnets.private`";

impl<'a> Place<'a> {
    /// Each reason, those that are nearest to the pods first.
    pub(super) fn no_more(self) -> Vec<Part> {
        let (pods, key) = (self.pods, self.key());
        let earlier = format!("raise `{key}.min_replicas`, or let the load rise more slowly");
        let mut parts = Vec::new();
        if pods.unmade > 0 {
            parts.push(self.over_quota());
        }
        if pods.unaddressed > 0 {
            let what =
                format!("{} more have a node and no address, since the subnets have none left", pods.unaddressed);
            parts.push(Part::new(Binder::Addresses, what, ADDRESSES));
        }
        if pods.pending > 0 {
            let lacks = self.lacks();
            if lacks.is_empty() {
                parts.push(Part::new(Binder::Time, format!("{} more wait for nodes", pods.pending), earlier.clone()));
            }
            parts.extend(lacks);
        }
        let starting = pods.desired.saturating_sub(pods.ready + pods.pending + pods.unmade + pods.unaddressed);
        if starting > 0 {
            let what = format!("{starting} more are asked for and not ready yet");
            parts.push(Part::new(Binder::Time, what, earlier.clone()));
        }
        let unknown = pods.ready.saturating_sub(pods.targets);
        if unknown > 0 && pods.targets > 0 {
            let what = format!("{unknown} more are ready and get no requests yet");
            parts.push(Part::new(Binder::Balancer, what, earlier.clone()));
        }
        if pods.targets > 0 && pods.evenness < EVEN {
            let what = format!(
                "connections are spread unevenly, so that a pod does {:.0} % of what the busiest does on average",
                pods.evenness
            );
            parts.push(Part::new(Binder::Balancer, what, earlier));
        }
        let most = u32::try_from(self.model().scaler.spec.max_replicas).unwrap_or_default();
        if pods.desired >= most {
            let what = format!("the autoscaler is at its maximum of {most}");
            parts.push(Part::new(Binder::Maximum, what, format!("raise `{key}.max_replicas`")));
        }
        parts
    }

    /// Why the autoscaler asks for no more pods than there are: it does not see what lacks, or not yet.
    pub(super) fn no_wish(self, full: bool) -> Part {
        let (desired, key, metrics) = (self.pods.desired, self.key(), self.metrics());
        let target = metrics.contains(&Metric::Cpu).then(|| scaling::utilization(&self.model().scaler));
        if target.is_some_and(|target| f64::from(self.pods.cpu) > TOLERANCE * f64::from(target)) {
            let what = format!("the autoscaler still asks for {desired}");
            let mend = format!("raise `{key}.min_replicas`, or let the load rise more slowly");
            return Part::new(Binder::Time, what, mend);
        }
        let targets = self.targets(full);
        let mend = if full && !metrics.iter().any(|of| of.is_traffic()) {
            let lower = if targets.is_empty() { targets } else { format!("lower {targets}, or ") };
            format!(
                "raise `{key}.memory_mib`, which decides how many it takes, or {lower}scale on requests in flight, or let targets answer sooner"
            )
        } else if targets.is_empty() {
            format!("raise `{key}.min_replicas`")
        } else {
            format!("lower {targets}, or raise `{key}.min_replicas`")
        };
        Part::new(Binder::Metric, format!("the autoscaler asks for no more than {desired}"), mend)
    }

    /// By what the run added its pods, which need not be what is written.
    fn metrics(self) -> &'a [Metric] {
        self.trace.scaled_on.get(self.service).map_or(&[], Vec::as_slice)
    }

    /// The settings of the targets that it was scaled by, those that see what lacks before all others. One that is not written says
    /// nothing until `scale_on` names its metric. Memory has none.
    fn targets(self, full: bool) -> String {
        let (key, metrics) = (self.key(), self.metrics());
        let sees = |of: &&Metric| if full { of.is_traffic() } else { **of == Metric::Cpu };
        let seeing: Vec<_> = metrics.iter().filter(sees).collect();
        let named = if seeing.is_empty() { metrics.iter().collect() } else { seeing };
        let written = scaling::metrics(&self.model().scaler, &self.model().asked);
        let target = |of: &Metric| {
            let (setting, metric) = match of {
                Metric::Cpu => ("target_cpu_utilization", "cpu"),
                Metric::Requests => ("target_requests_per_second", "requests"),
                Metric::InFlight => ("target_in_flight", "in-flight"),
                Metric::Memory => return None,
            };
            let with =
                if written.contains(of) { String::new() } else { format!(" with `{metric}` in `{key}.scale_on`") };
            Some(format!("`{key}.{setting}`{with}"))
        };
        named.into_iter().filter_map(target).collect::<Vec<_>>().join(" or ")
    }

    fn over_quota(self) -> Part {
        let name = self.setup.quota.as_ref().and_then(|quota| quota.metadata.name.as_deref()).unwrap_or_default();
        let what = format!("{} more are not made, since the namespace's quota is used up", self.pods.unmade);
        let mend =
            format!("raise `spec.hard` of ResourceQuota/{name}, which is reckoned from every service's `max_replicas`");
        Part::new(Binder::Quota, what, mend)
    }

    /// What stands against nodes for its pods.
    fn lacks(self) -> Vec<Part> {
        let second = u32::try_from(self.second).unwrap_or(u32::MAX);
        let lacks = self.trace.lacks.iter();
        let mut limits: Vec<Limit> = lacks
            .filter(|lack| lack.service == self.service && (lack.from..=lack.until).contains(&second))
            .map(|lack| lack.limit)
            .collect();
        limits.sort_unstable();
        limits.dedup();
        let pools = |setting: &str| {
            let each = self.setup.pools.iter().map(|(name, _)| format!("`karpenter.node_pools.{name}.{setting}`"));
            format!("raise {}", each.collect::<Vec<_>>().join(" or "))
        };
        let part = |limit: Limit| {
            let (binder, mend) = match limit {
                Limit::Cpu => (Binder::Pool, pools("limit_cpu")),
                Limit::Memory => (Binder::Pool, pools("limit_memory_gib")),
                Limit::Pools => (Binder::Pool, pools("limit_cpu") + ", and `limit_memory_gib` beside it"),
                Limit::Capacity => (
                    Binder::Capacity,
                    "let the pools have more of `instance_categories`, `architectures` and `network.zones`".to_owned(),
                ),
                Limit::Addresses => (Binder::Addresses, ADDRESSES.to_owned()),
                Limit::Account(capacity) => {
                    let (what, code) = match capacity {
                        Capacity::OnDemand => ("On-Demand", "L-1216C47A"),
                        Capacity::Spot => ("Spot", "L-34B43A08"),
                    };
                    (Binder::Account, format!("ask AWS for more vCPUs of Standard {what} instances (quota {code})"))
                }
            };
            let what = format!("{} more wait for nodes, and {}", self.pods.pending, against(limit));
            Part::new(binder, what, mend)
        };
        limits.into_iter().map(part).collect()
    }
}
