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
    pub(super) market: Rc<Market<'a>>,
    buyers: Vec<Buyer<'a>>,
    nodes: Vec<Existing<'a>>,
}

impl<'a> Supply<'a> {
    /// That of a cluster.
    pub fn of(view: View<'a>) -> Self {
        let market = Market::new(view);
        let buyers = pools::buyers(view, &market);
        Self { view, buyers, market: Rc::new(market), nodes: nodes::existing(view) }
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
