//! Schedules of budgets: five fields in UTC, as `cron` reads them.

/// Months and days of the week by name.
const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// A minute of the wall clock in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Moment {
    minute: i64,
    hour: i64,
    day: i64,
    month: i64,
    weekday: i64,
}

/// Did the schedule begin within the last so many milliseconds, as of a moment in milliseconds since 1970? `None` if it cannot be read.
pub(super) fn active(schedule: &str, duration: i64, now: i64) -> Option<bool> {
    let fields = fields(schedule)?;
    let mut minute = now.div_euclid(60_000);
    while minute * 60_000 > now - duration {
        if matches(&fields, Moment::of(minute)) {
            return Some(true);
        }
        minute -= 1;
    }
    Some(false)
}

/// The values that each field allows, as bits; and whether days and weekdays are limited.
struct Fields {
    minute: u64,
    hour: u64,
    day: u64,
    month: u64,
    weekday: u64,
    day_limited: bool,
    weekday_limited: bool,
}

fn fields(schedule: &str) -> Option<Fields> {
    let schedule = match schedule.trim() {
        "@hourly" => "0 * * * *",
        "@daily" | "@midnight" => "0 0 * * *",
        "@weekly" => "0 0 * * 0",
        "@monthly" => "0 0 1 * *",
        "@yearly" | "@annually" => "0 0 1 1 *",
        other => other,
    };
    let texts: Vec<_> = schedule.split_whitespace().collect();
    let [minute, hour, day, month, weekday] = texts[..] else { return None };
    let limited = |text: &str| !text.starts_with(['*', '?']);
    Some(Fields {
        minute: field(minute, 0, 59, &[])?,
        hour: field(hour, 0, 23, &[])?,
        day: field(day, 1, 31, &[])?,
        month: field(month, 1, 12, &MONTHS)?,
        weekday: field(weekday, 0, 6, &DAYS)?,
        day_limited: limited(day),
        weekday_limited: limited(weekday),
    })
}

/// One field: a list of values, ranges and steps.
fn field(text: &str, least: u32, most: u32, names: &[&str]) -> Option<u64> {
    let read = |text: &str| {
        let place = names.iter().position(|name| text.eq_ignore_ascii_case(name));
        place.and_then(|place| u32::try_from(place).ok()).map(|place| place + least).or_else(|| text.parse().ok())
    };
    let mut bits = 0;
    for part in text.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, step.parse::<u32>().ok().filter(|step| *step > 0)?),
            None => (part, 1),
        };
        let (least_of, most_of) = match range.split_once('-') {
            _ if range == "*" || range == "?" => (least, most),
            Some((from, to)) => (read(from)?, read(to)?),
            None if part.contains('/') => (read(range)?, most),
            None => (read(range)?, read(range)?),
        };
        if least_of < least || most_of > most || least_of > most_of {
            return None;
        }
        bits |= (least_of..=most_of).step_by(step as usize).fold(0, |bits, value| bits | 1_u64 << value);
    }
    Some(bits)
}

fn matches(fields: &Fields, at: Moment) -> bool {
    let has = |bits: u64, value: i64| bits >> value & 1 == 1;
    let (day, weekday) = (has(fields.day, at.day), has(fields.weekday, at.weekday));
    // Where both are limited, either will do.
    let on_day = if fields.day_limited && fields.weekday_limited { day || weekday } else { day && weekday };
    has(fields.minute, at.minute) && has(fields.hour, at.hour) && has(fields.month, at.month) && on_day
}

impl Moment {
    /// The so-manieth minute since 1970 (days to a date: Howard Hinnant's `civil_from_days`).
    fn of(minutes: i64) -> Self {
        let days = minutes.div_euclid(1440);
        let shifted = days + 719_468;
        let of_era = shifted.rem_euclid(146_097);
        let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let from_march = (5 * of_year + 2) / 153;
        Self {
            minute: minutes.rem_euclid(60),
            hour: minutes.rem_euclid(1440) / 60,
            day: of_year - (153 * from_march + 2) / 5 + 1,
            month: if from_march < 10 { from_march + 3 } else { from_march - 9 },
            weekday: (days + 4).rem_euclid(7),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-28, a Saturday, 14:07:30 in UTC.
    const NOW: i64 = 1_795_874_850_000;

    #[test]
    fn minutes_are_read_as_dates() {
        let at = Moment::of(NOW / 60_000);
        assert_eq!(at, Moment { minute: 7, hour: 14, day: 28, month: 11, weekday: 6 });
    }

    #[test]
    fn a_schedule_holds_for_its_duration_from_its_minute_on() {
        let minutes = |number: i64| number * 60_000;
        assert_eq!(active("7 * * * *", minutes(3), NOW), Some(true));
        assert_eq!(active("7 * * * *", minutes(3), NOW + 149_999), Some(true));
        assert_eq!(active("7 * * * *", minutes(3), NOW + 150_000), Some(false));
        assert_eq!(active("8 * * * *", minutes(3), NOW), Some(false));
        assert_eq!(active("0 9-17 * * mon-fri", minutes(60), NOW), Some(false));
        assert_eq!(active("0 9-17 * * sat", minutes(60), NOW), Some(true));
        assert_eq!(active("*/5 14 * nov *", minutes(3), NOW), Some(true));
        assert_eq!(active("@daily", minutes(14 * 60 + 7), NOW), Some(false));
        assert_eq!(active("@daily", minutes(14 * 60 + 8), NOW), Some(true));
    }

    #[test]
    fn what_is_no_schedule_is_none() {
        for text in ["", "* * * *", "60 * * * *", "a * * * *", "*/0 * * * *", "5-2 * * * *"] {
            assert_eq!(active(text, 60_000, NOW), None, "{text}");
        }
    }
}
