//! What the scheduler has before it: nodes with what is asked for of each, kept as pods come and go.

use std::{collections::BTreeMap, sync::LazyLock};

use super::kinds::{Key, Kind, Kinds, holds};
use crate::{
    pods::{Effect, HOSTNAME, Node, NodeId, Pod, PodId, Taint, Template, ZONE},
    resources::{MEBIBYTE, Resources},
};

/// The taint of a node that was closed: `kubectl cordon` and drains set it, and the filter `NodeUnschedulable` answers to it.
pub const UNSCHEDULABLE: &str = "node.kubernetes.io/unschedulable";
/// The taint of a node that is not ready.
pub const NOT_READY: &str = "node.kubernetes.io/not-ready";

/// A node that has joined carries it until it is ready.
static JOINING: LazyLock<Taint> =
    LazyLock::new(|| Taint { key: NOT_READY.to_owned(), value: String::new(), effect: Effect::NoSchedule });

/// What scores reckon for a container that asks for no CPU (kube-scheduler 1.36, `DefaultMilliCPURequest`).
const UNASKED_CPU: i64 = 100;
/// And for one that asks for no memory (`DefaultMemoryRequest`: 200 MiB).
const UNASKED_MEMORY: i64 = 200 * MEBIBYTE;

/// Nodes and pods, as far as they count.
#[derive(Clone, Debug, Default)]
pub(super) struct Cluster {
    pub(super) kinds: Kinds,
    pub(super) rooms: Vec<Room>,
    /// Values of each label of nodes that matters, each with its number.
    values: Vec<BTreeMap<String, usize>>,
    /// By pod: where it is counted, as what, and whether as leaving.
    counted: Vec<Option<Counted>>,
    /// The nodes of each zone in the order in which they came, the zones in that of their first nodes.
    zones: Vec<(String, Vec<NodeId>)>,
    /// All nodes, one of each zone in turn.
    order: Vec<NodeId>,
    /// How many nodes were looked at, and those of them that were not gone.
    seen: usize,
    there: Vec<NodeId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Counted {
    node: NodeId,
    kind: Kind,
    leaving: bool,
}

/// What the scheduler keeps of a node.
#[derive(Clone, Debug, Default)]
pub(super) struct Room {
    pub(super) present: bool,
    ready: bool,
    taints: Vec<Taint>,
    /// How many labels it has: values of labels do not change.
    labels: usize,
    /// What its pods ask for, the leaving among them.
    pub(super) requested: Resources,
    /// The same, as scores reckon it.
    pub(super) scored: Resources,
    pub(super) pods: Vec<PodId>,
    pub(super) crowd: Vec<Crowd>,
    /// By label: the number of its value.
    pub(super) values: Vec<Option<usize>>,
    facts: Vec<Option<Facts>>,
}

/// The pods of a kind on a node.
#[derive(Clone, Copy, Debug)]
pub(super) struct Crowd {
    pub(super) kind: Kind,
    pub(super) standing: i64,
    /// Told to go, and not gone.
    pub(super) leaving: i64,
}

/// What a template and a node say of each other, whatever pods there are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts {
    /// It is closed, and the pod does not bear that.
    pub(super) closed: bool,
    /// A taint keeps the pod away: one of the node's own, or that of a node which is not ready.
    pub(super) tainted: bool,
    /// The node selector and required affinity hold.
    pub(super) selected: bool,
    /// Weights of preferred affinity.
    pub(super) preferred: i64,
    /// Taints `PreferNoSchedule` that the pod does not bear.
    pub(super) disliked: i64,
}

impl Cluster {
    /// Looks which nodes came, went or changed their taints.
    pub(super) fn look(&mut self, nodes: &[Node]) {
        self.rooms.resize_with(nodes.len(), Room::default);
        let mut joined: Vec<NodeId> = Vec::new();
        let mut left = false;
        self.there.extend((self.seen..nodes.len()).map(NodeId));
        self.seen = nodes.len();
        for id in &self.there {
            let (room, node) = (&mut self.rooms[id.0], &nodes[id.0]);
            if room.present != node.present() {
                room.present = node.present();
                if room.present {
                    joined.push(*id);
                } else {
                    left = true;
                }
            }
            let ready = node.initialized.is_some();
            if room.present && (room.ready != ready || room.taints != node.taints) {
                room.ready = ready;
                room.taints.clone_from(&node.taints);
                room.facts.clear();
            }
            if room.labels != node.labels.len() {
                room.labels = node.labels.len();
                room.facts.clear();
                room.values.clear();
            }
        }
        self.there.retain(|id| nodes[id.0].gone.is_none());
        if joined.is_empty() && !left {
            return;
        }
        joined.sort_by_key(|id| (nodes[id.0].registered, *id));
        for (_, zone) in &mut self.zones {
            zone.retain(|id| self.rooms[id.0].present);
        }
        self.zones.retain(|(_, zone)| !zone.is_empty());
        for id in joined {
            let name = &nodes[id.0].zone;
            match self.zones.iter_mut().find(|(zone, _)| zone == name) {
                Some((_, zone)) => zone.push(id),
                None => self.zones.push((name.clone(), vec![id])),
            }
        }
        let most = self.zones.iter().map(|(_, zone)| zone.len()).max().unwrap_or_default();
        self.order = (0..most)
            .flat_map(|index| self.zones.iter().filter_map(move |(_, zone)| zone.get(index).copied()))
            .collect();
    }

