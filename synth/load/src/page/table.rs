//! Tables of the phases, and of what was before.

use synth_page::{grouped, table::plain};

use crate::{
    figures::{Figures, Quantiles, Row},
    verdict::{milliseconds, percent, seed},
};

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
        let from_due = if figures.lateness.is_some() { milliseconds(response_time.p99) } else { "unknown".to_owned() };
        vec![
            name.to_owned(),
            format!("{seconds:.0}"),
            format!("{:.1}", row.offered_rate()),
            format!("{:.1}", row.achieved_rate()),
            grouped(*answered),
            format!("{} ({})", grouped(*failed), percent(row.error_ratio())),
            milliseconds(latency.p50),
            milliseconds(latency.p95),
            milliseconds(latency.p99),
            milliseconds(latency.max),
            from_due,
        ]
    });
    plain("Offered and answered rates, failures, and times from when requests were sent", &header, rows)
}

/// The figures of the system that this one replaces beside these.
pub(super) fn against_the_seed(figures: &Figures) -> String {
    let hold = figures.hold();
    let Quantiles { p50, p95, p99, .. } = hold.latency;
    let rates =
        vec!["Answered requests/s".to_owned(), format!("{:.0}", seed::RATE), format!("{:.0}", hold.achieved_rate())];
    let failed = vec!["Failed".to_owned(), percent(seed::ERROR_RATIO), percent(figures.all.error_ratio())];
    let times = ["p50 ms", "p95 ms", "p99 ms"].into_iter().zip(seed::LATENCY).zip([p50, p95, p99]);
    let times = times.map(|((name, seed), here)| vec![name.to_owned(), grouped(seed), milliseconds(here)]);
    let caption = "The load test of the system before this one, on its cluster, over its whole run; and this one while \
                   held, with failures over its whole run";
    plain(caption, &["", "Seed", "Here"], [rates, failed].into_iter().chain(times))
}
