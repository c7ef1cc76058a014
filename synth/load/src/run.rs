//! How a test was made: what was asked for, of what, by what and where, as it is written beside the results.

use std::{fs, io::ErrorKind, path::Path};

use anyhow::{Context, Result};
use serde_json::json;

/// The file's name.
const FILE: &str = "run.json";

/// The files that lie beside the results, and what each is to a reader.
const BESIDE: [(&str, &str); 4] = [
    ("report/index.html", "JMeter's own dashboard"),
    ("jmeter.log", "JMeter's log"),
    ("cors-proxy-server.log", "the proxy's log"),
    ("mock-target-server.log", "the target's log"),
];

/// The name of the fact that says what was tested.
pub const TESTED: &str = "Tested";

/// How that fact begins where both services ran beside `JMeter`.
pub const HERE: &str = "both services on this machine";

/// What was tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tested<'a> {
    /// Both services on the machine of the test.
    Here(&'a str),
    /// A proxy that stood somewhere already, at this address.
    There(&'a str),
}

/// The facts of a test that its results do not hold.
#[derive(Debug, Default)]
pub struct Run {
    /// Names and values, in the order in which they are shown.
    pub described: Vec<(String, String)>,
    /// Files that the page may lead to, by their paths from it.
    pub files: Vec<(String, &'static str)>,
}

impl Run {
    /// What was tested, where that is written.
    pub(crate) fn tested(&self) -> Option<Tested<'_>> {
        let (_, what) = self.described.iter().find(|(name, _)| name == TESTED)?;
        Some(if what.starts_with(HERE) { Tested::Here(what) } else { Tested::There(what) })
    }

    /// Writes down how a test was made, beside its results.
    pub fn write(&self, results: &Path) -> Result<()> {
        let path = results.with_file_name(FILE);
        let text = format!("{:#}\n", json!(self.described));
        fs::write(&path, text).with_context(|| format!("writing `{}`", path.display()))
    }

    /// The description and the files beside results, as a page in that folder sees them; empty where nobody wrote them.
    pub fn beside(results: &Path, page: &Path) -> Result<Self> {
        let description = results.with_file_name(FILE);
        let described = match fs::read_to_string(&description) {
            Ok(text) => serde_json::from_str(&text).with_context(|| {
                format!("reading `{}`: expected a list of pairs of name and value", description.display())
            })?,
            Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error).with_context(|| format!("reading `{}`", description.display())),
        };
        let mut files = Vec::new();
        if results.parent() == page.parent() {
            let there = BESIDE.into_iter().filter(|(path, _)| results.with_file_name(path).exists());
            files.extend(there.map(|(path, meaning)| (path.to_owned(), meaning)));
            let name = results.file_name().unwrap_or_default().to_string_lossy().into_owned();
            files.insert(files.len().min(1), (name, "every request, as CSV"));
        }
        Ok(Self { described, files })
    }
}
