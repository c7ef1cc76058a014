//! The VPC and its subnets.

use super::cidr::{self, Cidr};
use super::declare::{choice, section};
use super::problem::Problems;
use super::regions::ZONES;
use super::rules::{Anything, Each, one_of, set};
use super::tree;
use super::{Zone, shape};

/// The retentions that `CloudWatch` Logs knows, in days.
pub(super) const LOG_RETENTION_DAYS: [u32; 22] =
    [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

choice! {
    /// How private subnets reach the internet.
    pub enum NatGateways {
        /// One gateway in each zone.
        PerZone = "per-zone",
        /// One gateway for all zones: cheaper, and lost with its zone.
        Single = "single",
    }
}

section! {
    /// The network of the cluster.
    pub struct Network {
        /// Range of the VPC.
        pub cidr: Cidr where cidr::aws_size,
        /// Availability zones, at least three; their order is the order of the subnets.
        pub zones: Vec<Zone> where set(Anything),
        /// How private subnets reach the internet.
        pub nat_gateways: NatGateways,
        /// Days for which flow logs are kept.
        pub flow_log_retention_days: u32 where one_of(&LOG_RETENTION_DAYS),
        /// Services, by their short names, that have an interface endpoint in each zone.
        pub interface_endpoints: Vec<String> where set(interface_endpoint),
        /// Subnets, one of each kind in each zone.
        pub subnets: Subnets,
    }
    check ranges_fit;
}

/// The gateway to S3 is there anyway, and a second endpoint would take its name.
fn interface_endpoint(service: &String) -> Result<(), String> {
    if !shape::endpoint_service(service) {
        Err(format!("is `{service}`, the short name of a service, such as `ecr.api`, is expected"))
    } else if service == "s3" {
        Err("is `s3`, which nodes reach by a gateway endpoint that costs nothing: remove it".to_owned())
    } else {
        Ok(())
    }
}

section! {
    /// Ranges of the subnets, in the order of the zones.
    pub struct Subnets {
        /// Load balancers and NAT gateways.
        pub public: Vec<Cidr> where Each(cidr::aws_size),
        /// Nodes and pods.
        pub private: Vec<Cidr> where Each(cidr::aws_size),
        /// Network interfaces of the control plane, without a way to the internet.
        pub intra: Vec<Cidr> where Each(cidr::aws_size),
    }
}

impl Subnets {
    /// The ranges in which load balancers have their addresses: those that face the internet, or those inside.
    pub fn of_balancers(&self, public: bool) -> &[Cidr] {
        if public { &self.public } else { &self.private }
    }

    /// All ranges with the names of their lists.
    fn named(&self) -> [(&'static str, &[Cidr]); 3] {
        [("public", &self.public), ("private", &self.private), ("intra", &self.intra)]
    }
}

fn ranges_fit(network: &Network, section: &str, problems: &mut Problems<'_>) {
    let zones = network.zones.len();
    if zones < ZONES {
        let key = tree::child(section, "zones");
        let mend = "name another zone of the region";
        problems.report(&key, format!("has {zones} zones, but at least {ZONES} are needed: {mend}"));
    }
    let needed = zones.max(ZONES);
    let vpc = tree::child(section, "cidr");
    let subnets = tree::child(section, "subnets");
    let mut placed: Vec<(String, Cidr)> = Vec::new();
    for (kind, ranges) in network.subnets.named() {
        let list = tree::child(&subnets, kind);
        if ranges.len() != needed {
            problems.report(&list, format!("has {} ranges for {needed} zones: give each zone its own", ranges.len()));
        }
        for (index, range) in ranges.iter().enumerate() {
            let key = format!("{list}[{index}]");
            if !network.cidr.contains(*range) {
                let vpc = problems.other(&key, &vpc, network.cidr);
                problems.report(&key, format!("is `{range}`, which is not inside {vpc}"));
            }
            if let Some((other, clash)) = placed.iter().find(|(_, other)| other.overlaps(*range)) {
                let other = problems.other(&key, other, clash);
                problems.report(&key, format!("is `{range}`, which overlaps {other}: move one of them"));
            }
            placed.push((key, *range));
        }
    }
}
