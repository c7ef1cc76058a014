//! When jobs run.

use std::ops::RangeInclusive;

use super::text::text_of_kind;

/// The fields of a schedule: what each may be, and the names that stand for numbers from the first on.
const FIELDS: [(RangeInclusive<u32>, &[&str]); 5] = [
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
    |text| is_time_zone(text).then(|| text.to_owned())
}

/// Minutes of an hour, hours of a day, and minutes of a day.
const HOUR: u32 = 60;
const HOURS: u32 = 24;
const DAY: u32 = HOURS * HOUR;

impl Schedule {
    /// Seconds between two of its times, where they follow each other fastest, on days that follow each other.
    pub fn shortest_gap_seconds(&self) -> u64 {
        let minutes = match self.as_str() {
            "@hourly" => HOUR,
            word if word.starts_with('@') => DAY,
            fields => {
                let mut fields = fields.split(' ');
                let mut values = |most| expanded(fields.next().unwrap_or_default(), most);
                let (minutes, hours) = (values(HOUR), values(HOURS));
                let times = || hours.iter().flat_map(|hour| minutes.iter().map(move |minute| hour * HOUR + minute));
                let next = times().skip(1).chain(times().next().map(|first| first + DAY));
                times().zip(next).map(|(time, next)| next - time).min().unwrap_or(DAY)
            }
        };
        u64::from(minutes) * 60
    }
}

/// The values below a bound that a field of numbers stands for, in order.
fn expanded(field: &str, most: u32) -> Vec<u32> {
    let mut all: Vec<_> = field
        .split(',')
        .flat_map(|part| {
            let (values, step) = part.split_once('/').map_or((part, None), |(values, step)| (values, Some(step)));
            let number = |text: &str| text.parse().unwrap_or_default();
            let (first, last) = match values.split_once('-') {
                Some((first, last)) => (number(first), number(last)),
                None if values == "*" => (0, most - 1),
                // With a step, a single value is the first of all that follow.
                None => (number(values), step.map_or_else(|| number(values), |_| most - 1)),
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
}

fn is_schedule(text: &str) -> bool {
    if WORDS.contains(&text) {
        return true;
    }
    let fields: Vec<_> = text.split(' ').collect();
    let fits = |(field, (range, names)): (&&str, &(RangeInclusive<u32>, &[&str]))| is_field(field, range, names);
    fields.len() == FIELDS.len() && fields.iter().zip(&FIELDS).all(fits)
}

/// A list of values and ranges, each with a step if it has one.
fn is_field(field: &str, range: &RangeInclusive<u32>, names: &[&str]) -> bool {
    let number = |text: &str| {
        let index = names.iter().position(|name| text.eq_ignore_ascii_case(name));
        let by_name = index.and_then(|index| u32::try_from(index).ok()).map(|index| range.start() + index);
        let plain = || text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten();
        by_name.or_else(plain).filter(|number| range.contains(number))
    };
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

/// Is it written as zones are? Whether there is one of the name, the API server knows.
fn is_time_zone(text: &str) -> bool {
    let part = |part: &str| {
        part.starts_with(|first: char| first.is_ascii_uppercase())
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+-".contains(&byte))
    };
    text == "UTC" || (text.contains('/') && text.split('/').all(part))
}

#[cfg(test)]
mod tests {
    use super::{Schedule, TimeZone};

    #[test]
    fn a_schedule_has_five_fields_in_their_ranges() {
        for sound in ["0 3 * * *", "*/15 0-6,22 1 jan,JUL mon-fri", "5/10 * * * 0", "@daily"] {
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
    fn a_time_zone_is_named_by_area_and_place() {
        for sound in ["Etc/UTC", "Europe/Stockholm", "America/Argentina/Buenos_Aires", "Etc/GMT+5", "UTC"] {
            assert!(sound.parse::<TimeZone>().is_ok(), "{sound}");
        }
        for wrong in ["", "stockholm", "Local", "CEST", "Europe/", "../etc/passwd"] {
            assert!(wrong.parse::<TimeZone>().is_err(), "{wrong}");
        }
    }
}
