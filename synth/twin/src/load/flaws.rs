//! What is wrong with a curve.

use std::fmt;

use super::{HIGHEST, LONGEST};

/// How many flaws are written out; a file that is none has as many as lines.
const SHOWN: usize = 20;

/// One thing that is wrong with a curve, or with another file of a user's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// The line of the file, from 1.
    pub line: Option<usize>,
    /// What is wrong there.
    pub what: String,
}

/// Everything that is wrong with a curve, or with another file of a user's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaws(pub Vec<Flaw>);

impl Flaw {
    pub(super) fn new(what: impl Into<String>) -> Self {
        Self { line: None, what: what.into() }
    }

    pub(super) fn at(line: usize, what: impl Into<String>) -> Self {
        Self { line: Some(line), what: what.into() }
    }
}

impl Flaws {
    /// One line for each, as compilers write them: `curve.csv:3: …`.
    pub fn of_file(&self, file: &str) -> String {
        let each = |flaw: &Flaw| match flaw.line {
            Some(line) => format!("{file}:{line}: {}", flaw.what),
            None => format!("{file}: {}", flaw.what),
        };
        self.joined(each)
    }

    fn joined(&self, each: impl Fn(&Flaw) -> String) -> String {
        let mut lines: Vec<_> = self.0.iter().take(SHOWN).map(each).collect();
        if self.0.len() > SHOWN {
            lines.push(format!("and {} more", self.0.len() - SHOWN));
        }
        lines.join("\n")
    }
}

impl fmt::Display for Flaws {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let each = |flaw: &Flaw| match flaw.line {
            Some(line) => format!("line {line}: {}", flaw.what),
            None => flaw.what.clone(),
        };
        out.write_str(&self.joined(each))
    }
}

impl std::error::Error for Flaws {}

/// What is wrong with points, each with its line where there is one.
pub(super) fn of_points(points: &[(Option<usize>, f64, f64)]) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    let mut last: Option<f64> = None;
    for (line, second, rate) in points.iter().copied() {
        let mut flaw = |what: String| flaws.push(Flaw { line, what });
        if !rate.is_finite() {
            flaw(format!("`{rate}` is no rate"));
        } else if rate < 0.0 {
            flaw(format!("the rate {} is less than nothing", written(rate)));
        } else if rate > HIGHEST {
            flaw(format!("the rate {} is more than {HIGHEST} requests a second", written(rate)));
        }
        if !second.is_finite() {
            flaw(format!("`{second}` is no second"));
            continue;
        }
        if second < 0.0 {
            flaw(format!("second {second} lies before the start, which is 0"));
        } else if second > LONGEST {
            flaw(format!(
                "second {second} is more than 31 days: seconds count from the curve's start, and {LONGEST} is the last"
            ));
        }
        if let Some(last) = last.filter(|last| second <= *last) {
            let same = second >= last;
            flaw(if same {
                format!("second {second} stands twice: a step takes from one second to the next")
            } else {
                format!("second {second} comes after second {last}: sort the rows")
            });
        }
        last = Some(last.map_or(second, |last| last.max(second)));
    }
    if points.len() < 2 {
        let line = points.first().and_then(|(line, ..)| *line);
        flaws
            .push(Flaw { line, what: "a curve needs two points, from where to where something is offered".to_owned() });
    }
    flaws
}

/// A number in a few digits, however large it is.
fn written(number: f64) -> String {
    if number.abs() < 1e15 { number.to_string() } else { format!("{number:e}") }
}

/// What is wrong with a rate that a curve is scaled to.
pub(super) fn of_rate(rate: f64) -> Vec<Flaw> {
    if rate.is_finite() && rate > 0.0 && rate <= HIGHEST {
        Vec::new()
    } else {
        let rate = written(rate);
        vec![Flaw::new(format!("the rate `{rate}` is not between 0 and {HIGHEST} requests a second"))]
    }
}

/// What is wrong with a span of seconds.
pub(super) fn of_span(name: &str, seconds: f64) -> Option<Flaw> {
    let sound = (0.0..=LONGEST).contains(&seconds);
    (!sound).then(|| Flaw::new(format!("`{name}` is {seconds} seconds, which is not between 0 and 31 days")))
}

/// What is wrong with a share of the highest rate.
pub(super) fn of_share(name: &str, share: f64) -> Option<Flaw> {
    (!(0.0..=1.0).contains(&share))
        .then(|| Flaw::new(format!("`{name}` is {share}, which is no share between 0 and 1")))
}
