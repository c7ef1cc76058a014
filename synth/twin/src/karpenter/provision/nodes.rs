//! Nodes that are there or on their way.

use std::{borrow::Cow, rc::Rc};

use super::{
    shapes::{Shape, bears},
    topology::{Place, Topology},
};
use crate::{
    karpenter::{
        View,
        requirements::{Requirement, Requirements},
    },
    pods::{Effect, HOSTNAME, Node, NodeId, Taint, Template},
    resources::Resources,
};

/// Prefixes of the taints that go away as a node comes up. Karpenter 1.14: `KnownEphemeralTaints`.
const PASSING: [&str; 4] = [
    "node.kubernetes.io/not-ready",
    "node.cloudprovider.kubernetes.io/uninitialized",
    "karpenter.sh/unregistered",
    "readiness.k8s.io/",
];
/// Likewise, with this effect only.
const UNREACHABLE: &str = "node.kubernetes.io/unreachable";

#[derive(Clone)]
pub(super) struct Existing<'a> {
    pub(super) id: NodeId,
    /// It is inside its `consolidateAfter`.
    pub(super) rests: bool,
    /// Shared by the simulations of a look.
    taints: Rc<[Taint]>,
    free: Resources,
    /// Some resource is less than nothing: no pod fits, whatever it asks for.
    overdrawn: bool,
    /// What is left of its labels' values, once somebody asks: what pods forbid comes to it.
    requirements: Option<Requirements>,
    node: &'a Node,
}

/// Nodes that neither go nor are gone. Karpenter simulates nothing while the instance of a claim is not yet known, so that such a claim is
/// passed over here.
pub(super) fn stay(view: View<'_>) -> impl Iterator<Item = NodeId> {
    let there = |node: &Node| if node.pool.is_some() { node.launched.is_some() } else { node.registered.is_some() };
    view.nodes_there().filter(move |(_, node)| node.deleting.is_none() && there(node)).map(|(id, _)| id)
}

/// Its name; until its kubelet joins that of its claim, which begins with the pool's.
fn name(node: &Node, view: View<'_>) -> String {
    match node.pool.filter(|_| node.registered.is_none()) {
        Some(pool) => format!("{}-{}", view.pools[pool.0].name, node.name),
        None => node.name.clone(),
    }
}

/// Those that stay, in the order in which they are tried: initialized ones first, then by name.
pub(super) fn existing<'a>(view: View<'a>) -> Vec<Existing<'a>> {
    let mut held = vec![(Resources::default(), Resources::default()); view.nodes.len()];
    for (_, pod) in view.pods_there() {
        let Some((NodeId(node), _)) = pod.node else { continue };
        let (all, daemons) = &mut held[node];
        *all += pod.template.requests;
        if pod.template.daemon {
            *daemons += pod.template.requests;
        }
    }
    let asked = |daemon: &'a Template| (daemon, Requirements::of(daemon.node_terms.first().into_iter().flatten()));
    let daemons: Vec<_> = view.daemons.iter().map(asked).collect();
    let node = |id: NodeId| Existing::new(id, view, &daemons, held[id.0]);
    let mut nodes: Vec<_> = stay(view).map(node).collect();
    nodes.sort_by_cached_key(|of| (of.node.pool.is_some() && of.node.initialized.is_none(), name(of.node, view)));
    nodes
}

impl<'a> Existing<'a> {
    fn new(
        id: NodeId,
        view: View<'a>,
        daemons: &[(&Template, Requirements)],
        (held, of_daemons): (Resources, Resources),
    ) -> Self {
        let node = &view.nodes[id.0];
        let taints = taints(node, view);
        // Karpenter looks at the first alternative of a daemonset alone.
        let mine =
            daemons.iter().filter(|(daemon, asked)| asked.holds(&node.labels) && bears(&daemon.tolerations, &taints));
        let expected = mine.fold(Resources::default(), |all, (daemon, _)| all + daemon.requests);
        let free = node.allocatable - held - (expected - of_daemons).max(Resources::default());
        let overdrawn = !Resources::default().fits(free);
        Self { id, rests: false, taints: taints.into(), free, overdrawn, requirements: None, node }
    }

    /// The same, inside its `consolidateAfter` or not.
    pub(super) fn resting(&self, rests: bool) -> Self {
        Self { rests, ..self.clone() }
    }

    /// Takes a pod if it may.
    pub(super) fn take(&mut self, shape: &Shape<'_>, topology: &mut Topology<'_>) -> bool {
        if self.overdrawn || !shape.requests.fits(self.free) || !shape.bears(&self.taints) {
            return false;
        }
        if !topology.allows_host(shape, self.id.0) {
            return false;
        }
        let node = self.node;
        let requirements = self.requirements.get_or_insert_with(|| requirements(node));
        if !requirements.compatible(&shape.requirements, |_| false) {
            return false;
        }
        let mut left = Cow::Borrowed(&*requirements);
        if !shape.requirements.is_empty() {
            left.to_mut().add_all(&shape.requirements);
        }
        let place = Place { host: self.id.0, taints: &self.taints, undefined: |_| false };
        let Some(further) = topology.narrow(shape, place, &left) else { return false };
        if further.iter().any(|(key, rule)| left.get(key) != Some(rule)) {
            left.to_mut().add_all(&further);
        }
        topology.record(shape, place, &left);
        self.free -= shape.requests;
        if let Cow::Owned(left) = left {
            self.requirements = Some(left);
        }
        true
    }
}

fn requirements(node: &Node) -> Requirements {
    let mut requirements = Requirements::of_labels(&node.labels);
    requirements.set(HOSTNAME, Requirement::one(node.labels.get(HOSTNAME).unwrap_or(&node.name)));
    requirements
}

/// Its taints, without those that go away as it comes up while it does.
fn taints(node: &Node, view: View<'_>) -> Vec<Taint> {
    let Some(pool) = node.pool.filter(|_| node.initialized.is_none()) else { return node.taints.clone() };
    let startup = &view.pools[pool.0].startup_taints;
    let passes = |taint: &Taint| {
        PASSING.iter().any(|prefix| taint.key.starts_with(prefix))
            || (taint.key == UNREACHABLE && taint.effect == Effect::NoSchedule)
            || startup.iter().any(|own| own.key == taint.key && own.effect == taint.effect)
    };
    node.taints.iter().filter(|taint| !passes(taint)).cloned().collect()
}
