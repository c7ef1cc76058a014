//! What a simulation says on a terminal.

use std::fmt::Write;

use synth_page::{clock, grouped};
use synth_twin::simulation::{
    Binding,
    search::Largest,
    setup::Setup,
    trace::{Of, Second, Trace},
};

use super::args::Metric;

/// How many signs wide a small chart is.
const WIDTH: usize = 60;

/// A run, and what bound it.
pub(super) struct Run {
    pub(super) metric: Option<Metric>,
    pub(super) trace: Trace,
    pub(super) binding: Option<Binding>,
}

/// What a run came to.
pub(super) struct Sums {
    pub(super) totals: Second,
    pub(super) peak: f64,
    /// Of seconds in which something was answered: the highest p99 and the median of all, in milliseconds.
    pub(super) p99: f32,
    pub(super) p50: f32,
    pub(super) most_pods: Vec<u32>,
    pub(super) most_nodes: u32,
    pub(super) cost: f64,
}

impl Run {
    pub(super) fn new(metric: Option<Metric>, setup: &Setup, trace: Trace) -> Self {
        let binding = Binding::of(setup, &trace);
        Self { metric, trace, binding }
    }

    pub(super) fn name(&self) -> &'static str {
        match self.metric {
            None => "as written",
            Some(Metric::Cpu) => "cpu",
            Some(Metric::Memory) => "memory",
            Some(Metric::Requests) => "requests",
            Some(Metric::InFlight) => "in-flight",
        }
    }

    /// What pods are added by, after the word `on`.
    pub(super) fn scaled_on(&self) -> &'static str {
        if self.metric.is_none() { "what is written" } else { self.name() }
    }

    pub(super) fn sums(&self) -> Sums {
        let trace = &self.trace;
        let mut medians: Vec<f32> = trace.seconds.iter().map(|of| of.p50).filter(|of| of.is_finite()).collect();
        medians.sort_by(f32::total_cmp);
        Sums {
            totals: trace.totals(),
            peak: trace.seconds.iter().map(|of| of.offered).fold(0.0, f64::max),
            p99: trace.seconds.iter().map(|of| of.p99).filter(|of| of.is_finite()).fold(0.0, f32::max),
            p50: medians.get(medians.len() / 2).copied().unwrap_or(f32::NAN),
            most_pods: (0..trace.services.len())
                .map(|service| trace.pods_of(service).map(|of| of.ready).max().unwrap_or_default())
                .collect(),
            most_nodes: nodes(trace).into_iter().max().unwrap_or_default(),
            cost: trace.nodes_cost(),
        }
    }
}

/// Karpenter's nodes and those of the base group, second by second.
pub(in crate::commands) fn nodes(trace: &Trace) -> Vec<u32> {
    let mut counts = vec![0; trace.kinds.len()];
    let mut changes = trace.nodes.iter().peekable();
    let at = |second: usize| {
        while let Some(change) = changes.next_if(|change| change.second as usize <= second) {
            counts[change.kind] = change.nodes;
        }
        counts.iter().sum()
    };
    (0..trace.seconds.len()).map(at).collect()
}

/// All runs of one load, in ten lines each.
pub(super) fn runs(setup: &Setup, runs: &[Run]) -> String {
    let mut text = String::new();
    for run in runs {
        one(&mut text, setup, run);
    }
    if runs.len() > 1 {
        let _ = writeln!(
            text,
            "\n{:<11}{:>12}{:>12}{:>10}{:>9}{:>10}",
            "scaled on", "answered", "lost", "p99 ms", "nodes", "$ nodes"
        );
        for run in runs {
            let sums = run.sums();
            let lost = sums.totals.refused + sums.totals.failed;
            let _ = writeln!(
                text,
                "{:<11}{:>12}{:>12}{:>10}{:>9}{:>10.2}",
                run.name(),
                grouped(format!("{:.0}", sums.totals.answered)),
                grouped(format!("{lost:.0}")),
                milliseconds(sums.p99),
                sums.most_nodes,
                sums.cost
            );
        }
    }
    text
}

