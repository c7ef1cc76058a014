//! The committed tables, read.

use std::{
    collections::{BTreeMap, HashMap},
    str::FromStr,
};

use super::{
    Error,
    prices::{Band, Listed},
};

const TYPES: &str = include_str!("../../data/instance-types.csv");
const OFFERINGS: &str = include_str!("../../data/offerings.csv");
const PRICES: &str = include_str!("../../data/on-demand-prices.csv");
const RATIOS: &str = include_str!("../../data/price-ratios.csv");
const ADVISOR: &str = include_str!("../../data/spot-advisor.csv");

/// The region whose list of prices is complete: others are estimated by it.
pub(super) const MEASURE: &str = "us-east-1";

/// What the tables say of a type in a region.
#[derive(Clone, Debug)]
pub(super) struct Facts {
    pub(super) name: &'static str,
    pub(super) arch: &'static str,
    pub(super) maker: &'static str,
    pub(super) vcpus: i64,
    pub(super) memory: i64,
    pub(super) ghz: f64,
    pub(super) network: f64,
    pub(super) network_peak: f64,
    /// The label's value, in Mbit/s.
    pub(super) bandwidth: &'static str,
    /// Most that its volumes may carry, in Mbit/s.
    pub(super) volumes: &'static str,
    pub(super) interfaces: i64,
    pub(super) addresses_per_interface: i64,
    pub(super) local_disk: i64,
    /// Letters of the zones that have it.
    pub(super) zones: &'static str,
    pub(super) on_demand: Option<Listed>,
    /// What Spot saves, and whether that is the median of its kind.
    pub(super) saving: Option<(f64, bool)>,
    pub(super) band: Option<Band>,
}

impl Facts {
    /// The first part of its name: `m7i`.
    pub(super) fn family(&self) -> &'static str {
        self.name.split_once('.').map_or(self.name, |(family, _)| family)
    }

    /// The second part of its name: `xlarge`.
    pub(super) fn size(&self) -> &'static str {
        self.name.split_once('.').map_or("", |(_, size)| size)
    }

    /// The letters that its name begins with.
    pub(super) fn category(&self) -> &'static str {
        self.name.split(|letter: char| !letter.is_ascii_lowercase()).next().unwrap_or_default()
    }

    /// The number in its name.
    pub(super) fn generation(&self) -> &'static str {
        let rest = self.name.trim_start_matches(|letter: char| letter.is_ascii_lowercase());
        rest.split(|letter: char| !letter.is_ascii_digit()).next().unwrap_or_default()
    }

    /// Without a hypervisor?
    pub(super) fn is_metal(&self) -> bool {
        self.size().contains("metal")
    }

    /// What prices and savings are alike of.
    fn kind(&self) -> (&'static str, &'static str) {
        (self.category(), self.maker)
    }
}

/// Each line that is no comment.
fn lines(table: &'static str) -> impl Iterator<Item = &'static str> {
    table.lines().filter(|line| !line.starts_with('#'))
}

/// A table's column for a region, by what stands in the first column.
fn column(table: &'static str, region: &str) -> Option<HashMap<&'static str, &'static str>> {
    let mut lines = lines(table);
    let at = lines.next()?.split(',').position(|name| name == region)?;
    let cells = |line: &'static str| {
        let mut cells = line.split(',');
        Some((cells.next()?, cells.nth(at - 1)?))
    };
    Some(lines.filter_map(cells).collect())
}

