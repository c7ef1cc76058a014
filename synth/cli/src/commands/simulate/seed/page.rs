//! The page of the experiment: what was published beside what the twin comes to, and the same load for the environment.

use std::fmt::Write;

use synth_page::{
    chart::{Chart, Mark, Series, Shape},
    clock, document, escaped, table,
};
use synth_twin::simulation::{
    seed::{self, PROXY, Point, Printed, REPORT},
    setup::Setup,
    trace::{Event, Second, Trace},
};

use super::{Experiment, Run, STALLS, during, never_sent, whole};
use crate::commands::simulate::text::{milliseconds, name_of, nodes};

/// Seconds between two syncs of an autoscaler, and of a bar.
const SYNC: f64 = 15.0;

/// Rows of a table beside a chart.
const ROWS: usize = 60;

/// A line by its name: a value a second.
type Line = (String, Vec<Option<f64>>);

pub(super) fn html(setup: &Setup, all: &Experiment) -> String {
    let points = all.points();
    let same = points.iter().filter(|(older, newer)| older.agrees && newer.agrees).count();
    let class = if same == points.len() { "met" } else { "missed" };
    let verdict = format!("{same} of {} points come out", points.len());
    let mut page = format!(
        "<header>\n<h1>The seed's experiment, simulated: <span class=\"{class}\">{verdict}</span></h1>\n\
         <p>A load test of the system that this platform replaces, published in ramos-04/gitops-scaling (3d0150f): up to {} requests/s \
         in {:.0} s, and {:.0} s of it. The twin replays it from that system's own objects; below it stands the same load for the \
         environment <code>{}</code>. <code>docs/scaling.md</code> says what is modelled, and from which source.</p>\n</header>\n",
        whole(seed::TOP),
        seed::RAMP,
        seed::HOLD,
        escaped(&setup.name)
    );
    page.push_str(&sums(setup, all));
    requests(&mut page, all);
    let _ = writeln!(
        page,
        "<h2>With the printed CPU as input</h2>\n<p>Autoscaler, <code>ReplicaSet</code>, scheduler and Karpenter decide from the CPU that \
         <code>kubectl</code> printed; {}.</p>",
        escaped(&all.luck())
    );
    page.push_str("<ul class=\"judgements\">\n");
    for (older, newer) in &points {
        judgement(&mut page, older, "as published");
        if newer.expected != older.expected {
            judgement(&mut page, newer, "under Karpenter 1.14");
        }
    }
    page.push_str("</ul>\n");
    replicas(&mut page, all);
    for (run, version) in [(&all.older, "1.5"), (&all.newer, "1.14")] {
        zones(&mut page, run, version);
    }
    let _ = writeln!(page, "<h2>The same load under today's defaults: <code>{}</code></h2>", escaped(&setup.name));
    today(&mut page, &all.today);
    document("The seed's experiment, simulated", &page)
}

fn judgement(page: &mut String, point: &Point, whose: &str) {
    let (class, word) = if point.agrees { ("met", "the same") } else { ("missed", "differs") };
    let _ = writeln!(
        page,
        "<li class=\"{class}\"><strong>{}</strong> <em>{word}</em><br>{}<br><small>{whose}: {}</small></li>",
        escaped(point.what),
        escaped(&point.simulated),
        escaped(point.expected)
    );
}

fn sums(setup: &Setup, all: &Experiment) -> String {
    let lost = REPORT.requests * REPORT.failed_percent / 100.0;
    let published =
        ["published", &whole(REPORT.requests - lost), &whole(lost), &whole(REPORT.p50), &whole(REPORT.p99), "4", "5"];
    let of = |name: &str, run: &Run| {
        let sums = run.sums();
        vec![
            name.to_owned(),
            whole(sums.totals.answered),
            whole(sums.totals.refused + sums.totals.failed),
            milliseconds(sums.p50),
            milliseconds(sums.p99),
            sums.most_pods.first().copied().unwrap_or_default().to_string(),
            sums.most_nodes.to_string(),
        ]
    };
    let rows = [
        published.map(str::to_owned).to_vec(),
        of("simulated, from its load alone", &all.free),
        of(&format!("simulated, {} today", setup.name), &all.today),
    ];
    let header = ["", "Answered", "Lost", "p50 ms", "p99 ms", "Most pods", "Most nodes"];
    let caption = format!(
        "The published p99 is that of the whole run, the simulated one of its worst second; nodes are counted with the base group. The \
         published run's clients waited without time-outs, and never sent {} requests of the plan",
        whole(never_sent())
    );
    table::plain(&caption, &header, rows)
}

