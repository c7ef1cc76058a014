//! What was published of the experiment: rows of the autoscalers, and requests a second.

use std::collections::BTreeMap;

use crate::replay::{
    File, Malformed,
    seed::{Row, rows},
};

const ROWS: &str = include_str!("../../../data/seed/hpa.csv");
const TRACE: &str = include_str!("../../../data/seed/trace.csv");

/// A second of the load test, as its graph has it. None where no request ended.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Second {
    /// Requests that were to be sent.
    pub offered: f64,
    /// Requests that ended well.
    pub succeeded: Option<f64>,
    /// Requests that failed.
    pub failed: Option<f64>,
}

/// What the report sums up to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Report {
    /// Requests that ended.
    pub requests: f64,
    /// Of these, the percentage that failed.
    pub failed_percent: f64,
    /// Requests a second, on average.
    pub rate: f64,
    /// Milliseconds of half of them at most.
    pub p50: f64,
    /// And of 99 of 100.
    pub p99: f64,
}

/// `RPS-aggregate.csv`.
pub const REPORT: Report =
    Report { requests: 39_727.0, failed_percent: 8.657, rate: 92.97, p50: 529.0, p99: 148_269.0 };

/// The rows that were printed, by autoscaler: `proxy` and `mock`.
pub fn printed_rows() -> Result<BTreeMap<String, Vec<Row>>, Malformed> {
    rows(File { path: "hpa.csv", text: ROWS })
}

/// The load test, second by second.
pub fn seconds() -> Vec<Second> {
    let number = |text: Option<&str>| text.and_then(|text| text.trim().parse::<f64>().ok());
    let second = |line: &str| {
        let mut cells = line.split(',').skip(1);
        let offered = number(cells.next()).unwrap_or_default();
        Second { offered, succeeded: number(cells.next()), failed: number(cells.next()) }
    };
    TRACE.lines().skip(1).map(second).collect()
}
