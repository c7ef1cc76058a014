//! Hosted zones of Route 53 on moto, a mock of AWS.

use std::{collections::BTreeSet, sync::Arc};

use cluster::{Call, Moto};

const BASE: &str = "/2013-04-01/hostedzone";
const NAMESPACE: &str = "xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/\"";

/// A hosted zone.
pub(crate) struct Zone {
    moto: Arc<Moto>,
    pub(crate) id: String,
}

impl Zone {
    /// Makes a zone of a domain, which one VPC alone sees where it is private.
    pub(crate) fn make(moto: &Arc<Moto>, domain: &str, private: bool) -> Self {
        let vpc = if private {
            "<VPC><VPCRegion>eu-north-1</VPCRegion><VPCId>vpc-1</VPCId></VPC>\
             <HostedZoneConfig><PrivateZone>true</PrivateZone></HostedZoneConfig>"
        } else {
            ""
        };
        let body = format!(
            "<CreateHostedZoneRequest {NAMESPACE}><Name>{domain}</Name><CallerReference>{domain} {private}\
             </CallerReference>{vpc}</CreateHostedZoneRequest>"
        );
        let made = ask(moto, "POST", BASE, &body);
        let id = between(&made, "<Id>", "</Id>").unwrap_or_else(|| panic!("a zone without an id: {made}"));
        Self { moto: moto.clone(), id: id.trim_start_matches("/hostedzone/").to_owned() }
    }

    /// Writes a record as somebody else does: its name, its kind, and the rest of its XML.
    pub(crate) fn write(&self, name: &str, kind: &str, rest: &str) {
        let body = format!(
            "<ChangeResourceRecordSetsRequest {NAMESPACE}><ChangeBatch><Changes><Change><Action>CREATE</Action>\
             <ResourceRecordSet><Name>{name}</Name><Type>{kind}</Type>{rest}</ResourceRecordSet></Change></Changes>\
             </ChangeBatch></ChangeResourceRecordSetsRequest>"
        );
        ask(&self.moto, "POST", &format!("{BASE}/{}/rrset/", self.id), &body);
    }

    /// Each record as `name kind value`, besides those that a zone is born with.
    pub(crate) fn records(&self) -> BTreeSet<String> {
        let listed = ask(&self.moto, "GET", &format!("{BASE}/{}/rrset?maxitems=300", self.id), "");
        let records = listed.split("<ResourceRecordSet>").skip(1).map(|record| {
            let of = |tag: &str| between(record, &format!("<{tag}>"), &format!("</{tag}>")).unwrap_or_default();
            let value = if record.contains("<AliasTarget>") { of("DNSName") } else { of("Value") };
            let unquoted = value.replace("&quot;", "").replace('"', "");
            let dot = |name: &str| name.trim_end_matches('.').to_owned();
            (of("Type").to_owned(), format!("{} {} {}", dot(of("Name")), of("Type"), dot(&unquoted)))
        });
        records.filter(|(kind, _)| !["NS", "SOA"].contains(&kind.as_str())).map(|(_, record)| record).collect()
    }
}

fn ask(moto: &Moto, method: &str, path: &str, body: &str) -> String {
    let call =
        Call { method, path, service: "route53", region: "us-east-1", headers: &[("Content-Type", "text/xml")], body };
    moto.call(call).unwrap_or_else(|error| panic!("{error:#}"))
}

fn between<'a>(text: &'a str, begin: &str, end: &str) -> Option<&'a str> {
    Some(text.split_once(begin)?.1.split_once(end)?.0)
}
