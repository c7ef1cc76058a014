//! What `synth cost` can be asked. The doc comments are the help.

use std::{convert::Infallible, path::PathBuf, str::FromStr};

use clap::Args;

use crate::commands::curve::Curve;

#[derive(Args, Debug)]
pub(crate) struct CostArgs {
    /// Load that goes on all month: `none` (at rest), `plan` (the load test's own), `day`, `spike`, or a CSV of
    /// `second,requests_per_second`
    #[arg(long, default_value = "none", value_name = "CURVE")]
    pub(super) load: Month,
    /// Requests a second at the top; that of the load test's settings, or of the CSV, if left out
    #[arg(long, value_name = "REQUESTS", allow_negative_numbers = true)]
    pub(super) rate: Option<f64>,
    /// How long targets take under a load, in milliseconds, besides the mock target's own time
    #[arg(long, value_name = "MS", allow_negative_numbers = true)]
    pub(super) target_latency: Option<f64>,
    /// Another value for what nobody knows beforehand, such as `answer-kb=20`; may be repeated
    #[arg(long, value_name = "NAME=NUMBER")]
    pub(super) assume: Vec<String>,
    /// Prices of your contracts, as CSV with the columns of `synth/twin/data/other-prices.csv`
    #[arg(long, value_name = "FILE")]
    pub(super) prices: Option<PathBuf>,
    /// Say what a change costs, setting by setting: a folder of settings, a checkout, or a commit to compare with
    #[arg(long, value_name = "DIR|COMMIT")]
    pub(super) compare: Option<String>,
    /// A finding if the month becomes dearer by more than this, such as `50` (USD) or `5%`
    #[arg(long, value_name = "USD|PERCENT", requires = "compare", allow_hyphen_values = true)]
    pub(super) max_increase: Option<Increase>,
    /// Page to write; none if left out
    #[arg(long, value_name = "FILE")]
    pub(super) page: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

/// The load of a month.
#[derive(Clone, Debug)]
pub(super) enum Month {
    AtRest,
    Under(Curve, String),
}

impl FromStr for Month {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text {
            "none" => Self::AtRest,
            curve => Self::Under(curve.parse()?, curve.to_owned()),
        })
    }
}

impl Month {
    /// How the load is called, in the words of a bill.
    pub(super) fn words(&self, target_latency: Option<f64>) -> String {
        let slow = target_latency.map(|slow| format!(" of targets that take {slow} ms")).unwrap_or_default();
        match self {
            Self::AtRest => "at rest".to_owned(),
            Self::Under(_, name) => format!("under the load `{name}`{slow}, again and again"),
        }
    }
}

/// The most that a month may become dearer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Increase {
    Dollars(f64),
    Percent(f64),
}

impl FromStr for Increase {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |text: &str| text.trim().parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0);
        let read = match text.strip_suffix('%') {
            Some(percent) => number(percent).map(Self::Percent),
            None => number(text.strip_suffix("USD").unwrap_or(text)).map(Self::Dollars),
        };
        read.ok_or_else(|| "expected dollars from 0 on, such as `50`, or a share, such as `5%`".to_owned())
    }
}

impl Increase {
    /// Is the difference more than this?
    pub(super) fn is_exceeded(self, before: f64, after: f64) -> bool {
        match self {
            Self::Dollars(most) => after - before > most,
            Self::Percent(most) => after > before * (1.0 + most / 100.0),
        }
    }
}

impl std::fmt::Display for Increase {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Dollars(most) => write!(out, "{most} USD"),
            Self::Percent(most) => write!(out, "{most} %"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_increase_is_dollars_or_a_share_of_what_it_was() {
        let read = |text: &str| text.parse::<Increase>();
        assert_eq!(
            [read("50"), read("50USD"), read("5%")].map(Result::unwrap),
            [Increase::Dollars(50.0), Increase::Dollars(50.0), Increase::Percent(5.0)]
        );
        for wrong in ["", "-1", "NaN", "5 percent", "%", "inf"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
        assert!(Increase::Percent(5.0).is_exceeded(100.0, 106.0) && !Increase::Percent(5.0).is_exceeded(100.0, 104.0));
        assert!(Increase::Percent(5.0).is_exceeded(0.0, 1.0), "what was not there has no share that it may grow by");
        assert!(!Increase::Dollars(0.0).is_exceeded(100.0, 90.0));
    }
}
