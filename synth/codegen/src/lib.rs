//! Typed Rust bindings from Terraform provider schemas.
//!
//! # Adding a resource type
//!
//! 1. Add its name to `synth/codegen/selection.toml`, under its provider.
//! 2. Run `cargo run -p synth-codegen`.
//!
//! That reads the provider's schema through Terraform, writes the selected part to `schemas/{provider}.json`, and the Rust
//! to `synth/bindings/src`. Where its attributes are identities that others take, say so in `identities.toml`.
//!
//! # How it goes
//!
//! [`schema`] is the serde picture of a schema, [`analyze`](analyze::analyze) makes the intermediate representation
//! [`ir`] of it, [`emit`](emit::emit) prints that through the templates, and rustfmt formats it.

pub mod analyze;
mod describe;
pub mod emit;
mod format;
pub mod generate;
pub mod identity;
mod imports;
pub mod ir;
mod module;
mod names;
pub mod prune;
mod repeat;
mod rust;
pub mod schema;
pub mod selection;
