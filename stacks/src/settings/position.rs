//! Where settings stand in their files, and what is wrong at such a place.

use std::fmt;

use synth_project::Layer;
use synth_review::SettingPlace;

/// A byte in one of the layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Position {
    pub(super) layer: usize,
    pub(super) offset: usize,
}

impl Position {
    /// Where the layers begin.
    pub(super) const FIRST: Self = Self { layer: 0, offset: 0 };

    pub(super) fn problem(self, layers: &[Layer], key: &str, message: String) -> SettingsProblem {
        let SettingPlace { file, line, column } = self.position(layers);
        SettingsProblem { file, line, column, key: key.to_owned(), message }
    }

    /// The file, line and column.
    pub(super) fn position(self, layers: &[Layer]) -> SettingPlace {
        let (file, before) = layers
            .get(self.layer)
            .map_or(("", ""), |layer| (layer.path.as_str(), layer.text.get(..self.offset).unwrap_or(&layer.text)));
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        SettingPlace {
            file: file.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }
}

/// Where each dotted key stands: its name, for a table and for an unknown key, and its value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Positions {
    pub(super) name: Position,
    pub(super) value: Position,
}

/// One thing that is wrong in one file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SettingsProblem {
    /// Path of the file, as the layer gave it.
    pub file: String,
    /// Line, counted from 1.
    pub line: usize,
    /// Column in characters, counted from 1.
    pub column: usize,
    /// Dotted key such as `network.zones`; empty for a syntax error.
    pub key: String,
    /// The problem and how to mend it; the key comes before it when shown.
    pub message: String,
}

impl fmt::Display for SettingsProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: ", self.file, self.line, self.column)?;
        if !self.key.is_empty() {
            write!(f, "`{}` ", self.key)?;
        }
        f.write_str(&self.message)
    }
}
