//! Both runs side by side, as text.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use super::{
    compare::{Compared, Point},
    curve::Curve,
    model::Run,
    recorded::{Recording, State, state},
};

/// The report.
pub(super) fn text(recording: &Recording, twin: &Run, compared: &Compared) -> String {
    let mut text = format!(
        "environment `{}`, Kubernetes {} and Karpenter: the real control plane beside the twin\n",
        recording.environment, recording.kubernetes
    );
    for service in recording.syncs.keys() {
        replicas(&mut text, service, recording, twin);
    }
    for point in &compared.points {
        nodes(&mut text, point);
    }
    text.push('\n');
    for (service, of) in &compared.services {
        let _ = writeln!(
            text,
            "{service}: {} of {} syncs equal, {} within one sync; as many pods ready in {} of {} s",
            of.equal, of.syncs, of.within, of.ready.0, of.ready.1
        );
    }
    let settled = compared.points.iter().filter(|point| point.settled);
    let (agreeing, all) =
        settled.fold((0, 0), |(agreeing, all), point| (agreeing + usize::from(point.agrees()), all + 1));
    let _ = writeln!(text, "nodes and zones: equal at {agreeing} of {all} settled moments");
    let _ = writeln!(text, "{}", if compared.agrees() { "they agree" } else { "they differ" });
    text
}

/// The syncs at which either changed something.
fn replicas(text: &mut String, service: &str, recording: &Recording, twin: &Run) {
    let curve = Curve::read(&recording.curve).ok();
    let _ = writeln!(text, "\n{service}: replicas after each sync that changed them, and ready pods before it");
    let _ = writeln!(text, "  second   load  real  twin          ready: real  twin");
    let own = twin.replicas.get(service).map(Vec::as_slice).unwrap_or_default();
    let mut before = (0, 0);
    for (place, sync) in recording.syncs[service].iter().enumerate() {
        let Some(twin_after) = own.get(place).copied() else { continue };
        let after = (sync.after, twin_after);
        if after != before {
            let load = curve.as_ref().map_or(0, |curve| curve.at(service, sync.at));
            let ready =
                |states: &[State]| state(states, sync.at).and_then(|state| Some(state.services.get(service)?.ready));
            let [real_ready, twin_ready] =
                [&recording.states, &twin.states].map(|states| ready(states).unwrap_or_default());
            let difference = twin_after - sync.after;
            let said = if difference == 0 { String::new() } else { format!("{difference:+}") };
            let _ = writeln!(
                text,
                "  {:6.1} {load:5}m  {:4}  {twin_after:4}  {said:5}        {real_ready:4}  {twin_ready:4}",
                sync.at, sync.after
            );
        }
        before = after;
    }
}

/// Nodes and zones at a moment.
fn nodes(text: &mut String, point: &Point) {
    let words = match (point.settled, point.agrees()) {
        (false, _) => "the real run had not settled, not compared",
        (true, true) => "equal",
        (true, false) => "they differ",
    };
    let _ = writeln!(text, "\nat {:.1} s: {words}\n  {:44} real  twin", point.real.at, "nodes: type, pool, zone");
    let mut row = |name: &str, of: &dyn Fn(&State) -> usize| {
        let (real, twin) = (of(&point.real), of(&point.twin));
        let mark = if real == twin { "" } else { "  differs" };
        let _ = writeln!(text, "  {name:44} {real:4}  {twin:4}{mark}");
    };
    let kinds: BTreeSet<_> = point.real.nodes.keys().chain(point.twin.nodes.keys()).collect();
    for kind in kinds {
        row(kind, &|state| state.nodes.get(kind).copied().unwrap_or_default());
    }
    for service in point.real.services.keys() {
        let zones = |state: &State| state.services.get(service).map(|of| of.zones.clone()).unwrap_or_default();
        let all: BTreeMap<_, _> = zones(&point.real).into_iter().chain(zones(&point.twin)).collect();
        for zone in all.keys() {
            row(&format!("{service}, ready in zone {zone}"), &|state| {
                zones(state).get(zone).copied().unwrap_or_default()
            });
        }
    }
}
