//! The page of a simulation: curves, and what happened.

use synth_page::{
    chart::{Chart, Mark, Series, Shape},
    clock, document, escaped, grouped, table,
};
use synth_twin::{
    pods::Capacity,
    simulation::{
        setup::Setup,
        trace::{Of, Second, Trace},
    },
};

use super::text::{Run, milliseconds, name_of};

/// Points of a line: more are not seen.
const POINTS: usize = 600;

/// Rows of a table beside a chart.
const ROWS: usize = 60;

/// Marks of a chart: of more than these, the kinds that come most often are left to the list.
const MARKS: usize = 26;

pub(super) fn html(setup: &Setup, runs: &[Run]) -> String {
    let lost = runs.iter().any(|run| run.binding.is_some());
    let verdict = if lost { "requests are lost" } else { "every request is answered" };
    let class = if lost { "missed" } else { "met" };
    let mut page = format!("<header>\n<h1>Simulated: <span class=\"{class}\">{verdict}</span></h1>\n");
    page.push_str(&format!(
        "<p>The environment <code>{}</code> under a load, as the capacity twin reckons it from the objects that are synthesized. \
         Nothing of this ran in AWS; <code>docs/scaling.md</code> says what is modelled, from which source, and how far it was held to the real controllers.</p>\n</header>\n",
        escaped(&setup.name)
    ));
    page.push_str(&judgements(runs));
    if runs.len() > 1 {
        page.push_str(&compared(runs));
    }
    for run in runs {
        if runs.len() > 1 {
            page.push_str(&format!("<h2>Scaled on {}</h2>\n", escaped(run.name())));
        }
        charts(&mut page, run, runs.len() > 1);
    }
    document(&format!("Simulated: {verdict}"), &page)
}

fn judgements(runs: &[Run]) -> String {
    let mut list = "<ul class=\"judgements\">\n".to_owned();
    for run in runs {
        let sums = run.sums();
        let (class, word) = if run.binding.is_some() { ("missed", "lost") } else { ("met", "answered") };
        let what = run.binding.as_ref().map_or_else(
            || format!("all of {} requests", grouped(format!("{:.0}", sums.totals.offered))),
            |binding| format!("from {} on: {}", clock(whole(binding.second)), binding.what),
        );
        let mend = run
            .binding
            .as_ref()
            .map(|binding| format!("<br><small>{}</small>", escaped(&binding.mend)))
            .unwrap_or_default();
        list.push_str(&format!(
            "<li class=\"{class}\"><strong>{}</strong> <em>{word}</em><br>{}{mend}</li>\n",
            escaped(run.name()),
            escaped(&what)
        ));
    }
    list.push_str("</ul>\n");
    list
}

fn compared(runs: &[Run]) -> String {
    let rows = runs.iter().map(|run| {
        let sums = run.sums();
        let Second { offered, answered, refused, failed, .. } = sums.totals;
        let number = |value: f64| grouped(format!("{value:.0}"));
        let pods = sums.most_pods.iter().map(u32::to_string).collect::<Vec<_>>().join(" + ");
        vec![
            run.name().to_owned(),
            number(offered),
            number(answered),
            number(refused),
            number(failed),
            milliseconds(sums.p99),
            pods,
            sums.most_nodes.to_string(),
            format!("{:.2}", sums.cost),
        ]
    });
    let header = [
        "Scaled on",
        "Offered",
        "Answered",
        "Refused",
        "Failed",
        "Highest p99 ms",
        "Most pods",
        "Most nodes",
        "$ for nodes",
    ];
    format!("<h2>Compared</h2>\n{}", table::plain("The same load, with pods added by each metric", &header, rows))
}

/// Which seconds are drawn: the last of each part.
fn drawn(trace: &Trace, points: usize) -> Vec<usize> {
    let all = trace.seconds.len();
    let count = points.min(all).max(1);
    (0..count).map(|place| ((place + 1) * all / count).saturating_sub(1)).collect()
}

#[expect(clippy::cast_precision_loss, reason = "seconds of a run")]
fn whole(number: usize) -> f64 {
    number as f64
}

