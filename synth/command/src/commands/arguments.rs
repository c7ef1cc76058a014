//! Arguments that several commands take.

use std::ffi::{OsStr, OsString};

use clap::{
    Arg, Args, Command, Error,
    builder::{PossibleValue, PossibleValuesParser, TypedValueParser},
    error::ErrorKind,
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

/// The arguments that are passed on to Terraform.
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
    OnlyStacks(among::<P>(Part::is_stack))
}

/// A parser of the names of stacks that says of another part that it is not a stack.
#[derive(Clone)]
struct OnlyStacks<Inner>(Inner);

impl<P: Project, Inner: TypedValueParser<Value = &'static Part<P>>> TypedValueParser for OnlyStacks<Inner> {
    type Value = &'static Part<P>;

    fn parse_ref(&self, command: &Command, argument: Option<&Arg>, value: &OsStr) -> Result<Self::Value, Error> {
        match value.to_str().and_then(P::part) {
            Some(part) if !part.is_stack() => {
                Err(Error::raw(ErrorKind::InvalidValue, not_a_stack(part)).with_cmd(command))
            }
            _ => self.0.parse_ref(command, argument, value),
        }
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        self.0.possible_values()
    }
}

fn not_a_stack<P: Project>(part: &Part<P>) -> String {
    let names: Vec<_> = stacks::<P>().map(|stack| stack.name).collect();
    let names = match names.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => "another part".to_owned(),
    };
    format!("`{}` is not a Terraform stack: choose {names}\n", part.name)
}

fn among<P: Project>(accepted: fn(&Part<P>) -> bool) -> impl TypedValueParser<Value = &'static Part<P>> {
    let names =
        P::PARTS.iter().filter(|part| accepted(part)).map(|part| PossibleValue::new(part.name).help(part.summary));
    PossibleValuesParser::new(names).map(|name| P::part(&name).expect("only names of parts are accepted"))
}
