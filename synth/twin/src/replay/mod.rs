//! Recordings of real controllers, and whether the twin decides as they did.
//!
//! All of it is over text that somebody else has read; an error names the file as it was given, and the line.

mod curves;
pub mod hpa;
pub mod karpenter;
pub mod seed;
mod table;
pub mod vectors;

use std::fmt;

/// A file of a recording.
#[derive(Clone, Copy, Debug)]
pub struct File<'a> {
    /// Its path, by which errors name it. Its last part says what it is.
    pub path: &'a str,
    /// What stands in it.
    pub text: &'a str,
}

/// How far the twin agrees with a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// What was recorded.
    pub name: String,
    /// Decisions that agree.
    pub agreeing: usize,
    /// Decisions that were recorded.
    pub recorded: usize,
    /// The first that does not agree.
    pub first: Option<Difference>,
}

impl Report {
    /// Nothing yet, of this name.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), agreeing: 0, recorded: 0, first: None }
    }

    /// Counts one decision, and keeps the first that differs.
    pub fn count(&mut self, difference: Option<Difference>) {
        self.recorded += 1;
        match difference {
            None => self.agreeing += 1,
            Some(difference) => {
                self.first.get_or_insert(difference);
            }
        }
    }

    /// Does all of it agree?
    pub fn agrees(&self) -> bool {
        self.agreeing == self.recorded
    }
}

/// A decision that differs from what was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The file it stands in.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What the controller was given.
    pub given: String,
    /// What it decided.
    pub recorded: String,
    /// What the twin decides.
    pub decided: String,
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {} of {} agree", self.name, self.agreeing, self.recorded)?;
        self.first.as_ref().map_or(Ok(()), |first| write!(out, "; the first that does not: {first}"))
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, given, recorded, decided } = self;
        write!(out, "{file}:{line}: given {given}: recorded {recorded}, decided {decided}")
    }
}

/// A recording that is not in the recorded form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// The file.
    pub file: String,
    /// The line, from 1, where it is known.
    pub line: Option<usize>,
    /// What is wrong there.
    pub problem: String,
}

impl Malformed {
    /// In this file, as a whole.
    pub fn file(file: &str, problem: impl fmt::Display) -> Self {
        Self { file: file.to_owned(), line: None, problem: problem.to_string() }
    }

    /// On this line, from 1.
    pub fn line(file: &str, line: usize, problem: impl fmt::Display) -> Self {
        Self { line: Some(line), ..Self::file(file, problem) }
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(out, "{}:{line}: {}", self.file, self.problem),
            None => write!(out, "{}: {}", self.file, self.problem),
        }
    }
}

impl std::error::Error for Malformed {}
