//! Karpenter buys: triggers become batches, batches claims, claims instances.

use super::{
    Engine, Happening, Kind, Pace,
    event::Cause,
    listed::{Listed, Seen},
};
use crate::{
    catalogue::Unavailable,
    karpenter::{
        Claim,
        controller::{LAUNCH_LIMIT, REGISTRATION_LIMIT, TRIGGERS_AGAIN, Trigger},
        disrupt::Sight,
        launch::{self, Choice},
        memory::Memory,
        provision::{Question, Supply},
    },
    pods::{Capacity, Labels, Node, NodeId, PodId},
    resources::Resources,
    time::{Span, Time},
};

impl Engine {
    /// A pod that no node takes asks for one; it asks again for as long as it waits, by its own clock.
    pub(super) fn trigger_pod(&mut self, id: PodId) {
        if self.karpenter.is_none() || self.cluster.pods[id.0].template.daemon {
            return;
        }
        self.trigger(Trigger::Pod(id));
        if !std::mem::replace(&mut self.cluster.about[id.0].triggers, true) {
            self.after(TRIGGERS_AGAIN, Happening::PodTriggers(id));
        }
    }

    pub(super) fn pod_triggers(&mut self, id: PodId) {
        self.cluster.about[id.0].triggers = false;
        let pod = &self.cluster.pods[id.0];
        if pod.pending() && pod.nominated.is_none() {
            self.trigger_pod(id);
        }
    }

    /// A node that goes has pods that need others.
    pub(super) fn trigger_node(&mut self, id: NodeId) {
        if self.karpenter.is_some() {
            self.trigger(Trigger::Node(id));
        }
    }

    pub(super) fn node_triggers(&mut self, id: NodeId) {
        let tainted = self.cluster.nodes[id.0].taints.contains(&crate::karpenter::terminate::disrupted());
        if self.cluster.nodes[id.0].gone.is_none() && tainted {
            self.trigger_node(id);
            self.after(TRIGGERS_AGAIN, Happening::NodeTriggers(id));
        }
    }

    fn trigger(&mut self, who: Trigger) {
        let Some(karpenter) = &mut self.karpenter else { return };
        if let Some(end) = karpenter.batch.trigger(who, self.now, &karpenter.settings) {
            self.due.push(end, Happening::BatchEnds);
        }
    }

    /// Has every claim an instance? Until then Karpenter decides nothing.
    pub(super) fn synced(&self) -> bool {
        let waits = |node: &Node| node.pool.is_some() && node.launched.is_none();
        !self.cluster.nodes_there.iter().any(|id| waits(&self.cluster.nodes[id.0]))
    }

    /// The window of a batch could be over; then Karpenter looks for nodes.
    pub(super) fn batch_ends(&mut self) {
        let now = self.now;
        let Some(karpenter) = &mut self.karpenter else { return };
        if let Some(later) = karpenter.batch.over(now, &karpenter.settings) {
            self.due.push(later, Happening::BatchEnds);
            return;
        }
        if !self.synced() {
            self.log(Kind::Unsynced);
            self.rest();
            return;
        }
        self.clean();
        let Some(listed) = self.with_sight(|sight, _| Listed::of(sight)) else { return };
        if listed.pods.is_empty() {
            self.rest();
            return;
        }
        let lasts = self.pace.list(listed.pods.len(), now);
        if lasts > Span::ZERO {
            let seen = Some(Seen::of(&self.cluster));
            self.after(lasts, Happening::Simulate(Box::new(Listed { seen, ..listed })));
        } else {
            self.simulate(&listed);
        }
    }

    /// Karpenter simulates what it listed, and counts where pods are by now.
    pub(super) fn simulate(&mut self, listed: &Listed) {
        let now = self.now;
        let plan = self.with_sight(|sight, pace| {
            let question = Question { pods: &listed.pods, marked: &listed.marked, ..Question::default() };
            let supply = match &listed.seen {
                Some(seen) => Supply::of(seen.view(sight.view)).counted_in(sight.view),
                None => Supply::of(sight.view),
            };
            pace.draw(now, &|lots| Question { lots, ..question }.answer_from(&supply))
        });
        let Some(plan) = plan else { return };
        let (pending, leaving) = (listed.pending, listed.pods.len() - listed.pending);
        let mut nodes: Vec<NodeId> = plan.existing.iter().map(|(_, node)| *node).collect();
        nodes.sort_unstable();
        nodes.dedup();
        self.log(Kind::Simulated {
            pending,
            leaving,
            unschedulable: plan.unschedulable.len(),
            claims: plan.claims.len(),
            nodes: nodes.len(),
        });
        self.say_wants(&plan.unschedulable);
        self.nominate(&nodes);
        if plan.claims.is_empty() {
            self.rest();
            return;
        }
        let wait = self.pace.think(pending + leaving, now);
        self.after(wait, Happening::Planned(plan.claims));
    }

    /// What a simulation came to is claimed; only then does the next batch begin.
    pub(super) fn planned(&mut self, claims: Vec<Claim>) {
        for claim in claims {
            let within = self.karpenter.as_ref().is_some_and(|karpenter| {
                launch::may_create(Self::view(self.now, &self.cluster, karpenter), claim.pool)
            });
            if within {
                self.claim(claim);
            } else {
                self.log(Kind::LimitReached(claim.pool));
            }
        }
        self.rest();
    }

