//! Charts of how the platform grew and shrank with the load: by Prometheus' answers, and as it was expected.

use synth_page::{
    chart::{Chart, Series, Shape},
    clock,
};

use super::charts::phases;
use crate::{comparison::Comparison, expected::Expected, prometheus};

/// Points of an expected line at most, where it is not drawn by its changes.
const POINTS: usize = 200;

/// Lines by name, with a value for each second.
type Lines = Vec<(String, Vec<f64>)>;

/// What is drawn together.
struct Plan {
    title: &'static str,
    unit: &'static str,
    caption: &'static str,
    shape: Shape,
    /// The questions whose answers are drawn, with what their names get.
    questions: &'static [(&'static str, &'static str)],
    /// What was expected.
    expected: fn(&Expected) -> Lines,
    /// The title where nothing was answered; what was expected is not drawn then where there is none.
    alone: Option<&'static str>,
}

const CHARTS: [Plan; 3] = [
    Plan {
        title: "Processor time",
        unit: "% of what pods ask for",
        caption: "Use of the requested processor time by service, and the target above which its autoscaler adds pods.",
        shape: Shape::Lines,
        questions: &[("cpu", ""), ("cpu-target", " target")],
        expected: |of| of.services.iter().map(|service| (service.name.clone(), service.cpu.clone())).collect(),
        alone: None,
    },
    Plan {
        title: "Replicas",
        unit: "pods",
        caption: "Pods of each service, those that start included.",
        shape: Shape::Stairs,
        questions: &[("replicas", "")],
        expected: |of| {
            let replicas = of.services.iter().map(|service| (&service.name, &service.replicas));
            replicas.map(|(name, pods)| (name.clone(), pods.iter().copied().map(f64::from).collect())).collect()
        },
        alone: Some("Expected replicas"),
    },
    Plan {
        title: "Nodes",
        unit: "nodes",
        caption: "Nodes of the cluster, those of the base group included.",
        shape: Shape::Stairs,
        questions: &[("nodes", "")],
        expected: |of| vec![("nodes".to_owned(), of.seconds.iter().map(|second| second.nodes.into()).collect())],
        alone: Some("Expected nodes"),
    },
];

/// A chart for what was answered or expected; nothing for what was neither.
pub(super) fn sections(comparison: &Comparison<'_>) -> Vec<String> {
    CHARTS.iter().filter_map(|plan| plan.section(comparison)).collect()
}

impl Plan {
    fn section(&self, comparison: &Comparison<'_>) -> Option<String> {
        let Comparison { figures, scaling, expected, .. } = comparison;
        let answers = self.questions.iter().filter_map(|(name, suffix)| Some((scaling.get(*name)?, *suffix)));
        let measured = answers.map(|(found, suffix)| self.measured(comparison, found, suffix));
        let measured = measured.reduce(|all, more| [all, more].concat());
        let foreseen = expected.ok().map(|of| self.foreseen(of)).unwrap_or_default();
        let (title, source) = match (&measured, self.alone) {
            (None, Some(title)) if !foreseen.is_empty() => {
                (title, " Expected by the capacity twin; nothing measured them.")
            }
            (None, _) => return None,
            (Some(_), _) if foreseen.is_empty() => (self.title, " Measured by Prometheus."),
            (Some(_), _) => (self.title, " Measured by Prometheus, and expected by the capacity twin."),
        };
        let series = [measured.unwrap_or_default(), foreseen].concat();
        let rows = series.iter().flat_map(|series| {
            let row = |(second, value): &(f64, Option<f64>)| {
                let value = value.map_or_else(String::new, |value| self.shape.written(value));
                vec![series.name.clone(), clock(*second), value]
            };
            series.points.iter().map(row).collect::<Vec<_>>()
        });
        let rows = rows.collect();
        let seconds = series.iter().flat_map(|series| &series.points).map(|(second, _)| *second);
        let caption = format!("{}{source}", self.caption);
        let chart = Chart {
            title,
            summary: caption.clone(),
            unit: self.unit,
            phases: phases(figures.profile),
            marks: Vec::new(),
            seconds: seconds.fold(figures.all.seconds, f64::max),
            shape: self.shape,
            series,
        };
        Some(chart.section(&caption, &["Of", "At", self.unit], rows))
    }

    fn measured(&self, comparison: &Comparison<'_>, found: &[prometheus::Series], suffix: &str) -> Vec<Series> {
        let line = |of: &prometheus::Series| {
            let name = if of.name.is_empty() { self.title.to_lowercase() } else { of.name.clone() };
            let points = of.points.iter().map(|(time, value)| (comparison.figures.second_of(*time), Some(*value)));
            Series { name: format!("{name}{suffix}"), points: points.filter(|(second, _)| *second >= 0.0).collect() }
        };
        found.iter().map(line).collect()
    }

    /// Of what is counted, where it changes; of what is measured, some points.
    fn foreseen(&self, expected: &Expected) -> Vec<Series> {
        let line = |(name, values): (String, Vec<f64>)| {
            let (last, apart) = (values.len().saturating_sub(1), values.len().div_ceil(POINTS).max(1));
            let shown = |place: usize| match self.shape {
                Shape::Stairs => place == 0 || values[place - 1].total_cmp(&values[place]).is_ne(),
                Shape::Lines | Shape::Stacked(_) => place.is_multiple_of(apart),
            };
            let seconds = (0_u32..).map(f64::from).zip(&values).enumerate();
            let points = seconds.filter(|(place, _)| shown(*place) || *place == last);
            let points = points.map(|(_, (second, value))| (second, Some(*value).filter(|value| value.is_finite())));
            Series { name: format!("{name}, expected"), points: points.collect() }
        };
        (self.expected)(expected).into_iter().map(line).collect()
    }
}
