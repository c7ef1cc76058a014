//! Curves of load by name, as several commands take them.

use std::{convert::Infallible, fs, path::PathBuf, str::FromStr};

use anyhow::{Context, Result, anyhow};
use synth_twin::load::{Day, Load, Plan, Spike};

/// A curve of load.
#[derive(Clone, Debug)]
pub(crate) enum Curve {
    Plan,
    Spike,
    Day,
    Csv(PathBuf),
}

impl FromStr for Curve {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text {
            "plan" => Self::Plan,
            "spike" => Self::Spike,
            "day" => Self::Day,
            file => Self::Csv(file.into()),
        })
    }
}

impl Curve {
    /// The curve with this as its highest rate; without one it has that of the load test's plan, or its file's own.
    pub(crate) fn read(&self, rate: Option<f64>, plan: Plan) -> Result<Load> {
        let top = rate.unwrap_or(plan.rate);
        let shaped = match self {
            Self::Plan => Load::plan(Plan { rate: top, ..plan }),
            Self::Spike => Load::spike(Spike::to(top)),
            Self::Day => Load::day(&Day::of(top)),
            Self::Csv(path) => {
                let text = fs::read_to_string(path).with_context(|| {
                    format!("reading `{}`; a curve is `plan`, `spike`, `day` or a CSV", path.display())
                })?;
                let file = path.display().to_string();
                let read = Load::csv(&text).map_err(|flaws| anyhow!(flaws.of_file(&file)))?;
                match rate {
                    Some(rate) => read.scaled_to(rate),
                    None => Ok(read),
                }
            }
        };
        shaped.map_err(|flaws| anyhow!("{flaws}"))
    }
}
