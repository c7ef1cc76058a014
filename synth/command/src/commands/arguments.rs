//! Arguments that several commands take.

use std::ffi::OsString;

use clap::{
    Args,
    builder::{PossibleValue, PossibleValuesParser, TypedValueParser},
};
use synth_project::{Part, Project};

/// Which parts to look at, and for whom the result is.
#[derive(Args, Debug)]
pub(super) struct Selection<P: Project> {
    /// Part; all of them if left out
    #[arg(value_parser = part::<P>())]
    pub(super) part: Option<&'static Part<P>>,
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
pub(super) fn part<P: Project>() -> impl TypedValueParser<Value = &'static Part<P>> {
    among(|_| true)
}

/// Every stack, in the order in which they are applied.
pub(super) fn stacks<P: Project>() -> impl DoubleEndedIterator<Item = &'static Part<P>> {
    P::PARTS.iter().filter(|part| part.is_stack())
}

/// Parses the name of a stack.
pub(super) fn stack<P: Project>() -> impl TypedValueParser<Value = &'static Part<P>> {
    among(Part::is_stack)
}

fn among<P: Project>(accepted: fn(&Part<P>) -> bool) -> impl TypedValueParser<Value = &'static Part<P>> {
    let names =
        P::PARTS.iter().filter(|part| accepted(part)).map(|part| PossibleValue::new(part.name).help(part.summary));
    PossibleValuesParser::new(names).map(|name| P::part(&name).expect("only names of parts are accepted"))
}
