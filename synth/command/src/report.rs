//! The output of a command: its result on standard output, and all else on standard error.

use std::{
    fmt,
    io::{ErrorKind, Write},
};

use anyhow::Context;
use serde_json::Value as Json;
pub use synth_review::style::{ADDED, CHANGED, HEADING, PLACE, REMOVED};

/// How a command ended, if not in an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing to complain about.
    Fine,
    /// Something to complain about.
    Finding,
    /// Terraform's own exit code.
    Code(u8),
}

/// The result of a command.
#[derive(Debug)]
pub struct Report {
    /// Text for standard output, colours included.
    pub text: String,
    /// How the command ended.
    pub outcome: Outcome,
}

impl Report {
    /// A result without a finding.
    pub fn fine(text: impl fmt::Display) -> Self {
        Self { text: text.to_string(), outcome: Outcome::Fine }
    }

    /// Terraform has said everything already, and ended with this code.
    pub fn code(code: u8) -> Self {
        Self { text: String::new(), outcome: Outcome::Code(code) }
    }

    /// A finding, if there is one.
    pub fn finding(found: bool, text: impl fmt::Display) -> Self {
        let outcome = if found { Outcome::Finding } else { Outcome::Fine };
        Self { text: text.to_string(), outcome }
    }
}

/// JSON as scripts get it.
pub fn json(value: &Json) -> String {
    format!("{value:#}\n")
}

/// `1 file`, `2 files`.
pub fn count(number: usize, singular: &str) -> String {
    format!("{number} {singular}{}", if number == 1 { "" } else { "s" })
}

/// The columns in which parts and their directories are named, each as wide as its widest entry.
#[derive(Debug)]
pub struct Columns {
    name: usize,
    directory: usize,
}

impl Columns {
    /// The columns for these names and directories.
    pub fn of<'a>(parts: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        parts.into_iter().fold(Self { name: 0, directory: 0 }, |columns, (name, directory)| Self {
            name: columns.name.max(name.chars().count()),
            directory: columns.directory.max(directory.chars().count()),
        })
    }

    /// The line of one part: its name, its directory, and what there is to say.
    pub fn line(&self, name: &str, directory: &str, text: impl fmt::Display) -> String {
        let Self { name: name_width, directory: directory_width } = self;
        format!("{HEADING}{name:name_width$}{HEADING:#}  {PLACE}{directory:directory_width$}{PLACE:#}  {text}")
    }

    /// A line that goes on below a name.
    pub fn below(&self, text: impl fmt::Display) -> String {
        format!("{:width$}  {text}", "", width = self.name)
    }
}

/// Prints a result; a reader that has gone away (`synth graph cluster | head`) has had enough, which is no error.
pub fn print(text: &str) -> anyhow::Result<()> {
    let mut stdout = anstream::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.context("writing to standard output"),
    }
}

/// Says something beside the result.
pub fn say(message: impl fmt::Display) {
    // Nobody is left to be told when standard error is gone.
    let _ = writeln!(anstream::stderr(), "{message}");
}
