//! What instances cost, and how often Spot takes them back.

use std::collections::BTreeMap;

use super::{
    Error, Offering, ZoneId,
    tables::{Facts, MEASURE},
};
use crate::pods::Capacity;

/// Where a price is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// AWS lists it for the region.
    Listed,
    /// That of us-east-1 times the median ratio of the region, the category and the maker.
    Estimated,
    /// Spot: what is on demand, less the region's average saving.
    Saving,
    /// Spot: less the median saving of its category and maker, since Spot Advisor does not know the type.
    MedianSaving,
    /// A table says it.
    Given,
}

impl Origin {
    /// Is it a guess from other types?
    pub fn is_estimate(self) -> bool {
        matches!(self, Self::Estimated | Self::MedianSaving)
    }

    /// Who says so of a region, and the day from which that is.
    pub fn source(self, region: &str) -> (&'static str, &'static str) {
        match self {
            Self::Listed if region == MEASURE => ("karpenter-provider-aws at 6fc13b5", "2026-07-20"),
            Self::Listed => ("AWS's price files, from ec2.shop at 74c9fd8", "2025-04-04"),
            Self::Estimated => {
                ("us-east-1, karpenter-provider-aws at 6fc13b5, times the region's median ratio", "2026-07-20")
            }
            Self::Saving => ("on demand less Spot Advisor's saving, spotinfo at 05e9331", "2025-06-28"),
            Self::MedianSaving => ("on demand less the median saving of its kind, spotinfo at 05e9331", "2025-06-28"),
            Self::Given => ("a table of prices", ""),
        }
    }
}

/// The share of Spot instances that AWS took back in a month, as Spot Advisor says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the bands' own bounds, in percent")]
pub enum Band {
    Below5,
    Below10,
    Below15,
    Below20,
    From20,
}

/// Hours in the month that Spot Advisor counts: AWS bills 730.
const MONTH: f64 = 730.0;

impl Band {
    pub(super) fn of(number: &str) -> Option<Self> {
        let bands = [Self::Below5, Self::Below10, Self::Below15, Self::Below20, Self::From20];
        bands.get(number.parse::<usize>().ok()?).copied()
    }

    /// The share of instances taken back in a month: the middle of the band; the last one's lower bound, as it has no upper.
    pub fn share(self) -> f64 {
        match self {
            Self::Below5 => 0.025,
            Self::Below10 => 0.075,
            Self::Below15 => 0.125,
            Self::Below20 => 0.175,
            Self::From20 => 0.2,
        }
    }

    /// How often an instance is taken back, an hour: −ln(1 − share) a month.
    pub fn hazard(self) -> f64 {
        -(1.0 - self.share()).ln() / MONTH
    }
}

/// A price on demand.
#[derive(Clone, Copy, Debug)]
pub(super) enum Listed {
    Known(f64),
    Estimated(f64),
}

impl Listed {
    /// Dollars an hour, and where that is from.
    pub(super) fn price(self) -> (f64, Origin) {
        match self {
            Self::Known(price) => (price, Origin::Listed),
            Self::Estimated(price) => (price, Origin::Estimated),
        }
    }
}

/// Where a type can be bought by the tables; nowhere without a price.
pub(super) fn offerings(facts: &Facts, zones: &[ZoneId]) -> Vec<Offering> {
    let Some((price, origin)) = facts.on_demand.map(Listed::price) else { return Vec::new() };
    let spot = facts.saving.map(|(saving, median)| {
        let guess = median || origin == Origin::Estimated;
        (price * (1.0 - saving), if guess { Origin::MedianSaving } else { Origin::Saving })
    });
    let at = |zone: ZoneId| {
        let on_demand = Offering { zone, capacity: Capacity::OnDemand, price, origin };
        let spot = spot.map(|(price, origin)| Offering { zone, capacity: Capacity::Spot, price, origin });
        [Some(on_demand), spot].into_iter().flatten()
    };
    zones.iter().copied().flat_map(at).collect()
}

/// A line of a table of prices.
pub(super) struct Row {
    pub(super) line: usize,
    on_demand: f64,
    estimated: bool,
    /// By the letter of the zone.
    spot: Vec<(char, f64)>,
}

impl Row {
    /// The offerings at these prices, of zones whose letters are among those that have the type: Spot only where it has a price.
    pub(super) fn offerings(&self, letters: &str, zones: &[String]) -> Vec<Offering> {
        let origin = if self.estimated { Origin::Estimated } else { Origin::Listed };
        let there = zones.iter().enumerate().filter_map(|(at, name)| Some((ZoneId(at), name.chars().last()?)));
        let at = |(zone, letter): (ZoneId, char)| {
            let on_demand = Offering { zone, capacity: Capacity::OnDemand, price: self.on_demand, origin };
            let spot = self.spot.iter().find(|(of, _)| *of == letter).map(|(_, price)| *price);
            let spot = spot.map(|price| Offering { zone, capacity: Capacity::Spot, price, origin: Origin::Given });
            [Some(on_demand), spot].into_iter().flatten()
        };
        there.filter(|(_, letter)| letters.contains(*letter)).flat_map(at).collect()
    }
}

/// The lines of a table of prices, by type.
pub(super) fn read(table: &str) -> Result<BTreeMap<&str, Row>, Error> {
    let mut lines = table.lines().enumerate().filter(|(_, line)| !line.starts_with('#') && !line.trim().is_empty());
    let header: Vec<&str> = lines.next().map(|(_, line)| line.trim().split(',').collect()).unwrap_or_default();
    let letters: Option<Vec<char>> = match header.as_slice() {
        ["type", "on_demand", "source", spots @ ..] => {
            spots.iter().map(|name| name.strip_prefix("spot_").and_then(|letter| letter.parse().ok())).collect()
        }
        _ => None,
    };
    let Some(letters) = letters else {
        return Err(Error::Prices(1, "the header is not `type,on_demand,source,spot_a,…`".to_owned()));
    };
    let mut rows = BTreeMap::new();
    for (at, line) in lines {
        let wrong = |why: String| Error::Prices(at + 1, why);
        let cells: Vec<&str> = line.trim().split(',').collect();
        let [name, on_demand, source, spots @ ..] = cells.as_slice() else {
            return Err(wrong(format!("has {} columns, the header {}", cells.len(), header.len())));
        };
        if spots.len() != letters.len() {
            return Err(wrong(format!("has {} columns, the header {}", cells.len(), header.len())));
        }
        let price = |cell: &str| {
            let price = cell.parse::<f64>().ok().filter(|price| price.is_finite() && *price >= 0.0);
            price.ok_or_else(|| wrong(format!("`{cell}` is no price")))
        };
        let spot = letters.iter().zip(spots).filter(|(_, cell)| !cell.is_empty());
        let spot = spot.map(|(letter, cell)| Ok((*letter, price(cell)?))).collect::<Result<_, _>>()?;
        let row = Row { line: at + 1, on_demand: price(on_demand)?, estimated: source.contains('e'), spot };
        if rows.insert(*name, row).is_some() {
            return Err(wrong(format!("`{name}` has a line above")));
        }
    }
    Ok(rows)
}
