//! The seed's published experiment, replayed from its own objects.

mod free;
mod newer;
mod published;
