//! A choice among equals: by name, or by a seed.

use crate::pods::{Node, NodeId};

/// How equal nodes are told apart. The real scheduler draws lots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ties {
    /// The name that comes first.
    ByName,
    /// Lots, drawn from this seed.
    Seeded(u64),
}

/// Numbers of a seed, each as likely as any other (`SplitMix64`, by Sebastiano Vigna).
#[derive(Clone, Copy, Debug)]
pub(super) struct Chance {
    state: u64,
    by_name: bool,
}

impl Chance {
    pub(super) fn new(ties: Ties) -> Self {
        match ties {
            Ties::ByName => Self { state: 0, by_name: true },
            Ties::Seeded(seed) => Self { state: seed, by_name: false },
        }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below this one, which is not 0.
    pub(super) fn below(&mut self, many: usize) -> usize {
        if self.by_name {
            return 0;
        }
        let wide = u128::from(self.next()) * (many as u128);
        usize::try_from(wide >> 64).unwrap_or_default()
    }

    /// One of these nodes.
    pub(super) fn one_of(&mut self, equals: &[NodeId], nodes: &[Node]) -> Option<NodeId> {
        match equals {
            [] | [_] => equals.first().copied(),
            _ if self.by_name => equals.iter().copied().min_by_key(|node| &nodes[node.0].name),
            _ => equals.get(self.below(equals.len())).copied(),
        }
    }
}
