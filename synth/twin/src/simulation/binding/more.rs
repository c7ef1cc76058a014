//! Why a service has no more pods than it has.

use super::{Binder, EVEN, Part, Place};
use crate::{engine::Limit, pods::Capacity, simulation::record::words::against};

/// An autoscaler acts beyond so many times its target.
const TOLERANCE: f64 = 1.1;

/// What to change where addresses lack.
const ADDRESSES: &str = "give the zones larger ranges in `network.subnets.private`";

impl Place<'_> {
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
        let (desired, key) = (self.pods.desired, self.key());
        let mut metrics = self.model().scaler.spec.metrics.iter().flatten();
        let target =
            metrics.find_map(|of| of.resource.as_ref().filter(|of| of.name == "cpu")?.target.average_utilization);
        if target.is_some_and(|target| f64::from(self.pods.cpu) > TOLERANCE * f64::from(target)) {
            let what = format!("the autoscaler still asks for {desired}");
            let mend = format!("raise `{key}.min_replicas`, or let the load rise more slowly");
            return Part::new(Binder::Time, what, mend);
        }
        let by_traffic = !self.model().asked.is_empty();
        let mend = if full && by_traffic {
            format!(
                "lower `{key}.target_in_flight` or `{key}.target_requests_per_second`, or raise `{key}.min_replicas`"
            )
        } else if full {
            format!(
                "raise `{key}.memory_mib`, which decides how many it takes, or scale on requests in flight, or let targets answer sooner"
            )
        } else {
            format!("lower `{key}.target_cpu_utilization`, or raise `{key}.min_replicas`")
        };
        Part::new(Binder::Metric, format!("the autoscaler asks for no more than {desired}"), mend)
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
