//! Schemas at work: values are brought to one, and it goes over the wire.

mod conform;
mod wire;

pub(crate) use conform::{conform, empty};
pub(crate) use wire::{message, metadata};
