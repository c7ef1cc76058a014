//! What was expected beside what was measured, figure by figure, with what each of the two is of.

use std::{fmt, ops::Range};

use serde_json::{Value as Json, json};
use synth_page::{grouped, milliseconds, number};

use crate::{
    expected::{BY, Expected, Sum},
    figures::Figures,
    profile::Phase,
    prometheus::Answers,
    run::{Run, Tested},
    verdict::HEADING,
};

/// A test, and what was expected of the platform under the same schedule.
#[derive(Clone, Copy, Debug)]
pub struct Comparison<'a> {
    /// What was measured.
    pub figures: &'a Figures,
    /// Prometheus' answers, by question.
    pub scaling: &'a Answers,
    /// How the test was made.
    pub run: &'a Run,
    /// What was expected, or why nothing can be.
    pub expected: Result<&'a Expected, &'a str>,
}

/// A figure.
pub(crate) struct Line {
    pub(crate) what: String,
    pub(crate) expected: String,
    pub(crate) measured: String,
}

impl Comparison<'_> {
    /// What was measured, as the rest of a sentence.
    pub(crate) fn tested(&self) -> String {
        let counted = ["replicas", "nodes"].iter().all(|question| self.scaling.contains_key(*question));
        let uncounted = if counted { "" } else { "; Prometheus was not asked for all of pods and nodes" };
        match self.run.tested() {
            Some(Tested::Here(what)) => format!("{what}: one process of each, and not the platform"),
            Some(Tested::There(address)) => format!("the proxy at {address}{uncounted}"),
            None => format!("a proxy of which nothing is written beside the results{uncounted}"),
        }
    }

    /// The figures of both.
    pub(crate) fn lines(&self, expected: &Expected) -> Vec<Line> {
        let hold = self.figures.hold();
        let (all, top) = (expected.all(), expected.sum(self.held()));
        let mut lines = self.requests(&all);
        let mut add = |what: &str, expected: String, measured: String| {
            lines.push(Line { what: what.to_owned(), expected, measured });
        };
        let rate = format!("{:.1}", hold.achieved_rate());
        add("Answered a second while held", format!("{:.1}", top.answered / top.seconds), rate);
        let under_way = hold.achieved_rate() * hold.mean / 1000.0;
        add("Requests under way while held, on average", few(top.under_way), few(under_way));
        add("Mean time while held, ms", milliseconds(top.mean), milliseconds(hold.mean));
        let p99 = crate::verdict::milliseconds(hold.latency.p99);
        add("p99 while held, ms", milliseconds(top.p99), p99);
        for service in &expected.services {
            let replicas = service.replicas.iter().copied().map(f64::from);
            let measured = self.counted("replicas", &service.name, "1 process");
            add(&format!("Pods of {}", service.name), range(replicas, number), measured);
        }
        let nodes = expected.seconds.iter().map(|second| f64::from(second.nodes));
        add("Nodes", range(nodes, number), self.counted("nodes", "", "this machine"));
        let guess = if expected.estimated { ", some prices estimated" } else { "" };
        let dollars = range(expected.seconds.iter().map(|second| second.dollars), money);
        add(&format!("$ an hour for nodes{guess}"), dollars, UNMEASURED.to_owned());
        add("$ an hour in all, on average", money(expected.dollars), UNMEASURED.to_owned());
        lines
    }

    fn requests(&self, expected: &Sum) -> Vec<Line> {
        let measured = &self.figures.all;
        let refused = self.figures.failed_with(REFUSED);
        let line = |what: &str, expected: f64, measured: String| Line {
            what: what.to_owned(),
            expected: whole(expected),
            measured,
        };
        vec![
            line("Requests due", expected.offered, whole(measured.offered)),
            line("Requests answered", expected.answered, grouped(measured.answered - measured.failed)),
            line("Refused (503)", expected.refused, grouped(refused)),
            line("Failed otherwise", expected.failed, grouped(measured.failed - refused)),
        ]
    }

    /// The least and the most that Prometheus counted; else what stands in its place.
    fn counted(&self, question: &str, name: &str, here: &str) -> String {
        let answered = self.scaling.get(question).and_then(|lines| lines.iter().find(|line| line.name == name));
        match (answered, self.run.tested()) {
            (Some(line), _) => {
                let points = line.points.iter().filter(|(time, _)| self.figures.second_of(*time) >= 0.0);
                range(points.map(|(_, value)| *value), number)
            }
            (None, Some(Tested::Here(_))) => here.to_owned(),
            (None, _) => "not counted".to_owned(),
        }
    }

    /// The seconds of the hold phase; those of all phases where nothing is held.
    fn held(&self) -> Range<f64> {
        let profile = self.figures.profile;
        Some(profile.span(Phase::Hold)).filter(|span| !span.is_empty()).unwrap_or(0.0..profile.seconds())
    }

    /// All of it, for scripts.
    pub fn json(&self) -> Json {
        let measured = match self.run.tested() {
            Some(Tested::Here(what)) => json!({ "of": what, "on_this_machine": true }),
            Some(Tested::There(address)) => json!({ "of": address, "on_this_machine": false }),
            None => Json::Null,
        };
        json!({
            "measured": measured,
            "expected": self.expected.ok().map(|expected| expected.json(self.held())),
            "why_nothing_is_expected": self.expected.err(),
        })
    }
}

