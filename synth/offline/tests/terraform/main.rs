//! The offline providers under the real Terraform: the highest judge of what a provider may say.

mod aws;
mod bench;
mod edge;
mod helm;
mod isolation;
mod run;
