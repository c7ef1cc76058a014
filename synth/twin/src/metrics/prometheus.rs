//! Prometheus: counters and gauges of services, scraped, and what a query makes of them.
//!
//! Source: Prometheus 3.5, `promql/functions.go` (`extrapolatedRate`) and its manual: a range takes samples after its start up to its end;
//! a rate needs two, and reaches from them to the range's ends unless those are farther than 1.1 of the mean gap.

use std::collections::VecDeque;

use crate::{
    random,
    time::{Span, Time},
};

/// A target's place in a [`Scraper`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Series(usize);

/// The pace of scrapes, and what is asked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// `scrape_interval`: 1 min without a word; 30 s in the chart `kube-prometheus-stack`.
    pub interval: Span,
    /// What the query makes of the series.
    pub query: Query,
    /// Of which each target's phase comes: Prometheus spreads targets over the interval by a hash.
    pub seed: u64,
}

/// What a query makes of a metric's series; the sum of all is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Query {
    /// `sum(rate(x[window]))` of a counter.
    Rate(Span),
    /// `sum(x)` of a gauge.
    Latest,
    /// `sum(avg_over_time(x[window]))` of a gauge.
    Average(Span),
}

/// How far back an instant looks for a sample: Prometheus's `--query.lookback-delta`.
const LOOKBACK: Span = Span::whole_seconds(300);

#[derive(Clone, Debug)]
struct Scraped {
    next: Time,
    present: bool,
    seen: (Time, f64),
    points: VecDeque<(Time, f64)>,
}

/// The series of one metric, one for each target.
#[derive(Clone, Debug)]
pub struct Scraper {
    settings: Settings,
    made: u64,
    series: Vec<Scraped>,
    free: Vec<usize>,
}

impl Scraper {
    /// One without targets.
    pub fn new(settings: Settings) -> Self {
        Self { settings, made: 0, series: Vec::new(), free: Vec::new() }
    }

    /// A target appears, with its counter at 0. It is first scraped within one interval.
    pub fn add(&mut self, at: Time) -> Series {
        let interval = self.settings.interval.0.max(1);
        let share = random::share_of(self.settings.seed, self.made, 0);
        let phase = Span::seconds(Span(interval).in_seconds() * share).0;
        self.made += 1;
        let next = at + Span((phase - at.0).rem_euclid(interval));
        let scraped = Scraped { next, present: true, seen: (at, 0.0), points: VecDeque::new() };
        if let Some(place) = self.free.pop() {
            self.series[place] = scraped;
            return Series(place);
        }
        self.series.push(scraped);
        Series(self.series.len() - 1)
    }

    /// A target goes. Its points stay in ranges until those have passed; an instant has it no more.
    pub fn remove(&mut self, series: Series) {
        let scraped = &mut self.series[series.0];
        scraped.present = false;
        if scraped.points.is_empty() {
            self.free.push(series.0);
        }
    }

    /// Tells a target's value by now: a counter's total, or a gauge. It is called at every step; between two the value is even.
    pub fn observe(&mut self, series: Series, now: Time, value: f64) {
        let reach = self.reach();
        let scraped = &mut self.series[series.0];
        while scraped.next <= now && scraped.present {
            let at = scraped.next;
            let (before, had) = scraped.seen;
            let share = if now > before { (at - before).in_seconds() / (now - before).in_seconds() } else { 1.0 };
            scraped.points.push_back((at, had + (value - had) * share));
            scraped.next = at + Span(self.settings.interval.0.max(1));
            while scraped.points.front().is_some_and(|(old, _)| *old + reach < at) {
                scraped.points.pop_front();
            }
        }
        scraped.seen = (now, value);
    }

    /// The query's answer now: `None` where no series has one.
    pub fn query(&mut self, now: Time) -> Option<f64> {
        let reach = self.reach();
        let mut sum = None;
        for (place, scraped) in self.series.iter_mut().enumerate() {
            if !scraped.present && !scraped.points.is_empty() {
                while scraped.points.front().is_some_and(|(old, _)| *old + reach <= now) {
                    scraped.points.pop_front();
                }
                if scraped.points.is_empty() {
                    self.free.push(place);
                }
            }
            let since = now - reach;
            let answer = match self.settings.query {
                Query::Rate(window) => rate(scraped.points.iter(), now, window),
                Query::Latest => {
                    scraped.points.back().filter(|(at, _)| scraped.present && *at > since).map(|(_, value)| *value)
                }
                Query::Average(_) => mean(&scraped.points, since),
            };
            if let Some(answer) = answer {
                sum = Some(sum.unwrap_or(0.0) + answer);
            }
        }
        sum
    }

    fn reach(&self) -> Span {
        match self.settings.query {
            Query::Rate(window) | Query::Average(window) => window,
            Query::Latest => LOOKBACK,
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "points of a range are few")]
fn mean(points: &VecDeque<(Time, f64)>, since: Time) -> Option<f64> {
    let within = points.iter().filter(|(at, _)| *at > since).map(|(_, value)| *value);
    let (count, sum) = within.fold((0_usize, 0.0), |(count, sum), value| (count + 1, sum + value));
    (count > 0).then(|| sum / count as f64)
}

/// A counter's increase in a second, `rate(x[window])` at `now`, of points in the order of their times; `None` of less than two within
/// the window. A value below the one before it is a restart from 0.
#[expect(clippy::cast_precision_loss, reason = "points of a range are few")]
pub fn rate<'a>(points: impl Iterator<Item = &'a (Time, f64)>, now: Time, window: Span) -> Option<f64> {
    let since = now - window;
    let mut within = points.filter(|(at, _)| *at > since && *at <= now);
    let first = *within.next()?;
    let (mut last, mut increase, mut gaps) = (first, 0.0, 0_usize);
    for point in within {
        increase += if point.1 < last.1 { point.1 } else { point.1 - last.1 };
        gaps += 1;
        last = *point;
    }
    if gaps == 0 {
        return None;
    }
    let sampled = (last.0 - first.0).in_seconds();
    let gap = sampled / gaps as f64;
    let reached = |edge: f64| if edge >= gap * 1.1 { gap / 2.0 } else { edge };
    let mut start = reached((first.0 - since).in_seconds());
    if increase > 0.0 && first.1 >= 0.0 {
        // A counter is not reckoned back to less than 0.
        start = start.min(sampled * (first.1 / increase));
    }
    let end = reached((now - last.0).in_seconds());
    Some(increase * ((sampled + start + end) / sampled) / window.in_seconds())
}
