//! The figures of all rounds as one table: the median round of each, so that one noisy round does not decide.

use std::fmt::Write;
use std::time::Duration;

use crate::load::Outcome;

const HEAD: &str = "| proxy | requests/s | CPU µs/request | p50 ms at 1000/s | p99 ms | p99.9 ms | peak MiB | ready ms |\n\
                    |---|---|---|---|---|---|---|---|\n";

/// One proxy's rounds: each column holds a figure per round.
pub(crate) struct Row {
    name: &'static str,
    columns: [Vec<f64>; 7],
}

impl Row {
    pub(crate) fn new(name: &'static str) -> Self {
        Self { name, columns: Default::default() }
    }

    pub(crate) fn add(&mut self, ready: Duration, closed: &Outcome, cpu: Duration, open: &Outcome, peak_kib: u64) {
        let millis = |duration: Duration| duration.as_secs_f64() * 1000.0;
        let requests = f64::from(closed.requests());
        let figures = [
            requests / closed.elapsed.as_secs_f64(),
            cpu.as_secs_f64() * 1_000_000.0 / requests,
            millis(open.at(500)),
            millis(open.at(990)),
            millis(open.at(999)),
            f64::from(u32::try_from(peak_kib).unwrap()) / 1024.0,
            millis(ready),
        ];
        for (column, figure) in self.columns.iter_mut().zip(figures) {
            column.push(figure);
        }
    }
}

pub(crate) fn render(rows: &[Row]) -> String {
    let mut table = HEAD.to_owned();
    for row in rows {
        write!(table, "| {} |", row.name).unwrap();
        for (column, digits) in row.columns.iter().zip([0, 1, 2, 2, 2, 1, 0]) {
            let mut column = column.clone();
            column.sort_unstable_by(f64::total_cmp);
            write!(table, " {:.digits$} |", column[column.len() / 2]).unwrap();
        }
        table.push('\n');
    }
    table
}
