//! What can be bought: instance types, what of them pods get, what they cost and where.
//!
//! The facts are tables in `data/`, each with its source and date. They hold the categories c, m, r and t of generation 5 and later; what
//! a pool may buy beyond those is not known here.

mod allocatable;
mod labels;
mod machine;
mod prices;
mod set;
mod tables;
mod unavailable;

pub use allocatable::{Eviction, NodeClass};
pub(crate) use labels::CAPACITY_TYPE;
pub use labels::Label;
pub use machine::{Machine, Offers};
pub use prices::{Band, Origin};
pub use set::TypeSet;
pub use unavailable::Unavailable;

use std::{collections::BTreeMap, fmt};

use crate::{pods::Capacity, resources::Resources};

/// An instance type, by its place in the catalogue: that of its name among all names, so that the lower comes first by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeId(pub usize);

/// A zone, by its place in [`Catalogue::zones`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ZoneId(pub usize);

/// The instance types of a region, with their prices.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    region: String,
    zones: Vec<String>,
    types: Vec<InstanceType>,
    labels: BTreeMap<&'static str, Label>,
    offered: Vec<(ZoneId, Capacity, TypeSet)>,
}

/// An instance type as AWS describes it and Karpenter reckons with it.
#[derive(Clone, Debug)]
pub struct InstanceType {
    /// Its name, such as `c6g.large`.
    pub name: String,
    /// `amd64` or `arm64`.
    pub arch: &'static str,
    /// `Intel`, `AMD` or `AWS`.
    pub maker: &'static str,
    /// vCPUs.
    pub vcpus: i64,
    /// MiB.
    pub memory: i64,
    /// Sustained clock, in GHz.
    pub ghz: f64,
    /// Network throughput that it always has, in Gbit/s.
    pub network: f64,
    /// Network throughput that it may reach for a while, in Gbit/s.
    pub network_peak: f64,
    /// Network interfaces of the default card.
    pub interfaces: i64,
    /// IPv4 addresses, or ranges of them, that each interface may have.
    pub addresses_per_interface: i64,
    /// All local disks together, in GB.
    pub local_disk: i64,
    /// What counts against a pool's limits.
    pub capacity: Resources,
    /// What pods may ask for in all.
    pub allocatable: Resources,
    /// Where it can be bought, by zone, on-demand before Spot.
    pub offerings: Vec<Offering>,
    /// How often it is taken back where it is bought as Spot, if the region's Spot Advisor knows it.
    pub band: Option<Band>,
    facts: tables::Facts,
}

/// An instance type in a zone, at a price.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Offering {
    /// Where.
    pub zone: ZoneId,
    /// As what.
    pub capacity: Capacity,
    /// Dollars an hour.
    pub price: f64,
    /// Where the price is from.
    pub origin: Origin,
}

/// Why there is no catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// Nothing is known of the region; those of which something is.
    Region(String, Vec<&'static str>),
    /// A line of a table of prices cannot be read: its number, and why.
    Prices(usize, String),
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Region(region, known) => {
                write!(out, "no instance types are known of region `{region}`, but of {}", known.join(", "))
            }
            Self::Prices(line, why) => write!(out, "line {line} of the prices: {why}"),
        }
    }
}

impl std::error::Error for Error {}

/// Is there an instance type of this name, wherever it is offered?
pub fn knows(name: &str) -> bool {
    tables::knows(name)
}

/// What a type costs on demand in a region, in dollars an hour, and where that is from: what [`Catalogue::of`] says of it, without the
/// rest of the catalogue.
pub fn on_demand(region: &str, name: &str) -> Option<(f64, Origin)> {
    tables::on_demand(region, name).map(prices::Listed::price)
}

/// Is it known of a region what is offered there?
pub fn knows_region(region: &str) -> bool {
    tables::knows_region(region)
}

impl InstanceType {
    /// Without a hypervisor: Karpenter buys it only where nothing else will do.
    pub fn is_metal(&self) -> bool {
        self.facts.is_metal()
    }
}

impl Catalogue {
    /// The types of a region, at the prices of the tables, for nodes as Karpenter's defaults have them.
    pub fn of(region: &str) -> Result<Self, Error> {
        Self::for_class(region, &NodeClass::default())
    }

