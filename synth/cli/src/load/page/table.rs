//! Tables: every figure that a chart shows can be read, too.

use std::fmt::Write;

use super::text::escaped;
use crate::load::{
    figures::{Figures, Row},
    verdict::{grouped, percent},
};

/// A table whose first column names its rows.
pub(super) fn plain(caption: &str, header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table =
        format!("<div class=\"wide\" tabindex=\"0\"><table>\n<caption>{}</caption>\n<thead><tr>", escaped(caption));
    for cell in header {
        let _ = write!(table, "<th scope=\"col\">{}</th>", escaped(cell));
    }
    table.push_str("</tr></thead>\n<tbody>\n");
    for row in rows {
        table.push_str("<tr>");
        for (index, cell) in row.iter().enumerate() {
            let (open, close) = if index == 0 { ("<th scope=\"row\">", "</th>") } else { ("<td>", "</td>") };
            let _ = write!(table, "{open}{}{close}", escaped(cell));
        }
        table.push_str("</tr>\n");
    }
    table.push_str("</tbody>\n</table></div>\n");
    table
}

/// A table that opens when asked: the figures of a chart.
pub(super) fn folded(caption: &str, header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    format!("<details><summary>The figures as a table</summary>\n{}</details>\n", plain(caption, header, rows))
}

/// The phases of the test, and all of it.
pub(super) fn phases(figures: &Figures) -> String {
    let header = [
        "Phase",
        "Seconds",
        "Offered/s",
        "Answered/s",
        "Requests",
        "Failed",
        "p50 ms",
        "p95 ms",
        "p99 ms",
        "Max ms",
        "p99 from due ms",
    ];
    let phases = figures.phases.iter().map(|(phase, row)| (phase.name(), row));
    let rows = phases.chain([("all", &figures.all)]).map(|(name, row)| {
        let Row { seconds, answered, failed, latency, response_time, .. } = row;
        let from_due = if figures.lateness.is_some() { grouped(response_time.p99) } else { "unknown".to_owned() };
        vec![
            name.to_owned(),
            format!("{seconds:.0}"),
            format!("{:.1}", row.offered_rate()),
            format!("{:.1}", row.achieved_rate()),
            grouped(*answered),
            format!("{} ({})", grouped(*failed), percent(row.error_ratio())),
            grouped(latency.p50),
            grouped(latency.p95),
            grouped(latency.p99),
            grouped(latency.max),
            from_due,
        ]
    });
    plain("Offered and answered rates, failures, and times from when requests were sent", &header, rows)
}