fn requests(page: &mut String, all: &Experiment) {
    let length = all.published.len();
    let of = |value: fn(&seed::Second) -> Option<f64>| all.published.iter().map(value).collect();
    let simulated = all.free.trace.seconds.iter().take(length).map(|second| Some(second.answered)).collect();
    let stalls: Vec<_> = STALLS.iter().map(|(from, to)| format!("{from} to {to}")).collect();
    let caption = format!(
        "Requests a second. Up to second 97 all that was offered was answered, in the published run and in the simulated one. In seconds {} \
         next to nothing was answered, at a CPU near 0: workers and sockets waited for each other without time-outs, of which no model of load and \
         limits knows. So its autoscaler saw little and stopped at 4 pods, where the simulated one goes on. Most failures came when the \
         test was stopped.",
        stalls.join(", ")
    );
    let lines: Vec<Line> = vec![
        ("published, succeeded".to_owned(), of(|second| second.succeeded)),
        ("offered".to_owned(), of(|second| Some(second.offered))),
        ("published, failed".to_owned(), of(|second| second.failed)),
        ("simulated, answered".to_owned(), simulated),
    ];
    section(page, ("Requests, published and simulated", "requests/s"), Shape::Lines, &caption, lines, &[]);
    let lines = lines_of_pods(&all.free.trace, "simulated");
    let caption =
        "Pods of the run from its load alone: ready, and asked for. In the published run there were 1, 2 and 4.";
    section(page, ("Pods, from the load alone", "pods"), Shape::Stairs, caption, lines, &all.free.trace.events);
}

fn lines_of_pods(trace: &Trace, name: &str) -> Vec<Line> {
    let of = |service: usize, value: fn(&synth_twin::simulation::trace::Pods) -> u32| {
        trace.pods_of(service).map(|pods| Some(f64::from(value(pods)))).collect::<Vec<_>>()
    };
    vec![
        (format!("{name}, ready"), of(0, |pods| pods.ready)),
        (format!("{name}, asked for"), of(0, |pods| pods.desired)),
    ]
}

/// A value a second from syncs.
fn stairs(run: &Printed, value: impl Fn(usize) -> i32) -> Vec<Option<f64>> {
    let mut place = 0;
    let mut second = run.first;
    let mut values = Vec::with_capacity(run.seconds.len());
    for _ in &run.seconds {
        while run.steps.get(place + 1).is_some_and(|next| next.at <= second) {
            place += 1;
        }
        values.push(run.steps.get(place).map(|_| f64::from(value(place))));
        second += synth_twin::time::Span::whole_seconds(1);
    }
    values
}

fn replicas(page: &mut String, all: &Experiment) {
    let of = |run: &Printed| stairs(run, |place| run.steps[place].replicas);
    let lines = vec![
        ("published".to_owned(), stairs(&all.older, |place| all.older.steps[place].row.replicas)),
        ("simulated, Karpenter 1.5".to_owned(), of(&all.older)),
        ("simulated, Karpenter 1.14".to_owned(), of(&all.newer)),
    ];
    let caption = format!(
        "Pods of {PROXY}, from the minute in which its autoscaler was 7h30m old. Karpenter 1.5 moved a pod in 7h40m, which had no figures and so \
         kept two pods for five minutes more; Karpenter 1.14 moves none."
    );
    let title = ("Pods with the printed CPU as input", "pods");
    section(page, title, Shape::Stairs, &caption, lines, &seed::events(&all.older));
}

