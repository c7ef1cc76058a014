//! All of Karpenter's nodes replaced while a load stands: what another image, or another version of Kubernetes, does to them.

use super::{BEFORE, Options, Simulation, Unfit, setup::Setup};
use crate::{
    pods::NodeId,
    time::{Span, Time},
};

/// How long is waited for the last node.
const PATIENCE: Span = Span::whole_seconds(24 * 3600);

/// What became of the nodes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Replacement {
    /// Karpenter's nodes that stood when the image changed.
    pub nodes: usize,
    /// From the change until the last of them was gone; `None` where some still stood a day later.
    pub took: Option<Span>,
    /// The most of Karpenter's nodes that there were at once, new ones and old ones.
    pub most: usize,
    /// Requests that arrived meanwhile.
    pub offered: f64,
    /// Those of them that were refused or failed.
    pub lost: f64,
}

/// Replaces every node of Karpenter's by drift, within the pools' disruption budgets, while so many requests a second arrive.
///
/// # Errors
/// Those of [`super::run`].
pub fn replacement(setup: &Setup, rate: f64, options: &Options) -> Result<Replacement, Unfit> {
    let mut simulation = Simulation::new(setup, options)?;
    let second = Span::whole_seconds(1);
    let mut now = Time::ZERO;
    while now < Time::ZERO + BEFORE {
        simulation.second(now, rate);
        now += second;
    }
    let (old, changed) = (simulation.nodes_of(|_| true, None), now);
    simulation.engine.change_image();
    let mut of = Replacement { nodes: old.len(), took: None, most: old.len(), offered: 0.0, lost: 0.0 };
    while now - changed < PATIENCE {
        let nodes = simulation.engine.nodes();
        let gone = old.iter().filter_map(|NodeId(place)| nodes[*place].gone);
        if gone.clone().count() == old.len() {
            of.took = Some(gone.max().map_or(Span::ZERO, |last| last - changed));
            break;
        }
        let outcomes = simulation.second(now, rate);
        of.most = of.most.max(simulation.nodes_of(|_| true, None).len());
        of.offered += rate;
        of.lost += outcomes.first().map_or(0.0, |outcome| outcome.refused + outcome.failed);
        now += second;
    }
    Ok(of)
}
