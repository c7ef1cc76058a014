//! Figures of a load test: by phase, over time, and by kind of error. Percentiles are exact, by nearest rank.

use std::ops::Range;

use super::{
    profile::{Phase, Profile},
    results::{Results, Sample},
};

/// How many steps the time is cut into at most: as many as a chart can show.
const MOST_STEPS: u32 = 180;

/// Everything that is said and drawn.
#[derive(Debug)]
pub struct Figures {
    /// The load that was to be offered.
    pub(crate) profile: Profile,
    /// When the schedule began, in milliseconds of the clock.
    pub(crate) start: u64,
    /// Each phase that lasts.
    pub(crate) phases: Vec<(Phase, Row)>,
    /// The whole test, from its start to its last answer.
    pub(crate) all: Row,
    /// Failed requests by kind, the most frequent first.
    pub(crate) errors: Vec<(String, usize)>,
    /// Time between when requests were due and when they were sent, if the results say.
    pub(crate) lateness: Option<Quantiles>,
    /// Figures over time.
    pub(crate) steps: Vec<Step>,
    /// Seconds of a step.
    pub(crate) step: u32,
}

/// Figures of a span of time.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Row {
    /// Seconds.
    pub(crate) seconds: f64,
    /// Requests that the profile has due.
    pub(crate) offered: f64,
    /// Requests whose answer, or failure, ended.
    pub(crate) answered: usize,
    /// Those of them that failed.
    pub(crate) failed: usize,
    /// Milliseconds from when each was sent.
    pub(crate) latency: Quantiles,
    /// Their mean.
    pub(crate) mean: f64,
    /// Milliseconds from when each was due.
    pub(crate) response_time: Quantiles,
}

/// A step of time, of the kinds of errors too.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Step {
    /// Its start, in seconds from the start of the test.
    pub(crate) second: f64,
    /// Its figures.
    pub(crate) row: Row,
    /// Failed requests, in the order of [`Figures::errors`].
    pub(crate) errors: Vec<usize>,
}

/// Percentiles of times, in milliseconds; all zero when there are none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Quantiles {
    /// Half took no longer.
    pub(crate) p50: u64,
    /// 95 of 100 took no longer.
    pub(crate) p95: u64,
    /// 99 of 100 took no longer.
    pub(crate) p99: u64,
    /// None took longer.
    pub(crate) max: u64,
}

impl Quantiles {
    /// The percentiles of times in any order.
    pub(crate) fn of(mut times: Vec<u64>) -> Self {
        times.sort_unstable();
        let rank = |percent: usize| {
            let rank = (times.len() * percent).div_ceil(100);
            times.get(rank.saturating_sub(1)).copied().unwrap_or_default()
        };
        Self { p50: rank(50), p95: rank(95), p99: rank(99), max: rank(100) }
    }
}

impl Row {
    /// Offered requests a second.
    pub(crate) fn offered_rate(&self) -> f64 {
        per(self.offered, self.seconds)
    }

    /// Answered requests a second.
    pub(crate) fn achieved_rate(&self) -> f64 {
        per(count(self.answered), self.seconds)
    }

    /// The share of offered requests that were answered.
    pub(crate) fn achieved_ratio(&self) -> f64 {
        per(count(self.answered), self.offered)
    }

    /// The share of answered requests that failed.
    pub(crate) fn error_ratio(&self) -> f64 {
        per(count(self.failed), count(self.answered))
    }

    fn of(profile: &Profile, span: Range<f64>, samples: &[Sample]) -> Self {
        Self {
            seconds: span.end - span.start,
            offered: profile.due_in(span),
            answered: samples.len(),
            failed: samples.iter().filter(|sample| sample.error.is_some()).count(),
            latency: Quantiles::of(samples.iter().map(|sample| sample.elapsed).collect()),
            mean: per(milliseconds(samples.iter().map(|sample| sample.elapsed).sum()), count(samples.len())),
            response_time: Quantiles::of(samples.iter().map(Sample::response_time).collect()),
        }
    }
}

impl Figures {
    /// Sums up results that should follow a profile.
    pub fn of(mut results: Results, profile: Profile) -> Self {
        let samples = &mut results.samples;
        samples.sort_by_key(Sample::ended);
        let samples = &*samples;
        let start = samples.iter().map(|sample| sample.due).min().unwrap_or_default();
        let end = samples.last().map_or(0.0, |last| seconds(last.ended() - start)).max(profile.seconds());
        let within = |span: Range<f64>| {
            let index = |second: f64| samples.partition_point(|sample| seconds(sample.ended() - start) < second);
            &samples[index(span.start)..if span.end < end { index(span.end) } else { samples.len() }]
        };
        let spans = Phase::ALL.map(|phase| (phase, profile.span(phase)));
        let spans = spans.into_iter().filter(|(_, span)| !span.is_empty());
        let phases = spans.map(|(phase, span)| (phase, Row::of(&profile, span.clone(), within(span))));
        let mut kinds: Vec<_> = results.errors.iter().cloned().map(|kind| (kind, 0)).collect();
        samples.iter().filter_map(|sample| sample.error).for_each(|error| kinds[error].1 += 1);
        let mut order: Vec<usize> = (0..kinds.len()).collect();
        order.sort_by_key(|kind| std::cmp::Reverse(kinds[*kind].1));
        let step = step(end);
        // The last step takes what is left, so that no sliver of time has a rate of its own.
        let starts = (0..).map(|index| f64::from(index * step));
        let starts = starts.take_while(|second| *second == 0.0 || second + f64::from(step) / 2.0 <= end);
        let steps = starts.map(|second| {
            let next = second + f64::from(step);
            let span = second..if next + f64::from(step) / 2.0 <= end { next } else { end };
            let samples = within(span.clone());
            let errors = order.iter().map(|kind| samples.iter().filter(|sample| sample.error == Some(*kind)).count());
            Step { second, errors: errors.collect(), row: Row::of(&profile, span, samples) }
        });
        let late = || samples.iter().map(|sample| sample.sent.saturating_sub(sample.due)).collect();
        Self {
            profile,
            start,
            phases: phases.collect(),
            all: Row::of(&profile, 0.0..end, samples),
            lateness: results.says_due.then(|| Quantiles::of(late())),
            steps: steps.collect(),
            step,
            errors: order.into_iter().map(|kind| kinds[kind].clone()).collect(),
        }
    }

