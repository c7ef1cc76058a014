//! A call of a tool, as its command line has it.

use std::{
    env, fs,
    io::Write,
    path::{Path, PathBuf},
};

use serde_json::Value as Json;

pub(crate) struct Call {
    /// The tool's name.
    pub(crate) tool: String,
    pub(crate) arguments: Vec<String>,
    /// Where the world lies.
    pub(crate) folder: PathBuf,
}

impl Call {
    pub(crate) fn read() -> Self {
        let mut arguments = env::args();
        let program = arguments.next().unwrap();
        let tool = Path::new(&program).file_name().unwrap().to_str().unwrap().to_owned();
        Self { tool, arguments: arguments.collect(), folder: env::var_os("FAKE_WORLD").unwrap().into() }
    }

    /// The whole command line.
    pub(crate) fn line(&self) -> String {
        [std::slice::from_ref(&self.tool), &self.arguments[..]].concat().join(" ")
    }

    /// Writes what happens to the log.
    pub(crate) fn log(&self, line: &str) {
        let mut file = fs::OpenOptions::new().append(true).create(true).open(self.folder.join("log")).unwrap();
        file.write_all(format!("{line}\n").as_bytes()).unwrap();
    }

    /// Does the command line begin so?
    pub(crate) fn is(&self, beginning: &[&str]) -> bool {
        self.arguments.len() >= beginning.len()
            && self.arguments.iter().zip(beginning).all(|(one, wanted)| one == wanted)
    }

    pub(crate) fn has(&self, argument: &str) -> bool {
        self.arguments.iter().any(|one| one == argument)
    }

    /// The argument of this place; empty where there is none.
    pub(crate) fn at(&self, index: usize) -> &str {
        self.arguments.get(index).map(String::as_str).unwrap_or_default()
    }

    pub(crate) fn last(&self) -> &str {
        self.at(self.arguments.len() - 1)
    }

    /// The value of an option; empty where it is not given.
    pub(crate) fn option(&self, name: &str) -> &str {
        self.arguments.iter().position(|one| one == name).map(|index| self.at(index + 1)).unwrap_or_default()
    }
}

/// Prints JSON, as most tools do.
pub(crate) fn show(value: &Json) {
    println!("{value}");
}

/// The text of what is one; empty for all else.
pub(crate) fn text(value: &Json) -> &str {
    value.as_str().unwrap_or_default()
}

/// The texts of a list.
pub(crate) fn texts(list: &Json) -> Vec<String> {
    list.as_array().unwrap().iter().map(|one| text(one).to_owned()).collect()
}

/// Is there something: a number above 0, a text, a list or a table that is not empty, or the truth?
pub(crate) fn some(value: &Json) -> bool {
    match value {
        Json::Null => false,
        Json::Bool(truth) => *truth,
        Json::Number(number) => number.as_u64() != Some(0),
        Json::String(text) => !text.is_empty(),
        Json::Array(items) => !items.is_empty(),
        Json::Object(entries) => !entries.is_empty(),
    }
}

/// Takes one from a number, and says whether there was one to take.
pub(crate) fn count_down(number: &mut Json) -> bool {
    let left = number.as_u64().unwrap();
    *number = left.saturating_sub(1).into();
    left > 0
}
