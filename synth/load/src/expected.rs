//! What was expected of a load, second by second: plain figures of whoever reckoned them beforehand.

use std::ops::Range;

use serde_json::{Value as Json, json};

/// What a simulation of a platform came to under the schedule of a load test.
#[derive(Clone, Debug, Default)]
pub struct Expected {
    /// The environment whose platform it is.
    pub environment: String,
    /// What was reckoned each second, from the start of the schedule.
    pub seconds: Vec<Second>,
    /// The services, in the order of a request's way.
    pub services: Vec<Service>,
    /// Dollars an hour of everything, nodes and what stands beside them, on average.
    pub dollars: f64,
    /// Is one of the prices a guess from others?
    pub estimated: bool,
}

/// A second.
#[derive(Clone, Copy, Debug, Default)]
pub struct Second {
    /// Requests that are due.
    pub offered: f64,
    /// Those that are answered as they should be.
    pub answered: f64,
    /// Those that are refused with 503.
    pub refused: f64,
    /// Those that fail otherwise.
    pub failed: f64,
    /// Milliseconds from a request's arrival to its answer, on average. Not a number where nothing is answered.
    pub mean: f64,
    /// The milliseconds that 99 of 100 stay below.
    pub p99: f64,
    /// Requests under way in the first service.
    pub under_way: f64,
    /// Nodes, those of the base group included.
    pub nodes: u32,
    /// Dollars an hour for them.
    pub dollars: f64,
}

/// A service that scales.
#[derive(Clone, Debug, Default)]
pub struct Service {
    /// Its name.
    pub name: String,
    /// Pods that its autoscaler has, those that start included, each second.
    pub replicas: Vec<u32>,
    /// Use of the processor time that they ask for, in percent, each second.
    pub cpu: Vec<f64>,
}

/// What a span of seconds comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Sum {
    pub(crate) seconds: f64,
    pub(crate) offered: f64,
    pub(crate) answered: f64,
    pub(crate) refused: f64,
    pub(crate) failed: f64,
    /// Milliseconds of all that is answered.
    pub(crate) mean: f64,
    /// The highest of all seconds, in milliseconds.
    pub(crate) p99: f64,
    /// On average.
    pub(crate) under_way: f64,
}

impl Expected {
    /// The sum over the seconds of a span.
    pub(crate) fn sum(&self, span: Range<f64>) -> Sum {
        let mut sum = Sum { p99: f64::NAN, ..Sum::default() };
        let mut spent = 0.0;
        for (_, second) in (0_u32..).zip(&self.seconds).filter(|(place, _)| span.contains(&f64::from(*place))) {
            sum.seconds += 1.0;
            sum.offered += second.offered;
            sum.answered += second.answered;
            sum.refused += second.refused;
            sum.failed += second.failed;
            sum.under_way += second.under_way;
            spent += if second.mean.is_finite() { second.mean * second.answered } else { 0.0 };
            // What is no number is no highest one.
            sum.p99 = sum.p99.max(second.p99);
        }
        sum.mean = spent / sum.answered;
        sum.under_way /= sum.seconds;
        sum
    }

    /// The sum over everything.
    pub(crate) fn all(&self) -> Sum {
        self.sum(0.0..f64::INFINITY)
    }

    /// Sums, and everything once a second, for scripts.
    pub(crate) fn json(&self, hold: Range<f64>) -> Json {
        let number = |value: f64| value.is_finite().then_some(value);
        let sum = |Sum { seconds, offered, answered, refused, failed, mean, p99, under_way }: Sum| {
            json!({
                "seconds": seconds,
                "offered": offered,
                "answered": answered,
                "refused": refused,
                "failed": failed,
                "answered_per_second": number(answered / seconds),
                "mean_ms": number(mean),
                "highest_p99_ms": number(p99),
                "under_way": number(under_way),
            })
        };
        let column = |of: fn(&Second) -> Json| self.seconds.iter().map(of).collect::<Vec<_>>();
        let services = self.services.iter().map(|Service { name, replicas, cpu }| {
            json!({ "name": name, "replicas": replicas, "cpu_percent_of_request": cpu })
        });
        json!({
            "environment": self.environment,
            "by": BY,
            "all": sum(self.all()),
            "hold": sum(self.sum(hold)),
            "dollars_per_hour": self.dollars,
            "prices_estimated": self.estimated,
            "services": services.collect::<Vec<_>>(),
            "seconds": {
                "offered": column(|of| json!(of.offered)),
                "answered": column(|of| json!(of.answered)),
                "refused": column(|of| json!(of.refused)),
                "failed": column(|of| json!(of.failed)),
                "mean_ms": column(|of| json!(of.mean.is_finite().then_some(of.mean))),
                "p99_ms": column(|of| json!(of.p99.is_finite().then_some(of.p99))),
                "nodes": column(|of| json!(of.nodes)),
                "nodes_dollars_per_hour": column(|of| json!(of.dollars)),
            },
        })
    }
}

/// Who expects it, in words.
pub(crate) const BY: &str = "the capacity twin (`synth simulate`), from the objects that are synthesized";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_requests_that_are_answered() {
        let second =
            |answered: f64, mean, p99| Second { answered, mean, p99, under_way: answered, ..Second::default() };
        let seconds = vec![second(0.0, f64::NAN, f64::NAN), second(10.0, 1.0, 5.0), second(30.0, 3.0, 4.0)];
        let expected = Expected { seconds, ..Expected::default() };
        let sum = expected.all();
        assert_eq!((sum.answered, sum.mean, sum.p99, sum.seconds), (40.0, 2.5, 5.0, 3.0));
        assert!((expected.sum(2.0..3.0).p99 - 4.0).abs() < 1e-9);
        let nothing = expected.sum(0.0..1.0);
        assert!(nothing.mean.is_nan() && nothing.p99.is_nan());
        assert_eq!(expected.json(0.0..1.0)["hold"]["mean_ms"], Json::Null);
    }
}
