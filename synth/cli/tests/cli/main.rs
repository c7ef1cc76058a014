//! The command as its users run it: the real binary, in a fresh project of its own.
#![expect(clippy::unwrap_used, reason = "a test stops at what it does not expect")]

mod checking;
mod committed;
mod comparing;
mod environments;
mod failing;
mod help;
mod listing;
mod load_report;
mod obstacles;
mod offline;
mod policies;
mod project;
mod writing;
