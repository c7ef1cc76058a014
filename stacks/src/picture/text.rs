//! Text as it stands in an SVG: escaped, and about as wide as a sans-serif font makes it.

use std::fmt;

/// How text looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// The name of the platform.
    Title,
    /// The heading of a box.
    Heading,
    /// The name of a part of a box.
    Name,
    /// A remark about either.
    Note,
    /// Addresses and other text for machines.
    Code,
}

impl Style {
    /// The class in the style sheet.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Heading => "heading",
            Self::Name => "name",
            Self::Note => "note",
            Self::Code => "code",
        }
    }

    /// The size of the font, as the style sheet says it too, and how much wider than plain its letters are.
    fn font(self) -> (f64, f64) {
        match self {
            Self::Title => (24.0, 1.07),
            Self::Heading => (13.5, 1.07),
            Self::Name => (12.5, 1.05),
            Self::Note => (12.0, 1.0),
            Self::Code => (11.5, 1.0),
        }
    }

    /// The width of a text, rather too large than too small: fonts differ between systems.
    pub(super) fn width(self, text: &str) -> f64 {
        let (size, weight) = self.font();
        let em = |char| if self == Self::Code { 0.61 } else { em(char) };
        text.chars().map(em).sum::<f64>() * size * weight
    }

    /// Breaks a text into lines of at most this width, but never inside a word.
    pub(super) fn wrap(self, text: &str, width: f64) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for word in text.split_whitespace() {
            match lines.last_mut() {
                Some(line) if self.width(&format!("{line} {word}")) <= width => {
                    line.push(' ');
                    line.push_str(word);
                }
                _ => lines.push(word.to_owned()),
            }
        }
        lines
    }
}

/// The width of a letter, in parts of the size of the font.
fn em(char: char) -> f64 {
    match char {
        'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '|' | '\'' | '!' | 'I' => 0.32,
        ' ' | 'f' | 'r' | 't' | '-' | '/' | '(' | ')' | '[' | ']' | '·' => 0.4,
        'm' | 'w' | 'M' | 'W' | '@' | '%' | '→' | '≤' => 0.95,
        'A'..='Z' | '&' => 0.72,
        _ => 0.62,
    }
}

/// Text without anything that XML would read as its own.
pub(super) struct Escaped<'a>(pub(super) &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for char in self.0.chars() {
            match char {
                '&' => formatter.write_str("&amp;")?,
                '<' => formatter.write_str("&lt;")?,
                '>' => formatter.write_str("&gt;")?,
                '"' => formatter.write_str("&quot;")?,
                other => write!(formatter, "{other}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_would_read_is_escaped() {
        assert_eq!(Escaped("<a b=\"c\">&").to_string(), "&lt;a b=&quot;c&quot;&gt;&amp;");
    }

    #[test]
    fn lines_break_between_words_and_long_words_stand_alone() {
        let lines = Style::Note.wrap("a stack that is applied-before-all-the-others first", 110.0);
        assert_eq!(lines, ["a stack that is", "applied-before-all-the-others", "first"]);
    }
}
