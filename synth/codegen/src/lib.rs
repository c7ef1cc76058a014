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
//! Terraform takes the provider from the directory that `TIDELINE_PROVIDER_MIRROR` names, from a mirror that it finds on
//! the machine, or else from the registry. A provider that cannot be had keeps its committed schema; `synth-codegen fetch
//! --provider helm --from schema.json` reads one that was printed elsewhere.
//!
//! # How it goes
//!
//! [`synth_schema`] is the serde picture of a schema, [`analyze`](analyze::analyze) makes the intermediate representation
//! [`ir`] of it, [`emit`](emit::emit) prints that through the templates, and rustfmt formats it.

pub mod analyze;
pub mod carry;
mod describe;
pub mod emit;
pub mod fetch;
mod format;
pub mod generate;
pub mod identity;
mod imports;
pub mod ir;
pub mod mirror;
mod module;
mod names;
mod older;
pub mod prune;
mod repeat;
mod rust;
pub mod selection;
pub mod terraform;
