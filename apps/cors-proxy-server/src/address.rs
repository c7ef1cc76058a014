//! Which addresses may be dialled. Pure: an address in, a verdict out.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The rule that blocks an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    /// Credentials of the machine or the pod; no exemption reaches these.
    Metadata,
    /// The host itself.
    Loopback,
    /// Unspecified, or "this network".
    Unspecified,
    /// RFC 1918, carrier-grade NAT, unique local.
    Private,
    /// One link, where routers and metadata services live.
    LinkLocal,
    /// Many receivers at once.
    Multicast,
    /// Set aside: documentation, benchmarks, protocol assignments, the future.
    Reserved,
    /// An IPv6 address that carries an IPv4 address, by which the rules above could be passed.
    Transition,
}

impl Rule {
    /// The rule's name in metrics and messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Metadata => "metadata",
            Self::Loopback => "loopback",
            Self::Unspecified => "unspecified",
            Self::Private => "private",
            Self::LinkLocal => "link-local",
            Self::Multicast => "multicast",
            Self::Reserved => "reserved",
            Self::Transition => "transition",
        }
    }
}

/// An address that is not dialled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the target's address is not public ({})", .0.name())]
pub struct Blocked(pub Rule);

/// The metadata and credential endpoints of EC2, ECS and EKS Pod Identity.
const METADATA_V4: [Ipv4Addr; 3] =
    [Ipv4Addr::new(169, 254, 169, 254), Ipv4Addr::new(169, 254, 170, 2), Ipv4Addr::new(169, 254, 170, 23)];
const METADATA_V6: [Ipv6Addr; 2] =
    [Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x23), Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)];

/// Admits an address that anyone on the internet could reach.
pub fn public(address: IpAddr) -> Result<(), Blocked> {
    let rule = match address {
        IpAddr::V4(address) => rule_v4(address),
        IpAddr::V6(address) => rule_v6(address),
    };
    rule.map_or(Ok(()), |rule| Err(Blocked(rule)))
}

/// Admits what an exemption may reach: all but the addresses that hand out credentials, in any notation.
pub fn exempt(address: IpAddr) -> Result<(), Blocked> {
    let metadata = match address {
        IpAddr::V4(address) => METADATA_V4.contains(&address),
        IpAddr::V6(address) => {
            METADATA_V6.contains(&address) || embedded(address).is_some_and(|inner| METADATA_V4.contains(&inner))
        }
    };
    if metadata { Err(Blocked(Rule::Metadata)) } else { Ok(()) }
}

fn rule_v4(address: Ipv4Addr) -> Option<Rule> {
    if METADATA_V4.contains(&address) {
        return Some(Rule::Metadata);
    }
    match address.octets() {
        [0, ..] => Some(Rule::Unspecified),
        [127, ..] => Some(Rule::Loopback),
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] | [100, 64..=127, ..] => Some(Rule::Private),
        [169, 254, ..] => Some(Rule::LinkLocal),
        [192, 0, 0 | 2, _]
        | [192, 88, 99, _]
        | [198, 18 | 19, ..]
        | [198, 51, 100, _]
        | [203, 0, 113, _]
        | [240..=255, ..] => Some(Rule::Reserved),
        [224..=239, ..] => Some(Rule::Multicast),
        _ => None,
    }
}

fn rule_v6(address: Ipv6Addr) -> Option<Rule> {
    if METADATA_V6.contains(&address) {
        return Some(Rule::Metadata);
    }
    if let Some(inner) = address.to_ipv4_mapped() {
        return Some(rule_v4(inner).unwrap_or(Rule::Transition));
    }
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0] => Some(Rule::Unspecified),
        [0, 0, 0, 0, 0, 0, 0, 1] => Some(Rule::Loopback),
        [0xfc00..=0xfdff | 0xfec0..=0xfeff, ..] => Some(Rule::Private),
        [0xfe80..=0xfebf, ..] => Some(Rule::LinkLocal),
        [0xff00..=0xffff, ..] => Some(Rule::Multicast),
        // Teredo is in 2001::/23 with the other protocol assignments; 2002::/16 is 6to4.
        [0x2001, 0, ..] | [0x2002, ..] => Some(Rule::Transition),
        [0x2001, 0x1..=0x1ff | 0xdb8, ..] | [0x3fff, 0..=0x0fff, ..] => Some(Rule::Reserved),
        [0x2000..=0x3fff, ..] => None,
        _ if embedded(address).is_some() => Some(Rule::Transition),
        _ => Some(Rule::Reserved),
    }
}

