//! The ports on which something listens that pods of other nodes reach, each with its protocol.
//!
//! Containers of the services say theirs, and charts what their pods listen on; what add-ons do stands here.

use super::{addon, protocol, whole};
use crate::{Platform, names::COREDNS_ADD_ON};

/// Something that listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listening {
    pub(crate) protocol: &'static str,
    pub(crate) port: u64,
    pub(crate) who: String,
}

/// A protocol, a port, and whose it is.
type Row = (&'static str, u64, &'static str);

/// The ports that add-ons listen on.
const ADD_ONS: [(&str, &[Row]); 1] = [(
    COREDNS_ADD_ON,
    &[("tcp", 53, "the name servers"), ("udp", 53, "the name servers"), ("tcp", 9153, "the name servers")],
)];

/// Every port that pods of another node reach.
pub(crate) fn listening(platform: &Platform) -> Vec<Listening> {
    let mut rows: Vec<Row> = Vec::new();
    for (name, of_addon) in ADD_ONS {
        if addon(platform, name).is_some() {
            rows.extend(of_addon);
        }
    }
    rows.extend(platform.all_charts().flat_map(|known| known.chart.listens()));
    let rows = rows.into_iter().map(|(protocol, port, who)| Listening { protocol, port, who: who.to_owned() });
    rows.chain(of_services(platform)).collect()
}

fn of_services(platform: &Platform) -> impl Iterator<Item = Listening> {
    platform.autoscaled().into_iter().flat_map(|workload| {
        let ports = workload.containers().iter().flat_map(|container| container.ports.as_deref().unwrap_or_default());
        ports.map(move |port| Listening {
            protocol: protocol(port.protocol.as_ref()),
            port: whole(port.container_port),
            who: workload.name().to_owned(),
        })
    })
}
