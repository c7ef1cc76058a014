//! What a simulation says to scripts.

use serde_json::{Value as Json, json};
use synth_twin::{
    cost::Line,
    simulation::{
        Binding,
        search::Largest,
        setup::Setup,
        trace::{Kind, Second},
    },
};

use super::{
    paid,
    text::{Run, name_of, nodes},
};

/// A search, for scripts.
pub(super) fn largest(found: &Largest) -> Json {
    json!({ "requests_per_second": found.rate, "runs": found.runs, "binding": found.binding.as_ref().map(of_binding) })
}

fn of_binding(binding: &Binding) -> Json {
    let binders = binding.binders.iter().map(ToString::to_string).collect::<Vec<_>>();
    json!({ "second": binding.second, "binders": binders, "what": binding.what, "mend": binding.mend })
}

/// Runs, for scripts: sums, and everything once a second.
pub(super) fn runs(setup: &Setup, runs: &[Run]) -> Json {
    let of = |run: &Run| {
        let (trace, sums) = (&run.trace, run.sums());
        let column =
            |of: &dyn Fn(&Second) -> f64| trace.seconds.iter().map(|second| json!(of(second))).collect::<Vec<_>>();
        let time = |of: fn(&Second) -> f32| {
            trace
                .seconds
                .iter()
                .map(|second| {
                    let value = of(second);
                    if value.is_finite() { json!(value) } else { Json::Null }
                })
                .collect::<Vec<_>>()
        };
        let services = trace.services.iter().enumerate().map(|(place, name)| {
            let of =
                |of: fn(&synth_twin::simulation::trace::Pods) -> Json| trace.pods_of(place).map(of).collect::<Vec<_>>();
            json!({
                "name": name,
                "desired": of(|of| json!(of.desired)),
                "ready": of(|of| json!(of.ready)),
                "pending": of(|of| json!(of.pending)),
                "cpu_percent_of_request": of(|of| json!(of.cpu)),
                "busiest_percent_of_its_cores": of(|of| json!(of.busiest)),
                "in_flight": of(|of| json!(of.in_flight)),
            })
        });
        let each = trace.zones.len().max(1);
        let zones = trace.zones.iter().enumerate().map(|(zone, name)| {
            (name.clone(), json!(trace.by_zone.iter().skip(zone).step_by(each).collect::<Vec<_>>()))
        });
        let events = trace
            .events
            .iter()
            .map(|event| json!({ "second": event.at.in_seconds(), "of": name_of(event.of), "what": event.text }));
        json!({
            "scaled_on": run.name(),
            "offered": sums.totals.offered,
            "answered": sums.totals.answered,
            "refused": sums.totals.refused,
            "failed": sums.totals.failed,
            "p50_ms": sums.p50.is_finite().then_some(sums.p50),
            "highest_p99_ms": sums.p99,
            "nodes_dollars": sums.cost,
            "binding": run.binding.as_ref().map(of_binding),
            "seconds": {
                "offered": column(&|of| of.offered),
                "answered": column(&|of| of.answered),
                "refused": column(&|of| of.refused),
                "failed": column(&|of| of.failed),
                "p50_ms": time(|of| of.p50),
                "p99_ms": time(|of| of.p99),
                "nodes": nodes(trace),
            },
            "services": services.collect::<Vec<_>>(),
            "ready_pods_by_zone": zones.collect::<serde_json::Map<_, _>>(),
            "bill": trace.bill.lines.iter().map(of_line).collect::<Vec<_>>(),
            "nodes": trace.kinds.iter().map(of_kind).collect::<Vec<_>>(),
            "events": events.collect::<Vec<_>>(),
        })
    };
    json!({ "environment": setup.name, "runs": runs.iter().map(of).collect::<Vec<_>>() })
}

fn of_kind(of: &Kind) -> Json {
    json!({
        "type": of.instance_type,
        "capacity": paid(of.capacity),
        "dollars_per_hour": of.price,
        "source": of.source,
        "day": of.read,
        "estimated": of.estimated,
    })
}

fn of_line(line: &Line) -> Json {
    let price = &line.price;
    json!({
        "of": line.what,
        "quantity": line.quantity,
        "unit": line.unit,
        "dollars": line.dollars,
        "price_from": { "source": price.source, "day": price.read, "estimated": price.estimated },
    })
}
