//! Files that lie beside a stack.

use std::panic;

use crate::{functions, problem::Location, stack::Stack, text, value::Value};

/// A file that lies beside the stack, for `file()` and local charts.
#[derive(Clone, Debug)]
pub struct Asset {
    /// The path inside the stack's directory.
    pub path: String,
    /// The content.
    pub text: String,
    /// Where it was declared.
    pub location: Location,
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
        self.declare(Asset { path: path.clone(), text: text.into(), location: panic::Location::caller() });
        AssetHandle(path)
    }
}
