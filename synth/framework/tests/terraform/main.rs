//! What the framework writes, judged by the real Terraform. No provider is needed but the one that is built in.

#[path = "../fixture/mod.rs"]
mod fixture;
mod functions;
mod harness;
mod lifecycle;
mod refactorings;
mod strings;
mod values;
