//! Charts of the results alone, over time: rates, times and errors.

use synth_page::{
    chart::{Chart, Series, Shape},
    clock, grouped,
};

use crate::{
    figures::{Figures, Step},
    profile::{Phase, Profile},
    verdict::milliseconds as written,
};

/// Each chart with its heading and its table.
pub(super) fn sections(figures: &Figures) -> [String; 3] {
    [rate(figures), latency(figures), errors(figures)]
}

/// The phases of the test, of which the one that holds is a band.
pub(super) fn phases(profile: Profile) -> Vec<synth_page::chart::Phase> {
    let drawn = |phase: Phase| synth_page::chart::Phase {
        name: phase.name(),
        span: profile.span(phase),
        shaded: phase == Phase::Hold,
    };
    Phase::ALL.map(drawn).into()
}

/// The middle of a step, where its value is drawn.
fn middle(step: &Step) -> f64 {
    step.second + step.row.seconds / 2.0
}

fn series(figures: &Figures, name: &str, value: impl Fn(&Step) -> Option<f64>) -> Series {
    let points = figures.steps.iter().map(|step| (middle(step), value(step))).collect();
    Series { name: name.to_owned(), points }
}

fn every(figures: &Figures) -> String {
    if figures.step == 1 { "each second".to_owned() } else { format!("each {} seconds", figures.step) }
}

fn rate(figures: &Figures) -> String {
    let hold = figures.hold();
    let chart = Chart {
        title: "Rate",
        summary: format!(
            "Offered and answered requests a second over time; while held, {:.1} offered and {:.1} answered.",
            hold.offered_rate(),
            hold.achieved_rate()
        ),
        unit: "requests/s",
        phases: phases(figures.profile),
        marks: Vec::new(),
        seconds: figures.all.seconds,
        shape: Shape::Lines,
        series: vec![
            series(figures, "answered", |step| Some(step.row.achieved_rate())),
            series(figures, "offered", |step| Some(step.row.offered_rate())),
        ],
    };
    let rows = figures.steps.iter().map(|step| {
        let (offered, answered) = (step.row.offered_rate(), step.row.achieved_rate());
        vec![clock(step.second), format!("{offered:.1}"), format!("{answered:.1}")]
    });
    let caption = format!("Requests a second, {}: what the schedule offers, and what was answered.", every(figures));
    chart.section(&caption, &["From", "Offered/s", "Answered/s"], rows.collect())
}

fn latency(figures: &Figures) -> String {
    let time = |step: &Step, value: u64| (step.row.answered > 0).then(|| milliseconds(value));
    let hold = figures.hold().latency;
    let mut lines = vec![
        series(figures, "p50", |step| time(step, step.row.latency.p50)),
        series(figures, "p95", |step| time(step, step.row.latency.p95)),
        series(figures, "p99", |step| time(step, step.row.latency.p99)),
    ];
    if figures.lateness.is_some() {
        lines.push(series(figures, "p99 from due", |step| time(step, step.row.response_time.p99)));
    }
    let chart = Chart {
        title: "Latency",
        summary: format!(
            "Percentiles over time; while held, p50 {} ms, p95 {} ms, p99 {} ms.",
            written(hold.p50),
            written(hold.p95),
            written(hold.p99)
        ),
        unit: "ms",
        phases: phases(figures.profile),
        marks: Vec::new(),
        seconds: figures.all.seconds,
        shape: Shape::Lines,
        series: lines,
    };
    let rows = figures.steps.iter().map(|step| {
        let latency = step.row.latency;
        let from_due = step.row.response_time.p99;
        let times = [latency.p50, latency.p95, latency.p99, latency.max, from_due].map(written);
        [clock(step.second)].into_iter().chain(times).collect()
    });
    let caption = format!(
        "Milliseconds from sending a request to the end of its answer, {}, and from when it was due, which also counts \
         waiting for the client; the maximum, {} ms, is in the table.",
        every(figures),
        grouped(figures.all.latency.max)
    );
    chart.section(&caption, &["From", "p50 ms", "p95 ms", "p99 ms", "Max ms", "p99 from due ms"], rows.collect())
}

fn errors(figures: &Figures) -> String {
    // More layers than colours would be a riddle: the rarest kinds share one.
    let shown = figures.errors.len().min(5);
    let mut names: Vec<&str> = figures.errors.iter().take(shown).map(|(kind, _)| kind.as_str()).collect();
    if figures.errors.len() > shown {
        names.push("other kinds");
    }
    let of = |step: &Step, kind: usize| -> usize {
        if kind < shown { step.errors[kind] } else { step.errors[shown..].iter().sum() }
    };
    let layer = |(kind, name): (usize, &&str)| {
        let points = figures.steps.iter().map(|step| (step.second, Some(count(of(step, kind))))).collect();
        Series { name: (*name).to_owned(), points }
    };
    let chart = Chart {
        title: "Errors",
        summary: format!("Failed requests over time: {} in all.", grouped(figures.all.failed)),
        unit: "failed requests",
        phases: phases(figures.profile),
        marks: Vec::new(),
        seconds: figures.all.seconds,
        shape: Shape::Stacked(f64::from(figures.step)),
        series: names.iter().enumerate().map(layer).collect(),
    };
    let rows = figures.steps.iter().map(|step| {
        let kinds = (0..names.len()).map(|kind| grouped(of(step, kind)));
        [clock(step.second), grouped(step.row.failed)].into_iter().chain(kinds).collect()
    });
    let header: Vec<&str> = ["From", "Failed"].into_iter().chain(names.iter().copied()).collect();
    let caption = match figures.all.failed {
        0 => "No request failed.".to_owned(),
        failed => format!("Failed requests by kind, {}: {} in all.", every(figures), grouped(failed)),
    };
    chart.section(&caption, &header, rows.collect())
}

#[expect(clippy::cast_precision_loss, reason = "times of a test are far below 2^52")]
fn milliseconds(value: u64) -> f64 {
    value as f64
}

#[expect(clippy::cast_precision_loss, reason = "counts of a test are far below 2^52")]
fn count(value: usize) -> f64 {
    value as f64
}