/// The IPv4 address inside: mapped, compatible, NAT64 with either prefix, or 6to4.
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let joined = |high: u16, low: u16| Some(Ipv4Addr::from(u32::from(high) << 16 | u32::from(low)));
    match address.segments() {
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x64, 0xff9b, 1, _, _, _, high, low]
        | [0x2002, high, low, ..] => joined(high, low),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(address: &str) -> Option<Rule> {
        public(address.parse().unwrap()).err().map(|Blocked(rule)| rule)
    }

    #[test]
    fn public_addresses_are_admitted() {
        for address in [
            "1.1.1.1",
            "8.8.8.8",
            "100.63.255.255",
            "100.128.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.1",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2606:4700::1111",
            "2001:4860:4860::8888",
            "2400::1",
            "3ffe::1",
            "3fff:1000::1",
        ] {
            assert_eq!(rule(address), None, "{address}");
        }
    }

    #[test]
    fn the_edges_of_every_blocked_range_are_blocked() {
        for (address, expected) in [
            ("0.0.0.0", Rule::Unspecified),
            ("0.255.255.255", Rule::Unspecified),
            ("10.0.0.0", Rule::Private),
            ("10.255.255.255", Rule::Private),
            ("100.64.0.0", Rule::Private),
            ("100.127.255.255", Rule::Private),
            ("127.0.0.1", Rule::Loopback),
            ("127.255.255.255", Rule::Loopback),
            ("169.254.0.0", Rule::LinkLocal),
            ("169.254.169.254", Rule::Metadata),
            ("169.254.170.2", Rule::Metadata),
            ("169.254.170.23", Rule::Metadata),
            ("172.16.0.0", Rule::Private),
            ("172.31.255.255", Rule::Private),
            ("192.0.0.255", Rule::Reserved),
            ("192.0.2.1", Rule::Reserved),
            ("192.88.99.1", Rule::Reserved),
            ("192.168.255.255", Rule::Private),
            ("198.18.0.0", Rule::Reserved),
            ("198.19.255.255", Rule::Reserved),
            ("198.51.100.1", Rule::Reserved),
            ("203.0.113.1", Rule::Reserved),
            ("224.0.0.1", Rule::Multicast),
            ("240.0.0.0", Rule::Reserved),
            ("255.255.255.255", Rule::Reserved),
            ("::", Rule::Unspecified),
            ("::1", Rule::Loopback),
            ("::127.0.0.1", Rule::Transition),
            ("::ffff:127.0.0.1", Rule::Loopback),
            ("::ffff:169.254.169.254", Rule::Metadata),
            ("::ffff:8.8.8.8", Rule::Transition),
            ("64:ff9b::a9fe:a9fe", Rule::Transition),
            ("64:ff9b:1::1", Rule::Transition),
            ("2001::1", Rule::Transition),
            ("2001:1ff::1", Rule::Reserved),
            ("2001:db8::1", Rule::Reserved),
            ("2002:a9fe:a9fe::", Rule::Transition),
            ("3fff:fff::1", Rule::Reserved),
            ("fc00::1", Rule::Private),
            ("fd00:ec2::23", Rule::Metadata),
            ("fd00:ec2::254", Rule::Metadata),
            ("fdff::1", Rule::Private),
            ("fe80::1", Rule::LinkLocal),
            ("febf::1", Rule::LinkLocal),
            ("fec0::1", Rule::Private),
            ("ff02::1", Rule::Multicast),
            ("100::1", Rule::Reserved),
            ("4000::1", Rule::Reserved),
            ("5f00::1", Rule::Reserved),
        ] {
            assert_eq!(rule(address), Some(expected), "{address}");
        }
    }

    #[test]
    fn no_exemption_reaches_credentials_in_any_notation() {
        for address in [
            "169.254.169.254",
            "169.254.170.2",
            "169.254.170.23",
            "fd00:ec2::23",
            "fd00:ec2::254",
            "::ffff:169.254.169.254",
            "::169.254.169.254",
            "64:ff9b::169.254.170.2",
            "64:ff9b:1::169.254.170.23",
            "2002:a9fe:a9fe::1",
        ] {
            assert_eq!(exempt(address.parse().unwrap()), Err(Blocked(Rule::Metadata)), "{address}");
        }
        assert_eq!(exempt("10.0.0.1".parse().unwrap()), Ok(()));
    }
}
