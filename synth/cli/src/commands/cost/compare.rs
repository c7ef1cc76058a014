//! What a change costs, setting by setting: each is changed by itself, one after the other, from what was to what is.

use anyhow::{Context, Result};
use stacks::{
    cost::{Cost, Line},
    settings::{Change, Leaves, Settings},
};
use synth_command::report::say;
use synth_project::Layer;

use super::reckoner::{Reckoned, Reckoner};

/// Dollars a month below which a difference is none: half a cent.
const NONE: f64 = 0.005;

/// How often settings of another state of the program are mended before they count as invalid.
const MENDS: usize = 10;

/// A change against what was.
pub(super) struct Compared {
    /// What it is compared with, as it was asked for.
    pub(super) with: String,
    /// What was, where the environment was there.
    pub(super) before: Option<Cost>,
    /// What each change came to, in the order in which they were made.
    pub(super) steps: Vec<Step>,
    /// The lines that differ: part and name, and dollars before and after.
    pub(super) lines: Vec<Differs>,
}

/// Settings that changed together, and what that came to.
pub(super) struct Step {
    pub(super) settings: Vec<Changed>,
    /// Dollars a month.
    pub(super) dollars: f64,
}

/// A setting, and its values as TOML writes them; none where it is not there, or is a table.
pub(super) struct Changed {
    pub(super) key: String,
    pub(super) before: Option<String>,
    pub(super) after: Option<String>,
}

/// A line that differs.
pub(super) struct Differs {
    pub(super) part: &'static str,
    pub(super) what: String,
    pub(super) before: f64,
    pub(super) after: f64,
}

impl Step {
    /// Does it cost or save anything?
    pub(super) fn counts(&self) -> bool {
        self.dollars.abs() >= NONE
    }
}

impl Compared {
    /// Dollars a month before.
    pub(super) fn month(&self) -> f64 {
        self.before.as_ref().map_or(0.0, Cost::month)
    }

    /// The comparison of settings with the layers of what was.
    pub(super) fn of(
        with: &str,
        base: Option<Vec<Layer>>,
        (settings, layers, after): (&Settings, &[Layer], &Cost),
        reckoner: &Reckoner<'_>,
    ) -> Result<Self> {
        let with = with.to_owned();
        let Some(base) = base else {
            let lines = differing(None, after);
            return Ok(Self { with, before: None, steps: Vec::new(), lines });
        };
        let environment = settings.environment.as_str();
        let new = Leaves::of(layers)?;
        let invalid = || {
            format!(
                "the settings of environment `{environment}` of `{with}` are invalid now: compare with a later commit, or with a \
                 folder in which they are mended"
            )
        };
        let base = fitting(&base, &new, environment, &with).with_context(invalid)?;
        let walk = Walk { environment, reckoner, new: &new };
        let before = walk.reckon(&base)?;
        let steps = walk.steps(base, before.cost.month(), after.month());
        let lines = differing(Some(&before.cost), after);
        Ok(Self { with, before: Some(before.cost), steps, lines })
    }
}

/// The values of what was, as this state of the program reads them: what it does not know any more is left out, and what it asks
/// for since then is as it is now.
fn fitting(base: &[Layer], new: &Leaves, environment: &str, with: &str) -> Result<Leaves> {
    let Err(mut refused) = Settings::parse(environment, base) else { return Ok(Leaves::of(base)?) };
    let mut leaves = Leaves::of(base)?;
    let mut mended = Vec::new();
    for _ in 0..MENDS {
        let before = mended.len();
        for problem in &refused.problems {
            let change = match (leaves.at(&problem.key), new.at(&problem.key)) {
                (Some(old), None) => old,
                (None, Some(added)) => added,
                _ => continue,
            };
            leaves.take(&change, new);
            mended.push(problem.key.clone());
        }
        if mended.len() == before {
            break;
        }
        match Settings::parse(environment, &[leaves.layer(with)]) {
            Ok(_) => {
                say(format_args!(
                    "the settings of `{with}` are of another state of the program: as now are {}",
                    mended.join(", ")
                ));
                return Ok(leaves);
            }
            Err(error) => refused = error,
        }
    }
    Err(refused.into())
}

/// A way from what was to what is.
struct Walk<'a> {
    environment: &'a str,
    reckoner: &'a Reckoner<'a>,
    new: &'a Leaves,
}

impl Walk<'_> {
    fn reckon(&self, leaves: &Leaves) -> Result<Reckoned> {
        let layer = leaves.layer("settings on the way");
        self.reckoner.of(&Settings::parse(self.environment, &[layer])?)
    }

    /// Each change by itself. One that makes no sense yet waits for the others; those that only make sense together are one step.
    fn steps(&self, base: Leaves, before: f64, after: f64) -> Vec<Step> {
        let mut waiting = base.changes(self.new);
        let (mut steps, mut current, mut dollars) = (Vec::new(), base, before);
        current.take_empty_tables(self.new);
        while !waiting.is_empty() {
            let (waited, mut left) = (waiting.len(), Vec::new());
            for change in waiting {
                let mut tried = current.clone();
                tried.take(&change, self.new);
                let Ok(reckoned) = self.reckon(&tried) else {
                    left.push(change);
                    continue;
                };
                let month = reckoned.cost.month();
                steps.push(Step { settings: vec![self.changed(&current, &change)], dollars: month - dollars });
                (current, dollars) = (tried, month);
            }
            if left.len() == waited {
                let settings = left.iter().map(|change| self.changed(&current, change)).collect();
                steps.push(Step { settings, dollars: after - dollars });
                break;
            }
            waiting = left;
        }
        steps
    }

    fn changed(&self, current: &Leaves, change: &Change) -> Changed {
        let value = |leaves: &Leaves| leaves.value(change).map(str::to_owned);
        Changed { key: change.key.clone(), before: value(current), after: value(self.new) }
    }
}

/// The lines whose dollars differ, in the order of the bill; those that are gone come last.
fn differing(before: Option<&Cost>, after: &Cost) -> Vec<Differs> {
    let old: &[Line] = before.map_or(&[], |cost| &cost.lines);
    let dollars = |lines: &[Line], of: &Line| {
        lines.iter().filter(|line| (line.part, &line.what) == (of.part, &of.what)).map(Line::dollars).sum::<f64>()
    };
    let gone = old.iter().filter(|line| dollars(&after.lines, line) <= 0.0);
    let differs = |line: &Line| Differs {
        part: line.part.name(),
        what: line.what.clone(),
        before: dollars(old, line),
        after: dollars(&after.lines, line),
    };
    let all = after.lines.iter().chain(gone).map(differs);
    all.filter(|line| (line.after - line.before).abs() >= NONE).collect()
}
