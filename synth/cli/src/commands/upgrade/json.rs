//! What an upgrade says to scripts.

use serde_json::{Value as Json, json};
use stacks::upgrade::{Change, Finding, Replaced, Source, Standing, Step, Support, Value};

use super::Planned;

pub(super) fn planned(planned: &Planned) -> Json {
    let Planned { upgrade, rate, replaced } = planned;
    let nodes = replaced.map(|of| {
        json!({
            "requests_per_second": rate,
            "nodes": of.nodes,
            "seconds": of.took.map(|took| took.in_seconds()),
            "most_at_once": of.most,
            "requests": of.offered,
            "lost": of.lost,
        })
    });
    json!({
        "standing": standing(&upgrade.standing),
        "target": upgrade.target.to_string(),
        "fits": upgrade.fits(),
        "findings": findings(&upgrade.findings),
        "asks": upgrade.asks.iter().map(|ask| json!({ "question": ask.question, "command": ask.command })).collect::<Vec<_>>(),
        "karpenter_nodes": nodes,
        "steps": upgrade.steps.iter().map(step).collect::<Vec<_>>(),
        "left": findings(&upgrade.left),
    })
}

/// The end that comes next, and whether it is near.
pub(super) fn end(of: &Standing, near: bool) -> Json {
    let (next, then) = of.next_end();
    json!({ "near": near, "until": next.until.to_string(), "days": next.days, "then": then, "standing": standing(of) })
}

fn standing(of: &Standing) -> Json {
    json!({
        "environment": of.environment,
        "name": of.name,
        "today": of.today.to_string(),
        "kubernetes_version": of.version.to_string(),
        "support_type": of.at_the_end.as_str(),
        "standard": support(of.standard),
        "extended": support(of.extended),
        "reckoned": of.reckoned,
        "on_eks": of.on_eks.to_string(),
        "source": source(of.source),
        "prices": source(of.prices),
    })
}

fn support(of: Support) -> Json {
    json!({ "until": of.until.to_string(), "days": of.days, "dollars_a_month": of.dollars_a_month })
}

fn source(of: Source) -> Json {
    json!({ "url": of.url, "read": of.read.to_string() })
}

fn step(step: &Step) -> Json {
    let [from, to] = step.versions;
    let waivers = step.waivers.iter().map(|of| json!({ "code": of.code, "subject": of.subject }));
    json!({
        "title": step.title,
        "from": from.to_string(),
        "to": to.to_string(),
        "settings": step.changes.iter().map(change).collect::<Vec<_>>(),
        "waivers_to_remove": waivers.collect::<Vec<_>>(),
        "run": step.run,
        "replaces": step.replaces.iter().map(replaced).collect::<Vec<_>>(),
        "back": step.back,
        "findings": findings(&step.findings),
    })
}

fn change(Change { key, place, from, to }: &Change) -> Json {
    let place = place.as_ref().map(|of| json!({ "file": of.file, "line": of.line, "column": of.column }));
    let (value, how, answers) = match to {
        Value::Known(value) => (Some(value), None, None),
        Value::Published(how, place) => (None, Some(how), Some(place)),
    };
    json!({ "key": key, "place": place, "from": from, "value": value, "how": how, "answered_by": answers })
}

fn replaced(of: &Replaced) -> Json {
    match of {
        Replaced::ControlPlane => json!({ "what": "control plane" }),
        Replaced::Pods(whose) => json!({ "what": "pods", "of": whose }),
        Replaced::BaseNodes(nodes, percent) => {
            json!({ "what": "base nodes", "nodes": nodes, "percent_at_once": percent })
        }
        Replaced::KarpenterNodes => json!({ "what": "Karpenter's nodes" }),
    }
}

fn findings(found: &[Finding]) -> Json {
    found.iter().map(Finding::json).collect()
}
