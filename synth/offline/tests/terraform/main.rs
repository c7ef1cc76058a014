//! The offline providers under the real Terraform: the highest judge of what a provider may say.
#![expect(clippy::unwrap_used, reason = "a test stops at what it does not expect")]

mod aws;
mod bench;
mod edge;
mod helm;
mod judge;
mod real;
mod run;
