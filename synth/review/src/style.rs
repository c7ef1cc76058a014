//! Colours, each by its meaning.

use anstyle::{AnsiColor, Style};

/// Something that was added or written.
pub const ADDED: Style = AnsiColor::Green.on_default();
/// Something that was changed, or is to be looked at.
pub const CHANGED: Style = AnsiColor::Yellow.on_default();
/// Something that was removed, or is wrong.
pub const REMOVED: Style = AnsiColor::Red.on_default();
/// The name of a place.
pub const PLACE: Style = AnsiColor::Cyan.on_default();
/// The subject of a line.
pub const HEADING: Style = Style::new().bold();
