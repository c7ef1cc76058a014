//! Charts of Prometheus' answers: how the platform grew and shrank with the load.

use synth_page::{
    chart::{Chart, Series, Shape},
    clock,
};

use super::charts::phases;
use crate::{
    figures::Figures,
    prometheus::{self, Answers},
};

/// Title, unit, caption, shape, and the questions whose answers are drawn with what their names get.
type Plan = (&'static str, &'static str, &'static str, Shape, &'static [(&'static str, &'static str)]);

const CHARTS: [Plan; 3] = [
    (
        "Processor time",
        "% of what pods ask for",
        "Use of the requested processor time by service, and the target above which its autoscaler adds pods.",
        Shape::Lines,
        &[("cpu", ""), ("cpu-target", " target")],
    ),
    ("Replicas", "pods", "Pods of each service.", Shape::Stairs, &[("replicas", "")]),
    ("Nodes", "nodes", "Nodes of the cluster, those of the base group included.", Shape::Stairs, &[("nodes", "")]),
];

/// A chart for what was answered; nothing for what was not asked.
pub(super) fn sections(figures: &Figures, answers: &Answers) -> Vec<String> {
    let charts = CHARTS.iter().filter(|(.., questions)| questions.iter().any(|(name, _)| answers.contains_key(*name)));
    charts.map(|plan| draw(figures, answers, plan)).collect()
}

fn draw(figures: &Figures, answers: &Answers, (title, unit, caption, shape, questions): &Plan) -> String {
    let lines = questions.iter().flat_map(|(name, suffix)| {
        answers.get(*name).into_iter().flatten().map(move |found| line(figures, found, title, suffix))
    });
    let series: Vec<Series> = lines.collect();
    let rows = series.iter().flat_map(|series| {
        let row = |(second, value): &(f64, Option<f64>)| {
            vec![series.name.clone(), clock(*second), value.map_or_else(String::new, |value| shape.written(value))]
        };
        series.points.iter().map(row).collect::<Vec<_>>()
    });
    let rows = rows.collect();
    let seconds = series.iter().flat_map(|series| &series.points).map(|(second, _)| *second);
    let chart = Chart {
        title,
        summary: (*caption).to_owned(),
        unit,
        phases: phases(figures.profile),
        marks: Vec::new(),
        seconds: seconds.fold(figures.all.seconds, f64::max),
        shape: *shape,
        series,
    };
    chart.section(caption, &["Of", "At", unit], rows)
}

fn line(figures: &Figures, found: &prometheus::Series, title: &str, suffix: &str) -> Series {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of this century are below 2^52")]
    let start = figures.start as f64 / 1000.0;
    let name = if found.name.is_empty() { title.to_lowercase() } else { found.name.clone() };
    let points = found.points.iter().map(|(time, value)| (time - start, Some(*value)));
    Series { name: format!("{name}{suffix}"), points: points.filter(|(second, _)| *second >= 0.0).collect() }
}
