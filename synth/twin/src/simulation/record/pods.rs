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

/// A service's pods, by what changes only when something happens to one.
#[derive(Clone, Copy, Default)]
pub(super) struct Counted {
    made: u32,
    pending: u32,
    unaddressed: u32,
    ready: u32,
}

impl Counted {
    fn of(engine: &Engine, workload: usize) -> Self {
        let mut of = Self::default();
        for id in engine.pods_of(workload) {
            let pod = &engine.pods()[id.0];
            let stays = pod.deleting.is_none();
            of.made += u32::from(stays);
            of.pending += u32::from(pod.pending());
            of.unaddressed += u32::from(engine.lacks_address(id) && stays);
            of.ready += u32::from(pod.ready.is_some() && stays);
        }
        of
    }

    /// Do all have a place? Then only an event changes anything.
    fn rests(&self) -> bool {
        self.pending == 0 && self.unaddressed == 0
    }
}

impl Record {
    /// What pods do in this second.
    pub(super) fn pods(&mut self, engine: &Engine, tiers: &[Tier]) {
        let zones = self.trace.zones.len();
        let begin = self.trace.by_zone.len();
        self.trace.by_zone.resize(begin + zones, 0);
        for (place, tier) in tiers.iter().enumerate() {
            let mut pods = Pods { desired: count(engine.replicas(tier.workload)), ..Pods::default() };
            let (mut used, mut asked) = (0.0, 0.0);
            let (mut in_flight, mut busiest) = (0.0, 0.0_f64);
            let counted = self.counted.get(place).filter(|counted| !self.stirred && counted.rests());
            let counted = counted.copied().unwrap_or_else(|| Counted::of(engine, tier.workload));
            self.counted.resize(self.counted.len().max(place + 1), counted);
            self.counted[place] = counted;
            let Counted { made, pending, unaddressed, ready } = counted;
            (pods.pending, pods.unaddressed, pods.ready) = (pending, unaddressed, ready);
            // Who is ready has started: where as many are ready as have started, all are.
            let all_ready = usize::try_from(ready).is_ok_and(|ready| ready == tier.members.len());
            for member in &tier.members {
                in_flight += member.in_flight;
                busiest = busiest.max(member.busy / member.cores);
                let is_ready = || {
                    let pod = &engine.pods()[member.id.0];
                    pod.ready.is_some() && pod.deleting.is_none()
                };
                if all_ready || is_ready() {
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
            (pods.in_flight, pods.busiest) = (narrow(in_flight), narrow(100.0 * busiest));
            spread(&mut pods, tier);
            pods.cpu = if asked > 0.0 { narrow(100.0 * used / asked) } else { 0.0 };
            self.trace.pods.push(pods);
        }
        self.stirred = false;
    }
}

/// How evenly a service's requests are spread over its pods.
fn spread(pods: &mut Pods, tier: &Tier) {
    let bound = tier.service.admission.in_flight;
    let (mut sum, mut most, mut network, mut fullest) = (0.0, 0.0_f64, 0.0_f64, 0.0_f64);
    for member in tier.targets() {
        pods.targets += 1;
        network = network.max(member.through / member.passes);
        fullest = fullest.max(member.in_flight);
        sum += member.busy;
        most = most.max(member.busy);
    }
    (pods.network, pods.fullest) = (narrow(100.0 * network), narrow(100.0 * fullest / bound));
    let targets = f64::from(pods.targets.max(1));
    pods.evenness = if most > 0.0 { narrow(100.0 * sum / targets / most) } else { 100.0 };
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