/// What nobody has measured.
const UNMEASURED: &str = "–";

/// How a refusal of the proxy begins.
const REFUSED: &str = "503";

impl fmt::Display for Comparison<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let expected = match self.expected {
            Ok(expected) => expected,
            Err(reason) => return writeln!(formatter, "Nothing is expected of the platform: {reason}"),
        };
        writeln!(formatter, "\nExpected: `{}` in AWS, by {BY}.", expected.environment)?;
        writeln!(formatter, "Measured: {}.", self.tested())?;
        let lines = self.lines(expected);
        let width = |of: fn(&Line) -> &str| lines.iter().map(|line| of(line).chars().count()).max().unwrap_or_default();
        let first = width(|line| &line.what);
        let (second, third) = (width(|line| &line.expected).max(8), width(|line| &line.measured).max(8));
        writeln!(formatter, "{HEADING}{:first$}  {:>second$}  {:>third$}{HEADING:#}", "", "expected", "measured")?;
        for Line { what, expected, measured } in &lines {
            writeln!(formatter, "{what:first$}  {expected:>second$}  {measured:>third$}")?;
        }
        writeln!(formatter, "{TIMES}")
    }
}

/// What expected times are of.
pub(crate) const TIMES: &str = "Expected times are the services' own and their queues': the client's way, the load \
                                balancer and JMeter's own time are in the measured ones alone.";

/// `3`, or `3 to 5`.
fn range(values: impl Iterator<Item = f64>, written: fn(f64) -> String) -> String {
    let (least, most) =
        values.fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), value| (least.min(value), most.max(value)));
    if least > most {
        return UNMEASURED.to_owned();
    }
    let (least, most) = (written(least), written(most));
    if least == most { least } else { format!("{least} to {most}") }
}

fn whole(value: f64) -> String {
    grouped(format!("{value:.0}"))
}

fn money(value: f64) -> String {
    format!("{value:.2}")
}

