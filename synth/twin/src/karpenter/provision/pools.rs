//! What a pool would make nodes of, and how much of it.

use std::rc::Rc;

use super::shapes::bears;
use crate::{
    catalogue::{TypeId, TypeSet},
    karpenter::{
        Pool, Version, View,
        launch::Market,
        requirements::{Requirement, Requirements, well_known},
    },
    pods::{Effect, NodeId, PoolId, Template, Toleration},
    resources::Resources,
};

/// The label of a node's pool.
pub(super) const POOL: &str = "karpenter.sh/nodepool";
/// Labels that a node has once it is up: daemonsets may ask for them.
pub(super) const UP: [&str; 2] = ["karpenter.sh/registered", "karpenter.sh/initialized"];

/// A pool that may buy.
#[derive(Clone)]
pub(super) struct Buyer<'a> {
    pub(super) id: PoolId,
    pub(super) pool: &'a Pool,
    /// What its nodes are, `POOL` and `UP` among it.
    pub(super) requirements: Requirements,
    pub(super) types: TypeSet,
    /// What pods get of each type beside the daemonsets' own, by the type's number.
    pub(super) room: Rc<[Resources]>,
    /// What the daemonsets' pods ask for on each type.
    overhead: Rc<[Resources]>,
    cpu: Option<i64>,
    memory: Option<i64>,
    nodes: Option<i64>,
}

/// Pools in the order in which they are asked: by weight, and by name from the end where it is equal. One without a type is not asked.
pub(super) fn buyers<'a>(view: View<'a>, market: &Market<'a>) -> Vec<Buyer<'a>> {
    let mut pools: Vec<_> = view.pools.iter().enumerate().collect();
    pools.sort_by(|(_, a), (_, b)| (b.weight, &b.name).cmp(&(a.weight, &a.name)));
    let buyers = pools.into_iter().map(|(number, pool)| Buyer::new(PoolId(number), pool, view, market));
    buyers.filter(|buyer| !buyer.types.is_empty()).collect()
}

impl<'a> Buyer<'a> {
    fn new(id: PoolId, pool: &'a Pool, view: View<'a>, market: &Market<'a>) -> Self {
        let catalogue = view.catalogue;
        let mut requirements = pool.requirements.clone();
        requirements.add_all(&Requirements::of_labels(&pool.labels));
        requirements.add(POOL, Requirement::one(&pool.name));
        for key in UP {
            requirements.add(key, Requirement::one("true"));
        }
        let mut types = requirements.types(catalogue);
        types.keep(&market.offered(&requirements));
        if !market.enough(&types, &requirements) {
            types = TypeSet::none(catalogue.types().len());
        }
        let overhead = overhead(pool, &requirements, view);
        let room = catalogue.types().iter().zip(&overhead).map(|(of, overhead)| of.allocatable - *overhead).collect();
        Self {
            id,
            pool,
            requirements,
            types,
            room,
            overhead: overhead.into(),
            cpu: pool.limit_cpu,
            memory: pool.limit_memory,
            nodes: pool.limit_nodes,
        }
    }

    /// The same beside these nodes, which count against its limits.
    pub(super) fn beside(&self, view: View<'_>, stay: &[NodeId]) -> Self {
        let mut buyer = self.clone();
        for node in stay.iter().map(|node| &view.nodes[node.0]).filter(|node| node.pool == Some(self.id)) {
            buyer.spend(node.size, 1);
        }
        buyer
    }

    fn spend(&mut self, size: Resources, nodes: i64) {
        let less = |left: &mut Option<i64>, by: i64| *left = left.map(|left| left - by);
        less(&mut self.cpu, size.cpu);
        less(&mut self.memory, size.memory);
        less(&mut self.nodes, nodes);
    }

    /// Its types of which one more would stay within the limits; none where there is none.
    pub(super) fn within_limits(&self, view: View<'_>) -> Option<TypeSet> {
        let early = view.settings.version >= Version::V1_14;
        if self.nodes.is_some_and(|nodes| nodes < 0 || (early && nodes == 0)) {
            return None;
        }
        let mut types = self.types.clone();
        if self.cpu.is_some() || self.memory.is_some() {
            types.retain(|id| {
                let size = view.catalogue.get(id).capacity;
                self.cpu.is_none_or(|left| size.cpu <= left) && self.memory.is_none_or(|left| size.memory <= left)
            });
        }
        (!types.is_empty()).then_some(types)
    }

    /// Takes the largest type that a new claim might become out of what is left. Nodes are not counted within a run.
    pub(super) fn reserve(&mut self, types: &TypeSet, view: View<'_>) {
        let sizes = types.iter().map(|id| view.catalogue.get(id).capacity);
        self.spend(sizes.fold(Resources::default(), Resources::max), 0);
    }

    /// The least that the daemonsets' pods ask for on any of these types, each resource by itself. Whether types without any of them count
    /// is chance in Karpenter 1.14, which goes by the order of a map; here they do not.
    pub(super) fn least_overhead(&self, types: &TypeSet) -> Resources {
        let overheads = types.iter().map(|TypeId(id)| self.overhead[id]).filter(|all| all.pods > 0);
        let less = |a: Resources, b: Resources| Resources {
            cpu: a.cpu.min(b.cpu),
            memory: a.memory.min(b.memory),
            pods: a.pods.min(b.pods),
        };
        overheads.reduce(less).unwrap_or_default()
    }
}

/// What the daemonsets' pods ask for on each type: of 1.5 those that fit the pool, whatever the type.
fn overhead(pool: &Pool, requirements: &Requirements, view: View<'_>) -> Vec<Resources> {
    let mut overhead = vec![Resources::default(); view.catalogue.types().len()];
    for daemon in view.daemons {
        let types = daemon_types(daemon, pool, requirements, view);
        for id in types.iter() {
            overhead[id.0] += daemon.requests;
        }
    }
    overhead
}

/// The types on which a daemonset would have a pod.
fn daemon_types(daemon: &Template, pool: &Pool, requirements: &Requirements, view: View<'_>) -> TypeSet {
    let count = view.catalogue.types().len();
    let mut tolerations = daemon.tolerations.clone();
    tolerations.push(Toleration { effect: Some(Effect::PreferNoSchedule), ..Toleration::default() });
    if !bears(&tolerations, &pool.taints) {
        return TypeSet::none(count);
    }
    let mut types = TypeSet::none(count);
    let any = [Vec::new()];
    let terms = if daemon.node_terms.is_empty() { any.as_slice() } else { &daemon.node_terms };
    for term in terms.iter().map(Requirements::of) {
        if requirements.compatible(&term, well_known) {
            let all = view.settings.version < Version::V1_14;
            types.join(&if all { TypeSet::all(count) } else { term.types(view.catalogue) });
        }
    }
    types
}
