//! What of a recording is an input: the pace of a busy machine, and lots.
//!
//! - Pods are made, and first looked at by the scheduler, when the recording says; a pod whose binding came later than its node, since
//!   kube-scheduler backs off up to ten seconds, is bound then. Which pod of a group is which goes by the order in which they were made.
//! - A claim that resembles a recorded one takes as long as that to be bought, to boot and to be ready.
//! - Of nodes that score the same, a pod gets the recorded one; of nodes that are equal to Karpenter, the recorded one goes; of pods that are
//!   equal to their `ReplicaSet`, likewise. What is not equal is never chosen for the recording's sake.
//! - Where the second of the wall clock began, and where the ten seconds of the disruption loop, is read off the conditions and the first
//!   command: nothing else tells.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use super::recording::{Claim as Recorded, Recording};
use crate::{
    catalogue::CAPACITY_TYPE,
    engine::{Pace, Whose},
    karpenter::{Claim, Plan, Pool, read},
    pods::{Node, NodeId, Pod, ZONE},
    time::{Span, Time},
};

/// Recorded and simulated moments that are this close are one.
const CLOSE: Span = Span::whole_seconds(4);
/// A pod that could be bound is not kept waiting longer than kube-scheduler backs off: ten seconds, up to whole ones.
const BACKS_OFF: Span = Span::whole_seconds(12);
/// An eviction that is allowed takes at most this long, with what the API server tries again.
const EVICTS: Span = Span::whole_seconds(2);
/// Moments of a recording are those at which things were seen, as exact as this.
const SEEN: Span = Span(50);
/// A simulation of some hundred pods takes as long as this.
const THINKS: Span = Span::whole_seconds(6);
/// So many draws are tried.
const DRAWS: u64 = 2000;
/// A pod of a group that is being scaled is made at the latest after this.
const SCALES: Span = Span::whole_seconds(100);

/// The pace of a recording.
pub(super) struct Inputs {
    recording: Rc<Recording>,
    pools: Vec<Pool>,
    /// The recorded pods of each group, by their places.
    pods: BTreeMap<String, Vec<usize>>,
    /// The recorded claim that each simulated node is.
    of: Vec<Option<usize>>,
    taken: Vec<bool>,
    /// Recorded pods whose deletion is a simulated one's.
    evicted: BTreeSet<usize>,
}

impl Inputs {
    pub(super) fn new(recording: Rc<Recording>, pools: Vec<Pool>) -> Self {
        let mut pods: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (place, pod) in recording.pods.iter().enumerate() {
            pods.entry(pod.0.clone()).or_default().push(place);
        }
        let made = |place: &usize| recording.pods[*place].1;
        pods.values_mut().for_each(|group| group.sort_by(|one, other| made(one).total_cmp(&made(other))));
        Self {
            pools,
            pods,
            of: Vec::new(),
            taken: vec![false; recording.claims.len()],
            evicted: BTreeSet::new(),
            recording,
        }
    }

    /// The recorded claim of each node, as far as there is one.
    pub(super) fn mapping(&self) -> &[Option<usize>] {
        &self.of
    }

    fn pod(&self, whose: Whose<'_>) -> Option<&super::recording::Pod> {
        self.pods.get(whose.workload)?.get(whose.ordinal).map(|place| &self.recording.pods[*place])
    }

    fn recorded(&self, node: NodeId) -> Option<&Recorded> {
        self.of.get(node.0).copied().flatten().map(|place| &self.recording.claims[place])
    }

    fn seconds(&self, name: &str, default: f64) -> Span {
        Span::seconds(self.recording.kubelet.get(name).copied().unwrap_or(default))
    }

    /// Is the group being scaled?
    fn scales(&self, group: &str, now: Time) -> bool {
        self.recording.timeline.iter().any(|action| {
            let named = action["group"].as_str().or(action["name"].as_str()) == Some(group);
            let at = Time::seconds(action["t"].as_f64().unwrap_or(-1e6));
            named && action["replicas"].is_number() && at <= now && now - at < Span(500)
        })
    }

    /// When the first pod of a recorded claim was bound.
    fn first_bound(&self, claim: &str) -> Option<f64> {
        let pods = self.recording.pods.iter().filter(|pod| pod.4.as_deref() == Some(claim));
        pods.filter_map(|pod| pod.3).min_by(f64::total_cmp)
    }

    /// When a recorded node was ready: once its first pod was bound, and at the latest when Karpenter had seen it.
    fn is_ready(&self, claim: &Recorded) -> Option<f64> {
        let first = self.first_bound(&claim.id);
        let usual = claim.launched.map(|at| at + (self.seconds("boot", 8.0) + self.seconds("ready", 2.0)).in_seconds());
        match (first, claim.initialized) {
            (Some(first), Some(seen)) => Some((first + 0.003).min(seen)),
            (None, Some(seen)) => Some(seen),
            (first, None) => first.or(usual),
        }
    }

