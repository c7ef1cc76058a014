//! A project: parts that are built from settings, and rules about all of them together.
//!
//! The command does the same for every project; a project says what its parts are. This crate does no I/O.

mod built;
mod project;

pub use built::{Built, BuiltFiles, PartProblems};
pub use project::{Attribute, Family, Kept, Kind, Layer, Order, Part, Project, Settings, Step};
