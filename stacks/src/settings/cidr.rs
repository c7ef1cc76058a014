//! IPv4 ranges in CIDR notation.

#![expect(clippy::trivially_copy_pass_by_ref, reason = "rules look at their values by reference")]

use std::fmt;
use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use serde_json::{Value as Json, json};

use super::problem;
use super::text::{Text, TextError, text_values};

/// An IPv4 range such as `10.0.0.0/16`, without host bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Cidr(Ipv4Net);

impl Cidr {
    /// Does it lie in a range of which no machine of the internet has an address?
    pub(crate) fn is_private(self) -> bool {
        PRIVATE.iter().any(|private| private.contains(self))
    }

    /// The number of leading bits that are fixed.
    pub fn prefix_len(self) -> u8 {
        self.0.prefix_len()
    }

    /// The first address of the range.
    pub fn network(self) -> Ipv4Addr {
        self.0.network()
    }

    /// How many addresses the range holds.
    pub fn addresses(self) -> u64 {
        1 << (32 - self.prefix_len())
    }

    /// How many addresses a subnet of this range can hand out: AWS keeps five.
    pub fn usable_addresses(self) -> u64 {
        self.addresses().saturating_sub(5)
    }

    /// The part of so many addresses, a power of two, that begins so many after the first.
    pub(crate) fn part(self, offset: u64, addresses: u64) -> Self {
        let first = u64::from(self.network().to_bits()) + offset;
        let first = Ipv4Addr::from_bits(u32::try_from(first).expect("a part lies inside its range"));
        let length = u8::try_from(32 - addresses.ilog2()).expect("a range has at most 32 bits");
        Self(Ipv4Net::new(first, length).expect("a length of at most 32 bits").trunc())
    }

    /// Says whether `other` lies wholly inside.
    pub fn contains(self, other: Self) -> bool {
        self.0.contains(&other.0)
    }

    /// Says whether the two share any address.
    pub fn overlaps(self, other: Self) -> bool {
        self.contains(other) || other.contains(self)
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::str::FromStr for Cidr {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let Ok(net) = text.parse::<Ipv4Net>() else {
            return Err(TextError::expected("an IPv4 range such as `10.0.0.0/16`", text));
        };
        if net.addr() == net.network() {
            Ok(Self(net))
        } else {
            Err(TextError(format!("is `{text}`, which sets bits beyond its prefix: write `{}`", net.trunc())))
        }
    }
}

impl Text for Cidr {
    fn type_name() -> String {
        "a string with an IPv4 range".to_owned()
    }

    fn schema() -> Json {
        json!({ "type": "string", "pattern": "^[0-9.]+/[0-9]+$" })
    }
}

text_values!(Cidr);

/// The sizes that AWS allows for a VPC and for a subnet.
pub(super) fn aws_size(cidr: &Cidr) -> Result<(), String> {
    match cidr.prefix_len() {
        16..=28 => Ok(()),
        _ => Err(format!("is `{cidr}`, but AWS allows prefixes from /16 to /28")),
    }
}

/// The sizes and ranges that EKS allows for services.
pub(super) fn service_range(cidr: &Cidr) -> Result<(), String> {
    if !matches!(cidr.prefix_len(), 12..=24) {
        return Err(format!("is `{cidr}`, but EKS allows prefixes from /12 to /24"));
    }
    if PRIVATE.iter().any(|private| private.contains(*cidr)) {
        Ok(())
    } else {
        Err(format!("is `{cidr}`, but EKS allows services only in {}", problem::list(&PRIVATE)))
    }
}

/// A range that can reach a public endpoint: EKS refuses private ones.
pub(super) fn public_range(cidr: &Cidr) -> Result<(), String> {
    if cidr.is_private() {
        Err(format!("is `{cidr}`, which is private: a public endpoint sees only public addresses"))
    } else {
        Ok(())
    }
}

/// A range whose machines can reach a private endpoint, through the VPC, a VPN or a peering.
pub(super) fn private_range(cidr: &Cidr) -> Result<(), String> {
    if PRIVATE.iter().chain([&SHARED]).any(|private| private.contains(*cidr)) {
        Ok(())
    } else {
        let mend = "a private endpoint sees only private addresses: move it to `public_access_cidrs`";
        Err(format!("is `{cidr}`, which is not private: {mend}"))
    }
}

/// The range that providers and VPNs give to machines that share an address.
const SHARED: Cidr = Cidr(Ipv4Net::new_assert(Ipv4Addr::new(100, 64, 0, 0), 10));

const PRIVATE: [Cidr; 3] = [
    Cidr(Ipv4Net::new_assert(Ipv4Addr::new(10, 0, 0, 0), 8)),
    Cidr(Ipv4Net::new_assert(Ipv4Addr::new(172, 16, 0, 0), 12)),
    Cidr(Ipv4Net::new_assert(Ipv4Addr::new(192, 168, 0, 0), 16)),
];
