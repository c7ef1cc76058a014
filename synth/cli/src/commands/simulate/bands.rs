//! Many runs of one load, each with a seed of its own: the lowest, the middle and the highest of each figure.

use std::{
    fmt::Write as _,
    io::{IsTerminal, Write as _, stderr},
};

use serde_json::{Value as Json, json};
use synth_page::{chart::Shape, document, escaped, grouped, table};
use synth_twin::simulation::{setup::Setup, trace::Trace};

use super::{
    page::charts::{Drawn, POINTS, spread},
    text::{Run, milliseconds, nodes},
};

/// How many signs wide the progress is.
const WIDTH: usize = 30;

/// Curves of all runs at the seconds that are drawn, and what each run came to.
pub(super) struct Bands {
    runs: Vec<Sums>,
    curves: Vec<Curve>,
    seconds: usize,
    places: Vec<usize>,
}

struct Sums {
    lost: f64,
    p99: f64,
    pods: f64,
    nodes: f64,
    cost: f64,
}

/// A figure over time, of every run.
struct Curve {
    name: String,
    unit: &'static str,
    shape: Shape,
    runs: Vec<Vec<f64>>,
}

/// A figure over all runs.
struct Band {
    name: &'static str,
    low: f64,
    middle: f64,
    high: f64,
}

impl Bands {
    /// Without a run.
    pub(super) fn new() -> Self {
        Self { runs: Vec::new(), curves: Vec::new(), seconds: 0, places: Vec::new() }
    }

    /// One run more. Of its curves what is drawn is kept.
    pub(super) fn add(&mut self, run: &Run) {
        let (trace, sums) = (&run.trace, run.sums());
        self.seconds = trace.seconds.len();
        self.places = spread(self.seconds, POINTS).collect();
        self.runs.push(Sums {
            lost: sums.totals.refused + sums.totals.failed,
            p99: sums.p99.into(),
            pods: sums.most_pods.iter().copied().max().unwrap_or_default().into(),
            nodes: sums.most_nodes.into(),
            cost: sums.cost,
        });
        for (place, (name, unit, shape, values)) in curves(trace).into_iter().enumerate() {
            let drawn = self.places.iter().map(|second| values.get(*second).copied().unwrap_or_default()).collect();
            match self.curves.get_mut(place) {
                Some(curve) => curve.runs.push(drawn),
                None => self.curves.push(Curve { name, unit, shape, runs: vec![drawn] }),
            }
        }
    }

    /// Did any run lose a request?
    pub(super) fn lose(&self) -> bool {
        self.runs.iter().any(|run| run.lost >= 0.5)
    }

    fn sums(&self) -> [Band; 5] {
        let band = |name, of: fn(&Sums) -> f64| {
            let [low, middle, high] = three(self.runs.iter().map(of).collect());
            Band { name, low, middle, high }
        };
        [
            band("requests lost", |run| run.lost),
            band("highest p99, ms", |run| run.p99),
            band("most pods of a service", |run| run.pods),
            band("most nodes", |run| run.nodes),
            band("$ for nodes", |run| run.cost),
        ]
    }

    /// A row for each figure.
    pub(super) fn text(&self, setup: &Setup) -> String {
        let losing = self.runs.iter().filter(|run| run.lost >= 0.5).count();
        let mut text = format!("{}: {} runs, of which {losing} lose requests\n", setup.name, self.runs.len());
        let _ = writeln!(text, "{:<24}{:>14}{:>14}{:>14}", "", "lowest", "middle", "highest");
        for band in self.sums() {
            let [low, middle, high] = [band.low, band.middle, band.high].map(written);
            let _ = writeln!(text, "{:<24}{low:>14}{middle:>14}{high:>14}", band.name);
        }
        text
    }

