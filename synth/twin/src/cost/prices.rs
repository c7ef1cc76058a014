//! The table of prices.

use std::sync::LazyLock;

/// Hours that AWS reckons a month at.
pub const HOURS_A_MONTH: f64 = 730.0;

const TABLE: &str = include_str!("../../data/other-prices.csv");

/// The region whose prices stand in for those that are not known.
const USUAL: &str = "us-east-1";

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| TABLE.lines().skip(1).filter_map(Row::read).collect());

/// What is paid for, besides instances.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Item {
    /// An hour of a cluster whose version has standard support.
    Cluster,
    /// An hour of one whose version has extended support.
    ClusterExtended,
    /// An hour of a NAT gateway.
    NatGateway,
    /// A gigabyte through a NAT gateway.
    NatGatewayGb,
    /// An hour of an interface endpoint in one zone.
    Endpoint,
    /// A gigabyte through an interface endpoint.
    EndpointGb,
    /// An hour of an NLB.
    Nlb,
    /// An hour of an NLB's capacity unit.
    NlbLcu,
    /// An hour of an ALB.
    Alb,
    /// An hour of an ALB's capacity unit.
    AlbLcu,
    /// A zone of DNS for a month.
    HostedZone,
    /// A million questions to a zone.
    DnsQueries,
    /// A million requests to Secrets Manager.
    SecretRequests,
    /// An hour of a public IPv4 address.
    PublicIpv4,
    /// A gigabyte of gp3 for a month.
    Gp3,
    /// An operation a second of gp3 beyond 3000, for a month.
    Gp3Iops,
    /// A megabyte a second of gp3 beyond 125, for a month.
    Gp3Throughput,
    /// A gigabyte between zones, on either side.
    CrossZone,
    /// A gigabyte to the internet, of the first ten terabytes.
    Egress,
    /// A gigabyte of logs taken in.
    LogsIngest,
    /// A gigabyte of logs kept for a month.
    LogsStore,
    /// A key for a month.
    KmsKey,
    /// A million requests to a queue.
    Sqs,
    /// A gigabyte of images for a month.
    Ecr,
    /// A gigabyte from an edge location to viewers in North America and Europe, of the first ten terabytes.
    CdnGb,
    /// A million requests to edge locations, over TLS.
    CdnRequests,
    /// A web ACL for a month.
    WebAcl,
    /// A rule or a managed group of rules for a month.
    WebAclRule,
    /// A million requests that a web ACL looks at.
    WebAclRequests,
    /// A metric of an alarm for a month.
    Alarm,
}

impl Item {
    /// Every one.
    pub const ALL: [Self; 30] = [
        Self::Cluster,
        Self::ClusterExtended,
        Self::NatGateway,
        Self::NatGatewayGb,
        Self::Endpoint,
        Self::EndpointGb,
        Self::Nlb,
        Self::NlbLcu,
        Self::Alb,
        Self::AlbLcu,
        Self::HostedZone,
        Self::DnsQueries,
        Self::SecretRequests,
        Self::PublicIpv4,
        Self::Gp3,
        Self::Gp3Iops,
        Self::Gp3Throughput,
        Self::CrossZone,
        Self::Egress,
        Self::LogsIngest,
        Self::LogsStore,
        Self::KmsKey,
        Self::Sqs,
        Self::Ecr,
        Self::CdnGb,
        Self::CdnRequests,
        Self::WebAcl,
        Self::WebAclRule,
        Self::WebAclRequests,
        Self::Alarm,
    ];