    fn rest(&mut self) {
        let Some(karpenter) = &mut self.karpenter else { return };
        if let Some(end) = karpenter.batch.rest(self.now, &karpenter.settings) {
            self.due.push(end, Happening::BatchEnds);
        }
    }

    /// Offerings that were refused long enough ago are tried again, once Karpenter lets them go.
    pub(super) fn clean(&mut self) {
        let step = Unavailable::CLEANED.0;
        self.cluster.unavailable.clean(Time(self.now.0.div_euclid(step) * step));
    }

    /// These nodes wait for pods, and are not taken away for a while.
    pub(super) fn nominate(&mut self, nodes: &[NodeId]) {
        let now = self.now;
        if let Some(karpenter) = &mut self.karpenter {
            for node in nodes {
                karpenter.nominate(*node, now);
            }
        }
    }

    /// The cluster as Karpenter's disruption sees it.
    pub(super) fn with_sight<T>(&mut self, look: impl FnOnce(Sight<'_>, &mut dyn Pace) -> T) -> Option<T> {
        let ranks: Vec<i64> = (0..self.cluster.nodes.len()).map(|node| self.pace.rank(NodeId(node))).collect();
        let limits = self.cluster.limits();
        let karpenter = self.karpenter.as_ref()?;
        let sight = Sight {
            view: Self::view(self.now, &self.cluster, karpenter),
            clock: self.clock(),
            memories: &karpenter.memories,
            on_node: &self.cluster.on_node,
            limits: &limits,
            covers: &self.cluster.covers,
            ranks: &ranks,
        };
        Some(look(sight, self.pace.as_mut()))
    }

    /// A claim is made, and is to be bought.
    pub(super) fn claim(&mut self, claim: Claim) -> NodeId {
        let pool = &self.cluster.pools[claim.pool.0];
        let (hash, expires) = (pool.hash, pool.expire_after);
        let node = Node {
            name: format!("claim-{:06}", self.cluster.nodes.len()),
            pool: Some(claim.pool),
            instance_type: String::new(),
            zone: String::new(),
            capacity: Capacity::OnDemand,
            labels: Labels::new(),
            taints: pool.taints.clone(),
            allocatable: Resources::default(),
            size: Resources::default(),
            price: 0.0,
            created: self.now,
            launched: None,
            registered: None,
            initialized: None,
            deleting: None,
            gone: None,
        };
        let id = self.cluster.add_node(node, Some(claim.clone()));
        if let Some(karpenter) = &mut self.karpenter {
            let image = karpenter.image;
            karpenter.memories.push(Memory { hash, image, ..Memory::default() });
        }
        self.log(Kind::Claimed(id));
        self.pace.claimed(id, &claim, self.now);
        let wait = self.pace.order(id, self.now);
        self.after(wait, Happening::Ordered(id));
        self.after(LAUNCH_LIMIT, Happening::Overdue(id, true));
        self.after(REGISTRATION_LIMIT, Happening::Overdue(id, false));
        if let Some(age) = expires {
            let since = self.clock().second(self.now);
            self.due.push(since + age, Happening::Expired(id));
        }
        id
    }

    /// A claim is bought, or refused for want of capacity.
    pub(super) fn ordered(&mut self, id: NodeId) {
        let now = self.now;
        let Some(claim) = self.cluster.claims[id.0].clone() else { return };
        if self.cluster.nodes[id.0].gone.is_some() {
            return;
        }
        let Some(karpenter) = &self.karpenter else { return };
        let view = Self::view(now, &self.cluster, karpenter);
        let fleet = launch::fleet(view, &claim);
        let capacity = fleet.as_ref().map_or(Capacity::OnDemand, |fleet| fleet.capacity);
        let choice = match self.choice {
            Choice::Drawn { seed, among } => Choice::Drawn { seed: seed.wrapping_add(id.0 as u64), among },
            Choice::Cheapest => Choice::Cheapest,
        };
        let has = |at: &launch::Override| self.against(at, capacity).is_none();
        let bought = fleet.as_ref().map(|fleet| launch::buy(view.catalogue, fleet, has, choice)).unwrap_or_default();
        // Names grow with the launches.
        let name = format!("node-{:06}", self.names + 1);
        let node = bought.at.map(|at| launch::node(view, &claim, &at, capacity, &name));
        for refused in &bought.refused {
            self.cluster.unavailable.refuse(refused.id, refused.zone, capacity, now);
        }
        let refusals = self.counted(&bought.refused, capacity);
        self.cluster.fleets[id.0] = fleet;
        let Some(node) = node else {
            self.cluster.causes[id.0] = Some(Cause::NoCapacity);
            self.log(Kind::Refused(id, refusals));
            self.node_gone(id);
            return;
        };
        self.names += 1;
        let at = &mut self.cluster.nodes[id.0];
        *at = Node { created: at.created, launched: None, ..node };
        self.takes_room(id);
        let wait = self.pace.launch(id, self.now);
        self.after(wait, Happening::Launched(id));
    }

    /// The claim has its instance.
    pub(super) fn launched(&mut self, id: NodeId) {
        if self.cluster.nodes[id.0].gone.is_some() {
            return;
        }
        let node = &mut self.cluster.nodes[id.0];
        node.launched = Some(self.now);
        self.log(Kind::Launched(id));
        self.changed();
        let wait = self.pace.boot(id, self.now);
        self.after(wait, Happening::Registered(id));
    }
}
