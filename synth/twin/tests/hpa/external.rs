//! How old a metric is that services count themselves.

use synth_twin::{
    metrics::{
        keda::Trigger,
        prometheus::{self, Query, Scraper},
    },
    time::{Span, Time},
};

use crate::given::at;

fn seconds(seconds: i64) -> Span {
    Span::whole_seconds(seconds)
}

fn scraper(query: Query) -> Scraper {
    Scraper::new(prometheus::Settings { interval: seconds(30), query, seed: 7 })
}

#[test]
fn a_rate_of_a_steady_counter_is_its_rate_once_two_points_are_there() {
    let mut scraper = scraper(Query::Rate(seconds(60)));
    let series: Vec<_> = (0..10).map(|_| scraper.add(Time::ZERO)).collect();
    let mut first = None;
    for second in 0..=300 {
        let now = Time::ZERO + seconds(second);
        for series in &series {
            scraper.observe(*series, now, now.in_seconds() * 40.0);
        }
        let rate = scraper.query(now);
        first = first.or(rate.map(|_| second));
        if second >= 90 {
            assert!((rate.unwrap() - 400.0).abs() < 1e-6, "{second}: {rate:?}");
        }
    }
    assert!(first.is_some_and(|first| (30..60).contains(&first)), "{first:?}");
}

#[test]
fn a_step_is_seen_by_half_after_about_half_the_window_and_a_scrape() {
    let mut half = Vec::new();
    for seed in 0..40 {
        let mut scraper =
            Scraper::new(prometheus::Settings { interval: seconds(15), query: Query::Rate(seconds(60)), seed });
        let series = scraper.add(Time::ZERO);
        let (mut total, mut reached) = (0.0, None);
        for second in 1..=600 {
            total += if second > 300 { 200.0 } else { 100.0 };
            let now = Time::ZERO + seconds(second);
            scraper.observe(series, now, total);
            if reached.is_none() && scraper.query(now).is_some_and(|rate| rate >= 150.0) {
                reached = Some(second - 300);
            }
        }
        half.push(reached.unwrap());
    }
    half.sort_unstable();
    assert!(half[0] >= 20 && half[39] <= 40, "{half:?}");
}

#[test]
fn rates_are_worked_by_hand() {
    let rate = |points: &[(f64, f64)], now: f64| {
        let points: Vec<_> = points.iter().map(|(second, value)| (at(*second), *value)).collect();
        prometheus::rate(points.iter(), at(now), seconds(60))
    };
    // 300 in 30 s; 15 s to the end, and 15 to the start: 300 × 60/30 / 60.
    assert_eq!(rate(&[(115.0, 1_000.0), (130.0, 1_150.0), (145.0, 1_300.0)], 160.0), Some(10.0));
    // A point at the range's very start is out of it, so there is one only.
    assert_eq!(rate(&[(100.0, 1_000.0), (130.0, 1_300.0)], 160.0), None);
    // 30 s to the end are more than 1.1 gaps of 15: half a gap; 15 to the start: 150 × 37.5/15 / 60.
    assert_eq!(rate(&[(115.0, 1_000.0), (130.0, 1_150.0)], 160.0), Some(6.25));
    // A counter that began at 50 is not reckoned back below 0: 5 s, and not 15: 150 × (15 + 5 + 7.5)/15 / 60.
    assert_eq!(rate(&[(115.0, 50.0), (130.0, 200.0)], 160.0), Some(150.0 * (27.5 / 15.0) / 60.0));
    // 100 until the restart, and 20 after it, in 30 s, 15 s before and after them.
    assert_eq!(rate(&[(115.0, 900.0), (130.0, 1_000.0), (145.0, 20.0)], 160.0), Some(4.0));
}

#[test]
fn a_gauge_is_its_latest_sample_while_its_target_is_there() {
    let mut scraper = scraper(Query::Latest);
    let (one, other) = (scraper.add(Time::ZERO), scraper.add(Time::ZERO));
    for second in 0..=60 {
        scraper.observe(one, Time::ZERO + seconds(second), 5.0);
        scraper.observe(other, Time::ZERO + seconds(second), 7.0);
    }
    assert_eq!(scraper.query(at(60.0)), Some(12.0));
    assert_eq!(scraper.query(at(340.0)), Some(12.0));
    assert_eq!(scraper.query(at(400.0)), None);
    scraper.remove(other);
    assert_eq!(scraper.query(at(60.0)), Some(5.0));
}

#[test]
fn a_mean_over_time_is_that_of_the_points_within_it() {
    let mut scraper = scraper(Query::Average(seconds(90)));
    let series = scraper.add(Time::ZERO);
    for second in 0..=300 {
        scraper.observe(series, Time::ZERO + seconds(second), 6.0);
    }
    assert_eq!(scraper.query(at(300.0)), Some(6.0));
    scraper.remove(series);
    assert_eq!(scraper.query(at(350.0)), Some(6.0));
    assert_eq!(scraper.query(at(400.0)), None);
    assert_eq!(scraper.add(at(400.0)), series);
}

#[test]
fn keda_asks_at_each_sync_or_answers_what_it_polled() {
    let direct = Trigger::direct();
    assert_eq!(
        (direct.next_poll(), direct.reading(Some(12.3456)), direct.reading(None)),
        (None, Some(12_345), Some(0))
    );
    let mut cached = Trigger::cached(seconds(30), seconds(4));
    assert_eq!((cached.next_poll(), cached.reading(Some(9.0))), (Some(at(4.0)), None));
    cached.poll(Some(5.0));
    assert_eq!((cached.next_poll(), cached.reading(Some(9.0))), (Some(at(34.0)), Some(5_000)));
    cached.poll(None);
    assert_eq!(cached.reading(Some(9.0)), Some(0));
}
