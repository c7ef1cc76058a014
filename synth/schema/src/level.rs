//! The level, which blocks and nested attributes have in common.

use std::collections::BTreeMap;

use crate::{Attribute, Block, NestedBlock, NestedType};

/// The attributes and blocks of one level: a block has both, a nested attribute has the first alone.
#[derive(Clone, Copy, Debug)]
pub struct Level<'a> {
    /// By name.
    pub attributes: &'a BTreeMap<String, Attribute>,
    /// By name.
    pub blocks: &'a BTreeMap<String, NestedBlock>,
}

impl Block {
    /// Its level.
    pub fn level(&self) -> Level<'_> {
        Level { attributes: &self.attributes, blocks: &self.block_types }
    }
}

impl NestedType {
    /// Its level.
    pub fn level(&self) -> Level<'_> {
        static NONE: BTreeMap<String, NestedBlock> = BTreeMap::new();
        Level { attributes: &self.attributes, blocks: &NONE }
    }
}