    /// The types of a region as nodes of a class: what pods get of them, and in which zones its subnets lie.
    pub fn for_class(region: &str, class: &NodeClass) -> Result<Self, Error> {
        let facts = tables::facts(region)?;
        let lies = |letters: &str, zone: &char| letters.contains(*zone) && class.has(region, *zone);
        let letters: std::collections::BTreeSet<char> =
            facts.iter().flat_map(|facts| facts.zones.chars()).filter(|zone| class.has(region, *zone)).collect();
        let letters: Vec<char> = letters.into_iter().collect();
        let types = facts.into_iter().map(|facts| {
            let zones: Vec<_> = letters
                .iter()
                .enumerate()
                .filter(|(_, zone)| lies(facts.zones, zone))
                .map(|(at, _)| ZoneId(at))
                .collect();
            InstanceType {
                name: facts.name.to_owned(),
                arch: facts.arch,
                maker: facts.maker,
                vcpus: facts.vcpus,
                memory: facts.memory,
                ghz: facts.ghz,
                network: facts.network,
                network_peak: facts.network_peak,
                interfaces: facts.interfaces,
                addresses_per_interface: facts.addresses_per_interface,
                local_disk: facts.local_disk,
                capacity: class.capacity(&facts),
                allocatable: class.allocatable(&facts),
                offerings: prices::offerings(&facts, &zones),
                band: facts.band,
                facts,
            }
        });
        let zones = letters.iter().map(|zone| format!("{region}{zone}")).collect();
        Ok(Self { region: region.to_owned(), zones, types: types.collect(), ..Self::default() }.indexed())
    }

    /// The same at the prices of a table: `type,on_demand,source,spot_a,…`, dollars an hour, with a letter for each zone. The types are then
    /// those with a line there, and Spot is where it has a price. `source` says of what is on demand whether it is listed (`l`) or
    /// estimated (`e`).
    pub fn with_prices(self, table: &str) -> Result<Self, Error> {
        let rows = prices::read(table)?;
        let Self { region, zones, types, .. } = self;
        let known: std::collections::HashSet<&str> = types.iter().map(|of| of.name.as_str()).collect();
        let unknown = rows.iter().find(|(name, _)| !known.contains(**name));
        if let Some((name, row)) = unknown {
            return Err(Error::Prices(row.line, format!("`{name}` is no instance type of {region} that is known")));
        }
        let priced = types.into_iter().filter_map(|of| {
            let row = rows.get(of.name.as_str())?;
            let offerings = row.offerings(of.facts.zones, &zones);
            Some(InstanceType { offerings, ..of })
        });
        Ok(Self { region, types: priced.collect(), zones, ..Self::default() }.indexed())
    }

    /// Karpenter has seen a node of a type and knows its real memory, in bytes, from then on instead of its estimate.
    pub fn discover(&mut self, id: TypeId, memory: i64) {
        let of = &mut self.types[id.0];
        of.allocatable.memory += memory - of.capacity.memory;
        of.capacity.memory = memory;
    }

    fn indexed(mut self) -> Self {
        self.labels = labels::of(&self);
        let pairs =
            (0..self.zones.len()).flat_map(|zone| [Capacity::Spot, Capacity::OnDemand].map(|of| (ZoneId(zone), of)));
        let offered = pairs.map(|(zone, capacity)| {
            let mut types = TypeSet::all(self.types.len());
            types.retain(|id| self.price(id, zone, capacity).is_some());
            (zone, capacity, types)
        });
        self.offered = offered.collect();
        self
    }

    /// The region that it is of.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// The names of the zones, such as `eu-north-1a`.
    pub fn zones(&self) -> &[String] {
        &self.zones
    }

    /// Every type, by name.
    pub fn types(&self) -> &[InstanceType] {
        &self.types
    }

    /// The type of a number.
    pub fn get(&self, id: TypeId) -> &InstanceType {
        &self.types[id.0]
    }

    /// The type of a name.
    pub fn named(&self, name: &str) -> Option<TypeId> {
        self.types.binary_search_by(|of| of.name.as_str().cmp(name)).ok().map(TypeId)
    }

    /// The zone of a name.
    pub fn zone(&self, name: &str) -> Option<ZoneId> {
        self.zones.iter().position(|known| known == name).map(ZoneId)
    }

    /// The name of a zone.
    pub fn zone_name(&self, id: ZoneId) -> &str {
        &self.zones[id.0]
    }

    /// What types have as a label; none where Karpenter gives no type that label.
    pub fn label(&self, key: &str) -> Option<&Label> {
        self.labels.get(key)
    }

    /// The labels that Karpenter gives types, with their values.
    pub fn labels(&self) -> impl Iterator<Item = (&'static str, &Label)> {
        self.labels.iter().map(|(key, label)| (*key, label))
    }

    /// The types that are offered in each zone, as each capacity type.
    pub fn offered(&self) -> &[(ZoneId, Capacity, TypeSet)] {
        &self.offered
    }

    /// The one value that a type has of each label, as a node of it shows them; zone and capacity type are not among them.
    pub fn node_labels(&self, id: TypeId) -> impl Iterator<Item = (&'static str, &str)> {
        let own = self.labels().filter(|(key, _)| !labels::OF_OFFERINGS.contains(key));
        own.filter_map(move |(key, label)| {
            let mut values = label.values.iter().filter(|(_, types)| types.has(id));
            values.next().filter(|_| values.next().is_none()).map(|(value, _)| (key, value.as_str()))
        })
    }

    /// What an offering costs, in dollars an hour.
    pub fn price(&self, id: TypeId, zone: ZoneId, capacity: Capacity) -> Option<f64> {
        let mut offerings = self.get(id).offerings.iter();
        offerings.find(|at| at.zone == zone && at.capacity == capacity).map(|at| at.price)
    }
}
