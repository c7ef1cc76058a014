//! What happened in a run with the printed CPU, as a page lists it.

use std::fmt::Write;

use super::{objects::PROXY, story::Printed};
use crate::{
    karpenter::Reason,
    simulation::trace::{Event, Of},
    time::Time,
};

/// Everything that happened from the first row on, in order; times count from there.
pub fn events(run: &Printed) -> Vec<Event> {
    let mut all: Vec<Event> = Vec::new();
    let mut tell = |at: Time, of: Of, text: String| {
        if at >= run.first {
            all.push(Event { at: Time::ZERO + (at - run.first), of, text });
        }
    };
    for of in run.decided() {
        tell(of.at, Of::Scaling, format!("{PROXY}: {} to {} pods", of.from, of.to));
    }
    for (place, node) in run.nodes.iter().enumerate() {
        let number = place + 1;
        tell(node.bought, Of::Bought, format!("node {number} in {}", node.zone));
        if let Some(gone) = node.gone {
            tell(gone, Of::Removed, format!("node {number} in {} is gone", node.zone));
        }
    }
    for command in &run.commands {
        let numbers = command.nodes.iter().filter_map(|node| run.number(*node)).map(|number| number.to_string());
        let why = match command.reason {
            Reason::Empty => "empty",
            Reason::Underutilized => "underutilized",
            Reason::Drifted => "drifted",
        };
        let mut text = format!("node {} is to go ({why})", numbers.collect::<Vec<_>>().join(", "));
        for (pod, node) in run.moved(command) {
            let to = run.number(node).map_or_else(String::new, |number| format!(" to node {number}"));
            let _ = write!(text, "; a pod of {} moves{to}", pod.service);
        }
        tell(command.at, Of::Removed, text);
    }
    all.sort_by_key(|event| event.at);
    all
}
