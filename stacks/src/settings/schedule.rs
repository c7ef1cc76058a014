//! When jobs run.

use std::{ops::RangeInclusive, sync::LazyLock};

use jiff::{
    ToSpan as _,
    civil::{Date, DateTime, Time},
    tz::{self, TimeZoneDatabase},
};

use super::text::text_of_kind;

/// What a field of a schedule may be, and the names that stand for numbers from the first on.
type Field = (RangeInclusive<u32>, &'static [&'static str]);

/// The fields of a schedule.
const FIELDS: [Field; 5] = [
    (0..=59, &[]),
    (0..=23, &[]),
    (1..=31, &[]),
    (1..=12, &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]),
    (0..=6, &["sun", "mon", "tue", "wed", "thu", "fri", "sat"]),
];

/// What Kubernetes takes beside five fields.
const WORDS: [&str; 7] = ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];

text_of_kind! {
    /// A schedule as cron writes it: minute, hour, day of the month, month and day of the week.
    pub struct Schedule(String),
    "a schedule of cron such as `0 3 * * *`",
    |text| is_schedule(text).then(|| text.to_owned())
}

text_of_kind! {
    /// A time zone of the tz database.
    pub struct TimeZone(String),
    "a time zone such as `Etc/UTC` or `Europe/Stockholm`",
    |text| zone(text).map(|_| text.to_owned())
}

/// Minutes of an hour and of a day.
const HOUR: u32 = 60;
const DAY: u32 = 24 * HOUR;

