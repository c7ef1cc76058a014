//! What a service's pods do, once a second.

use super::Record;
use crate::{
    engine::Engine,
    simulation::{
        cores,
        tier::{Tier, narrow},
        trace::Pods,
    },
};

impl Record {
    /// What pods do in this second.
    pub(super) fn pods(&mut self, engine: &Engine, tiers: &[Tier]) {
        let zones = self.trace.zones.len();
        let begin = self.trace.by_zone.len();
        self.trace.by_zone.resize(begin + zones, 0);
        for tier in tiers {
            let mut pods = Pods { desired: count(engine.replicas(tier.workload)), ..Pods::default() };
            let (mut used, mut asked, mut made) = (0.0, 0.0, 0);
            for id in engine.pods_of(tier.workload) {
                let pod = &engine.pods()[id.0];
                made += u32::from(pod.deleting.is_none());
                pods.pending += u32::from(pod.pending());
                pods.unaddressed += u32::from(engine.lacks_address(id) && pod.deleting.is_none());
                pods.ready += u32::from(pod.ready.is_some() && pod.deleting.is_none());
            }
            for member in &tier.members {
                pods.in_flight += narrow(member.in_flight);
                pods.busiest = pods.busiest.max(narrow(100.0 * member.busy / member.cores));
                let pod = &engine.pods()[member.id.0];
                if pod.ready.is_some() && pod.deleting.is_none() {
                    used += member.busy;
                    asked += cores(member.request);
                    if let Some(of) = self.trace.by_zone.get_mut(begin + member.zone) {
                        *of += 1;
                    }
                }
            }
            if engine.is_over_quota(tier.workload) {
                pods.unmade = pods.desired.saturating_sub(made);
            }
            spread(&mut pods, tier);
            pods.cpu = if asked > 0.0 { narrow(100.0 * used / asked) } else { 0.0 };
            self.trace.pods.push(pods);
        }
    }
}

/// How evenly a service's requests are spread over its pods.
fn spread(pods: &mut Pods, tier: &Tier) {
    let bound = tier.service.admission.in_flight;
    let (mut sum, mut most) = (0.0, 0.0_f64);
    for member in tier.targets() {
        pods.targets += 1;
        pods.network = pods.network.max(narrow(100.0 * member.through / member.passes));
        pods.fullest = pods.fullest.max(narrow(100.0 * member.in_flight / bound));
        sum += member.busy;
        most = most.max(member.busy);
    }
    let targets = f64::from(pods.targets.max(1));
    pods.evenness = if most > 0.0 { narrow(100.0 * sum / targets / most) } else { 100.0 };
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
