//! A second's requests: what nodes have for the pods that take them, and what becomes of them service by service.

use super::{Simulation, connections, cores, tier::Outcome};
use crate::{
    network,
    service::{Target, mean_of},
    time::Time,
};

/// What services took of a node in a second.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Used {
    cores: f64,
    /// Thousandths of a vCPU that their pods ask for.
    asked: i64,
    bytes: f64,
    pods: f64,
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
            let nodes = self.engine.nodes();
            let (busy, networks) = (&self.busy, &self.networks);
            let bytes = self.setup.bytes.each(!last);
            let tier = &mut self.tiers[place];
            if last {
                tier.target = behind;
            }
            let connections = if place == 0 { connections(offered) } else { rate.max(1.0) };
            let outcome = tier.tick(now, rate, connections, |member| {
                let all = cores(nodes[member.node.0].size.cpu);
                let used = busy.get(member.node.0).copied().unwrap_or_default();
                let part = all * cores(member.request) / cores(used.asked.max(member.request));
                let free = (all - (used.cores - member.busy)).max(part);
                if bytes <= 0.0 {
                    return (free, f64::INFINITY);
                }
                let network = networks.get(member.node.0).copied().unwrap_or(f64::INFINITY);
                let others = used.bytes - member.through * bytes;
                (free, (network - others).max(network / used.pods.max(1.0)) / bytes)
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
        self.observe(now);
        outcomes
    }

    fn reckon_nodes(&mut self) {
        let nodes = self.engine.nodes().len();
        self.busy.resize(nodes, Used::default());
        self.networks.resize(nodes, f64::INFINITY);
        // Nobody asks for nodes without a pod of a service, and most nodes there ever were are gone.
        for member in self.tiers.iter().flat_map(|tier| &tier.members) {
            self.busy[member.node.0] = Used::default();
        }
        self.know_networks();
        for (place, tier) in self.tiers.iter().enumerate() {
            let bytes = self.setup.bytes.each(place + 1 < self.tiers.len());
            for member in &tier.members {
                let node = &mut self.busy[member.node.0];
                node.cores += member.busy;
                node.asked += member.request;
                node.bytes += member.through * bytes;
                node.pods += 1.0;
            }
        }
    }

    /// A node's network is known by its type, which it has once it is bought.
    fn know_networks(&mut self) {
        let (nodes, catalogue) = (self.engine.nodes(), self.engine.catalogue());
        for member in self.tiers.iter().flat_map(|tier| &tier.members) {
            let network = &mut self.networks[member.node.0];
            if network.is_infinite()
                && let Some(id) = catalogue.named(&nodes[member.node.0].instance_type)
            {
                *network = network::per_node(catalogue.get(id).network, 1.0);
            }
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "bytes of a pod")]
    fn observe(&mut self, now: Time) {
        for (tier, scaler) in self.tiers.iter().zip(&mut self.scalers) {
            for member in &tier.members {
                self.server.observe(member.container, now, member.used, member.memory.bytes() as i64);
            }
            scaler.observe(now, tier);
        }
    }
}
