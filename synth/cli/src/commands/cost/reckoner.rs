//! From settings to a bill: the platform is built, and the twin runs it under the load.

use anyhow::Result;
use jiff::civil::Date;
use stacks::{
    Platform,
    cost::{Assumed, Cost, Question},
    settings::Settings,
    simulated,
};
use synth_project::Project as _;
use synth_twin::{
    cost::Prices,
    load::Load,
    service::Target,
    simulation::{self, Options, setup::Setup},
};

use super::args::Month;

/// Seconds of the run that stands for a month at rest.
const AT_REST: f64 = 3600.0;

/// What is the same for every bill of one question.
pub(super) struct Reckoner<'a> {
    pub(super) today: Date,
    pub(super) prices: &'a Prices<'a>,
    pub(super) assumed: Assumed,
    pub(super) load: &'a Month,
    pub(super) rate: Option<f64>,
    /// Seconds that targets take.
    pub(super) latency: f64,
}

/// A bill, and whether the load was borne.
pub(super) struct Reckoned {
    pub(super) cost: Cost,
    /// The share of requests that were refused or failed.
    pub(super) lost: f64,
}

impl Reckoner<'_> {
    pub(super) fn of(&self, settings: &Settings) -> Result<Reckoned> {
        let platform = Platform::build(settings)?;
        let load = match self.load {
            Month::AtRest => Load::through([(0.0, 0.0), (AT_REST, 0.0)])?,
            Month::Under(curve, _) => curve.read(self.rate, simulated::plan(&platform))?,
        };
        let options = Options { target: Target::Constant { seconds: self.latency }, ..Options::default() };
        let setup = Setup { bytes: self.assumed.bytes(), ..simulated::setup(&platform) };
        let trace = simulation::run(&setup, &load, &options)?;
        let totals = trace.totals();
        let lost = (totals.refused + totals.failed) / totals.offered.max(1.0);
        let question = Question { today: self.today, prices: self.prices, assumed: &self.assumed };
        Ok(Reckoned { cost: Cost::of(&platform, &trace, &question), lost })
    }
}
