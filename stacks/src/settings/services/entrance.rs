//! The way into a service from outside of the cluster.

use crate::settings::declare::{choice, section};
use crate::settings::problem::Problems;
use crate::settings::rules::{Anything, set, shaped};
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
        pub host: String where shaped("a host name such as `orders.example.com`", shape::host),
        /// What the paths begin with that lead here.
        pub path: String where prefix; else "/".to_owned(),
        /// Certificate of the load balancer; without one the controller looks for one of the host.
        pub certificate_arn: Option<CertificateArn>; else None,
        /// Ranges that are let in; none means those of the VPC for `internal`, and everybody else.
        pub from: Vec<Cidr> where set(Anything); else Vec::new(),
    }
    check ranges_agree;
}

impl Entrance {
    /// Is it open to the internet?
    pub fn is_public(&self) -> bool {
        self.scheme == Scheme::InternetFacing
    }
}

fn prefix(text: &String) -> Result<(), String> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte);
    let sound = text.starts_with('/') && !text.contains("//") && text.bytes().all(allowed) && text.len() <= 128;
    if sound { Ok(()) } else { Err(format!("is `{text}`, a path such as `/` or `/orders` is expected")) }
}

fn ranges_agree(entrance: &Entrance, section: &str, problems: &mut Problems<'_>) {
    let everybody = entrance.from.iter().position(|range| range.to_string() == "0.0.0.0/0");
    if let Some(index) = everybody.filter(|_| !entrance.is_public()) {
        let key = format!("{}[{index}]", tree::child(section, "from"));
        problems.report(&key, "is everybody, but `scheme` is `internal`: name ranges that reach the VPC");
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