    /// Recorded claims of about now that are nobody's yet.
    fn near(&self, now: Time) -> Vec<usize> {
        let near = |place: &usize| {
            let after = Time::seconds(self.recording.claims[*place].created) - now;
            !self.taken[*place] && (-500..=THINKS.0).contains(&after.0)
        };
        (0..self.recording.claims.len()).filter(near).collect()
    }

    /// How little a plan resembles these recorded claims.
    fn unlike_plan(&self, plan: &Plan, mut near: Vec<usize>, now: Time) -> i64 {
        let mut unlike = 0;
        for claim in &plan.claims {
            let alike = (0..near.len()).min_by_key(|at| self.unlike(&self.recording.claims[near[*at]], claim, now));
            match alike {
                Some(at) => unlike += self.unlike(&self.recording.claims[near.remove(at)], claim, now) / 100_000,
                None => unlike += 10,
            }
        }
        unlike + 10 * i64::try_from(near.len()).unwrap_or(0)
    }

    /// How much a simulated claim resembles a recorded one: the less the number, the more.
    fn unlike(&self, recorded: &Recorded, claim: &Claim, now: Time) -> i64 {
        let text = |key: &str| recorded.requests.get(key).map(String::as_str).unwrap_or_default();
        let cpu = read::milli(text("cpu")).unwrap_or(0) != claim.requests.cpu;
        let memory = read::bytes(text("memory")).unwrap_or(0) != claim.requests.memory;
        let values = |key: &str| {
            let own = claim.requirements.get(key).and_then(|rule| rule.values());
            let theirs = recorded.requirements.get(key).and_then(|values| values.as_array());
            own.zip(theirs).is_some_and(|(own, theirs)| {
                own.len() != theirs.len() || theirs.iter().any(|value| !own.iter().any(|own| value == own.as_str()))
            })
        };
        let types = recorded.types_count != claim.types.len();
        let wrong = i64::from(cpu)
            + i64::from(memory)
            + 2 * i64::from(values(ZONE))
            + i64::from(values(CAPACITY_TYPE))
            + i64::from(types);
        wrong * 100_000 + (Time::seconds(recorded.created) - now).0.abs()
    }
}

/// The pace, where the replay can look into it.
pub(super) struct Shared(pub(super) Rc<RefCell<Inputs>>);

impl Pace for Inputs {
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
        let goes = |pod: &super::recording::Pod| pod.5.is_some_and(|at| (Time::seconds(at) - now).0.abs() <= CLOSE.0);
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
        if std::env::var("DEBUG").is_ok() {
            eprintln!("DRAW {now} near {} unlike {unlike}", near.len());
        }
        best
    }

    fn claimed(&mut self, node: NodeId, claim: &Claim, now: Time) {
        let pool = &self.pools[claim.pool.0].name;
        let free = |place: &usize| !self.taken[*place] && self.recording.claims[*place].pool == *pool;
        let near = |place: &usize| (Time::seconds(self.recording.claims[*place].created) - now).0.abs() <= 2 * CLOSE.0;
        let all = (0..self.recording.claims.len()).filter(free).filter(near);
        let best = all.min_by_key(|place| self.unlike(&self.recording.claims[*place], claim, now));
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

    /// A recorded command tells when the loop looked.
    fn pause(&mut self, pause: Span, now: Time) -> Span {
        let looks = self.recording.disruptions.iter().map(|command| Time::seconds(looked(command)) - now);
        looks
            .filter(|wait| (pause.0 - 1500..=pause.0 + 4000).contains(&wait.0))
            .min_by_key(|wait| wait.0)
            .unwrap_or(pause)
    }

    fn rank(&mut self, node: NodeId) -> i64 {
        let gone = self.recorded(node).and_then(|claim| claim.tainted.or(claim.deleting));
        let last = i64::MAX / 2 + i64::try_from(node.0).unwrap_or(0);
        gone.map_or(last, |at| Time::seconds(at).0)
    }
}

impl Pace for Shared {
    fn evict(&mut self, whose: Whose<'_>, node: NodeId, conflicts: bool, now: Time) -> Span {
        self.0.borrow_mut().evict(whose, node, conflicts, now)
    }

    fn finish(&mut self, node: NodeId, now: Time) -> Span {
        self.0.borrow_mut().finish(node, now)
    }

    fn think(&mut self, pods: usize, now: Time) -> Span {
        self.0.borrow_mut().think(pods, now)
    }

