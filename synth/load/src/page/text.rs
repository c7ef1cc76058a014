//! Text as it may stand in HTML, and times as people read them.

/// Text without anything that HTML would read as its own.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// `Started on 2026-11-22 at 22:17:51 UTC.`
pub(super) fn started(milliseconds: u64) -> String {
    let seconds = milliseconds / 1000;
    let (year, month, day) = date(seconds / 86_400);
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    format!("Started on {year}-{month:02}-{day:02} at {hour:02}:{minute:02}:{second:02} UTC.")
}

/// The date of a day since 1970-01-01, in the calendar of Gregory: years are counted from March, so that a leap day ends one.
fn date(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    if month < 10 { (era * 400 + year, month + 3, day) } else { (era * 400 + year + 1, month - 9, day) }
}

/// `0:00`, `1:05`, `1:00:00`: a second of the test.
pub(super) fn clock(seconds: f64) -> String {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "seconds of a test")]
    let seconds = seconds.max(0.0).round() as u64;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        assert_eq!(started(0), "Started on 1970-01-01 at 00:00:00 UTC.");
        assert_eq!(started(951_782_399_000), "Started on 2000-02-28 at 23:59:59 UTC.");
        assert_eq!(started(951_782_400_000), "Started on 2000-02-29 at 00:00:00 UTC.");
        assert_eq!(started(1_795_385_871_000), "Started on 2026-11-22 at 22:17:51 UTC.");
    }

    #[test]
    fn what_html_would_read_is_escaped() {
        assert_eq!(escaped("<a b=\"c\">&"), "&lt;a b=&quot;c&quot;&gt;&amp;");
    }

    #[test]
    fn seconds_of_a_test_are_read_as_a_clock() {
        assert_eq!([0.0, 65.4, 3600.0].map(clock), ["0:00", "1:05", "1:00:00"]);
    }
}
