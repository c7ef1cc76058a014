//! Sets of instance types.

use super::TypeId;

/// A set of a catalogue's types, one bit each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct TypeSet(Vec<u64>);

impl TypeSet {
    /// Of so many types, none.
    pub fn none(types: usize) -> Self {
        Self(vec![0; types.div_ceil(64)])
    }

    /// Of so many types, all.
    pub fn all(types: usize) -> Self {
        (0..types).map(TypeId).fold(Self::none(types), |mut set, id| {
            set.insert(id);
            set
        })
    }

    /// Adds a type.
    pub fn insert(&mut self, TypeId(id): TypeId) {
        self.0[id / 64] |= 1 << (id % 64);
    }

    /// Takes a type away.
    pub fn remove(&mut self, TypeId(id): TypeId) {
        self.0[id / 64] &= !(1 << (id % 64));
    }

    /// Is it there?
    pub fn has(&self, TypeId(id): TypeId) -> bool {
        self.0[id / 64] & (1 << (id % 64)) != 0
    }

    /// Adds those of another.
    pub fn join(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(own, other)| *own |= other);
    }

    /// Keeps those that the other has, too.
    pub fn keep(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(own, other)| *own &= other);
    }

    /// Keeps those of which this holds.
    pub fn retain(&mut self, holds: impl Fn(TypeId) -> bool) {
        for (at, word) in self.0.iter_mut().enumerate() {
            let mut left = *word;
            while left != 0 {
                let bit = left.trailing_zeros() as usize;
                left &= left - 1;
                if !holds(TypeId(at * 64 + bit)) {
                    *word &= !(1 << bit);
                }
            }
        }
    }

    /// Is none there?
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// How many are there.
    pub fn len(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Have both a type in common?
    pub fn meets(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).any(|(own, other)| own & other != 0)
    }

    /// Those that are there, by number.
    pub fn iter(&self) -> impl Iterator<Item = TypeId> {
        self.0.iter().enumerate().flat_map(|(at, word)| {
            let bits = std::iter::successors(Some(*word), |left| Some(left & left.wrapping_sub(1)));
            bits.take_while(|left| *left != 0).map(move |left| TypeId(at * 64 + left.trailing_zeros() as usize))
        })
    }
}