    fn draw(&mut self, now: Time, plan: &dyn Fn(u64) -> Plan) -> Plan {
        self.0.borrow_mut().draw(now, plan)
    }

    fn pause(&mut self, pause: Span, now: Time) -> Span {
        self.0.borrow_mut().pause(pause, now)
    }

    fn notice(&mut self, node: NodeId, now: Time) -> Span {
        self.0.borrow_mut().notice(node, now)
    }

    fn ripen(&mut self, node: NodeId, at: Time) -> Span {
        self.0.borrow_mut().ripen(node, at)
    }

    fn create(&mut self, whose: Whose<'_>, now: Time) -> Span {
        self.0.borrow_mut().create(whose, now)
    }

    fn look(&mut self, whose: Whose<'_>, now: Time) -> Span {
        self.0.borrow_mut().look(whose, now)
    }

    fn bind(&mut self, whose: Whose<'_>, best: &[NodeId], now: Time) -> Time {
        self.0.borrow_mut().bind(whose, best, now)
    }

    fn start(&mut self, whose: Whose<'_>) -> Span {
        self.0.borrow_mut().start(whose)
    }

    fn ready(&mut self, whose: Whose<'_>) -> Span {
        self.0.borrow_mut().ready(whose)
    }

    fn stop(&mut self, whose: Whose<'_>, pod: &Pod) -> Span {
        self.0.borrow_mut().stop(whose, pod)
    }

    fn tie(&mut self, whose: Whose<'_>, equals: &[NodeId], nodes: &[Node]) -> NodeId {
        self.0.borrow_mut().tie(whose, equals, nodes)
    }

    fn uid(&mut self, whose: Whose<'_>, node: Option<NodeId>, now: Time) -> u64 {
        self.0.borrow_mut().uid(whose, node, now)
    }

    fn claimed(&mut self, node: NodeId, claim: &Claim, now: Time) {
        self.0.borrow_mut().claimed(node, claim, now);
    }

    fn order(&mut self, node: NodeId, now: Time) -> Span {
        self.0.borrow_mut().order(node, now)
    }

    fn launch(&mut self, node: NodeId, now: Time) -> Span {
        self.0.borrow_mut().launch(node, now)
    }

    fn boot(&mut self, node: NodeId, now: Time) -> Span {
        self.0.borrow_mut().boot(node, now)
    }

    fn prepare(&mut self, node: NodeId, now: Time) -> Span {
        self.0.borrow_mut().prepare(node, now)
    }

    fn vanish(&mut self, node: NodeId) -> Span {
        self.0.borrow_mut().vanish(node)
    }

    fn drift(&mut self, node: NodeId, image: bool, now: Time) -> Span {
        self.0.borrow_mut().drift(node, image, now)
    }

    fn rank(&mut self, node: NodeId) -> i64 {
        self.0.borrow_mut().rank(node)
    }
}

/// From a recorded step to the next: as long as it took, or until the recorded moment where the twin is about there.
fn until(from: Option<f64>, to: Option<f64>, now: Time, default: Span) -> Span {
    let Some((from, to)) = from.zip(to) else { return default };
    let (from, to) = (Time::seconds(from), Time::seconds(to));
    let since = if (from - now).0.abs() <= CLOSE.0 { now } else { from };
    Span((to - since).0.max(0))
}

/// Where a second of the wall clock begins, after a whole one of the recording's: conditions that come of a wait come
/// shortly after it.
pub(super) fn second(recording: &Recording) -> f64 {
    let conditions = recording.claims.iter().flat_map(|claim| &claim.conditions);
    let waited = conditions.filter(|(_, kind, status, _)| kind == "Consolidatable" && status == "True");
    let parts: Vec<i64> = waited.map(|(at, ..)| Time::seconds(*at).0.rem_euclid(1000)).collect();
    let after = |begin: i64| parts.iter().map(|part| (part - begin).rem_euclid(1000)).sum::<i64>();
    let begin =
        parts.iter().copied().min_by_key(|begin| after(*begin)).map_or(0, |begin| (begin - 10).rem_euclid(1000));
    Span(begin).in_seconds()
}

/// When the disruption loop first looks: ten seconds apart from the look that the first command came of.
pub(super) fn first_look(recording: &Recording) -> Time {
    let first = recording.disruptions.iter().min_by(|one, other| one.t.total_cmp(&other.t));
    Time(Time::seconds(first.map_or(5.0, looked)).0.rem_euclid(10_000))
}

/// When the look was that a command came of: consolidation waits fifteen seconds after it.
fn looked(command: &super::recording::Command) -> f64 {
    if command.reason == "drifted" { command.t - 0.05 } else { command.t - 15.05 }
}