    /// The load that was to be offered.
    pub fn profile(&self) -> Profile {
        self.profile
    }

    /// The seconds from the start of the schedule to the last answer, or to its end if that is later.
    pub fn seconds(&self) -> f64 {
        self.all.seconds
    }

    /// The seconds of the Unix clock in which the test began and ended.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "seconds of a test")]
    pub fn clock(&self) -> (u64, u64) {
        let begun = self.start / 1000;
        (begun, begun + self.all.seconds.ceil() as u64)
    }

    /// The second of the schedule at which a moment of the Unix clock, in seconds, falls.
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of this century are below 2^52")]
    pub fn second_of(&self, moment: f64) -> f64 {
        moment - self.start as f64 / 1000.0
    }

    /// Failed requests of the kinds that begin so.
    pub(crate) fn failed_with(&self, beginning: &str) -> usize {
        self.errors.iter().filter(|(kind, _)| kind.starts_with(beginning)).map(|(_, number)| number).sum()
    }

    /// The row of the phase at the top.
    pub(crate) fn hold(&self) -> &Row {
        self.phases.iter().find(|(phase, _)| *phase == Phase::Hold).map_or(&self.all, |(_, row)| row)
    }
}

/// Seconds of a step, so that there are not too many of them.
fn step(seconds: f64) -> u32 {
    let steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600];
    steps.into_iter().find(|step| seconds / f64::from(*step) <= f64::from(MOST_STEPS)).unwrap_or(1800)
}

fn per(number: f64, of: f64) -> f64 {
    if of > 0.0 { number / of } else { 0.0 }
}

fn seconds(time: u64) -> f64 {
    milliseconds(time) / 1000.0
}

#[expect(clippy::cast_precision_loss, reason = "times and counts of a test are far below 2^52")]
fn milliseconds(time: u64) -> f64 {
    time as f64
}

#[expect(clippy::cast_precision_loss, reason = "times and counts of a test are far below 2^52")]
fn count(number: usize) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(due: u64, sent: u64, elapsed: u64, error: Option<usize>) -> Sample {
        Sample { due, sent, elapsed, error }
    }

    #[test]
    fn percentiles_are_times_that_were_measured() {
        let quantiles = Quantiles::of((1..=200).rev().collect());
        assert_eq!(quantiles, Quantiles { p50: 100, p95: 190, p99: 198, max: 200 });
        assert_eq!(Quantiles::of(vec![7]), Quantiles { p50: 7, p95: 7, p99: 7, max: 7 });
        assert_eq!(Quantiles::of(vec![3, 9]), Quantiles { p50: 3, p95: 9, p99: 9, max: 9 });
        assert_eq!(Quantiles::of(Vec::new()), Quantiles::default());
    }

    #[test]
    fn a_request_counts_in_the_phase_in_which_it_was_answered() {
        let profile = Profile { rate: 2.0, ramp: 1.0, hold: 2.0, ramp_down: 1.0 };
        let samples = vec![
            sample(5_000, 5_000, 10, None),
            sample(6_000, 6_400, 600, Some(0)),
            sample(6_500, 6_500, 20, None),
            sample(8_000, 8_000, 4_000, Some(1)),
        ];
        let errors = vec!["first".to_owned(), "second".to_owned()];
        let figures = Figures::of(Results { samples, errors, says_due: true }, profile);
        let answered: Vec<_> = figures.phases.iter().map(|(_, row)| (row.answered, row.failed)).collect();
        assert_eq!(answered, [(1, 0), (2, 1), (0, 0)]);
        assert_eq!(figures.hold().response_time.max, 1000);
        assert_eq!(figures.hold().latency.max, 600);
        assert_eq!(figures.lateness.unwrap().max, 400);
        assert!((figures.hold().offered - 4.0).abs() < 1e-9 && (figures.hold().achieved_ratio() - 0.5).abs() < 1e-9);
        assert!((figures.all.seconds - 7.0).abs() < 1e-9);
        assert_eq!(figures.steps.len(), 7);
        assert_eq!(figures.steps.iter().map(|step| step.row.answered).sum::<usize>(), 4);
    }

    #[test]
    fn the_most_frequent_error_comes_first() {
        let samples = [0, 1, 1].map(|kind| sample(1, 1, 1, Some(kind))).to_vec();
        let errors = vec!["rare".to_owned(), "frequent".to_owned()];
        let profile = Profile { rate: 3.0, ramp: 0.0, hold: 1.0, ramp_down: 0.0 };
        let figures = Figures::of(Results { samples, errors, says_due: false }, profile);
        assert_eq!(figures.errors, [("frequent".to_owned(), 2), ("rare".to_owned(), 1)]);
        assert_eq!(figures.steps[0].errors, [2, 1]);
        assert_eq!(figures.lateness, None);
    }

    #[test]
    fn a_long_test_is_cut_into_longer_steps() {
        assert_eq!([60.0, 180.0, 181.0, 480.0, 86_400.0].map(step), [1, 1, 2, 5, 600]);
    }
}