/// A table's cell for a region, by what stands in the first column.
fn cell(table: &'static str, region: &str, key: &str) -> Option<&'static str> {
    let mut lines = lines(table);
    let at = lines.next()?.split(',').position(|name| name == region)?;
    let rest = |line: &'static str| line.strip_prefix(key)?.strip_prefix(',');
    lines.find_map(rest)?.split(',').nth(at - 1)
}

/// Is there an instance type of this name, wherever it is offered?
pub(super) fn knows(name: &str) -> bool {
    lines(TYPES).skip(1).any(|line| line.split(',').next() == Some(name))
}

/// Is it known of a region what is offered there?
pub(super) fn knows_region(region: &str) -> bool {
    lines(OFFERINGS).next().is_some_and(|names| names.split(',').skip(1).any(|name| name == region))
}

/// What is known of every type that a region has, by name.
pub(super) fn facts(region: &str) -> Result<Vec<Facts>, Error> {
    let Some(offered) = column(OFFERINGS, region) else {
        let known = lines(OFFERINGS).next().into_iter().flat_map(|names| names.split(',').skip(1));
        return Err(Error::Region(region.to_owned(), known.collect()));
    };
    let prices = column(PRICES, region).unwrap_or_default();
    let measures = measures();
    let ratios = column(RATIOS, region).unwrap_or_default();
    let advisor = column(ADVISOR, region).unwrap_or_default();
    let of = |column: &HashMap<&str, &'static str>, key: &str| column.get(key).copied();
    let mut all: Vec<_> = types().filter_map(|line| read(&line, |key| of(&offered, key))).collect();
    for facts in &mut all {
        facts.on_demand = listed(facts, |key| of(&prices, key), |key| of(&measures, key), |key| of(&ratios, key));
        let advice = advisor.get(facts.name).and_then(|cell| cell.split_once('/'));
        facts.saving = advice.and_then(|(saving, _)| Some((saving.parse::<f64>().ok()? / 100.0, false)));
        facts.band = advice.and_then(|(_, band)| Band::of(band));
    }
    let medians = medians(&all);
    for facts in all.iter_mut().filter(|facts| facts.saving.is_none()) {
        facts.saving = medians.get(&facts.kind()).map(|median| (*median, true));
    }
    all.sort_by_key(|facts| facts.name);
    Ok(all)
}

/// What a type costs on demand in a region, if it is there and a price is known or can be estimated. The tables are searched, not read:
/// for one type that is a fraction of [`facts`].
pub(super) fn on_demand(region: &str, name: &str) -> Option<Listed> {
    let line = types().find(|line| line.name == name)?;
    let facts = read(&line, |key| cell(OFFERINGS, region, key))?;
    let (prices, measures) = (|key: &str| cell(PRICES, region, key), |key: &str| cell(PRICES, MEASURE, key));
    listed(&facts, prices, measures, |key| cell(RATIOS, region, key))
}

/// What a type costs on demand: the region's own price, or that of the measure times the region's ratio for its kind.
fn listed(
    facts: &Facts,
    prices: impl Fn(&str) -> Option<&'static str>,
    measures: impl Fn(&str) -> Option<&'static str>,
    ratios: impl Fn(&str) -> Option<&'static str>,
) -> Option<Listed> {
    let estimate = || {
        let ratio = ratios(&format!("{} {}", facts.category(), facts.maker))?;
        Some(price(&measures, facts.name, facts.vcpus)? * ratio.parse::<f64>().ok()?)
    };
    let known = price(&prices, facts.name, facts.vcpus).map(Listed::Known);
    known.or_else(|| estimate().map(|price| Listed::Estimated(cents(price))))
}

/// A line of the table of types, in words.
pub(super) struct Line {
    pub(super) name: &'static str,
    pub(super) arch: &'static str,
    pub(super) maker: &'static str,
    pub(super) vcpus: &'static str,
    pub(super) memory: &'static str,
    pub(super) ghz: &'static str,
    pub(super) network: &'static str,
    pub(super) network_peak: &'static str,
    pub(super) bandwidth: &'static str,
    pub(super) volumes: &'static str,
    pub(super) interfaces: &'static str,
    pub(super) addresses_per_interface: &'static str,
    pub(super) local_disk: &'static str,
    pub(super) attachments: &'static str,
    pub(super) shared: &'static str,
}

impl Line {
    fn of(line: &'static str) -> Option<Self> {
        let mut cells = line.split(',');
        let mut cell = || cells.next();
        let (name, arch, maker, vcpus, memory, ghz) = (cell()?, cell()?, cell()?, cell()?, cell()?, cell()?);
        let (network, network_peak, bandwidth, _, volumes) = (cell()?, cell()?, cell()?, cell()?, cell()?);
        let (interfaces, addresses_per_interface, local_disk) = (cell()?, cell()?, cell()?);
        let (attachments, shared) = (cell()?, cell()?);
        Some(Self {
            name,
            arch,
            maker,
            vcpus,
            memory,
            ghz,
            network,
            network_peak,
            bandwidth,
            volumes,
            interfaces,
            addresses_per_interface,
            local_disk,
            attachments,
            shared,
        })
    }
}

/// The table of types.
pub(super) fn types() -> impl Iterator<Item = Line> {
    lines(TYPES).skip(1).filter_map(Line::of)
}

/// A size of the table, which are whole numbers.
pub(super) fn size<N: FromStr>(text: &str) -> N {
    text.parse().ok().expect("the table's sizes are whole numbers")
}

fn read(line: &Line, offered: impl Fn(&str) -> Option<&'static str>) -> Option<Facts> {
    let decimal = |text: &str| text.parse::<f64>().expect("the table's speeds are numbers");
    let facts = Facts {
        name: line.name,
        arch: line.arch,
        maker: line.maker,
        vcpus: size(line.vcpus),
        memory: size(line.memory),
        ghz: decimal(line.ghz),
        network: decimal(line.network),
        network_peak: decimal(line.network_peak),
        bandwidth: line.bandwidth,
        volumes: line.volumes,
        interfaces: size(line.interfaces),
        addresses_per_interface: size(line.addresses_per_interface),
        local_disk: size(line.local_disk),
        zones: "",
        on_demand: None,
        saving: None,
        band: None,
    };
    let zones = offered(line.name).or_else(|| offered(facts.family())).unwrap_or_default();
    (!zones.is_empty()).then_some(Facts { zones, ..facts })
}

/// The regions of the table of offers, and for a family, or a type that differs from its family, the letters of the zones of each.
pub(super) fn offers() -> (Vec<&'static str>, HashMap<&'static str, Vec<&'static str>>) {
    let mut lines = lines(OFFERINGS).map(|line| line.split(','));
    let regions = lines.next().into_iter().flat_map(|names| names.skip(1)).collect();
    (regions, lines.filter_map(|mut cells| Some((cells.next()?, cells.collect()))).collect())
}

/// The prices of the region whose list is complete, in dollars an hour, of types and, for each vCPU, of families.
pub(super) fn measures() -> HashMap<&'static str, &'static str> {
    column(PRICES, MEASURE).unwrap_or_default()
}

/// The price of a type: its own, or that of its family for each vCPU.
pub(super) fn price(column: impl Fn(&str) -> Option<&'static str>, name: &str, vcpus: i64) -> Option<f64> {
    match column(name).unwrap_or_default() {
        "-" => None,
        "" => {
            let each = column(name.split_once('.').map_or(name, |(family, _)| family))?;
            let (dollars, rest) = each.split_once('.').unwrap_or((each, ""));
            // The table has at most ten places: whole numbers of them, so that the product is the very number that AWS lists.
            let each: i64 = format!("{dollars}{rest:0<10}").parse().ok()?;
            (each > 0).then(|| exact(each * vcpus) / 1e10)
        }
        own => own.parse().ok(),
    }
}

#[expect(clippy::cast_precision_loss, reason = "prices are far below 2^53 such parts")]
fn exact(number: i64) -> f64 {
    number as f64
}

/// Rounded as finely as AWS lists prices.
fn cents(price: f64) -> f64 {
    (price * 1e5).round() / 1e5
}

/// The middle of what Spot saves, for each kind.
fn medians(all: &[Facts]) -> BTreeMap<(&'static str, &'static str), f64> {
    let mut kinds: BTreeMap<_, Vec<f64>> = BTreeMap::new();
    for facts in all {
        if let Some((saving, false)) = facts.saving {
            kinds.entry(facts.kind()).or_default().push(saving);
        }
    }
    let middle = |mut savings: Vec<f64>| {
        savings.sort_by(f64::total_cmp);
        f64::midpoint(savings[(savings.len() - 1) / 2], savings[savings.len() / 2])
    };
    kinds.into_iter().map(|(kind, savings)| (kind, middle(savings))).collect()
}