fn zones(page: &mut String, run: &Printed, version: &str) {
    let lines = run.zones.iter().enumerate().map(|(zone, name)| {
        let count = |second: &seed::Counts| second.nodes.get(zone).map(|nodes| f64::from(*nodes));
        (name.clone(), run.seconds.iter().map(count).collect())
    });
    let events = seed::events(run);
    let title = format!("Nodes by zone, Karpenter {version}");
    let caption = "Nodes that Karpenter pays for in each zone, until the instance is gone.";
    section(page, (&title, "nodes"), Shape::Stacked(SYNC), caption, lines.collect(), &events);
    let _ = writeln!(page, "<p>What happened under Karpenter {version}, with the letter of its mark:</p>\n<ul>");
    for (place, event) in events.iter().enumerate() {
        let _ = writeln!(
            page,
            "<li><strong>{}</strong> {} {}: {}</li>",
            letter(place),
            clock(event.at.in_seconds()),
            name_of(event.of),
            escaped(&event.text)
        );
    }
    page.push_str("</ul>\n");
}

fn today(page: &mut String, run: &Run) {
    let trace = &run.trace;
    let length = during(trace);
    let of = |value: fn(&Second) -> f64| trace.seconds.iter().take(length).map(|second| Some(value(second))).collect();
    let lines: Vec<Line> = vec![
        ("answered".to_owned(), of(|second| second.answered)),
        ("offered".to_owned(), of(|second| second.offered)),
        ("lost".to_owned(), of(|second| second.refused + second.failed)),
    ];
    let caption = "Requests a second: what clients send, what is answered, and what is refused or fails.";
    section(page, ("Requests, today", "requests/s"), Shape::Lines, caption, lines, &[]);
    let time = |value: fn(&Second) -> f32| {
        let second = |second: &Second| Some(f64::from(value(second))).filter(|of| of.is_finite());
        trace.seconds.iter().take(length).map(second).collect()
    };
    let lines: Vec<Line> =
        vec![("p50".to_owned(), time(|second| second.p50)), ("p99".to_owned(), time(|second| second.p99))];
    let caption = "Milliseconds from a request to its answer.";
    section(page, ("Latency, today", "ms"), Shape::Lines, caption, lines, &[]);
    let caption = "Pods of the first service: ready, and asked for.";
    section(page, ("Pods, today", "pods"), Shape::Stairs, caption, lines_of_pods(trace, "today"), &trace.events);
    let count = nodes(trace).into_iter().map(|nodes| Some(f64::from(nodes))).collect();
    let caption = "All nodes, those of the base group among them.";
    section(page, ("Nodes, today", "nodes"), Shape::Stairs, caption, vec![("nodes".to_owned(), count)], &trace.events);
}

/// Marks are letters while there are any.
fn letter(place: usize) -> String {
    u8::try_from(place)
        .ok()
        .filter(|place| *place < 26)
        .map(|place| char::from(b'a' + place).to_string())
        .unwrap_or_default()
}

#[expect(clippy::cast_precision_loss, reason = "seconds of a run")]
fn section(
    page: &mut String,
    (title, unit): (&str, &str),
    shape: Shape,
    caption: &str,
    lines: Vec<Line>,
    events: &[Event],
) {
    let length = lines.iter().map(|(_, values)| values.len()).max().unwrap_or_default();
    let header: Vec<&str> = ["At"].into_iter().chain(lines.iter().map(|(name, _)| name.as_str())).collect();
    let count = ROWS.min(length).max(1);
    let rows = (0..count).map(|place| ((place + 1) * length / count).saturating_sub(1)).map(|second| {
        let cell = |(_, values): &Line| {
            values.get(second).copied().flatten().map_or_else(|| "–".to_owned(), |value| shape.written(value))
        };
        [clock(second as f64)].into_iter().chain(lines.iter().map(cell)).collect()
    });
    let rows = rows.collect();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "seconds of a bar")]
    let step = if let Shape::Stacked(width) = shape { width as usize } else { 1 };
    let marks = events.iter().enumerate().filter(|(place, _)| *place < 26);
    let marks = marks.map(|(place, event)| Mark { second: event.at.in_seconds(), letter: letter(place) });
    let chart = Chart {
        title,
        summary: caption.to_owned(),
        unit,
        phases: Vec::new(),
        marks: marks.collect(),
        seconds: length as f64,
        shape,
        series: lines
            .iter()
            .map(|(name, values)| Series {
                name: name.clone(),
                points: values
                    .iter()
                    .enumerate()
                    .step_by(step)
                    .map(|(second, value)| (second as f64, *value))
                    .collect(),
            })
            .collect(),
    };
    page.push_str(&chart.section(caption, &header, rows));
}
