//! The framework's output, judged by the real Terraform. No provider is needed but the one that is built in.

#[allow(dead_code, missing_docs, non_camel_case_types, unreachable_pub, unused_imports, clippy::pedantic)]
#[path = "../fixture/mod.rs"]
mod fixture;
mod functions;
mod harness;
mod lifecycle;
mod refactorings;
mod strings;
mod tests;
mod values;
