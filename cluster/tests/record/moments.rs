//! Moments as the API server writes them, in whole seconds of UTC.

use std::time::{SystemTime, UNIX_EPOCH};

const DAY: i64 = 86_400;

/// Milliseconds since 1970.
#[expect(clippy::disallowed_methods, reason = "pods that became ready an hour ago did so before the present day")]
pub(crate) fn now() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}

/// A moment of so many seconds since 1970, such as `2026-11-30T10:00:00Z`. Years are counted from March, so that the leap day is the last.
pub(crate) fn written(second: i64) -> String {
    let (days, rest) = (second.div_euclid(DAY) + 719_468, second.rem_euclid(DAY));
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", rest / 3600, rest / 60 % 60, rest % 60)
}

/// The second of a moment that is written so.
pub(crate) fn second(written: &str) -> i64 {
    let number = |range: std::ops::Range<usize>| written[range].parse::<i64>().unwrap();
    let (year, month, day) = (number(0..4), number(5..7), number(8..10));
    let year = year - i64::from(month <= 2);
    let of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    let era = year.div_euclid(400);
    let of_era = year - era * 400;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    days * DAY + number(11..13) * 3600 + number(14..16) * 60 + number(17..19)
}

#[test]
fn a_moment_is_read_as_it_is_written() {
    for moment in [0, 951_782_399, 951_782_400, 1_709_164_800, 1_795_948_860, 4_102_444_799] {
        assert_eq!(second(&written(moment)), moment, "{}", written(moment));
    }
    assert_eq!(written(1_709_164_800), "2024-02-29T00:00:00Z");
}
