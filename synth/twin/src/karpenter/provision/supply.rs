//! What simulations of one and the same cluster have in common: what can be bought, and the nodes that are there.

use std::rc::Rc;

use super::{
    nodes::{self, Existing},
    pools::{self, Buyer},
};
use crate::{
    karpenter::{View, launch::Market},
    pods::NodeId,
};

/// What simulations of one and the same cluster have in common.
pub struct Supply<'a> {
    pub(super) view: View<'a>,
    /// Where pods are that have a place: the same cluster, or what became of it since.
    pub(super) counted: View<'a>,
    pub(super) market: Rc<Market<'a>>,
    buyers: Vec<Buyer<'a>>,
    nodes: Vec<Existing<'a>>,
}

impl<'a> Supply<'a> {
    /// That of a cluster.
    pub fn of(view: View<'a>) -> Self {
        let market = Market::new(view);
        let buyers = pools::buyers(view, &market);
        Self { view, counted: view, buyers, market: Rc::new(market), nodes: nodes::existing(view) }
    }

    /// The same, with pods counted by zone and host in what became of the cluster since: Karpenter takes nodes and what is free on them
    /// first, and asks where other pods are as it simulates.
    #[must_use]
    pub fn counted_in(self, counted: View<'a>) -> Self {
        Self { counted, ..self }
    }

    /// Its pools, as far as these nodes leave something of their limits.
    pub(super) fn buyers(&self, stay: &[NodeId]) -> Vec<Buyer<'a>> {
        self.buyers.iter().map(|buyer| buyer.beside(self.view, stay)).collect()
    }

    /// Its nodes without those that are `gone`.
    pub(super) fn nodes(&self, gone: impl Fn(&NodeId) -> bool, resting: &[NodeId]) -> Vec<Existing<'a>> {
        let left = self.nodes.iter().filter(|node| !gone(&node.id));
        left.map(|node| node.resting(resting.contains(&node.id))).collect()
    }
}
