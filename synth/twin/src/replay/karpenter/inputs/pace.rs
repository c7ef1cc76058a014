//! The pace of a recording: how long each step took, and what lots were drawn.

use super::{BACKS_OFF, CLOSE, DRAWS, EVICTS, Inputs, NOTES, REACTS, SCALES, SEEN, looked, unlike, until};
use crate::{
    engine::{Pace, Whose},
    karpenter::{Claim, Plan, controller::PAUSE},
    pods::{Node, NodeId, Pod},
    replay::karpenter::recording,
    time::{Span, Time},
};

/// A pass of the loop took up to so many milliseconds.
const LATE: i64 = 5000;
/// And the loop is never ahead by more than so many.
const EARLY: i64 = 1500;

/// A look that is known is one that begins within so many.
const LOOKS: i64 = 500;

impl Pace for Inputs {
    fn recorded_as(&self, node: NodeId) -> Option<usize> {
        self.of.get(node.0).copied().flatten()
    }

    /// Until the first pod that was made or, where there are to be fewer, deleted.
    fn react(&mut self, workload: &str, now: Time) -> Span {
        let shrinks = self.shrinks(workload, now);
        let pods = self.recording.pods.iter().filter(|pod| pod.0 == workload);
        let acts = pods.filter_map(|pod| if shrinks { pod.5 } else { Some(pod.1) }).map(|at| Time::seconds(at) - now);
        acts.filter(|wait| (0..=REACTS.0).contains(&wait.0)).min().unwrap_or(Span::ZERO)
    }

    fn create(&mut self, whose: Whose<'_>, now: Time) -> Span {
        let longest = if self.scales(whose.workload, now) { SCALES } else { CLOSE };
        let wait = self.pod(whose).map(|pod| Time::seconds(pod.1) - now);
        wait.filter(|wait| (0..=longest.0).contains(&wait.0)).unwrap_or(Span(10))
    }

    fn look(&mut self, whose: Whose<'_>, now: Time) -> Span {
        // Of what was seen at the same time, a pod that got the place was looked at before one that found none.
        let first = self.pod(whose).and_then(|pod| pod.2.map(|at| at + 0.008).or(pod.3));
        let wait = first.map(|at| Time::seconds(at) - now);
        wait.filter(|wait| (0..=SCALES.0).contains(&wait.0)).unwrap_or(Span(20))
    }

    /// What was bound at about the same time was bound in an order that led to the recorded nodes, if there is one.
    fn bind(&mut self, whose: Whose<'_>, best: &[NodeId], now: Time) -> Time {
        let Some((pod, at)) = self.pod(whose).and_then(|pod| Some((pod, Time::seconds(pod.3?)))) else { return now };
        let recorded = pod.4.as_deref().and_then(|id| self.recording.claim(id));
        let suits = best.iter().any(|node| self.of.get(node.0).copied().flatten() == recorded);
        if (1..=BACKS_OFF.0).contains(&(at - now).0) {
            at
        } else if !suits && (now - at).0 < SEEN.0 {
            now + Span(1)
        } else {
            now
        }
    }

    fn start(&mut self, _: Whose<'_>) -> Span {
        self.seconds("start", 1.0)
    }

    fn ready(&mut self, _: Whose<'_>) -> Span {
        Span::ZERO
    }

    fn stop(&mut self, _: Whose<'_>, _: &Pod) -> Span {
        self.seconds("stop", 2.0)
    }

    fn tie(&mut self, whose: Whose<'_>, equals: &[NodeId], nodes: &[Node]) -> NodeId {
        let recorded = self.pod(whose).and_then(|pod| pod.4.as_deref()).and_then(|id| self.recording.claim(id));
        let same = equals.iter().find(|node| recorded.is_some() && self.of.get(node.0).copied().flatten() == recorded);
        let by_name = || equals.iter().min_by_key(|node| &nodes[node.0].name);
        same.or_else(by_name).copied().unwrap_or(equals[0])
    }

