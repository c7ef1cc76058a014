//! The platform itself: what each environment sets, and what is built from it.
//!
//! Settings go in, typed stacks come out. Nothing here reads a file or runs a process.

pub mod access;
pub mod add_ons;
mod addresses;
mod base_images;
pub mod bootstrap;
mod certified;
mod charts;
pub mod cluster;
pub mod cost;
pub mod edge;
pub mod iam;
mod instances;
pub mod load_test;
pub mod manifests;
pub mod names;
mod orders;
pub mod picture;
mod platform;
pub mod policies;
mod project;
mod resolving;
pub mod runner;
mod series;
pub mod settings;
pub mod simulated;
pub mod terraform;
pub mod upgrade;
mod versions;
mod view;

pub use platform::Platform;
