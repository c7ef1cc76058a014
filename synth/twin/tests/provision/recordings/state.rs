//! The cluster as it was when Karpenter simulated.

use std::collections::BTreeMap;

use synth_twin::{
    catalogue::{Catalogue, Unavailable},
    karpenter::View,
    pods::{Capacity, HOSTNAME, Labels, Node, NodeId, Pod, PodId, PoolId, ZONE},
    time::Time,
};

use super::read::{ClaimLine, PodLine, Recording, Simulated};

/// How much later than others Karpenter's own watch saw a pod bound, at most, in seconds.
const LAG: f64 = 1.5;

pub(crate) struct State {
    pub(crate) now: f64,
    pods: Vec<Pod>,
    nodes: Vec<Node>,
    pub(crate) wanted: Vec<PodId>,
}

/// What is chance in reality, or too fast for the recording.
#[derive(Clone, Copy)]
pub(crate) struct Chance {
    /// The order of pods of the same second and of nodes whose kubelet has not joined; 0 is that of the recording.
    pub(crate) draw: u64,
    /// Until when what happened to pods that were not simulated was seen.
    pub(crate) seen: f64,
}

impl State {
    pub(crate) fn view<'a>(
        &'a self,
        of: &'a Recording,
        catalogue: &'a Catalogue,
        unavailable: &'a Unavailable,
    ) -> View<'a> {
        View {
            now: Time::seconds(self.now),
            pods: &self.pods,
            there: None,
            nodes: &self.nodes,
            pools: &of.pools,
            daemons: &of.daemons,
            catalogue,
            unavailable,
            settings: &of.settings,
        }
    }

    /// The state at a simulation, unless the recording does not tell which pods were simulated.
    pub(crate) fn at(of: &Recording, catalogue: &Catalogue, of_run: &Simulated, chance: Chance) -> Option<Self> {
        let now = of_run.at;
        let mut lines: Vec<&ClaimLine> = of.claims.iter().filter(|line| line.before("launched", now)).collect();
        let ordered = |line: &&ClaimLine| line.fleet.as_ref().map_or(f64::INFINITY, |fleet| fleet.at);
        lines.sort_by(|a, b| ordered(a).total_cmp(&ordered(b)));
        let name = |number: usize, line: &ClaimLine| {
            // A claim's own name ends by chance; a node's is known as its kubelet joins.
            let drawn = chance.draw != 0 && !line.before("registered", now);
            let lot = if drawn { mix(chance.draw ^ number as u64) % 100_000 } else { 0 };
            format!("{lot:05}-{number:05}")
        };
        let nodes = lines.iter().enumerate().map(|(number, line)| node(line, of, catalogue, &name(number, line), now));
        let nodes: Vec<Node> = nodes.collect();
        let places: BTreeMap<&str, NodeId> =
            lines.iter().enumerate().map(|(number, line)| (line.id.as_str(), NodeId(number))).collect();
        let wanted = wanted(of, of_run, &nodes, &places)?;
        let mut order: Vec<usize> = (0..of.pods.len()).filter(|at| of.pods[*at].created <= chance.seen).collect();
        if chance.draw != 0 {
            order.sort_by_key(|at| mix(chance.draw.wrapping_add(*at as u64 * 7919)));
        }
        let pod = |at: &usize| {
            // What is simulated is as it was then.
            let until = if wanted.contains(at) { now } else { chance.seen };
            let waits = wanted.contains(at) && !of.pods[*at].is_going(&nodes, &places, now);
            pod(&of.pods[*at], of, &places, until, waits)
        };
        let pods = order.iter().map(pod).collect();
        let wanted = (0..order.len()).filter(|at| wanted.contains(&order[*at])).map(PodId).collect();
        Some(Self { now, pods, nodes, wanted })
    }
}

impl PodLine {
    /// Is it on a node that goes?
    fn is_going(&self, nodes: &[Node], places: &BTreeMap<&str, NodeId>, now: f64) -> bool {
        let place = self.bound.filter(|at| *at <= now).and_then(|_| places.get(self.claim.as_deref()?));
        place.is_some_and(|id| nodes[id.0].deleting.is_some() && nodes[id.0].gone.is_none())
    }
}

