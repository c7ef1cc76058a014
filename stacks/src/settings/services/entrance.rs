//! The way into a service from outside of the cluster.

use super::Services;
use crate::names::CORS_PROXY_SERVER;
use crate::settings::declare::{choice, section};
use crate::settings::problem::Problems;
use crate::settings::rules::{Anything, set};
use crate::settings::tree::{self, Node};
use crate::settings::{CertificateArn, Cidr, read::Read, shape};

choice! {
    /// Whom an entrance lets in.
    pub enum Scheme {
        /// Who reaches the VPC.
        Internal = "internal",
        /// The internet.
        InternetFacing = "internet-facing",
    }
}

section! {
    /// A way into a service from outside: its host and path on an application load balancer, which all entrances of a scheme share.
    pub struct Entrance {
        /// Whom it lets in.
        pub scheme: Scheme; else Scheme::Internal,
        /// Name under which it is reached.
        pub host: String where host,
        /// What the paths begin with that lead here.
        pub path: String where prefix; else "/".to_owned(),
        /// Certificate of the load balancer; without one the controller looks for one of the host.
        pub certificate_arn: Option<CertificateArn>; else None,
        /// Ranges that are let in; none lets in whoever reaches the load balancer.
        pub from: Vec<Cidr> where set(Anything); else Vec::new(),
    }
    check ranges_agree;
}

impl Entrance {
    /// What paths begin with that lead here, without the `/` at its end: nothing for all of them.
    pub fn below(&self) -> &str {
        self.path.trim_end_matches('/')
    }

    /// Is it open to the internet?
    pub fn is_public(&self) -> bool {
        self.scheme == Scheme::InternetFacing
    }
}

/// Characters that a value of a condition of a rule may have.
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html>
const LONGEST_VALUE: usize = 128;

/// What the controller adds to a path for what is below it.
const BELOW: &str = "/*";

fn host(text: &String) -> Result<(), String> {
    if text.len() > LONGEST_VALUE {
        let length = text.len();
        return Err(format!(
            "has {length} characters, but a rule of a load balancer takes {LONGEST_VALUE}: shorten it"
        ));
    }
    // The last label of a name is no number, or it would be an address.
    let is_name = |text: &str| text.rsplit('.').next().is_some_and(|last| last.parse::<u64>().is_err());
    if shape::host(text) && is_name(text) {
        return Ok(());
    }
    Err(format!("is `{text}`, a host name such as `orders.example.com` is expected"))
}

fn prefix(text: &String) -> Result<(), String> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte);
    let sound = text.starts_with('/') && !text.contains("//") && text.bytes().all(allowed);
    // Clients and load balancers resolve these before anything compares them.
    let moves = text.split('/').any(|segment| segment == "." || segment == "..");
    if !sound || moves {
        return Err(format!("is `{text}`, a path such as `/` or `/orders` is expected"));
    }
    let longest = LONGEST_VALUE - BELOW.len();
    if text.len() > longest {
        return Err(format!("has {} characters, but a rule of a load balancer has room for {longest}", text.len()));
    }
    Ok(())
}

fn ranges_agree(entrance: &Entrance, section: &str, problems: &mut Problems<'_>) {
    let everybody = entrance.from.iter().position(|range| range.to_string() == "0.0.0.0/0");
    if let Some(index) = everybody.filter(|_| !entrance.is_public()) {
        let key = format!("{}[{index}]", tree::child(section, "from"));
        problems.report(&key, "is everybody, but `scheme` is `internal`: name ranges that reach the VPC");
    }
    for (index, range) in entrance.from.iter().enumerate().filter(|(_, range)| range.is_private()) {
        if entrance.is_public() {
            let key = format!("{}[{index}]", tree::child(section, "from"));
            let message =
                "which is private, but `scheme` is `internet-facing`: nobody comes from there, so name public ranges";
            problems.report(&key, format!("is `{range}`, {message}"));
        }
    }
}

/// Values of conditions that a rule of an application load balancer may have.
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html>
const MOST_VALUES: usize = 5;

/// What does not fit between entrances, and between one and what it is of.
pub(super) fn fit(services: &Services, problems: &mut Problems<'_>) {
    let mut taken: Vec<(&Entrance, String)> = Vec::new();
    for (name, service) in services.all() {
        let Some(entrance) = &service.entrance else { continue };
        let key = format!("{}.entrance", services.key(name).join("."));
        if name == CORS_PROXY_SERVER {
            let message = "is there, but the proxy has a load balancer of its own: remove it";
            problems.report_name(&key, message);
        }
        // The host is one value, a path that is no root is itself and all below it.
        let left = MOST_VALUES - 1 - if entrance.path == "/" { 1 } else { 2 };
        if entrance.from.len() > left {
            let message = format!(
                "names {} ranges, but beside host and path a rule of the load balancer has room for {left}: join some",
                entrance.from.len()
            );
            problems.report(&tree::child(&key, "from"), message);
        }
        let same = |other: &&(&Entrance, String)| {
            let (other, _) = other;
            (other.scheme, &other.host, other.below()) == (entrance.scheme, &entrance.host, entrance.below())
        };
        if let Some((_, other)) = taken.iter().find(same) {
            let message =
                format!("is `{}` with the path and the scheme of `{other}`: change one of them", entrance.host);
            problems.report(&tree::child(&key, "host"), message);
        }
        taken.push((entrance, key));
    }
}

/// A service without the table has no entrance.
impl Read for Option<Entrance> {
    fn expected() -> String {
        Entrance::expected()
    }

    fn schema() -> serde_json::Value {
        Entrance::schema()
    }

    fn read(node: &Node, problems: &mut Problems<'_>) -> Option<Self> {
        Entrance::read(node, problems).map(Some)
    }
}
