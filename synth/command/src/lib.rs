//! The command of a project: writes what it synthesizes, and says how what was written differs from the code.
//!
//! What is synthesized, the project says; of what is built of settings, this crate alone writes. A program adds what is its
//! own, and says which commands it has.

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
