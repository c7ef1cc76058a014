//! Durations as Go writes them.

use std::fmt;
use std::str::FromStr;

use super::text::{Text, TextError, text_values};

/// A duration of hours, minutes and seconds, such as `1h30m`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duration {
    text: String,
    seconds: u64,
}

impl Duration {
    /// The length in seconds of a text, if that is a duration.
    pub(crate) fn seconds_of(text: &str) -> Option<u64> {
        text.parse::<Self>().ok().map(|duration| duration.seconds)
    }
}

/// The length of a duration in seconds.
fn seconds(text: &str) -> Option<u64> {
    let (mut total, mut rest) = (0_u64, text);
    while !rest.is_empty() {
        let end = rest.find(|character: char| !character.is_ascii_digit())?;
        let (number, unit) = rest.split_at(end);
        let seconds = match unit.as_bytes().first()? {
            b's' => 1,
            b'm' => 60,
            b'h' => 3600,
            _ => return None,
        };
        total = total.checked_add(number.parse::<u64>().ok()?.checked_mul(seconds)?)?;
        rest = &unit[1..];
    }
    Some(total).filter(|_| !text.is_empty())
}

impl FromStr for Duration {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let seconds = seconds(text).ok_or_else(|| TextError::expected("a duration such as `30m`", text))?;
        Ok(Self { text: text.to_owned(), seconds })
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Text for Duration {}

/// A time after which Karpenter does something, or `Never`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DurationOrNever {
    /// After so long.
    After(Duration),
    /// At no time.
    Never,
}

impl FromStr for DurationOrNever {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "Never" => Ok(Self::Never),
            _ => text
                .parse()
                .map(Self::After)
                .map_err(|_| TextError::expected("`Never` or a duration such as `1h30m`", text)),
        }
    }
}

impl fmt::Display for DurationOrNever {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::After(duration) => duration.fmt(f),
            Self::Never => f.write_str("Never"),
        }
    }
}

impl Text for DurationOrNever {}

text_values!(Duration, DurationOrNever);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_add_up() {
        for (text, seconds) in
            [("30s", 30), ("5m", 300), ("1h30m", 5400), ("336h", 1_209_600), ("0s", 0), ("1m1m", 120)]
        {
            assert_eq!(Duration::seconds_of(text), Some(seconds), "{text}");
            assert_eq!(text.parse::<Duration>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_number_needs_a_unit_and_a_unit_a_number() {
        for text in
            ["", "30", "m", "14 days", "5d", "1h30", "-1s", "1.5h", "99999999999999999999s", "5124095576030432h"]
        {
            assert!(text.parse::<Duration>().is_err(), "{text}");
        }
    }
}
