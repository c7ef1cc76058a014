//! Instance types before a region is chosen: what each is, what it costs where the list of prices is complete, and where it is offered.

use std::collections::HashMap;

use super::tables::{self, size};

/// An instance type, wherever it is.
#[derive(Clone, Debug)]
pub struct Machine {
    /// Its name, such as `c6g.large`.
    pub name: &'static str,
    /// `amd64` or `arm64`.
    pub arch: &'static str,
    /// vCPUs.
    pub vcpus: u64,
    /// MiB.
    pub memory: u64,
    /// Network interfaces of the default card.
    pub interfaces: u64,
    /// IPv4 addresses, or ranges of them, that each interface may have.
    pub addresses_per_interface: u64,
    /// Volumes that may be attached, the root's included.
    pub attachments: u64,
    /// Does each interface but the first take the place of a volume?
    pub shared: bool,
    /// Dollars an hour on demand in us-east-1, as far as AWS lists it.
    pub price: Option<f64>,
}

impl Machine {
    /// Every type, those of a family one after the other.
    pub fn all() -> impl Iterator<Item = Self> {
        let prices = tables::measures();
        tables::types().map(move |line| Self {
            name: line.name,
            arch: line.arch,
            vcpus: size(line.vcpus),
            memory: size(line.memory),
            interfaces: size(line.interfaces),
            addresses_per_interface: size(line.addresses_per_interface),
            attachments: size(line.attachments),
            shared: line.shared == "1",
            price: tables::price(|key| prices.get(key).copied(), line.name, size(line.vcpus)),
        })
    }
}

/// Where types are offered.
#[derive(Clone, Debug)]
pub struct Offers {
    /// The regions of which that is known.
    pub regions: Vec<&'static str>,
    zones: HashMap<&'static str, Vec<&'static str>>,
}

impl Offers {
    /// What the table says.
    pub fn known() -> Self {
        let (regions, zones) = tables::offers();
        Self { regions, zones }
    }

    /// The letters of the zones that have a type, for each of the regions; empty where nothing is known of it.
    pub fn zones(&self, name: &str) -> &[&'static str] {
        let family = name.split_once('.').map_or(name, |(family, _)| family);
        self.zones.get(name).or_else(|| self.zones.get(family)).map(Vec::as_slice).unwrap_or_default()
    }
}
