//! Errors that are told all together, where one does not hide another.

use anyhow::{Error, Result, anyhow};

/// What went wrong so far.
#[derive(Debug, Default)]
pub(crate) struct Problems(Vec<Error>);

impl Problems {
    /// What came of it, or nothing where it went wrong.
    pub(crate) fn part<T>(&mut self, came: Result<T>) -> Option<T> {
        came.map_err(|error| self.0.push(error)).ok()
    }

    /// What came of it, unless something went wrong.
    ///
    /// # Errors
    /// Whatever went wrong: itself where it is alone, or a line of each.
    pub(crate) fn end<T>(mut self, came: Option<T>) -> Result<T> {
        match (came, self.0.len()) {
            (Some(came), 0) => Ok(came),
            (_, 0 | 1) => Err(self.0.pop().unwrap_or_else(|| anyhow!("nothing came of it"))),
            (_, several) => {
                let lines: Vec<_> = self.0.iter().map(|error| format!("{error:#}")).collect();
                Err(anyhow!("{several} problems:\n{}", lines.join("\n")))
            }
        }
    }
}