    /// When a pod of the group was deleted from the node.
    fn evict(&mut self, whose: Whose<'_>, node: NodeId, conflicts: bool, now: Time) -> Span {
        let claim = self.recorded(node).map(|claim| claim.id.clone());
        let wait = |place: usize| {
            let pod = &self.recording.pods[place];
            let wait = Time::seconds(pod.5?) - now;
            let there = pod.0 == whose.workload && pod.4 == claim && !self.evicted.contains(&place);
            (there && (0..=EVICTS.0).contains(&wait.0)).then_some((wait, place))
        };
        let first = (0..self.recording.pods.len()).filter_map(wait).min();
        match first {
            Some((wait, place)) => {
                self.evicted.insert(place);
                wait
            }
            None if conflicts => Span(500),
            None => Span::ZERO,
        }
    }

    /// Pods of a group are told apart by their nodes first: those go from whose node one went.
    fn uid(&mut self, whose: Whose<'_>, node: Option<NodeId>, now: Time) -> u64 {
        let goes = |pod: &recording::Pod| pod.5.is_some_and(|at| (Time::seconds(at) - now).0.abs() <= CLOSE.0);
        let claim = node.and_then(|node| self.recorded(node)).map(|claim| claim.id.as_str());
        let own = self.pod(whose);
        let there = own.is_some_and(|pod| pod.4.as_deref() == claim);
        let leaves = match (own, there) {
            (Some(pod), true) => goes(pod),
            _ => {
                self.recording.pods.iter().any(|pod| pod.0 == whose.workload && pod.4.as_deref() == claim && goes(pod))
            }
        };
        let class = match own.and_then(|pod| pod.5) {
            _ if leaves => 0,
            Some(_) => 1,
            None => 2,
        };
        class * 1_000_000 + whose.ordinal as u64
    }

    /// As long as the log says of the simulation of about now.
    fn list(&mut self, pods: usize, now: Time) -> Span {
        let all = self.simulations.iter().map(|(at, of, took)| ((*at - now).0.abs(), *of, *took));
        let near = all.filter(|(apart, of, _)| *apart <= CLOSE.0 / 2 && *of == pods);
        near.min().map_or(Span::ZERO, |(.., took)| took)
    }

    /// Until the recorded claims are there.
    fn think(&mut self, _: usize, now: Time) -> Span {
        let first = self.near(now).into_iter().map(|place| Time::seconds(self.recording.claims[place].created) - now);
        first.min().map_or(Span(50), |wait| Span(wait.0.max(0)))
    }

    fn draw(&mut self, now: Time, plan: &dyn Fn(u64) -> Plan) -> Plan {
        let near = self.near(now);
        let mut best = plan(0);
        let mut unlike = self.unlike_plan(&best, near.clone(), now);
        for lots in 1..DRAWS {
            if near.is_empty() || unlike == 0 {
                break;
            }
            let other = plan(lots);
            let more = self.unlike_plan(&other, near.clone(), now);
            if more < unlike {
                (best, unlike) = (other, more);
            }
        }
        best
    }

    fn claimed(&mut self, node: NodeId, claim: &Claim, now: Time) {
        let pool = &self.pools[claim.pool.0].name;
        let free = |place: &usize| !self.taken[*place] && self.recording.claims[*place].pool == *pool;
        let near = |place: &usize| (Time::seconds(self.recording.claims[*place].created) - now).0.abs() <= 2 * CLOSE.0;
        let all = (0..self.recording.claims.len()).filter(free).filter(near);
        let best = all.min_by_key(|place| unlike(&self.recording.claims[*place], claim, now));
        self.of.resize(node.0, None);
        self.of.push(best);
        if let Some(place) = best {
            self.taken[place] = true;
        }
    }

    fn order(&mut self, node: NodeId, now: Time) -> Span {
        let recorded = self.recorded(node);
        let called = recorded.and_then(|claim| claim.fleet.as_ref().map(|fleet| fleet.t));
        until(recorded.map(|claim| claim.created), called, now, Span(200))
    }

    fn launch(&mut self, node: NodeId, now: Time) -> Span {
        let recorded = self.recorded(node);
        let called = recorded.map(|claim| claim.fleet.as_ref().map_or(claim.created + 0.2, |fleet| fleet.t));
        until(called, recorded.and_then(|claim| claim.launched), now, Span(100))
    }

