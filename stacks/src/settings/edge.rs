//! The edge: `CloudFront` and WAF before the proxy, and static content beside it.

use super::declare::{choice, section};
use super::network::LOG_RETENTION_DAYS;
use super::problem::Problems;
use super::rules::{IfSet, between, one_of, set, shaped};
use super::tree;
use super::{Aws, CertificateArn, Domain, Services, TopicArn, shape};

/// The region of what is global: certificates and web ACLs of `CloudFront`, its metrics and the delivery of its logs.
pub const GLOBAL_REGION: &str = "us-east-1";

choice! {
    /// The edge locations that serve, by what they cost.
    pub enum PriceClass {
        /// North America, Europe and Israel.
        Hundred = "PriceClass_100",
        /// The same, and most others.
        TwoHundred = "PriceClass_200",
        /// All of them.
        All = "PriceClass_All",
    }
}

choice! {
    /// What becomes of requests that a managed rule of WAF matches.
    pub enum ManagedRules {
        /// They are refused.
        Block = "block",
        /// They are counted.
        Count = "count",
        /// There are no managed rules.
        Off = "off",
    }
}

choice! {
    /// Whom the list of countries serves.
    pub enum GeoRestriction {
        /// Everybody.
        Off = "none",
        /// These countries alone.
        Allow = "allow",
        /// All but these countries.
        Deny = "deny",
    }
}

section! {
    /// `CloudFront` and WAF before the proxy.
    pub struct Edge {
        /// Whether there is an edge; the proxy's load balancer is then Terraform's, and reached by it alone.
        pub enabled: bool,
        /// Host name under which viewers reach it; empty for the proxy's under the domain, or, without one, for that which `CloudFront` gives.
        pub host: Option<String> where IfSet(shaped("a host name such as `www.example.com`", shape::host)),
        /// Certificate of that host in AWS Certificate Manager, in us-east-1; one label below the domain it is made here.
        pub certificate_arn: Option<CertificateArn>,
        /// The edge locations that serve.
        pub price_class: PriceClass,
        /// Whether the proxy's page and what else lies in a bucket is served from there.
        pub static_content: bool,
        /// Requests of one address in five minutes above which WAF refuses it.
        pub requests_per_five_minutes: u32 where between(10, 2_000_000_000),
        /// What becomes of requests that a managed rule of WAF matches.
        pub managed_rules: ManagedRules,
        /// Whom the list of countries serves.
        pub geo_restriction: GeoRestriction,
        /// Countries, by their two letters.
        pub countries: Vec<String> where set(shaped("a country's two letters such as `SE`, or `GB` for the United Kingdom,", super::countries::is_country)),
        /// Days for which access logs are kept.
        pub access_log_retention_days: u32 where between(1, 3653),
        /// Days for which requests are kept that WAF counts or refuses.
        pub firewall_log_retention_days: u32 where one_of(&LOG_RETENTION_DAYS),
        /// Percentage of requests answered with 5xx above which an alarm rings.
        pub alarm_error_percent: u32 where between(1, 100),
        /// Milliseconds until the origin's first byte, of the slowest tenth, above which an alarm rings.
        pub alarm_origin_latency_ms: u32 where between(1, 60_000),
        /// Requests refused by WAF in five minutes above which an alarm rings.
        pub alarm_blocked_requests: u32 where between(1, 2_000_000_000),
        /// Topic of SNS in us-east-1 that alarms tell.
        pub alarm_topic_arn: Option<TopicArn> where IfSet(super::arn::takes_alarms),
    }
    check complete;
}

fn complete(edge: &Edge, section: &str, problems: &mut Problems<'_>) {
    let key = |name: &str| tree::child(section, name);
    let countries = edge.countries.len();
    match edge.geo_restriction {
        GeoRestriction::Off if countries > 0 => {
            let message = format!("names {countries} countries, but `{}` is `none`", key("geo_restriction"));
            problems.report(&key("countries"), format!("{message}: empty it, or set that to `allow` or `deny`"));
        }
        GeoRestriction::Allow | GeoRestriction::Deny if countries == 0 => {
            let mode = edge.geo_restriction;
            problems.report(
                &key("countries"),
                format!("is empty, but `{}` is `{mode}`: name them", key("geo_restriction")),
            );
        }
        _ => {}
    }
}

/// A host needs a certificate, which is made here for one label below the domain; and a host is of one thing.
pub(super) fn host_is_certified(edge: &Edge, domain: &Domain, problems: &mut Problems<'_>) {
    let (host, arn) = ("edge.host", "edge.certificate_arn");
    match (&edge.host, &edge.certificate_arn, &domain.name) {
        (Some(name), None, None) => {
            let message = format!("is empty, but `{host}` is `{name}`: name a certificate of it in {GLOBAL_REGION}");
            problems.report(arn, message);
        }
        (Some(name), None, Some(domain_name)) if !domain.covers(name) => {
            let whole = problems.other(arn, "domain.name", domain_name);
            let message = format!(
                "is empty, but `{host}` is `{name}`, and here certificates are made for one label below {whole}: name a \
                 certificate of it in {GLOBAL_REGION}, or use a host such as `{}.{domain_name}`",
                domain.proxy
            );
            problems.report(arn, message);
        }
        (None, Some(given), None) => {
            let message = format!("is `{given}`, but `{host}` is empty: name the host that it is for, or clear it");
            problems.report(arn, message);
        }
        _ => {}
    }
}

/// What of the edge lies in an account, a region and a partition.
pub(super) fn lies_where_cloudfront_looks(aws: &Aws, edge: &Edge, problems: &mut Problems<'_>) {
    super::arn::fits_its_partition(edge.certificate_arn.as_deref(), "edge.certificate_arn", problems);
    super::arn::fits_its_partition(edge.alarm_topic_arn.as_deref(), "edge.alarm_topic_arn", problems);
    let arns = [
        (
            "edge.certificate_arn",
            edge.certificate_arn.as_ref().map(|arn| (arn.to_string(), arn.region(), Some(arn.account()))),
        ),
        ("edge.alarm_topic_arn", edge.alarm_topic_arn.as_ref().map(|arn| (arn.to_string(), arn.region(), None))),
    ];
    for (key, arn) in arns {
        let Some((arn, region, account)) = arn else { continue };
        if region != GLOBAL_REGION {
            problems.report(
                key,
                format!("is `{arn}`, but CloudFront and its alarms look in {GLOBAL_REGION}: name one that lies there"),
            );
        } else if account.is_some_and(|account| account != aws.account_id.as_str()) {
            let account = problems.other(key, "aws.account_id", &aws.account_id);
            problems.report(
                key,
                format!("is `{arn}`, but CloudFront takes certificates of its own account alone, {account}"),
            );
        }
    }
    if edge.enabled && aws.partition() != "aws" {
        let region = problems.other("edge.enabled", "aws.region", aws.region);
        problems.report(
            "edge.enabled",
            format!(
                "is true, but {region} is in the partition `{}`, whose CloudFront is another one: set it to false",
                aws.partition()
            ),
        );
    }
}

/// `CloudFront` ends TLS, and would look for the balancer's own name in the balancer's certificate.
pub(super) fn ends_tls_alone(edge: &Edge, services: &Services, problems: &mut Problems<'_>) {
    if let (true, Some(arn)) = (edge.enabled, &services.proxy.certificate_arn) {
        let message = format!(
            "is `{arn}`, but with `edge.enabled` CloudFront ends TLS and reaches the load balancer inside the VPC"
        );
        problems.report(
            "services.proxy.certificate_arn",
            format!("{message}: clear it, and name one in `edge.certificate_arn`"),
        );
    }
}
