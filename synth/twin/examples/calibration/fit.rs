//! The constants of the model that measured rows ask for.

use std::fmt::Write;

use synth_twin::service::Cost;

use crate::{fluid, rows::Row, service};

/// Rows beyond this use say more about what else runs than about the constants.
const MOST: f64 = 0.8;

/// The largest squared coefficient of variation of what comes by chance: beyond it the 99th percentile falls again.
const WILDEST: f64 = 70.0;

/// Seconds.
const MICRO: f64 = 1e-6;

/// The `work` and `wake` of processor times in microseconds: `work` where there is always a request, and the more of `wake` the more often
/// a worker is idle when one comes.
fn work(rows: &[&Row]) -> (f64, f64) {
    let work = rows.iter().map(|row| 1e6 / row.most).sum::<f64>() / count(rows);
    let (mut more, mut idle) = (0.0, 0.0);
    for row in rows {
        let share = 1.0 - row.usage();
        more += share * (row.cpu() - work);
        idle += share * share;
    }
    (work, (more / idle.max(1e-30)).max(0.0))
}

/// The variability of work: by how much more queues grow than those of work that is always as much.
fn variability(rows: &[&Row], work: f64) -> f64 {
    let points: Vec<_> = rows
        .iter()
        .map(|row| {
            let usage = row.rate * work / 1e6;
            (usage / (1.0 - usage) * work / 2.0, row.mean)
        })
        .collect();
    let mean = |of: &dyn Fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count(&points);
    let (x, y) = (mean(&|point| point.0), mean(&|point| point.1));
    let slope = mean(&|point| (point.0 - x) * (point.1 - y)) / mean(&|point| (point.0 - x).powi(2)).max(1e-30);
    (slope - 1.0).clamp(0.0, 1.0)
}

#[expect(clippy::cast_precision_loss, reason = "few rows")]
fn count<T>(rows: &[T]) -> f64 {
    rows.len() as f64
}

/// Where a function that rises crosses zero, between these.
fn crossing((mut low, mut high): (f64, f64), rises: impl Fn(f64) -> f64) -> f64 {
    for _ in 0..40 {
        let middle = f64::midpoint(low, high);
        if rises(middle) > 0.0 { high = middle } else { low = middle }
    }
    low
}

/// The cost at which the fluid's means and 99th percentiles are neither above nor below those of the rows, taken all together.
fn cost(case: &str, rows: &[&Row]) -> Option<Cost> {
    rows.first()?;
    let (work, wake) = work(rows);
    let variability = variability(rows, work);
    let with = |more: f64, deviation: f64| Cost {
        work: work * MICRO,
        wake: wake * MICRO,
        refusal: 0.0,
        variability,
        idle: more / 2.0,
        jitter: (more / 2.0, deviation),
    };
    let above = |cost: Cost, of: &dyn Fn(&Row, f64, f64) -> f64| {
        let service = service(case, cost);
        rows.iter()
            .map(|row| {
                let times = fluid(&service, row);
                of(row, times.mean / MICRO, times.p99 / MICRO).ln()
            })
            .sum::<f64>()
    };
    let more = crossing((0.0, 1e-3), |more| above(with(more, more / 2.0), &|row, mean, _| mean / row.mean));
    let wildest = more / 2.0 * WILDEST.sqrt();
    let deviation = crossing((0.0, wildest), |deviation| above(with(more, deviation), &|row, _, p99| p99 / row.p99));
    Some(with(more, deviation))
}

/// What one takes beside the other, of both together.
fn beside(both: &Cost, one: &Cost) -> Cost {
    let less = |of: fn(&Cost) -> f64| (of(both) - of(one)).max(0.0);
    let (deviation, own) = (both.jitter.1, one.jitter.1);
    Cost {
        work: less(|of| of.work),
        wake: less(|of| of.wake),
        refusal: 0.0,
        variability: (2.0 * both.variability - one.variability).clamp(0.0, 1.0),
        idle: less(|of| of.idle),
        jitter: (less(|of| of.jitter.0), (deviation * deviation - own * own).max(0.0).sqrt()),
    }
}

/// Microseconds of a refusal, by the row that has most of them.
fn refusal(held: &[&Row], both: &Cost) -> f64 {
    held.iter().max_by(|one, two| one.refused.total_cmp(&two.refused)).map_or(0.0, |row| {
        let answers = (1.0 - row.refused) * (both.work + both.wake) / MICRO;
        ((row.cpu() - answers) / row.refused.max(1e-9)).max(0.0)
    })
}

pub(crate) fn constants(rows: &[Row]) -> String {
    let of = |case: &str| rows.iter().filter(|row| row.case == case && row.usage() <= MOST).collect::<Vec<_>>();
    let fitted = |case: &str| cost(case, &of(case));
    let mut text = String::new();
    let mut write = |name: &str, cost: &Cost| {
        for (constant, value) in [
            ("work_us", cost.work / MICRO),
            ("wake_us", cost.wake / MICRO),
            ("refusal_us", cost.refusal / MICRO),
            ("variability", cost.variability),
            ("idle_us", cost.idle / MICRO),
            ("jitter_us", cost.jitter.0 / MICRO),
            ("jitter_deviation_us", cost.jitter.1 / MICRO),
        ] {
            let _ = writeln!(text, "{name}_{constant},{value:.2},make twin-calibrate");
        }
    };
    let (mock, both) = (fitted("mock"), fitted("both"));
    if let (Some(mock), Some(both)) = (&mock, &both) {
        let refusal = refusal(&of("held"), both) * MICRO;
        write("proxy", &Cost { refusal, ..beside(both, mock) });
    }
    for (name, found) in [("mock", mock), ("unit", fitted("work")), ("followed", fitted("followed"))] {
        if let Some(cost) = found {
            write(name, &cost);
        }
    }
    text
}