/// Requests under way, of which less than one is many a service's usual load.
fn few(value: f64) -> String {
    if value < 10.0 { format!("{value:.2}") } else { whole(value) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        expected::{Second, Service},
        profile::Profile,
        prometheus::Series,
        results::{Results, Sample},
        run::{HERE, TESTED},
    };

    /// Two seconds at 100 requests/s, each answered after 5 ms; one in 50 fails, by turns refused and cut off.
    fn figures() -> Figures {
        let error = |index: u64| index.is_multiple_of(50).then_some(usize::from(index.is_multiple_of(100)));
        let sample =
            |index| Sample { due: 1_000 + index * 10, sent: 1_000 + index * 10, elapsed: 5, error: error(index) };
        let errors = ["503 Service Unavailable", "SocketException: Connection reset"].map(str::to_owned).into();
        let results = Results { samples: (0..200).map(sample).collect(), errors, says_due: true };
        Figures::of(results, Profile { rate: 100.0, ramp: 0.0, hold: 2.0, ramp_down: 0.0 })
    }

    fn expected() -> Expected {
        let second = |nodes, dollars| Second {
            offered: 100.0,
            answered: 100.0,
            mean: 0.25,
            p99: 1.5,
            under_way: 0.025,
            nodes,
            dollars,
            ..Second::default()
        };
        Expected {
            environment: "default".to_owned(),
            seconds: vec![second(6, 0.5), second(7, 0.61)],
            services: vec![Service { name: "proxy".to_owned(), replicas: vec![3, 4], cpu: vec![10.0, 70.0] }],
            dollars: 1.0,
            estimated: true,
        }
    }

    fn told(scaling: &Answers, tested: &str) -> String {
        let described = [tested].into_iter().filter(|text| !text.is_empty());
        let described = described.map(|text| (TESTED.to_owned(), text.to_owned())).collect();
        let (figures, run, expected) = (figures(), Run { described, ..Run::default() }, expected());
        let comparison = Comparison { figures: &figures, scaling, run: &run, expected: Ok(&expected) };
        anstream::adapter::strip_str(&comparison.to_string()).to_string()
    }

    /// The cells of a line, which two spaces keep apart.
    #[track_caller]
    fn cells(told: &str, what: &str) -> [String; 2] {
        let line = told.lines().find(|line| line.starts_with(what)).unwrap_or_else(|| panic!("{what}: {told}"));
        let cells: Vec<_> = line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect();
        [1, 2].map(|cell| cells[cell].to_owned())
    }

    #[test]
    fn what_ran_on_this_machine_is_not_taken_for_the_platform() {
        let told = told(&Answers::new(), &format!("{HERE}, beside JMeter"));
        assert!(told.contains("one process of each, and not the platform"), "{told}");
        assert_eq!(cells(&told, "Pods of proxy"), ["3 to 4", "1 process"]);
        assert_eq!(cells(&told, "Nodes"), ["6 to 7", "this machine"]);
        assert_eq!(cells(&told, "$ an hour for nodes, some prices estimated"), ["0.50 to 0.61", "–"]);
    }

    #[test]
    fn pods_and_nodes_of_a_cluster_are_those_that_prometheus_counted_since_the_start() {
        let points = |values: [f64; 3]| [0.0, 1.0, 3.0].into_iter().zip(values).collect();
        let of = |name: &str, values| vec![Series { name: name.to_owned(), points: points(values) }];
        let mut scaling = Answers::from([("replicas".to_owned(), of("proxy", [9.0, 3.0, 5.0]))]);
        let asked = told(&scaling, "proxy.example:80, http");
        assert!(asked.contains("Measured: the proxy at proxy.example:80, http; Prometheus was not asked"), "{asked}");
        assert_eq!(cells(&asked, "Pods of proxy"), ["3 to 4", "3 to 5"]);
        assert_eq!(cells(&asked, "Nodes"), ["6 to 7", "not counted"]);
        scaling.insert("nodes".to_owned(), of("", [6.0, 6.0, 6.0]));
        assert_eq!(cells(&told(&scaling, ""), "Nodes"), ["6 to 7", "6"]);
    }

    #[test]
    fn refusals_are_told_apart_from_other_failures_and_times_are_not_mixed() {
        let told = told(&Answers::new(), "");
        assert_eq!(cells(&told, "Requests answered"), ["200", "196"]);
        assert_eq!(cells(&told, "Refused (503)"), ["0", "2"]);
        assert_eq!(cells(&told, "Failed otherwise"), ["0", "2"]);
        assert_eq!(cells(&told, "Mean time while held, ms"), ["0.2", "5.0"]);
        assert_eq!(cells(&told, "p99 while held, ms"), ["1.5", "5"]);
        assert_eq!(cells(&told, "Requests under way"), ["0.03", "0.50"]);
        assert!(told.contains("JMeter's own time are in the measured ones alone"), "{told}");
    }

    #[test]
    fn a_platform_that_cannot_be_simulated_is_told_in_a_line() {
        let (figures, scaling, run) = (figures(), Answers::new(), Run::default());
        let comparison = Comparison { figures: &figures, scaling: &scaling, run: &run, expected: Err("no pool") };
        assert_eq!(comparison.to_string(), "Nothing is expected of the platform: no pool\n");
        let json = comparison.json();
        assert_eq!((&json["expected"], &json["why_nothing_is_expected"]), (&Json::Null, &"no pool".into()));
    }
}
