//! Files that lie beside a stack.

use std::{any::Any, panic};

use crate::{functions, problem::Location, reading::Reading, stack::Stack, text, value::Value};

/// A file that lies beside the stack, for `file()` and local charts.
#[derive(Clone, Debug)]
pub struct Asset {
    /// The path inside the stack's directory.
    pub path: String,
    /// Where it was declared.
    pub location: Location,
    text: String,
    reading: Reading,
}

impl Asset {
    /// The content.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Replaces the content.
    pub fn rewrite(&mut self, text: String) {
        self.text = text;
        self.reading = Reading::default();
    }

    /// The value that `read` makes of the content, which is read once.
    pub fn read_once<T: Any + Send + Sync>(&self, read: impl FnOnce(&str) -> T) -> &T {
        self.reading.once(|| read(&self.text))
    }
}

/// A file beside the stack, as Terraform finds it.
#[derive(Clone, Debug)]
pub struct AssetHandle(String);

impl AssetHandle {
    /// The path of the file: `${path.module}/…`.
    pub fn path(&self) -> Value<String> {
        text!("{}/{}", functions::path_module(), &self.0)
    }

    /// The content of the file: `file("${path.module}/…")`.
    pub fn content(&self) -> Value<String> {
        functions::file(self.path())
    }
}

impl Stack {
    /// Writes a file beside the stack, for `file()` and local charts.
    #[track_caller]
    pub fn asset(&self, path: impl Into<String>, text: impl Into<String>) -> AssetHandle {
        let path = path.into();
        self.declare(Asset {
            path: path.clone(),
            location: panic::Location::caller(),
            text: text.into(),
            reading: Reading::default(),
        });
        AssetHandle(path)
    }
}
