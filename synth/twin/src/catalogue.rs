//! What can be bought: instance types, what of them pods get, what they cost and where.

/// An instance type, by its place in the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeId(pub usize);

/// The instance types of a region, with their prices.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {}

/// Offerings (type, zone, capacity type) that are out of capacity for the moment.
#[derive(Clone, Debug, Default)]
pub struct Unavailable {}
