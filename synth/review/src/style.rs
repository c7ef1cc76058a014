//! Colours, each by its meaning.

use anstyle::{AnsiColor, Style};

/// What was added or written.
pub const ADDED: Style = AnsiColor::Green.on_default();
/// What was changed, or is to be looked at.
pub const CHANGED: Style = AnsiColor::Yellow.on_default();
/// What was removed, or is wrong.
pub const REMOVED: Style = AnsiColor::Red.on_default();
/// What names a place.
pub const PLACE: Style = AnsiColor::Cyan.on_default();
/// What a line is about.
pub const HEADING: Style = Style::new().bold();
