//! Times as people read them.

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
}