    /// The item of a name in the table.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|item| item.name() == name)
    }

    /// The unit that it is paid by.
    pub fn unit(self) -> &'static str {
        price(self, USUAL).unit
    }

    /// Its name in the table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cluster => "eks_cluster",
            Self::ClusterExtended => "eks_cluster_extended",
            Self::NatGateway => "nat_gateway",
            Self::NatGatewayGb => "nat_gateway_gb",
            Self::Endpoint => "endpoint",
            Self::EndpointGb => "endpoint_gb",
            Self::Nlb => "nlb",
            Self::NlbLcu => "nlb_lcu",
            Self::Alb => "alb",
            Self::AlbLcu => "alb_lcu",
            Self::HostedZone => "hosted_zone",
            Self::DnsQueries => "dns_queries",
            Self::SecretRequests => "secret_requests",
            Self::PublicIpv4 => "public_ipv4",
            Self::Gp3 => "gp3",
            Self::Gp3Iops => "gp3_iops",
            Self::Gp3Throughput => "gp3_throughput",
            Self::CrossZone => "cross_zone",
            Self::Egress => "egress",
            Self::LogsIngest => "logs_ingest",
            Self::LogsStore => "logs_store",
            Self::KmsKey => "kms_key",
            Self::Sqs => "sqs",
            Self::CdnGb => "cdn_gb",
            Self::CdnRequests => "cdn_requests",
            Self::WebAcl => "web_acl",
            Self::WebAclRule => "web_acl_rule",
            Self::WebAclRequests => "web_acl_requests",
            Self::Alarm => "alarm",
            Self::Ecr => "ecr",
        }
    }
}

/// A price, and where it comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Price<'a> {
    /// Dollars for one unit.
    pub dollars: f64,
    /// The unit, such as `hour` or `GB-month`.
    pub unit: &'a str,
    /// Who says so.
    pub source: &'a str,
    /// The day on which it was read, or from which the source is.
    pub read: &'a str,
    /// It is another region's, or sources do not agree.
    pub estimated: bool,
}

struct Row {
    item: &'static str,
    region: &'static str,
    price: Price<'static>,
}

impl Row {
    fn read(line: &'static str) -> Option<Self> {
        let fields: [&str; 7] = line.split(',').collect::<Vec<_>>().try_into().ok()?;
        let [item, region, dollars, unit, source, read, estimated] = fields;
        let price = Price { dollars: dollars.parse().ok()?, unit, source, read, estimated: estimated == "yes" };
        Some(Self { item, region, price })
    }
}

/// The price of an item in a region.
///
/// # Panics
/// Where the table lacks an item of us-east-1, which a test would have told.
pub fn price(item: Item, region: &str) -> Price<'static> {
    let of =
        |region: &str| ROWS.iter().find(|row| row.item == item.name() && row.region == region).map(|row| row.price);
    // The price of a cluster is the same everywhere.
    let anywhere = matches!(item, Item::Cluster | Item::ClusterExtended) || region == USUAL;
    let usual = || Price { estimated: !anywhere, ..of(USUAL).expect("the table has every item of us-east-1") };
    of(region).unwrap_or_else(usual)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_can_be_read_and_has_every_item() {
        assert_eq!(ROWS.len(), TABLE.lines().count() - 1);
        for item in Item::ALL {
            let price = price(item, USUAL);
            assert!(price.dollars > 0.0 && !price.source.is_empty() && price.read.len() >= 7, "{item:?}: {price:?}");
            assert!(!price.estimated, "{item:?}");
        }
        assert!(
            ROWS.iter().all(|row| Item::ALL.iter().any(|item| item.name() == row.item)),
            "an item that nobody asks for"
        );
    }

    #[test]
    fn what_is_not_known_of_a_region_is_marked() {
        assert!(!price(Item::Gp3, "eu-north-1").estimated);
        assert!((price(Item::Gp3, "eu-north-1").dollars - 0.0836).abs() < 1e-9);
        assert!(price(Item::Endpoint, "eu-north-1").estimated);
        assert!(price(Item::Gp3, "mars-1").estimated);
        assert!(!price(Item::Cluster, "eu-north-1").estimated);
        assert!(price(Item::NatGatewayGb, "eu-north-1").estimated, "its sources do not agree");
    }
}