    /// The same, for scripts.
    pub(super) fn json(&self, setup: &Setup) -> Json {
        let bands =
            self.sums().map(|of| json!({ "of": of.name, "lowest": of.low, "middle": of.middle, "highest": of.high }));
        json!({ "environment": setup.name, "runs": self.runs.len(), "bands": bands })
    }

    /// The page: for each curve the lowest, the middle and the highest of all runs.
    pub(super) fn html(&self, setup: &Setup, asked: &str) -> String {
        let rows =
            self.sums().map(|of| vec![of.name.to_owned(), written(of.low), written(of.middle), written(of.high)]);
        let mut page = format!(
            "<header>\n<h1>Simulated {} times</h1>\n<p>The environment <code>{}</code> under one load, each time with another seed: \
             launches take other times, periods begin elsewhere. At each second the lowest, the middle and the highest of all runs.</p>\n<p>{}</p>\n</header>\n",
            self.runs.len(),
            escaped(&setup.name),
            escaped(asked)
        );
        page.push_str(&table::plain("Over all runs", &["", "Lowest", "Middle", "Highest"], rows));
        for curve in &self.curves {
            let at = |place: usize| three(curve.runs.iter().map(|run| run[place]).collect());
            let points: Vec<_> = (0..self.places.len()).map(at).collect();
            let line = |name: &str, of: usize| (name.to_owned(), points.iter().map(|three| Some(three[of])).collect());
            let drawn = Drawn {
                name: &curve.name,
                unit: curve.unit,
                shape: curve.shape,
                caption: "The lowest, the middle and the highest of all runs.",
                lines: vec![line("middle", 1), line("lowest", 0), line("highest", 2)],
            };
            page.push_str(&drawn.at(&curve.name, &self.places, self.seconds, &[]));
        }
        document("Simulated bands", &page)
    }
}

/// The figures that are drawn.
fn curves(trace: &Trace) -> Vec<(String, &'static str, Shape, Vec<f64>)> {
    let of = |value: fn(&synth_twin::simulation::trace::Second) -> f64| trace.seconds.iter().map(value).collect();
    let mut all = vec![
        ("Answered".to_owned(), "requests/s", Shape::Lines, of(|of| of.answered)),
        ("Lost".to_owned(), "requests/s", Shape::Lines, of(|of| of.refused + of.failed)),
        ("p99".to_owned(), "ms", Shape::Lines, of(|of| if of.p99.is_finite() { of.p99.into() } else { 0.0 })),
    ];
    for (place, name) in trace.services.iter().enumerate() {
        let ready = trace.pods_of(place).map(|of| f64::from(of.ready)).collect();
        all.push((format!("Pods of {name}"), "pods", Shape::Stairs, ready));
    }
    all.push(("Nodes".to_owned(), "nodes", Shape::Stairs, nodes(trace).into_iter().map(f64::from).collect()));
    all
}

/// The lowest, the middle and the highest.
fn three(mut values: Vec<f64>) -> [f64; 3] {
    values.sort_by(f64::total_cmp);
    let at = |place: usize| values.get(place).copied().unwrap_or_default();
    [at(0), at(values.len() / 2), at(values.len().saturating_sub(1))]
}

#[expect(clippy::cast_possible_truncation, reason = "what is printed needs no more digits")]
fn written(value: f64) -> String {
    if value.fract() == 0.0 || value >= 100.0 { grouped(format!("{value:.0}")) } else { milliseconds(value as f32) }
}

/// How far the runs are, for who watches a terminal.
pub(super) fn progress(done: u32, all: u32) {
    let mut out = stderr();
    if !out.is_terminal() {
        return;
    }
    let full = usize::try_from(done).unwrap_or_default() * WIDTH / usize::try_from(all.max(1)).unwrap_or(1);
    let end = if done == all { "\n" } else { "" };
    // Where nobody can be told, nothing is lost.
    let _ = write!(out, "\r[{}{}] {done} of {all} runs{end}", "=".repeat(full), " ".repeat(WIDTH - full));
    let _ = out.flush();
}