    /// All nodes, one of each zone in turn.
    pub(super) fn order(&self) -> &[NodeId] {
        &self.order
    }

    /// Looks where a pod counts now.
    pub(super) fn note(&mut self, pods: &[Pod], id: PodId) {
        let pod = &pods[id.0];
        let node = pod.node.filter(|_| pod.holds()).map(|(node, _)| node);
        let kind = self.kinds.of(&pod.template);
        let now = node.map(|node| Counted { node, kind, leaving: pod.deleting.is_some() });
        if self.counted.len() <= id.0 {
            self.counted.resize(pods.len(), None);
        }
        let before = std::mem::replace(&mut self.counted[id.0], now);
        if before == now {
            return;
        }
        if let Some(before) = before {
            self.count(before, -1);
            self.rooms[before.node.0].pods.retain(|pod| *pod != id);
        }
        if let Some(now) = now {
            if self.rooms.len() <= now.node.0 {
                self.rooms.resize_with(now.node.0 + 1, Room::default);
            }
            self.count(now, 1);
            self.rooms[now.node.0].pods.push(id);
        }
    }

    fn count(&mut self, counted: Counted, sign: i64) {
        let template = self.kinds.template(counted.kind);
        let (requests, scored) = (template.requests, as_scored(template));
        let room = &mut self.rooms[counted.node.0];
        let known = room.crowd.iter().position(|crowd| crowd.kind == counted.kind);
        let index = known.unwrap_or_else(|| {
            room.crowd.push(Crowd { kind: counted.kind, standing: 0, leaving: 0 });
            room.crowd.len() - 1
        });
        let crowd = &mut room.crowd[index];
        if counted.leaving {
            crowd.leaving += sign;
        } else {
            crowd.standing += sign;
        }
        room.crowd.retain(|crowd| crowd.standing + crowd.leaving > 0);
        if sign > 0 {
            room.requested += requests;
            room.scored += scored;
        } else {
            room.requested -= requests;
            room.scored -= scored;
        }
    }

    /// Reads the labels that matter of every node, as far as they were not read.
    pub(super) fn survey(&mut self, nodes: &[Node], kind: Kind) {
        // Every pod without spreads of its own is spread by these two.
        self.kinds.key(ZONE);
        self.kinds.key(HOSTNAME);
        let keys = self.kinds.keys();
        self.values.resize_with(keys.len(), BTreeMap::new);
        for id in &self.order {
            let (room, node) = (&mut self.rooms[id.0], &nodes[id.0]);
            for (key, name) in keys.iter().enumerate().skip(room.values.len()) {
                let value = node.labels.get(name).map(|value| {
                    let number = self.values[key].len();
                    *self.values[key].entry(value.clone()).or_insert(number)
                });
                room.values.push(value);
            }
            if room.facts.len() <= kind {
                room.facts.resize(kind + 1, None);
            }
            if room.facts[kind].is_none() {
                let facts = facts(self.kinds.template(kind), node, room.ready);
                room.facts[kind] = Some(facts);
            }
        }
    }

    /// What a kind and a node say of each other; the survey of the kind has been made.
    pub(super) fn facts(&self, kind: Kind, node: NodeId) -> Facts {
        let unseen = Facts { closed: true, tainted: true, selected: false, preferred: 0, disliked: 0 };
        self.rooms[node.0].facts.get(kind).copied().flatten().unwrap_or(unseen)
    }

    /// The number of a node's value of a label.
    pub(super) fn value(&self, node: NodeId, key: Key) -> Option<usize> {
        self.rooms[node.0].values.get(key).copied().flatten()
    }

    /// How many values of a label there are.
    pub(super) fn breadth(&self, key: Key) -> usize {
        self.values.get(key).map_or(0, BTreeMap::len)
    }
}

fn facts(template: &Template, node: &Node, ready: bool) -> Facts {
    let bears = |taint: &Taint| template.tolerations.iter().any(|toleration| toleration.bears(taint));
    let taints = || node.taints.iter().chain((!ready).then(|| &*JOINING));
    let selected = template.node_terms.is_empty() || template.node_terms.iter().any(|term| term_holds(term, node));
    let preferred = template.preferred_nodes.iter().filter(|(_, term)| term_holds(term, node));
    Facts {
        closed: taints().any(|taint| taint.key == UNSCHEDULABLE && !bears(taint)),
        tainted: taints().any(|taint| taint.effect != Effect::PreferNoSchedule && !bears(taint)),
        selected,
        preferred: preferred.map(|(weight, _)| weight).sum(),
        disliked: i64::try_from(
            taints().filter(|taint| taint.effect == Effect::PreferNoSchedule && !bears(taint)).count(),
        )
        .unwrap_or(i64::MAX),
    }
}

/// A term without rules means no node.
fn term_holds(term: &[crate::pods::Expression], node: &Node) -> bool {
    !term.is_empty() && holds(term, &node.labels)
}

/// What a pod asks for, as scores reckon it: containers that ask for nothing are not nothing.
pub(super) fn as_scored(template: &Template) -> Resources {
    let asked = template.requests + template.unasked;
    Resources {
        cpu: if asked.cpu == 0 { UNASKED_CPU } else { asked.cpu },
        memory: if asked.memory == 0 { UNASKED_MEMORY } else { asked.memory },
        pods: asked.pods,
    }
}
