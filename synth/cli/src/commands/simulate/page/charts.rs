//! Charts of a run, and the list of what happened.

use synth_page::{
    chart::{Chart, Mark, Series, Shape},
    clock, table,
};
use synth_twin::{
    pods::Capacity,
    simulation::trace::{Of, Pods, Second, Trace},
};

use crate::commands::simulate::text::{Run, name_of};

/// Points of a line: more are not seen.
pub(in crate::commands::simulate) const POINTS: usize = 600;

/// Rows of a table beside a chart.
const ROWS: usize = 60;

/// Marks of a chart: of more than these, the kinds that come most often are left to the list.
const MARKS: usize = 26;

/// What is drawn over time.
pub(in crate::commands::simulate) struct Drawn<'a> {
    pub(in crate::commands::simulate) name: &'a str,
    pub(in crate::commands::simulate) unit: &'a str,
    pub(in crate::commands::simulate) shape: Shape,
    pub(in crate::commands::simulate) caption: &'a str,
    /// Each line's name, and its values.
    pub(in crate::commands::simulate) lines: Vec<(String, Vec<Option<f64>>)>,
}

/// A section for each chart; where there are several runs, each is named for its own.
pub(super) fn sections(run: &Run, several: bool) -> String {
    let trace = &run.trace;
    let all = [
        requests(trace),
        latency(trace),
        pods(trace),
        by_zone(trace),
        processor_time(trace),
        nodes(trace),
        money(trace),
    ];
    let title = |name: &str| if several { format!("{name}, scaled on {}", run.scaled_on()) } else { name.to_owned() };
    all.into_iter()
        .map(|drawn| {
            let title = title(drawn.name);
            drawn.section(&title, trace)
        })
        .collect()
}

/// A second as a clock has it.
pub(super) fn moment(second: usize) -> String {
    clock(whole(second))
}

#[expect(clippy::cast_precision_loss, reason = "seconds of a run")]
fn whole(number: usize) -> f64 {
    number as f64
}

impl Drawn<'_> {
    /// A section of it, whose values are one a second.
    fn section(mut self, title: &str, trace: &Trace) -> String {
        let all = trace.seconds.len();
        let places: Vec<_> = spread(all, POINTS).collect();
        for (_, values) in &mut self.lines {
            *values = places.iter().map(|second| values.get(*second).copied().flatten()).collect();
        }
        self.at(title, &places, all, &marks(trace))
    }

    /// A section of it, whose values are those of these seconds, of so many in all.
    pub(in crate::commands::simulate) fn at(
        &self,
        title: &str,
        places: &[usize],
        seconds: usize,
        marks: &[Mark],
    ) -> String {
        let value = |values: &[Option<f64>], place: usize| values.get(place).copied().flatten();
        let header: Vec<&str> = ["At"].into_iter().chain(self.lines.iter().map(|(name, _)| name.as_str())).collect();
        let row = |place: usize| {
            let cells = self.lines.iter().map(|(_, values)| {
                value(values, place).map_or_else(|| "–".to_owned(), |value| self.shape.written(value))
            });
            [moment(places[place])].into_iter().chain(cells).collect()
        };
        let series = self.lines.iter().map(|(name, values)| {
            let points = places.iter().enumerate().map(|(place, second)| (whole(*second), value(values, place)));
            Series { name: name.clone(), points: points.collect() }
        });
        let chart = Chart {
            title,
            summary: self.caption.to_owned(),
            unit: self.unit,
            phases: Vec::new(),
            marks: marks.to_vec(),
            seconds: whole(seconds),
            shape: self.shape,
            series: series.collect(),
        };
        chart.section(self.caption, &header, spread(places.len(), ROWS).map(row).collect())
    }
}

/// At most so many of all seconds, at equal distances: the last of each part.
pub(in crate::commands::simulate) fn spread(all: usize, most: usize) -> impl Iterator<Item = usize> {
    let count = most.min(all).max(1);
    (0..count).map(move |place| ((place + 1) * all / count).saturating_sub(1))
}

fn of(trace: &Trace, value: impl Fn(&Second) -> f64) -> Vec<Option<f64>> {
    trace.seconds.iter().map(|second| Some(value(second)).filter(|value| value.is_finite())).collect()
}

fn of_pods(trace: &Trace, service: usize, value: impl Fn(&Pods) -> f64) -> Vec<Option<f64>> {
    trace.pods_of(service).map(|pods| Some(value(pods))).collect()
}

fn requests(trace: &Trace) -> Drawn<'static> {
    Drawn {
        name: "Requests",
        unit: "requests/s",
        shape: Shape::Lines,
        caption: "Requests a second: what clients send, and what becomes of it. Refused is 503 at a pod's bound; failed is any other loss.",
        lines: vec![
            ("answered".to_owned(), of(trace, |of| of.answered)),
            ("offered".to_owned(), of(trace, |of| of.offered)),
            ("refused".to_owned(), of(trace, |of| of.refused)),
            ("failed".to_owned(), of(trace, |of| of.failed)),
        ],
    }
}