/// The pods that were simulated, by their places in the recording.
fn wanted(of: &Recording, run: &Simulated, nodes: &[Node], places: &BTreeMap<&str, NodeId>) -> Option<Vec<usize>> {
    let there = |line: &PodLine| line.created <= run.at && line.deleted.is_none_or(|at| at > run.at);
    let pods = || of.pods.iter().enumerate().filter(|(_, line)| there(line));
    let mut going: Vec<usize> =
        pods().filter(|(_, line)| line.is_going(nodes, places, run.at)).map(|(at, _)| at).collect();
    if run.going == 0 {
        // A budget of their own holds them where they are.
        going.clear();
    }
    let failed = |line: &PodLine| line.unschedulable.filter(|at| *at <= run.at);
    let mut waiting: Vec<(f64, usize)> = pods()
        .filter(|(_, line)| line.bound.is_none_or(|at| at > run.at))
        .filter_map(|(at, line)| Some((failed(line)?, at)))
        .collect();
    waiting.sort_by(|a, b| a.partial_cmp(b).unwrap());
    let mut late: Vec<(f64, usize)> = pods()
        .filter_map(|(at, line)| Some((line.bound.filter(|bound| (run.at - LAG..=run.at).contains(bound))?, at, line)))
        .filter(|(_, _, line)| failed(line).is_some())
        .map(|(bound, at, _)| (bound, at))
        .collect();
    late.sort_by(|a, b| b.partial_cmp(a).unwrap());
    let missing = run.waiting.saturating_sub(waiting.len());
    waiting.extend(late.into_iter().take(missing));
    waiting.truncate(run.waiting);
    let all = waiting.into_iter().map(|(_, at)| at).chain(going).collect::<Vec<_>>();
    (all.len() == run.waiting + run.going).then_some(all)
}

fn pod(line: &PodLine, of: &Recording, places: &BTreeMap<&str, NodeId>, seen: f64, waits: bool) -> Pod {
    let time = |at: Option<f64>| at.filter(|at| *at <= seen).map(Time::seconds);
    let node = time(line.bound).filter(|_| !waits).and_then(|at| Some((*places.get(line.claim.as_deref()?)?, at)));
    Pod {
        template: of.groups[&line.group].clone(),
        created: Time::seconds(line.created),
        unschedulable: time(line.unschedulable),
        node,
        started: None,
        ready: None,
        ready_changed: None,
        deleting: time(line.deleted),
        gone: time(line.deleted),
        restarts: 0,
        nominated: None,
    }
}

fn node(line: &ClaimLine, of: &Recording, catalogue: &Catalogue, name: &str, now: f64) -> Node {
    let instance = line.instance.as_ref().unwrap();
    let id = catalogue.named(&instance.of).unwrap();
    let pool = of.pools.iter().position(|pool| pool.name == line.pool).unwrap();
    let zone = format!("{}{}", catalogue.region(), instance.zone);
    let mut labels: Labels = catalogue.node_labels(id).map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    labels.extend(of.pools[pool].labels.clone());
    for (key, value) in [
        (ZONE, zone.as_str()),
        (HOSTNAME, name),
        ("karpenter.sh/capacity-type", &instance.capacity),
        ("karpenter.sh/nodepool", &line.pool),
    ] {
        labels.insert(key.to_owned(), value.to_owned());
    }
    let time = |what: &str| line.time(what).filter(|at| *at <= now).map(Time::seconds);
    Node {
        name: name.to_owned(),
        pool: Some(PoolId(pool)),
        instance_type: instance.of.clone(),
        zone,
        capacity: if instance.capacity == "spot" { Capacity::Spot } else { Capacity::OnDemand },
        labels,
        taints: Vec::new(),
        allocatable: catalogue.get(id).allocatable,
        size: catalogue.get(id).capacity,
        price: instance.price,
        created: Time::seconds(line.time("created").unwrap()),
        launched: time("launched"),
        registered: time("registered"),
        initialized: time("initialized"),
        deleting: time("deleting").or_else(|| time("tainted")),
        gone: time("gone"),
    }
}

fn mix(seed: u64) -> u64 {
    let seed = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(1);
    (seed ^ (seed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 11
}
