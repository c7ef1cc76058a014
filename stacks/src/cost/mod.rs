//! What an environment costs in a month, line by line: each with its price, where that is from, and what it follows from.
//!
//! What stands is read from the resources and objects that are written, Karpenter's nodes and the requests from a run of the twin.
//! What nobody can know beforehand is an assumption with a name; what has no line is said, too. The day and the prices come from
//! the caller.

mod assumed;
mod left_out;
mod moved;
mod nodes;
mod standing;

use jiff::civil::Date;
use synth_twin::{
    cost::{HOURS_A_MONTH, Price, Prices},
    simulation::trace::Trace,
};

pub use self::{
    assumed::{Assumed, Assumption},
    left_out::{LeftOut, left_out},
};
pub(crate) use standing::{Standing, standing};

use crate::Platform;

/// What a line is for, in the order in which lines are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The EKS cluster.
    ControlPlane,
    /// The managed node group and its disks.
    BaseNodes,
    /// Karpenter's nodes and their disks.
    Nodes,
    /// Gateways, endpoints, load balancers and addresses.
    Network,
    /// Volumes of pods, and images.
    Storage,
    /// Keys.
    Keys,
    /// What moves.
    Traffic,
    /// Logs.
    Logs,
}

impl Part {
    /// Every one, in order.
    pub const ALL: [Self; 8] = [
        Self::ControlPlane,
        Self::BaseNodes,
        Self::Nodes,
        Self::Network,
        Self::Storage,
        Self::Keys,
        Self::Traffic,
        Self::Logs,
    ];

    /// How people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::ControlPlane => "control plane",
            Self::BaseNodes => "base nodes",
            Self::Nodes => "Karpenter's nodes",
            Self::Network => "network",
            Self::Storage => "storage",
            Self::Keys => "keys",
            Self::Traffic => "traffic",
            Self::Logs => "logs",
        }
    }
}

/// A line of the bill of a month.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// What it is for.
    pub part: Part,
    /// What is paid for.
    pub what: String,
    /// Units in a month.
    pub quantity: f64,
    /// The unit, such as `hour` or `GB-month`.
    pub unit: String,
    /// Dollars for a unit.
    pub each: f64,
    /// Who says what a unit costs.
    pub source: String,
    /// The day from which the price is.
    pub day: String,
    /// Is the price a guess?
    pub estimated: bool,
    /// The assumptions that decide the quantity, by name.
    pub assumed: Vec<&'static str>,
    /// The resources and objects that it follows from.
    pub from: Vec<String>,
    /// The settings that decide it.
    pub settings: Vec<String>,
}

/// What a month costs.
#[derive(Clone, Debug, PartialEq)]
pub struct Cost {
    /// Its lines, part by part.
    pub lines: Vec<Line>,
    /// What is assumed, whether or not a line needs it.
    pub assumed: Vec<Assumption>,
    /// What costs money and has no line.
    pub left_out: Vec<LeftOut>,
}

/// What a bill depends on besides the platform.
#[derive(Clone, Debug)]
pub struct Question<'a> {
    /// The day, which decides whether a version of Kubernetes has extended support.
    pub today: Date,
    /// The prices.
    pub prices: &'a Prices<'a>,
    /// What nobody can know beforehand.
    pub assumed: &'a Assumed,
}

impl Cost {
    /// The bill of a platform for a month in which a run of the twin goes on and on, whose
    /// requests and answers are as large as is assumed ([`Assumed::bytes`]).
    pub fn of(platform: &Platform, trace: &Trace, question: &Question<'_>) -> Self {
        let region = platform.settings.aws.region.name;
        let Question { today, prices, assumed } = *question;
        let standing = standing(platform, Some(today)).into_iter().map(|of| of.line(prices, region));
        let nodes = nodes::base(platform, prices).into_iter().chain(nodes::karpenters(platform, trace, prices));
        let moved = moved::lines(platform, trace, prices, assumed);
        let mut lines: Vec<_> = standing.chain(nodes).chain(moved).filter(|line| line.quantity > 0.0).collect();
        lines.sort_by_key(|line| line.part);
        Self { lines, assumed: assumed.all().to_vec(), left_out: left_out(platform) }
    }

    /// Dollars a month.
    pub fn month(&self) -> f64 {
        self.lines.iter().map(Line::dollars).sum()
    }

    /// Dollars an hour.
    pub fn hour(&self) -> f64 {
        self.month() / HOURS_A_MONTH
    }

    /// Dollars a month of the lines whose quantity is assumed.
    pub fn of_assumed(&self) -> f64 {
        self.lines.iter().filter(|line| !line.assumed.is_empty()).map(Line::dollars).sum()
    }

    /// Dollars a month, part by part, without those that cost nothing.
    pub fn parts(&self) -> Vec<(Part, f64)> {
        by_part(&self.lines)
    }
}

impl Standing {
    fn line(self, prices: &Prices<'_>, region: &str) -> Line {
        let price = prices.of(self.item, region);
        let hours = if price.unit == "hour" { HOURS_A_MONTH } else { 1.0 };
        Line { from: self.from, ..line(self.part, self.what, self.units * hours, price, self.settings) }
    }
}

impl Line {
    /// Dollars a month.
    pub fn dollars(&self) -> f64 {
        self.quantity * self.each
    }
}

/// Dollars a month of what stands without a node of Karpenter's, part by part, at list prices; of a day if it matters whether a
/// version has standard support.
pub(crate) fn stands(platform: &Platform, today: Option<Date>) -> Vec<(Part, f64)> {
    let (region, prices) = (platform.settings.aws.region.name, Prices::default());
    let standing = standing(platform, today).into_iter().map(|of| of.line(&prices, region));
    let lines: Vec<_> = standing.chain(nodes::base(platform, &prices)).collect();
    by_part(&lines)
}

/// Dollars a month, part by part, without those that cost nothing.
fn by_part(lines: &[Line]) -> Vec<(Part, f64)> {
    let of = |part: Part| lines.iter().filter(|line| line.part == part).map(Line::dollars).sum::<f64>();
    Part::ALL.into_iter().map(|part| (part, of(part))).filter(|(_, dollars)| *dollars > 0.0).collect()
}

/// A line of something that has a price.
fn line(part: Part, what: impl Into<String>, quantity: f64, price: Price<'_>, settings: &[&str]) -> Line {
    Line {
        part,
        what: what.into(),
        quantity,
        unit: price.unit.to_owned(),
        each: price.dollars,
        source: price.source.to_owned(),
        day: price.read.to_owned(),
        estimated: price.estimated,
        assumed: Vec::new(),
        from: Vec::new(),
        settings: settings.iter().map(|key| (*key).to_owned()).collect(),
    }
}
