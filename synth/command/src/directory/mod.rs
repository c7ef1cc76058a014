//! The directory of a part on disk: what lies in it, and how it comes to be what the code says.
//!
//! A file belongs to synth when the directory's listing names it, or when its first line says so. Nothing else is ever
//! changed or removed.

mod listing;
mod obstacle;
mod removal;
mod staging;
mod survey;

pub(crate) use listing::LISTING;
pub(crate) use obstacle::Obstacles;
pub(crate) use removal::LOCK;
pub use removal::remove;
pub(crate) use staging::Staging;
pub(crate) use survey::{State, Survey, survey};
