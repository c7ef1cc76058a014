//! The command as its users run it: the real binary, in a fresh project of its own.
#![expect(clippy::unwrap_used, reason = "a test stops at what it does not expect")]

mod checking;
mod committed;
mod comparing;
mod environments;
mod failing;
mod help;
mod images;
mod listing;
mod obstacles;
mod project;
mod settings;
mod writing;