/// The days that each month may have.
const DAYS: [u32; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

impl Schedule {
    /// Seconds between two of its times, where they follow each other fastest, on days that follow each other.
    pub fn shortest_gap_seconds(&self) -> u64 {
        let minutes = match self.as_str() {
            "@hourly" => HOUR,
            word if word.starts_with('@') => DAY,
            fields => {
                let times = times_of_day(fields);
                let next = times.iter().skip(1).copied().chain(times.first().map(|first| first + DAY));
                times.iter().zip(next).map(|(time, next)| next - time).min().unwrap_or(DAY)
            }
        };
        u64::from(minutes) * 60
    }

    /// The next day on which clocks jump over one of its times in a time zone, from a day on and for some years, if it names the hours
    /// of the day: what comes every hour comes again soon.
    pub fn skipped(&self, zone: &TimeZone, from: Date) -> Option<DateTime> {
        let fields = self.as_str();
        let mut each = fields.split(' ');
        let names_hours = !fields.starts_with('@') && each.nth(1).is_some_and(|hours| hours != "*");
        let zone = zone.of_database().filter(|_| names_hours)?;
        let start = zone.to_timestamp(from.into()).ok()?;
        let end = zone.to_timestamp(from.saturating_add(YEARS.years()).into()).ok()?;
        let jumps = zone.following(start).take_while(|jump| jump.timestamp() < end);
        jumps.into_iter().find_map(|jump| {
            let before = zone.to_offset(jump.timestamp().checked_sub(1.second()).ok()?);
            let (first, last) = (before.to_datetime(jump.timestamp()), jump.offset().to_datetime(jump.timestamp()));
            let times = times_of_day(fields).into_iter().filter_map(|minute| {
                let time = Time::midnight().checked_add(i64::from(minute).minutes()).ok()?;
                Some(first.date().to_datetime(time))
            });
            times.into_iter().find(|time| (first..last).contains(time) && is_on(fields, time.date()))
        })
    }
}

/// For how many years clocks are looked at.
const YEARS: i64 = 10;

/// The minutes of a day at which it runs, in order.
fn times_of_day(fields: &str) -> Vec<u32> {
    let mut fields = fields.split(' ').zip(&FIELDS);
    let mut values = || fields.next().map(|(field, of)| expanded(field, of)).unwrap_or_default();
    let (minutes, hours) = (values(), values());
    hours.iter().flat_map(|hour| minutes.iter().map(move |minute| hour * HOUR + minute)).collect()
}

/// Does it run on a day? Of a day of the month and one of the week, where both are named, either will do.
fn is_on(fields: &str, date: Date) -> bool {
    let fields: Vec<_> = fields.split(' ').zip(&FIELDS).skip(2).collect();
    let [(days, of_days), (months, of_months), (weekdays, of_weekdays)] = fields[..] else { return false };
    let holds = |field, of, value: i8| u32::try_from(value).is_ok_and(|value| expanded(field, of).contains(&value));
    let day = holds(days, of_days, date.day());
    let weekday = holds(weekdays, of_weekdays, date.weekday().to_sunday_zero_offset());
    let either = days.starts_with('*') || weekdays.starts_with('*');
    holds(months, of_months, date.month()) && if either { day && weekday } else { day || weekday }
}

/// The values that a field stands for, in order.
fn expanded(field: &str, (range, names): &Field) -> Vec<u32> {
    let mut all: Vec<_> = field
        .split(',')
        .flat_map(|part| {
            let (values, step) = part.split_once('/').map_or((part, None), |(values, step)| (values, Some(step)));
            let number = |text: &str| number(text, range, names).unwrap_or(*range.start());
            let (first, last) = match values.split_once('-') {
                Some((first, last)) => (number(first), number(last)),
                None if values == "*" => (*range.start(), *range.end()),
                // With a step, a single value is the first of all that follow.
                None => (number(values), step.map_or_else(|| number(values), |_| *range.end())),
            };
            let step = step.and_then(|step| step.parse().ok()).unwrap_or(1);
            (first..=last).step_by(step).collect::<Vec<_>>()
        })
        .collect();
    all.sort_unstable();
    all.dedup();
    all
}

impl TimeZone {
    /// Universal time.
    pub fn utc() -> Self {
        Self("Etc/UTC".to_owned())
    }

    /// Its clocks, as the tz database has them.
    fn of_database(&self) -> Option<tz::TimeZone> {
        zone(self.as_str())
    }
}

fn is_schedule(text: &str) -> bool {
    if WORDS.contains(&text) {
        return true;
    }
    let fields: Vec<_> = text.split(' ').collect();
    let fits = |(field, (range, names)): (&&str, &(RangeInclusive<u32>, &[&str]))| is_field(field, range, names);
    fields.len() == FIELDS.len() && fields.iter().zip(&FIELDS).all(fits) && comes(fields[2], fields[3], fields[4])
}

/// Is there a day that its month has?
fn comes(days: &str, months: &str, weekdays: &str) -> bool {
    let has = |month: u32| {
        DAYS.get(month as usize - 1).is_some_and(|most| expanded(days, &FIELDS[2]).iter().any(|day| day <= most))
    };
    weekdays != "*" || expanded(months, &FIELDS[3]).into_iter().any(has)
}

/// A list of values and ranges, each with a step if it has one.
fn is_field(field: &str, range: &RangeInclusive<u32>, names: &[&str]) -> bool {
    let number = |text: &str| number(text, range, names);
    field.split(',').all(|part| {
        let (values, step) = part.split_once('/').map_or((part, None), |(values, step)| (values, Some(step)));
        let step = step.is_none_or(|step| step.parse().is_ok_and(|step: u32| step > 0 && step <= *range.end()));
        let values = values == "*"
            || match values.split_once('-') {
                Some((first, last)) => number(first).zip(number(last)).is_some_and(|(first, last)| first <= last),
                None => number(values).is_some(),
            };
        step && values
    })
}

/// A value of a field, by its number or its name.
fn number(text: &str, range: &RangeInclusive<u32>, names: &[&str]) -> Option<u32> {
    let index = names.iter().position(|name| text.eq_ignore_ascii_case(name));
    let by_name = index.and_then(|index| u32::try_from(index).ok()).map(|index| range.start() + index);
    let plain = || text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten();
    by_name.or_else(plain).filter(|number| range.contains(number))
}

/// The zone of a name, spelled as the API server wants it.
fn zone(name: &str) -> Option<tz::TimeZone> {
    static DATABASE: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);
    DATABASE.get(name).ok().filter(|zone| zone.iana_name() == Some(name))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::{Schedule, TimeZone};

    #[test]
    fn a_schedule_has_five_fields_in_their_ranges() {
        for sound in
            ["0 3 * * *", "*/15 0-6,22 1 jan,JUL mon-fri", "5/10 * * * 0", "0 0 29 2 *", "0 0 30 2 mon", "@daily"]
        {
            assert!(sound.parse::<Schedule>().is_ok(), "{sound}");
        }
        let wrong = [
            "",
            "0 3 * *",
            "60 3 * * *",
            "0 24 * * *",
            "0 3 0 * *",
            "0 3 * 13 *",
            "0 3 * * 7",
            "*/0 * * * *",
            "0  3 * * *",
            "5-1 * * * *",
            "+5 * * * *",
            "@reboot",
            "0 3 * * mon-sun",
            "TZ=UTC 0 3 * * *",
            "0 0 30 2 *",
            "0 0 31 4,jun *",
        ];
        for wrong in wrong {
            assert!(wrong.parse::<Schedule>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_shortest_gap_is_between_two_times_of_a_day_or_over_its_end() {
        for (schedule, minutes) in [
            ("* * * * *", 1),
            ("*/15 * * * *", 15),
            ("5/20 * * * *", 20),
            ("7,50 * * * *", 17),
            ("0 */6 * * *", 360),
            ("30 2,4-6 * * *", 60),
            ("55 23,0 * * *", 60),
            ("0 3 * * mon", 1440),
            ("@hourly", 60),
            ("@weekly", 1440),
        ] {
            assert_eq!(schedule.parse::<Schedule>().unwrap().shortest_gap_seconds(), minutes * 60, "{schedule}");
        }
    }

    #[test]
    fn a_time_that_clocks_jump_over_is_skipped() {
        let skipped = |schedule: &str, zone: &str| {
            let (schedule, zone) = (schedule.parse::<Schedule>().unwrap(), zone.parse::<TimeZone>().unwrap());
            schedule.skipped(&zone, date(2026, 1, 1)).map(|time| time.to_string())
        };
        for (schedule, zone, time) in [
            ("30 2 * * *", "Europe/Stockholm", Some("2026-03-29T02:30:00")),
            ("30 2 * * sun", "Europe/Stockholm", Some("2026-03-29T02:30:00")),
            ("0 */2 * * *", "America/New_York", Some("2026-03-08T02:00:00")),
            ("0 2 28 3 *", "Europe/Stockholm", Some("2027-03-28T02:00:00")),
            ("30 2 * * mon", "Europe/Stockholm", None),
            ("0 2 1 1 *", "Europe/Stockholm", None),
            ("0 3 * * *", "Europe/Stockholm", None),
            ("*/15 * * * *", "Europe/Stockholm", None),
            ("30 2 * * *", "Asia/Tokyo", None),
            ("30 2 * * *", "Etc/UTC", None),
            ("@daily", "Africa/Cairo", None),
        ] {
            assert_eq!(skipped(schedule, zone).as_deref(), time, "{schedule} in {zone}");
        }
    }

    #[test]
    fn a_time_zone_is_one_of_the_database() {
        for sound in ["Etc/UTC", "Europe/Stockholm", "America/Argentina/Buenos_Aires", "Etc/GMT+5", "UTC", "CET"] {
            assert!(sound.parse::<TimeZone>().is_ok(), "{sound}");
        }
        for wrong in
            ["", "stockholm", "Local", "CEST", "Europe/", "Europe/Stokholm", "europe/stockholm", "../etc/passwd"]
        {
            assert!(wrong.parse::<TimeZone>().is_err(), "{wrong}");
        }
    }
}
