//! Settled states: which nodes there are, and which pods on each.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Decision, Host, Recording, differing};
use crate::replay::karpenter::{Settled, scene};

pub(super) fn decisions(recording: &Recording, settled: &[Settled]) -> Vec<Decision> {
    let mut actions: Vec<&Value> = recording.timeline.iter().filter(|action| action["state"].is_object()).collect();
    actions.sort_by_key(|action| scene::at(action));
    actions.into_iter().zip(settled).flat_map(|(action, own)| of_state(action, own)).collect()
}

fn of_state(action: &Value, own: &Settled) -> [Decision; 2] {
    let state = &action["state"];
    let mut recorded: Vec<Host> = state["nodes"].as_array().into_iter().flatten().map(host).collect();
    let mut twin = own.nodes.clone();
    recorded.sort();
    twin.sort();
    let kinds = |hosts: &[Host]| {
        let mut many: BTreeMap<String, usize> = BTreeMap::new();
        for host in hosts {
            *many.entry(host.kind.join(" ")).or_default() += 1;
        }
        format!("{many:?}")
    };
    let at = own.at.in_seconds();
    let nodes = differing([
        ("nodes", kinds(&recorded), kinds(&twin)),
        ("pending", format!("{:?}", counts(&state["pending"])), format!("{:?}", own.pending)),
    ]);
    let pods = |hosts: &[Host]| {
        let of = |host: &Host| format!("{} {} {:?}", host.kind[1], host.kind[2], host.pods);
        format!("[{}]", hosts.iter().map(of).collect::<Vec<_>>().join(", "))
    };
    let placed = differing([("pods by node", pods(&recorded), pods(&twin))]);
    [
        Decision { at, what: "settled nodes and pending pods".to_owned(), differs: nodes },
        Decision { at, what: "pods on settled nodes".to_owned(), differs: placed },
    ]
}

/// A node as it is written: claim, pool, type, zone, capacity type, pods by group.
fn host(written: &Value) -> Host {
    let text = |place: usize| written[place].as_str().unwrap_or_default().to_owned();
    Host { kind: [text(1), text(2), text(3), text(4)], pods: counts(&written[5]) }
}

fn counts(written: &Value) -> BTreeMap<String, usize> {
    let all = written.as_object().into_iter().flatten();
    let many = |value: &Value| value.as_u64().and_then(|number| usize::try_from(number).ok()).unwrap_or(0);
    all.map(|(group, number)| (group.clone(), many(number))).filter(|(_, number)| *number > 0).collect()
}
