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

impl Stack {
    /// Writes a file beside the stack, and returns its content as `file("${path.module}/…")` reads it.
    #[track_caller]
    pub fn asset(&self, path: impl Into<String>, text: impl Into<String>) -> Value<String> {
        let path = path.into();
        let read = functions::file(text!("{}/{}", functions::path_module(), &path));
        self.declare(Asset { path, text: text.into(), location: panic::Location::caller() });
        read
    }
}
