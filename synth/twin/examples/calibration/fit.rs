//! The constants of the model that measured rows ask for.

use std::fmt::Write;

use crate::rows::Row;

/// Rows beyond this use say more about the queue than about the constants.
const MOST: f64 = 0.85;

/// A straight line by least squares: what it begins with, and its slope.
fn line(points: &[(f64, f64)]) -> (f64, f64) {
    #[expect(clippy::cast_precision_loss, reason = "few rows")]
    let count = points.len() as f64;
    let mean = |of: &dyn Fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
    let (x, y) = (mean(&|point| point.0), mean(&|point| point.1));
    let slope = mean(&|point| (point.0 - x) * (point.1 - y)) / mean(&|point| (point.0 - x).powi(2)).max(1e-30);
    (y - slope * x, slope)
}

/// The `work` and `wake` of processor times by use: an idle worker is woken, a busy one is not.
fn work(rows: &[&Row], cpu: impl Fn(&Row) -> f64) -> (f64, f64) {
    let points: Vec<_> = rows.iter().map(|row| (row.usage(), cpu(row))).collect();
    let (alone, slope) = line(&points);
    let wake = (-slope).max(0.0);
    (alone - wake, wake)
}

/// The variability and what is left of the mean without a queue.
fn queue(rows: &[&Row], work: f64) -> (f64, f64) {
    let halves = |row: &Row| row.rate * work / 1e6 / (1.0 - row.rate * work / 1e6) * work / 2.0;
    let points: Vec<_> = rows.iter().map(|row| (halves(row), row.mean)).collect();
    let (alone, slope) = line(&points);
    ((slope - 1.0).clamp(0.0, 1.0), alone)
}

pub(crate) fn constants(rows: &[Row]) -> String {
    let of = |case: &str| rows.iter().filter(|row| row.case == case && row.usage() <= MOST).collect::<Vec<_>>();
    let mut text = String::new();
    let mut write = |name: &str, (work, wake): (f64, f64), refusal: f64, variability: f64, idle: f64, tail: f64| {
        // Of an exponential jitter p99 lies this many means above the floor.
        let jitter = (tail / 100.0_f64.ln()).max(0.0).min(idle / 2.0);
        for (constant, value) in [
            ("work_us", work),
            ("wake_us", wake),
            ("refusal_us", refusal),
            ("variability", variability),
            ("idle_us", (idle - jitter).max(0.0)),
            ("jitter_us", jitter),
            ("jitter_deviation_us", jitter),
        ] {
            let _ = writeln!(text, "{name}_{constant},{value:.2},make twin-calibrate");
        }
    };
    let alone = |case: &str| {
        let rows = of(case);
        let least = rows.first()?;
        let (work, wake) = work(&rows, Row::cpu);
        let (variability, mean) = queue(&rows, work);
        Some(((work, wake), variability, (mean - work - wake).max(0.0), least.p99 - least.mean))
    };
    let (mock, both) = (alone("mock"), alone("both"));
    if let (Some((_, _, own, own_tail)), Some((all, variability, idle, tail))) = (mock, both) {
        let rows = of("both");
        let proxy = work(&rows, |row| row.proxy);
        let refusal = of("held").last().map_or(0.0, |row| {
            let answered = 1.0 - row.refused;
            ((row.cpu() - answered * (all.0 + all.1)) / row.refused.max(1e-9)).max(0.0)
        });
        write("proxy", proxy, refusal, variability, (idle - own).max(0.0), (tail - own_tail).max(0.0));
    }
    for (name, found) in [("mock", mock), ("unit", alone("work")), ("followed", alone("followed"))] {
        if let Some((work, variability, idle, tail)) = found {
            write(name, work, 0.0, variability, idle, tail);
        }
    }
    text
}
