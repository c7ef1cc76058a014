//! The rules of the simulation, one by one, by hand.

mod anti_affinity;
mod nodes;
mod pools;
mod preferences;
mod spread;
pub(crate) mod world;