    fn boot(&mut self, node: NodeId, now: Time) -> Span {
        let recorded = self.recorded(node);
        let default = self.seconds("boot", 8.0);
        until(recorded.and_then(|claim| claim.launched), recorded.and_then(|claim| claim.registered), now, default)
    }

    fn prepare(&mut self, node: NodeId, now: Time) -> Span {
        let ready = self.seconds("ready", 2.0);
        let recorded = self.recorded(node);
        let is = recorded.and_then(|claim| self.is_ready(claim));
        until(recorded.and_then(|claim| claim.registered), is, now, ready)
    }

    fn notice(&mut self, node: NodeId, now: Time) -> Span {
        let recorded = self.recorded(node);
        let ready = recorded.and_then(|claim| self.is_ready(claim));
        until(ready, recorded.and_then(|claim| claim.initialized), now, Span(500))
    }

    fn note(&mut self, _: NodeId, _: Time) -> Span {
        NOTES
    }

    /// The condition's own time, if it is near.
    fn ripen(&mut self, node: NodeId, at: Time) -> Span {
        let conditions = self.recorded(node).map(|claim| claim.conditions.as_slice()).unwrap_or_default();
        let found = conditions.iter().filter(|(_, kind, status, _)| kind == "Consolidatable" && status == "True");
        let waits = found.map(|(noticed, ..)| Time::seconds(*noticed) - at);
        waits.filter(|wait| (-1200..=2500).contains(&wait.0)).min_by_key(|wait| wait.0.abs()).unwrap_or(Span(20))
    }

    fn vanish(&mut self, _: NodeId) -> Span {
        self.seconds("gone", 5.0)
    }

    fn finish(&mut self, node: NodeId, now: Time) -> Span {
        let gone = self.recorded(node).and_then(|claim| claim.gone).map(|at| Time::seconds(at) - now);
        gone.filter(|wait| (0..=CLOSE.0).contains(&wait.0)).unwrap_or(Span(500))
    }

    fn drift(&mut self, node: NodeId, image: bool, now: Time) -> Span {
        let conditions = self.recorded(node).map(|claim| claim.conditions.as_slice()).unwrap_or_default();
        let found = conditions.iter().filter(|(_, kind, status, _)| kind == "Drifted" && status == "True");
        // Seen five hundredths later than it was.
        let waits = found.map(|(at, ..)| Time::seconds(at - 0.05) - now);
        let wait = waits.filter(|wait| (0..=70_000).contains(&wait.0)).min();
        wait.unwrap_or(if image { Span::whole_seconds(2) } else { Span(100) })
    }

    /// As long as is known of the look of about now.
    fn lasts(&mut self, now: Time) -> Span {
        let near = self.looks.iter().find(|look| (look.at - now).0.abs() <= LOOKS);
        near.map_or(Span::ZERO, |look| look.took)
    }

    /// The next recorded command tells when the loop looked, or a look that is known: it falls into step with that, a few seconds late where
    /// it has to.
    fn pause(&mut self, pause: Span, now: Time) -> Span {
        let commands = self.recording.disruptions.iter().map(|command| Time::seconds(looked(command)));
        let looks = commands.chain(self.looks.iter().map(|look| look.at)).map(|at| (at - now).0);
        let Some(next) = looks.filter(|wait| *wait > 0).min() else { return pause };
        if pause < PAUSE {
            return if next <= pause.0 + LATE { Span(next) } else { pause };
        }
        let out_of_step = next.rem_euclid(PAUSE.0);
        if out_of_step >= PAUSE.0 - EARLY { Span(out_of_step) } else { Span(pause.0 + out_of_step.min(LATE)) }
    }

    fn rank(&mut self, node: NodeId) -> i64 {
        let gone = self.recorded(node).and_then(|claim| claim.tainted.or(claim.deleting));
        let last = i64::MAX / 2 + i64::try_from(node.0).unwrap_or(0);
        gone.map_or(last, |at| Time::seconds(at).0)
    }
}