fn latency(trace: &Trace) -> Drawn<'static> {
    Drawn {
        name: "Latency",
        unit: "ms",
        shape: Shape::Lines,
        caption: "Milliseconds from a request's arrival to its answer, of those that were answered, by the services' queues; the client's way is not in it.",
        lines: vec![
            ("p50".to_owned(), of(trace, |of| f64::from(of.p50))),
            ("p99".to_owned(), of(trace, |of| f64::from(of.p99))),
        ],
    }
}

fn pods(trace: &Trace) -> Drawn<'static> {
    let lines = trace.services.iter().enumerate().flat_map(|(place, name)| {
        [
            (format!("{name}, ready"), of_pods(trace, place, |of| f64::from(of.ready))),
            (format!("{name}, asked for"), of_pods(trace, place, |of| f64::from(of.desired))),
        ]
    });
    Drawn {
        name: "Pods",
        unit: "pods",
        shape: Shape::Stairs,
        caption: "Pods of each service: those that are ready, and what its autoscaler asks for.",
        lines: lines.collect(),
    }
}

fn by_zone(trace: &Trace) -> Drawn<'static> {
    let zones = trace.zones.len().max(1);
    let lines = trace.zones.iter().enumerate().map(|(zone, name)| {
        (name.clone(), trace.by_zone.iter().skip(zone).step_by(zones).map(|pods| Some(f64::from(*pods))).collect())
    });
    Drawn {
        name: "Pods by zone",
        unit: "pods",
        shape: Shape::Stairs,
        caption: "Ready pods of all services in each zone.",
        lines: lines.collect(),
    }
}

fn processor_time(trace: &Trace) -> Drawn<'static> {
    let services = trace.services.iter().enumerate();
    let lines = services.map(|(place, name)| (name.clone(), of_pods(trace, place, |of| f64::from(of.cpu))));
    Drawn {
        name: "Processor time",
        unit: "% of what pods ask for",
        shape: Shape::Lines,
        caption: "Use of the requested processor time by service; its autoscaler hears of it up to a minute later.",
        lines: lines.collect(),
    }
}

fn nodes(trace: &Trace) -> Drawn<'static> {
    let lines = trace.kinds.iter().enumerate().map(|(kind, of)| {
        let how = match (of.base, of.capacity) {
            (true, _) => "base",
            (false, Capacity::Spot) => "Spot",
            (false, Capacity::OnDemand) => "on demand",
        };
        let guess = if of.estimated { ", estimated" } else { "" };
        let mut changes = trace.nodes.iter().filter(|change| change.kind == kind).peekable();
        let mut count = 0;
        let at = |second: usize| {
            while let Some(change) = changes.next_if(|change| change.second as usize <= second) {
                count = change.nodes;
            }
            Some(f64::from(count))
        };
        let name = format!("{}, {how}, {:.3} $/h{guess}", of.instance_type, of.price);
        (name, (0..trace.seconds.len()).map(at).collect())
    });
    Drawn {
        name: "Nodes",
        unit: "nodes",
        shape: Shape::Stairs,
        caption: "Nodes by type, and how they are paid for; those of the base group are apart.",
        lines: lines.collect(),
    }
}

fn money(trace: &Trace) -> Drawn<'static> {
    Drawn {
        name: "Money",
        unit: "$/h",
        shape: Shape::Stairs,
        caption: "Dollars an hour for all nodes, at the prices whose sources and days the bill names.",
        lines: vec![("nodes".to_owned(), of(trace, |of| f64::from(of.nodes_price)))],
    }
}

/// The events that are marked, with the letter of each.
fn marked(trace: &Trace) -> Vec<(usize, String)> {
    let order = [Of::Fault, Of::Requests, Of::Scaling, Of::Bought, Of::Removed];
    let mut shown = Vec::new();
    for of in order {
        let events = trace.events.iter().enumerate().filter(|(_, event)| event.of == of).map(|(place, _)| place);
        let events: Vec<_> = events.collect();
        if shown.len() + events.len() <= MARKS {
            shown.extend(events);
        }
    }
    shown.sort_unstable();
    shown.into_iter().zip('a'..='z').map(|(place, letter)| (place, letter.to_string())).collect()
}

fn marks(trace: &Trace) -> Vec<Mark> {
    let mark = |(place, letter): (usize, String)| Mark { second: trace.events[place].at.in_seconds(), letter };
    marked(trace).into_iter().map(mark).collect()
}

/// All that happened.
pub(super) fn events(trace: &Trace) -> String {
    let letters = marked(trace);
    let rows = trace.events.iter().enumerate().map(|(place, event)| {
        let letter = letters.iter().find(|(marked, _)| *marked == place).map(|(_, letter)| letter.clone());
        let time = clock(event.at.in_seconds());
        vec![letter.unwrap_or_default(), time, name_of(event.of).to_owned(), event.text.clone()]
    });
    let caption = "What happened, with the letter of what is marked on the charts";
    let list = table::worded(caption, &["", "At", "Of", "What"], &[3], rows);
    format!("<section>\n<h2>Events</h2>\n{list}</section>\n")
}
