//! The real Terraform over the offline providers: found, given a scratch copy of a stack, run.

mod command;
mod program;
mod scratch;

pub use command::{Command, Ended, Run};
pub use program::{Terraform, Unusable};
pub use scratch::Scratch;
