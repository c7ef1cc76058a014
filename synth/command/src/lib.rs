//! The command of a project: writes what it synthesizes, and says how what was written differs from the code.
//!
//! The project says what is synthesized; this crate alone writes what is built from settings. A program adds what is
//! its own, and says which commands it has.

pub mod commands;
mod complaint;
mod difference;
mod directory;
pub mod file;
mod offline;
mod origin;
pub mod project;
pub mod report;
pub mod synthesis;

pub use complaint::complain;
pub use directory::remove;
