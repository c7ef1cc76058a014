//! A choice among equals: by name, or by a seed.

use crate::{
    pods::{Node, NodeId},
    random::Random,
};

/// How equal nodes are told apart. The real scheduler draws lots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ties {
    /// The name that comes first.
    ByName,
    /// Lots, drawn from this seed.
    Seeded(u64),
}

/// Draws among equals.
#[derive(Clone, Debug)]
pub(super) struct Chance(Option<Random>);

impl Chance {
    pub(super) fn new(ties: Ties) -> Self {
        match ties {
            Ties::ByName => Self(None),
            Ties::Seeded(seed) => Self(Some(Random::seeded(seed))),
        }
    }

    /// A number below this one; 0 where names decide.
    pub(super) fn below(&mut self, many: usize) -> usize {
        self.0.as_mut().map_or(0, |random| random.below(many))
    }

    /// One of these nodes.
    pub(super) fn one_of(&mut self, equals: &[NodeId], nodes: &[Node]) -> Option<NodeId> {
        match &mut self.0 {
            _ if equals.len() < 2 => equals.first().copied(),
            None => equals.iter().copied().min_by_key(|node| &nodes[node.0].name),
            Some(random) => equals.get(random.below(equals.len())).copied(),
        }
    }
}
