//! What a command says at its end: a result on standard output, or an error on standard error.

use std::{
    error::Error,
    fmt,
    io::{ErrorKind, Write},
};

use anyhow::Context;
use serde_json::Value as Json;
use stacks::{PlatformProblems, settings::SettingsError};
use synth_framework::Problems;
pub(crate) use synth_review::style::{ADDED, CHANGED, HEADING, PLACE, REMOVED};

use crate::directory::Obstacles;

/// How a command ended, if not in an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Nothing to complain about.
    Fine,
    /// What was asked about is not so.
    Finding,
    /// Terraform's own exit code.
    Code(u8),
}

/// The result of a command.
#[derive(Debug)]
pub(crate) struct Report {
    /// Text for standard output, colours included.
    pub(crate) text: String,
    /// How the command ended.
    pub(crate) outcome: Outcome,
}

impl Report {
    /// A result without a finding.
    pub(crate) fn fine(text: impl fmt::Display) -> Self {
        Self { text: text.to_string(), outcome: Outcome::Fine }
    }

    /// Terraform has said everything already, and ended with this code.
    pub(crate) fn code(code: u8) -> Self {
        Self { text: String::new(), outcome: Outcome::Code(code) }
    }

    /// A finding, if there is one.
    pub(crate) fn finding(found: bool, text: impl fmt::Display) -> Self {
        let outcome = if found { Outcome::Finding } else { Outcome::Fine };
        Self { text: text.to_string(), outcome }
    }
}

/// JSON as scripts get it.
pub(crate) fn json(value: &Json) -> String {
    format!("{value:#}\n")
}

/// `1 file`, `2 files`.
pub(crate) fn count(number: usize, singular: &str) -> String {
    format!("{number} {singular}{}", if number == 1 { "" } else { "s" })
}

/// The columns in which parts and their directories are named, each as wide as its widest entry.
#[derive(Debug)]
pub(crate) struct Columns {
    name: usize,
    directory: usize,
}

impl Columns {
    /// The columns for these names and directories.
    pub(crate) fn of<'a>(parts: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        parts.into_iter().fold(Self { name: 0, directory: 0 }, |columns, (name, directory)| Self {
            name: columns.name.max(name.chars().count()),
            directory: columns.directory.max(directory.chars().count()),
        })
    }

    /// The line of one part: its name, its directory, and what there is to say.
    pub(crate) fn line(&self, name: &str, directory: &str, text: impl fmt::Display) -> String {
        let Self { name: name_width, directory: directory_width } = self;
        format!("{HEADING}{name:name_width$}{HEADING:#}  {PLACE}{directory:directory_width$}{PLACE:#}  {text}")
    }

    /// A line that goes on below a name.
    pub(crate) fn below(&self, text: impl fmt::Display) -> String {
        format!("{:width$}  {text}", "", width = self.name)
    }
}

/// Prints a result; a reader that has gone away (`synth graph cluster | head`) has had enough, which is no error.
pub(crate) fn print(text: &str) -> anyhow::Result<()> {
    let mut stdout = anstream::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.context("writing to standard output"),
    }
}

/// Says something beside the result.
pub(crate) fn say(message: impl fmt::Display) {
    // Nobody is left to be told when standard error is gone.
    let _ = writeln!(anstream::stderr(), "{message}");
}

/// Says what went wrong.
pub(crate) fn complain(error: &anyhow::Error) {
    say(format_args!("{REMOVED}error{REMOVED:#}: {}", message(error)));
}

/// An error in one line, or below its contexts when it is a list.
fn message(error: &anyhow::Error) -> String {
    if is_list(error.root_cause()) {
        let contexts: Vec<_> = error.chain().map(ToString::to_string).collect();
        contexts.join(":\n")
    } else {
        format!("{error:#}")
    }
}

fn is_list(cause: &(dyn Error + 'static)) -> bool {
    cause.is::<SettingsError>() || cause.is::<Problems>() || cause.is::<PlatformProblems>() || cause.is::<Obstacles>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::anyhow;
    use synth_framework::{Stack, local};

    #[test]
    fn an_error_is_one_line() {
        assert_eq!(message(&anyhow!("disk full").context("writing `a`")), "writing `a`: disk full");
    }

    #[test]
    fn problems_of_a_stack_are_listed_one_a_line() {
        let stack = Stack::new("sample");
        for label in ["not a label", "nor this"] {
            local::<String>(label, "a").add_to(&stack);
        }
        let message = message(&stack.build().unwrap_err().into());
        let lines: Vec<_> = message.lines().collect();
        assert_eq!(lines[0], "stack `sample` has 2 problems");
        assert!(
            lines[1].starts_with("  synth/cli/src/report.rs:") && lines[2].starts_with("  synth/cli/"),
            "{message}"
        );
    }
}
