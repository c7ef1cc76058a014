//! A second of a service: its requests among its pods.

use std::mem;

use super::{Member, Outcome, Tier, narrow};
use crate::{
    service::{Offer, State, Tick},
    time::Time,
};

/// What counts of a core: pods with about as much are reckoned together.
const PART_OF_A_CORE: f64 = 0.05;

/// A pod is held against so many that were reckoned before it.
const RECENT: usize = 16;

/// Less than this share of what a node's network passes on does not wait for it.
const AMPLE: f64 = 0.8;

/// What is free in whole parts of a core, one at least.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "less than a part is cut off, and cores are few"
)]
fn parts(free: f64) -> f64 {
    f64::from((free / PART_OF_A_CORE) as u32).max(1.0) * PART_OF_A_CORE
}

impl Tier {
    /// A second passes in which so many requests come over so many connections. `free` says how many cores a node has for a member, and
    /// how many requests its network passes on for it; `seen` looks at each member once its second is over.
    pub(in crate::simulation) fn tick(
        &mut self,
        now: Time,
        offered: f64,
        connections: f64,
        free: impl Fn(&Member) -> (f64, f64),
        mut seen: impl FnMut(&Member),
    ) -> Outcome {
        self.settle(now);
        let mut outcome = Outcome { failed: mem::take(&mut self.dropped), ..Outcome::default() };
        outcome.lost.dead = narrow(outcome.failed);
        let occupied: Vec<bool> = (0..self.sets.len())
            .map(|set| self.members.iter().any(|of| of.joined.is_some() && self.set_of(of.zone) == set))
            .collect();
        let ways = occupied.iter().filter(|occupied| **occupied).count();
        #[expect(clippy::cast_precision_loss, reason = "zones")]
        let part = 1.0 / ways.max(1) as f64;
        for (set, _) in self.sets.iter_mut().zip(&occupied).filter(|(_, occupied)| **occupied) {
            outcome.opened += set.tick(connections * part);
        }
        if ways == 0 {
            outcome.failed += offered;
            outcome.lost.unserved = narrow(offered);
        } else {
            let unheard = self.unheard(now, outcome.opened).min(offered);
            outcome.failed += unheard;
            outcome.lost.closed = narrow(unheard);
        }
        let mut reckoned: Vec<(Offer, State, State, Tick)> = Vec::new();
        let (target, failing, workers) = (self.target, self.failing, self.service.workers.count());
        // Those that joined together have as many connections, and stand together.
        let mut known: Option<((usize, i64), f64)> = None;
        for place in 0..self.members.len() {
            let member = &self.members[place];
            let at = self.set_of(member.zone);
            let set = &self.sets[at];
            let (own, all) = member.joined.map_or((0.0, 0.0), |joined| {
                let own = known.filter(|(of, _)| *of == (at, joined)).map_or_else(|| set.of(joined), |(_, own)| own);
                known = Some(((at, joined), own));
                (own, set.all())
            });
            let rate = if all > 0.0 { offered * part * own / all } else { 0.0 };
            if member.dead {
                outcome.failed += rate;
                outcome.lost.dead += narrow(rate);
                (self.members[place].busy, self.members[place].through) = (0.0, 0.0);
                seen(&self.members[place]);
                continue;
            }
            // More than its workers can use is as good as that: pods of roomy nodes are alike.
            let (free, passes) = free(member);
            let cores = if free < workers { parts(free).min(workers) } else { workers };
            let member = &mut self.members[place];
            // What does not bind tells no two pods apart.
            let binds = passes * self.service.cost.work < self.service.cores(cores)
                && (member.state.waits() || rate > AMPLE * passes);
            let offer = Offer { rate, cores, target, passes: if binds { passes } else { f64::INFINITY } };
            let alike = |of: &(Offer, State, State, Tick)| of.0 == offer && of.1 == member.state;
            // Whom it was alike in the last second, it mostly is again.
            let known = Some(member.kind).filter(|kind| reckoned.get(*kind).is_some_and(alike)).or_else(|| {
                let oldest = reckoned.len().saturating_sub(RECENT);
                reckoned[oldest..].iter().rposition(alike).map(|place| oldest + place)
            });
            member.kind = known.unwrap_or(reckoned.len());
            let tick = if let Some((.., after, tick)) = reckoned.get(member.kind) {
                member.state = *after;
                *tick
            } else {
                let before = member.state;
                let tick = member.state.tick(&self.service, &offer, 1.0);
                reckoned.push((offer, before, member.state, tick));
                tick
            };
            member.used += tick.cpu;
            member.busy = tick.cpu;
            member.cores = cores;
            (member.through, member.passes) = (tick.answered, passes);
            member.handled += tick.answered + tick.refused;
            member.in_flight = tick.in_flight;
            member.memory.hold(own);
            seen(member);
            let through = tick.answered * (1.0 - failing);
            outcome.answered += through;
            outcome.refused += tick.refused;
            outcome.failed += tick.failed + tick.answered - through;
            outcome.lost.refused += narrow(tick.refused);
            outcome.lost.late += narrow(tick.failed);
            outcome.lost.behind += narrow(tick.answered - through);
            outcome.forwarded += tick.forwarded;
            outcome.cpu += tick.cpu;
            outcome.in_flight += tick.in_flight;
            // Most pods' times are those of the pod before.
            match outcome.latencies.last_mut() {
                Some((same, answered)) if *same == tick.latency => *answered += through,
                _ => outcome.latencies.push((tick.latency, through)),
            }
        }
        outcome
    }

    /// New connections of a second that the balancer still sends to pods that have closed: each fails.
    fn unheard(&self, now: Time, opened: f64) -> f64 {
        if self.leaving.unheard() <= 0.0 {
            return 0.0;
        }
        let closed = |told: Time| told + self.leaving.closed <= now && now < told + self.leaving.late;
        let closed = self.members.iter().filter(|member| !member.dead && member.told.is_some_and(closed)).count();
        if closed == 0 {
            return 0.0;
        }
        let open = self.members.iter().filter(|member| member.joined.is_some()).count();
        #[expect(clippy::cast_precision_loss, reason = "counts of pods")]
        let share = closed as f64 / (closed + open).max(1) as f64;
        opened * share
    }
}
