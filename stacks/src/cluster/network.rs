//! The network: a VPC over all zones, with public, private and intra subnets.

use synth_bindings::{aws_default_security_group, aws_ec2_subnet_cidr_reservation, aws_subnet, aws_vpc};
use synth_framework::{
    Stack,
    functions::{alltrue, distinct, length, lookup},
    list, run, text,
};

use crate::{
    addresses::{reservation, reserved_ranges},
    settings::{Cidr, Settings, ZONES},
};

/// The parts of the network that the rest of the stack uses.
pub(super) struct Network {
    /// The VPC.
    pub vpc: aws_vpc::Handle,
    /// Nodes and pods, one in each zone.
    pub private: Vec<aws_subnet::Handle>,
    /// The control plane's network interfaces, one in each zone.
    pub intra: Vec<aws_subnet::Handle>,
    /// Load balancers and NAT gateways, one in each zone.
    pub public: Vec<aws_subnet::Handle>,
    /// Where in the private subnets no single address lands: whatever takes one there comes after.
    pub reservations: Vec<aws_ec2_subnet_cidr_reservation::Handle>,
}

/// Declares the network.
pub(super) fn network(settings: &Settings, stack: &Stack) -> Network {
    let vpc = aws_vpc("main")
        .cidr_block(settings.network.cidr)
        .enable_dns_support(true)
        .enable_dns_hostnames(true)
        .tags([("Name", settings.vpc_name())])
        .add_to(stack);
    // A security group without rules: what nobody configured reaches nothing.
    aws_default_security_group("main")
        .vpc_id(vpc.id())
        .tags([("Name", settings.named("default-closed"))])
        .add_to(stack);

    let ranges = &settings.network.subnets;
    let tag = |key: &str| (key.to_owned(), "1".to_owned());
    let tier =
        |name: &str, ranges: &[Cidr], tags: &[(String, String)]| subnets(settings, &vpc, name, ranges, tags, stack);
    let public = tier("public", &ranges.public, &[tag("kubernetes.io/role/elb")]);
    let private = tier("private", &ranges.private, &[tag("kubernetes.io/role/internal-elb"), settings.discovery_tag()]);
    let intra = tier("intra", &ranges.intra, &[]);
    let reservations = reservations(settings, &private, stack);
    let network = Network { vpc, private, intra, public, reservations };
    test(settings, &network, stack);
    network
}

fn test(settings: &Settings, network: &Network, stack: &Stack) {
    let tiers = [("public", &network.public), ("private", &network.private), ("intra", &network.intra)];
    let zones = tiers.iter().fold(run("every_tier_spreads_over_the_zones"), |run, (tier, subnets)| {
        let zones = list::<String>(subnets.iter().map(|subnet| subnet.availability_zone()));
        run.assert(length(distinct(zones)).at_least(ZONES), text!("the {} subnets lie in too few zones", tier))
    });
    zones.add_to(stack);
    let (key, value) = settings.discovery_tag();
    let found = tiers.iter().fold(run("karpenter_finds_the_private_subnets_alone"), |run, (tier, subnets)| {
        let found = subnets.iter().map(|subnet| lookup(subnet.tags(), &key, "").equals(&value));
        let right = if *tier == "private" { alltrue(found) } else { alltrue(found.map(std::ops::Not::not)) };
        run.assert(right, text!("Karpenter's tag is wrong on the {} subnets", tier))
    });
    found.add_to(stack);
    run("single_addresses_spoil_no_range_of_a_node")
        .assert(
            alltrue(network.reservations.iter().map(|part| part.reservation_type().equals("prefix"))),
            "a reservation gives its addresses to whoever asks for one",
        )
        .add_to(stack);
}

/// Parts of the private subnets for the ranges that the CNI gives to nodes, as large as the pools can become.
fn reservations(
    settings: &Settings,
    private: &[aws_subnet::Handle],
    stack: &Stack,
) -> Vec<aws_ec2_subnet_cidr_reservation::Handle> {
    let needed = reserved_ranges(settings);
    let subnets = settings.zones().zip(&settings.network.subnets.private).zip(private);
    let reserved = subnets.flat_map(|(((letter, _), range), subnet)| {
        reservation(*range, needed).into_iter().map(move |part| {
            let first = part.network().octets().map(|octet| octet.to_string()).join("_");
            aws_ec2_subnet_cidr_reservation(format!("private_{letter}_{first}"))
                .subnet_id(subnet.id())
                .cidr_block(part)
                .reservation_type("prefix")
                .add_to(stack)
        })
    });
    reserved.collect()
}

/// One subnet in each zone.
fn subnets(
    settings: &Settings,
    vpc: &aws_vpc::Handle,
    tier: &str,
    ranges: &[Cidr],
    tags: &[(String, String)],
    stack: &Stack,
) -> Vec<aws_subnet::Handle> {
    let zones = settings.zones().zip(ranges);
    zones
        .map(|((letter, zone), range)| {
            let name = ("Name".to_owned(), settings.named(&format!("{tier}-{letter}")));
            aws_subnet(format!("{tier}_{letter}"))
                .vpc_id(vpc.id())
                .availability_zone(zone)
                .cidr_block(range)
                .tags([name].into_iter().chain(tags.iter().cloned()))
                .add_to(stack)
        })
        .collect()
}