fn one(text: &mut String, setup: &Setup, run: &Run) {
    let (trace, sums) = (&run.trace, run.sums());
    let Second { offered, answered, refused, failed, .. } = sums.totals;
    let whole = |number: f64| grouped(format!("{number:.0}"));
    #[expect(clippy::cast_precision_loss, reason = "seconds of a run")]
    let length = trace.seconds.len() as f64;
    let scaled = run.metric.map(|_| format!(", scaled on {}", run.name())).unwrap_or_default();
    let _ = writeln!(text, "{}: up to {} requests/s over {}{scaled}", setup.name, whole(sums.peak), clock(length));
    let _ = writeln!(text, "offered   {}", bars(trace.seconds.iter().map(|of| of.offered)));
    for (place, name) in trace.services.iter().enumerate() {
        let pods = trace.pods_of(place).map(|of| f64::from(of.ready));
        let (least, most) =
            trace.pods_of(place).fold((u32::MAX, 0), |(least, most), of| (least.min(of.ready), most.max(of.ready)));
        let _ = writeln!(text, "pods      {} {least} to {most} of {name}", bars(pods));
    }
    let counts = nodes(trace);
    let least = counts.iter().copied().min().unwrap_or_default();
    let _ = writeln!(text, "nodes     {} {least} to {}", bars(counts.iter().map(|of| f64::from(*of))), sums.most_nodes);
    let _ = writeln!(
        text,
        "answered  {} of {} requests; {} refused, {} failed",
        whole(answered),
        whole(offered),
        whole(refused),
        whole(failed)
    );
    let _ = writeln!(text, "latency   p50 {} ms; p99 at most {} ms", milliseconds(sums.p50), milliseconds(sums.p99));
    let guess = if trace.kinds.iter().any(|of| of.estimated) { ", some of their prices estimated" } else { "" };
    let all = trace.bill.dollars();
    let _ = writeln!(
        text,
        "money     {:.2} $ for nodes{guess}; {all:.2} $ with all that stands beside them, and traffic at an assumed {:.0} bytes an answer",
        sums.cost, setup.bytes.answer
    );
    match &run.binding {
        None => {
            let _ = writeln!(text, "every request was answered");
        }
        Some(Binding { second, what, mend, .. }) => {
            #[expect(clippy::cast_precision_loss, reason = "seconds of a run")]
            let at = clock(*second as f64);
            let _ = writeln!(text, "lost      from {at} on: {what}");
            let _ = writeln!(text, "mend      {mend}");
        }
    }
}

/// The largest load that was found.
pub(super) fn largest(found: &Largest) -> String {
    let rate = grouped(format!("{:.0}", found.rate));
    match &found.binding {
        None => format!("every request is answered up to {rate} requests/s, the most that was tried\n"),
        Some(Binding { what, mend, .. }) => {
            format!("every request is answered up to {rate} requests/s; a little above: {what}\nmend      {mend}\n")
        }
    }
}

pub(super) fn milliseconds(value: f32) -> String {
    synth_page::milliseconds(value.into())
}

/// A chart of one line: each sign is the highest value of its part of the time.
pub(super) fn bars(values: impl Iterator<Item = f64>) -> String {
    const SIGNS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let values: Vec<f64> = values.collect();
    let top = values.iter().copied().fold(0.0, f64::max);
    let width = WIDTH.min(values.len());
    let sign = |place: usize| {
        let part = &values
            [place * values.len() / width..((place + 1) * values.len() / width).max(place * values.len() / width + 1)];
        let most = part.iter().copied().fold(0.0, f64::max);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 7")]
        let step = if top > 0.0 { (most / top * 7.0).round() as usize } else { 0 };
        SIGNS[step.min(7)]
    };
    (0..width).map(sign).collect()
}

pub(super) fn name_of(of: Of) -> &'static str {
    match of {
        Of::Fault => "fault",
        Of::Scaling => "scaling",
        Of::Bought => "bought",
        Of::Removed => "removed",
        Of::Requests => "requests",
    }
}
