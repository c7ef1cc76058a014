//! The verdict: what was asked of the system, and whether it was so.

use std::fmt;

use anstyle::{AnsiColor, Style};
use serde_json::{Value as Json, json};
use synth_page::grouped;

use crate::figures::{Figures, Quantiles, Row};

pub(crate) const HEADING: Style = Style::new().bold();
const MET: Style = AnsiColor::Green.on_default();
const MISSED: Style = AnsiColor::Red.on_default();

/// The load test of the system that this platform replaces: its claim was the same 1000 requests a second.
pub(crate) mod seed {
    /// Requests a second.
    pub(crate) const RATE: f64 = 92.97;
    /// The share of requests that failed.
    pub(crate) const ERROR_RATIO: f64 = 0.086_57;
    /// Milliseconds: p50, p95, p99.
    pub(crate) const LATENCY: [u64; 3] = [529, 144_538, 148_269];
}

/// The objectives of a load test.
#[derive(Clone, Copy, Debug)]
pub struct Objectives {
    /// The largest share of requests that may fail.
    pub error_ratio: f64,
    /// The smallest share of what the hold phase offers that must be answered.
    pub achieved_ratio: f64,
    /// The most milliseconds for 99 of 100 requests of the hold phase, from when they were due.
    pub p99_ms: u64,
}

/// One objective, and what was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Judgement {
    /// Its name.
    pub(crate) name: &'static str,
    /// Was it met?
    pub(crate) met: bool,
    /// The measured value, in words.
    pub(crate) found: String,
    /// The objective, in words.
    pub(crate) wanted: String,
}

fn judge(figures: &Figures, objectives: &Objectives) -> Vec<Judgement> {
    let (all, hold) = (&figures.all, figures.hold());
    let from = if figures.lateness.is_some() { "due" } else { "sent" };
    vec![
        Judgement {
            name: "errors",
            met: all.error_ratio() <= objectives.error_ratio,
            found: format!("{} of {} ({})", grouped(all.failed), grouped(all.answered), percent(all.error_ratio())),
            wanted: format!("at most {}", percent(objectives.error_ratio)),
        },
        Judgement {
            name: "rate while held",
            met: hold.achieved_ratio() >= objectives.achieved_ratio,
            found: format!(
                "{:.1} of {:.1} requests/s ({})",
                hold.achieved_rate(),
                hold.offered_rate(),
                percent(hold.achieved_ratio())
            ),
            wanted: format!("at least {}", percent(objectives.achieved_ratio)),
        },
        Judgement {
            name: "p99 while held",
            met: hold.answered > 0 && hold.response_time.p99 <= objectives.p99_ms,
            found: format!("{} ms from when a request was {from}", milliseconds(hold.response_time.p99)),
            wanted: format!("at most {} ms", grouped(objectives.p99_ms)),
        },
    ]
}

/// Figures and what they were judged to be; shown as a table and sentences, for people on a terminal.
#[derive(Debug)]
pub struct Verdict<'a> {
    pub(crate) figures: &'a Figures,
    pub(crate) judgements: Vec<Judgement>,
}

impl<'a> Verdict<'a> {
    /// Judges figures by objectives.
    pub fn of(figures: &'a Figures, objectives: &Objectives) -> Self {
        Self { figures, judgements: judge(figures, objectives) }
    }

    /// Was every objective met?
    pub fn met(&self) -> bool {
        self.judgements.iter().all(|judgement| judgement.met)
    }

    /// Figures and judgements, for scripts.
    pub fn json(&self) -> Json {
        let Self { figures, judgements } = self;
        let phases = figures.phases.iter().map(|(phase, row)| (phase.name().replace(' ', "_"), json_row(row)));
        let judgements = judgements.iter().map(|judgement| {
            let Judgement { name, met, found, wanted } = judgement;
            json!({ "name": name, "met": met, "found": found, "wanted": wanted })
        });
        json!({
            "met": self.met(),
            "objectives": judgements.collect::<Vec<_>>(),
            "all": json_row(&figures.all),
            "phases": phases.collect::<serde_json::Map<_, _>>(),
            "errors": figures.errors.iter().map(|(kind, number)| json!({ "kind": kind, "requests": number })).collect::<Vec<_>>(),
            "lateness_ms": figures.lateness.map(json_quantiles),
            "seed": { "requests_per_second": seed::RATE, "error_ratio": seed::ERROR_RATIO },
        })
    }
}

fn json_row(row: &Row) -> Json {
    json!({
        "seconds": row.seconds,
        "offered": row.offered,
        "answered": row.answered,
        "failed": row.failed,
        "offered_per_second": row.offered_rate(),
        "achieved_per_second": row.achieved_rate(),
        "error_ratio": row.error_ratio(),
        "mean_latency_ms": row.mean,
        "latency_ms": json_quantiles(row.latency),
        "response_time_ms": json_quantiles(row.response_time),
    })
}

fn json_quantiles(quantiles: Quantiles) -> Json {
    let Quantiles { p50, p95, p99, max } = quantiles;
    json!({ "p50": p50, "p95": p95, "p99": p99, "max": max })
}