fn charts(page: &mut String, run: &Run, several: bool) {
    let trace = &run.trace;
    let seconds = whole(trace.seconds.len());
    let (marks, list) = marks(trace);
    let title = |name: &str| if several { format!("{name}, scaled on {}", run.name()) } else { name.to_owned() };
    let mut add = |name: &str, unit: &str, shape: Shape, caption: &str, series: Vec<(String, Vec<Option<f64>>)>| {
        let title = title(name);
        let places = drawn(trace, POINTS);
        let header: Vec<&str> = ["At"].into_iter().chain(series.iter().map(|(name, _)| name.as_str())).collect();
        let rows = drawn(trace, ROWS).into_iter().map(|second| {
            let cell = |(_, values): &(String, Vec<Option<f64>>)| {
                values.get(second).copied().flatten().map_or_else(|| "–".to_owned(), |value| shape.written(value))
            };
            [clock(whole(second))].into_iter().chain(series.iter().map(cell)).collect()
        });
        let rows = rows.collect();
        let lines = series.iter().map(|(name, values)| {
            let point = |second: &usize| (whole(*second), values.get(*second).copied().flatten());
            Series { name: name.clone(), points: places.iter().map(point).collect() }
        });
        let chart = Chart {
            title: &title,
            summary: caption.to_owned(),
            unit,
            phases: Vec::new(),
            marks: marks.clone(),
            seconds,
            shape,
            series: lines.collect(),
        };
        page.push_str(&chart.section(caption, &header, rows));
    };
    let of = |value: fn(&Second) -> f64| trace.seconds.iter().map(|second| Some(value(second))).collect::<Vec<_>>();
    let time = |value: fn(&Second) -> f32| {
        trace
            .seconds
            .iter()
            .map(|second| Some(f64::from(value(second))).filter(|of| of.is_finite()))
            .collect::<Vec<_>>()
    };
    add(
        "Requests",
        "requests/s",
        Shape::Lines,
        "Requests a second: what clients send, and what becomes of it. Refused is 503 at a pod's bound; failed is any other loss.",
        vec![
            ("answered".to_owned(), of(|of| of.answered)),
            ("offered".to_owned(), of(|of| of.offered)),
            ("refused".to_owned(), of(|of| of.refused)),
            ("failed".to_owned(), of(|of| of.failed)),
        ],
    );
    add(
        "Latency",
        "ms",
        Shape::Lines,
        "Milliseconds from a request to its answer, of those that were answered: from the queues' steady state, second by second.",
        vec![("p50".to_owned(), time(|of| of.p50)), ("p99".to_owned(), time(|of| of.p99))],
    );
    let pods = |service: usize, value: fn(&synth_twin::simulation::trace::Pods) -> f64| {
        trace.pods_of(service).map(|of| Some(value(of))).collect::<Vec<_>>()
    };
    let mut lines = Vec::new();
    for (place, name) in trace.services.iter().enumerate() {
        lines.push((format!("{name}, ready"), pods(place, |of| f64::from(of.ready))));
        lines.push((format!("{name}, asked for"), pods(place, |of| f64::from(of.desired))));
    }
    add(
        "Pods",
        "pods",
        Shape::Stairs,
        "Pods of each service: those that are ready, and what its autoscaler asks for.",
        lines,
    );
    let zones = trace.zones.len();
    let by_zone = trace.zones.iter().enumerate().map(|(zone, name)| {
        (name.clone(), trace.by_zone.iter().skip(zone).step_by(zones.max(1)).map(|of| Some(f64::from(*of))).collect())
    });
    add("Pods by zone", "pods", Shape::Stairs, "Ready pods of both services in each zone.", by_zone.collect());
    let used =
        trace.services.iter().enumerate().map(|(place, name)| (name.clone(), pods(place, |of| f64::from(of.cpu))));
    add(
        "Processor time",
        "% of what pods ask for",
        Shape::Lines,
        "Use of the requested processor time by service; the autoscaler hears of it 15 to 45 seconds later.",
        used.collect(),
    );
    add(
        "Nodes",
        "nodes",
        Shape::Stairs,
        "Nodes by type, and how they are paid for; those of the base group are apart.",
        nodes(trace),
    );
    add(
        "Money",
        "$/h",
        Shape::Stairs,
        "Dollars an hour for all nodes, at the prices of the tables in synth/twin/data, whose heads say their sources and days.",
        vec![("nodes".to_owned(), of(|of| f64::from(of.nodes_price)))],
    );
    page.push_str(&list);
}

fn nodes(trace: &Trace) -> Vec<(String, Vec<Option<f64>>)> {
    let kinds = trace.kinds.iter().enumerate();
    let each = kinds.map(|(kind, of)| {
        let how = match (of.base, of.capacity) {
            (true, _) => "base",
            (false, Capacity::Spot) => "Spot",
            (false, Capacity::OnDemand) => "on demand",
        };
        let guess = if of.estimated { ", estimated" } else { "" };
        let name = format!("{}, {how}, {:.3} $/h{guess}", of.instance_type, of.price);
        let mut changes = trace.nodes.iter().filter(|change| change.kind == kind).peekable();
        let mut count = 0;
        let at = |second: usize| {
            while let Some(change) = changes.next_if(|change| change.second as usize <= second) {
                count = change.nodes;
            }
            Some(f64::from(count))
        };
        (name, (0..trace.seconds.len()).map(at).collect())
    });
    each.collect()
}

/// The moments that are drawn on every chart, and the list of all that happened.
fn marks(trace: &Trace) -> (Vec<Mark>, String) {
    let order = [Of::Fault, Of::Requests, Of::Scaling, Of::Bought, Of::Removed];
    let mut shown = Vec::new();
    for of in order {
        let more = trace.events.iter().filter(|event| event.of == of).count();
        if shown.len() + more <= MARKS {
            shown.extend(trace.events.iter().enumerate().filter(|(_, event)| event.of == of).map(|(place, _)| place));
        }
    }
    shown.sort_unstable();
    let letter = |place: usize| {
        shown.iter().position(|of| *of == place).map(|at| char::from(b'a' + u8::try_from(at).unwrap_or(0)).to_string())
    };
    let marks = shown
        .iter()
        .filter_map(|place| Some(Mark { second: trace.events[*place].at.in_seconds(), letter: letter(*place)? }));
    let rows = trace.events.iter().enumerate().map(|(place, event)| {
        let time = clock(event.at.in_seconds());
        vec![letter(place).unwrap_or_default(), time, name_of(event.of).to_owned(), event.text.clone()]
    });
    let list =
        table::plain("What happened, with the letter of what is marked on the charts", &["", "At", "Of", "What"], rows);
    (marks.collect(), format!("<section class=\"events\">\n<h2>Events</h2>\n{list}</section>\n"))
}
