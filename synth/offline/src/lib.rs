//! Terraform providers that run in memory, with the real Terraform on top: plan and apply without a cloud, credentials
//! or a registry.
//!
//! A [`Session`] serves providers made from the schemas that `synth-codegen` keeps; Terraform finds them by its own
//! means for attaching to a running provider. Nothing here opens a connection to anywhere; who wants Helm to ask a cluster
//! says how.

mod aws;
mod cloud;
mod engine;
mod helm;
mod problem;
mod protocol;
mod schema;
mod server;
mod terraform;
mod value;

pub use aws::AwsVersion;
pub use cloud::{Change, Cloud, Configure, SchemaOnly};
pub use problem::Problem;
pub use server::{Provider, Session};
pub use terraform::{Command, Ended, Run, Scratch, Terraform, Unusable};
pub use value::{Mapping, Path, Step, Value};
