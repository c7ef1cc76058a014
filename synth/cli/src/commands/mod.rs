//! One module for each command. A command gathers its whole result before any of it is printed.

pub(crate) mod access;
pub(crate) mod apply;
mod arguments;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod destroy;
pub(crate) mod diff;
pub(crate) mod graph;
pub(crate) mod images;
pub(crate) mod init;
pub(crate) mod list;
pub(crate) mod load_report;
pub(crate) mod plan;
pub(crate) mod policies;
pub(crate) mod settings;
mod summary;
pub(crate) mod test;
pub(crate) mod write;
