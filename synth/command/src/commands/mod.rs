//! One module for each command. A command gathers its whole result before any of it is printed.
#![expect(missing_docs, reason = "a comment on arguments is what `--help` says")]

pub mod apply;
mod arguments;
pub mod check;
pub mod completions;
pub mod destroy;
pub mod diff;
pub mod graph;
pub mod list;
pub mod plan;
pub mod policies;
mod summary;
pub mod test;
pub mod write;