impl fmt::Display for Verdict<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { figures, judgements } = self;
        writeln!(
            formatter,
            "{HEADING}{:<9}  {:>9}  {:>10}  {:>9}  {:>7}  {:>7}  {:>7}  {:>7}  {:>7}  {:>12}{HEADING:#}",
            "phase",
            "offered/s",
            "answered/s",
            "requests",
            "failed",
            "p50 ms",
            "p95 ms",
            "p99 ms",
            "max ms",
            "p99 from due"
        )?;
        let phases = figures.phases.iter().map(|(phase, row)| (phase.name(), row));
        for (name, row) in phases.chain([("all", &figures.all)]) {
            let Quantiles { p50, p95, p99, max } = row.latency;
            writeln!(
                formatter,
                "{name:<9}  {:>9.1}  {:>10.1}  {:>9}  {:>7}  {:>7}  {:>7}  {:>7}  {:>7}  {:>12}",
                row.offered_rate(),
                row.achieved_rate(),
                grouped(row.answered),
                grouped(row.failed),
                milliseconds(p50),
                milliseconds(p95),
                milliseconds(p99),
                milliseconds(max),
                if figures.lateness.is_some() { milliseconds(row.response_time.p99) } else { "unknown".to_owned() },
            )?;
        }
        for (kind, number) in &figures.errors {
            writeln!(formatter, "{MISSED}failed{MISSED:#}  {} × {kind}", grouped(*number))?;
        }
        for Judgement { name, met, found, wanted } in judgements {
            let (style, word) = if *met { (MET, "met   ") } else { (MISSED, "missed") };
            writeln!(formatter, "{style}{word}{style:#}  {name}: {found}, {wanted} wanted")?;
        }
        writeln!(formatter, "{}", against_the_seed(figures))
    }
}

/// One sentence: how this test compares with the seed's.
pub(crate) fn against_the_seed(figures: &Figures) -> String {
    let hold = figures.hold();
    let [p50, p95, p99] = seed::LATENCY.map(grouped);
    format!(
        "The seed answered {:.0} requests/s and failed {}, with p50 {p50}, p95 {p95} and p99 {p99} ms; \
         here {:.0} requests/s while held, and {} failed.",
        seed::RATE,
        percent(seed::ERROR_RATIO),
        hold.achieved_rate(),
        if figures.all.failed == 0 { "none".to_owned() } else { percent(figures.all.error_ratio()) },
    )
}

/// `8.66 %`: two digits, and never `0 %` for what is not nothing.
pub(crate) fn percent(ratio: f64) -> String {
    let percent = ratio * 100.0;
    if percent > 0.0 && percent < 0.005 {
        return "under 0.01 %".to_owned();
    }
    let text = format!("{percent:.2}");
    format!("{} %", text.trim_end_matches('0').trim_end_matches('.'))
}

/// `144,538`; times are whole milliseconds, so that one of none is a short one.
pub(crate) fn milliseconds(time: u64) -> String {
    if time == 0 { "<1".to_owned() } else { grouped(time) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        profile::Profile,
        results::{Results, Sample},
    };

    const OBJECTIVES: Objectives = Objectives { error_ratio: 0.0, achieved_ratio: 0.99, p99_ms: 250 };

    /// Two seconds at 100 requests/s; one in `failing` fails, and each is sent `late` milliseconds after it was due.
    fn figures(failing: u64, late: u64) -> Figures {
        let sample = |index: u64| {
            let due = 1_000 + index * 10;
            let error = index.is_multiple_of(failing).then_some(0);
            Sample { due, sent: due + late, elapsed: 5, error }
        };
        let samples = (0..200).map(sample).collect();
        let results = Results { samples, errors: vec!["503 Service Unavailable".to_owned()], says_due: true };
        Figures::of(results, Profile { rate: 100.0, ramp: 0.0, hold: 2.0, ramp_down: 0.0 })
    }

    fn missed(figures: &Figures) -> Vec<&'static str> {
        let judgements = judge(figures, &OBJECTIVES);
        judgements.iter().filter(|judgement| !judgement.met).map(|judgement| judgement.name).collect()
    }

    #[test]
    fn each_objective_is_missed_for_its_own_reason() {
        assert_eq!(missed(&figures(1_000, 0)), ["errors"]);
        let mut good = figures(50, 0);
        good.all.failed = 0;
        assert_eq!(missed(&good), [""; 0]);
        good.phases[0].1.answered = 189;
        assert_eq!(missed(&good), ["rate while held"]);
        let mut late = figures(50, 260);
        late.all.failed = 0;
        assert_eq!(missed(&late), ["rate while held", "p99 while held"]);
    }

    #[test]
    fn nothing_answered_meets_nothing_but_the_errors() {
        let mut nothing = figures(50, 0);
        nothing.all = Row::default();
        nothing.phases[0].1 = Row { offered: 200.0, seconds: 2.0, ..Row::default() };
        assert_eq!(missed(&nothing), ["rate while held", "p99 while held"]);
    }

    #[test]
    fn a_single_failure_in_a_million_does_not_read_as_none() {
        assert_eq!(percent(1e-6), "under 0.01 %");
        assert_eq!([0.0, 0.086_57, 0.95, 1.0].map(percent), ["0 %", "8.66 %", "95 %", "100 %"]);
        assert_eq!([7, 1_000, 144_538].map(grouped), ["7", "1,000", "144,538"]);
        assert_eq!([0, 1, 1_000].map(milliseconds), ["<1", "1", "1,000"]);
    }

    #[test]
    fn the_verdict_is_a_table_and_sentences() {
        let figures = figures(50, 3);
        let verdict = Verdict::of(&figures, &OBJECTIVES).to_string();
        insta::assert_snapshot!(anstream::adapter::strip_str(&verdict));
    }
}
