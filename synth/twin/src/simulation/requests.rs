//! A second's requests: what nodes have for the pods that take them, and what becomes of them service by service.

use super::{
    Simulation, connections, cores,
    tier::{Member, Outcome},
};
use crate::{
    network,
    pods::NodeId,
    service::{Target, mean_of},
    time::Time,
};

/// What services took of a node in a second, and what it has.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Used {
    cores: f64,
    /// Thousandths of a vCPU that their pods ask for, and the same in cores.
    asked: i64,
    asked_cores: f64,
    bytes: f64,
    pods: f64,
    /// All cores of the node.
    all: f64,
    /// Bytes a second that its network passes on, and each pod's even part of them.
    network: f64,
    even: f64,
}

impl Simulation<'_> {
    /// A second's requests, from the balancer to the last service.
    pub(super) fn requests(&mut self, now: Time, offered: f64) -> Vec<Outcome> {
        self.reckon_nodes();
        let mut behind = self.target;
        // The last service answers first: those before it wait for it.
        let mut outcomes: Vec<Outcome> = Vec::with_capacity(self.tiers.len());
        let mut rate = offered;
        for place in 0..self.tiers.len() {
            let last = place + 1 == self.tiers.len();
            let busy = &self.busy;
            let bytes = self.setup.bytes.each(!last);
            let (tier, server) = (&mut self.tiers[place], &mut self.server);
            if last {
                tier.target = behind;
            }
            let connections = if place == 0 { connections(offered) } else { rate.max(1.0) };
            let free = |member: &Member| {
                let used = &busy[member.node.0];
                let part = used.all * cores(member.request) / used.asked_cores;
                let free = (used.all - (used.cores - member.busy)).max(part);
                if bytes <= 0.0 {
                    return (free, f64::INFINITY);
                }
                let others = used.bytes - member.through * bytes;
                (free, (used.network - others).max(used.even) / bytes)
            };
            let outcome = tier.tick(now, rate, connections, free, |member| {
                server.observe(member.container, now, member.used, whole(member.memory.bytes()));
            });
            rate = outcome.forwarded;
            outcomes.push(outcome);
        }
        // What a service waits for, and what fails there, is known a second later.
        for place in (1..self.tiers.len()).rev() {
            let outcome = &outcomes[place];
            let all = outcome.answered + outcome.refused + outcome.failed;
            let failing = if all > 0.0 { (outcome.refused + outcome.failed) / all } else { 0.0 };
            if outcome.answered > 0.0 {
                behind = Target::Constant { seconds: mean_of(outcome.latencies.iter().copied()) };
            }
            self.tiers[place - 1].target = behind;
            self.tiers[place - 1].failing = failing;
        }
        for (tier, scaler) in self.tiers.iter().zip(&mut self.scalers) {
            scaler.observe(now, tier);
        }
        outcomes
    }

    fn reckon_nodes(&mut self) {
        let nodes = self.engine.nodes().len();
        self.busy.resize(nodes, Used::default());
        // Most nodes that there ever were are gone.
        for node in self.used.drain(..) {
            self.busy[node.0] = Used::default();
        }
        for (place, tier) in self.tiers.iter().enumerate() {
            let bytes = self.setup.bytes.each(place + 1 < self.tiers.len());
            for member in &tier.members {
                let node = &mut self.busy[member.node.0];
                if node.pods <= 0.0 {
                    self.used.push(member.node);
                }
                node.cores += member.busy;
                node.asked += member.request;
                node.bytes += member.through * bytes;
                node.pods += 1.0;
            }
        }
        let nodes = self.engine.nodes();
        for id in &self.used {
            let node = &mut self.busy[id.0];
            (node.all, node.asked_cores) = (cores(nodes[id.0].size.cpu), cores(node.asked));
            node.network = self.networks[id.0];
            node.even = node.network / node.pods;
        }
    }

    /// A node's network is known by its type, which it has once it is bought: before a pod of it starts.
    pub(super) fn know_network(&mut self, node: NodeId) {
        let (nodes, catalogue) = (self.engine.nodes(), self.engine.catalogue());
        self.networks.resize(nodes.len(), f64::INFINITY);
        if let Some(id) = catalogue.named(&nodes[node.0].instance_type) {
            self.networks[node.0] = network::per_node(catalogue.get(id).network, 1.0);
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "bytes of a pod")]
fn whole(bytes: f64) -> i64 {
    bytes as i64
}
