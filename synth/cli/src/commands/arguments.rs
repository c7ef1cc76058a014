//! Arguments that several commands take.

use std::ffi::OsString;

use clap::{
    Args,
    builder::{PossibleValue, PossibleValuesParser, TypedValueParser},
};
use stacks::Platform;
use synth_project::Project as _;

use crate::project::Part;

/// Which parts to look at, and for whom the result is.
#[derive(Args, Debug)]
pub(super) struct Selection {
    /// Part; all of them if left out
    #[arg(value_parser = part())]
    pub(super) part: Option<&'static Part>,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

/// What is passed on to Terraform.
#[derive(Args, Debug)]
pub(super) struct ForTerraform {
    /// Print Terraform's JSON
    #[arg(long)]
    pub(super) json: bool,
    /// Arguments for Terraform, such as `-no-color`
    #[arg(last = true)]
    pub(super) terraform: Vec<OsString>,
}

/// Parses the name of a part.
pub(super) fn part() -> impl TypedValueParser<Value = &'static Part> {
    among(|_| true)
}

/// Every stack, in the order in which they are applied.
pub(super) fn stacks() -> impl DoubleEndedIterator<Item = &'static Part> {
    Platform::PARTS.iter().filter(|part| part.is_stack())
}

/// Parses the name of a stack.
pub(super) fn stack() -> impl TypedValueParser<Value = &'static Part> {
    among(Part::is_stack)
}

fn among(accepted: fn(&Part) -> bool) -> impl TypedValueParser<Value = &'static Part> {
    let names = Platform::PARTS
        .iter()
        .filter(|part| accepted(part))
        .map(|part| PossibleValue::new(part.name).help(part.summary));
    PossibleValuesParser::new(names).map(|name| Platform::part(&name).expect("only names of parts are accepted"))
}
