//! One module for each command that only this project has. A command gathers its whole result before any of it is printed.

pub(crate) mod access;
pub(crate) mod cost;
mod curve;
pub(crate) mod images;
pub(crate) mod init;
pub(crate) mod load_report;
pub(crate) mod settings;
pub(crate) mod simulate;
pub(crate) mod upgrade;
