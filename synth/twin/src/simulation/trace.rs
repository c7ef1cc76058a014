//! What a simulation saw: once a second what was offered and what came of it, and what happened when.

use super::metric::Metric;
use crate::{cost::Bill, engine::Limit, pods::Capacity, time::Time};

/// A run from its first to its last second.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trace {
    /// The services, in the order of a request's way.
    pub services: Vec<String>,
    /// What each service's pods were added by.
    pub scaled_on: Vec<Vec<Metric>>,
    /// The zones.
    pub zones: Vec<String>,
    /// What was offered and answered, once a second.
    pub seconds: Vec<Second>,
    /// Each service's pods, once a second: as many as there are services for each.
    pub pods: Vec<Pods>,
    /// What each service lost by what, once a second: as many as there are services for each.
    pub lost: Vec<Lost>,
    /// What stood against nodes for pods of services, in order of time.
    pub lacks: Vec<Lack>,
    /// Pods of all services that are ready in each zone, once a second: as many as there are zones for each.
    pub by_zone: Vec<u32>,
    /// Kinds of nodes that there were, in the order in which they came.
    pub kinds: Vec<Kind>,
    /// How many nodes of a kind there are from a second on, where that changes.
    pub nodes: Vec<Change>,
    /// What happened, in order of time.
    pub events: Vec<Event>,
    /// What was asked for and could not be done.
    pub amiss: Vec<String>,
    /// What it all costs.
    pub bill: Bill,
}

/// A second.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Second {
    /// Requests that clients sent.
    pub offered: f64,
    /// Those that were answered as they should be.
    pub answered: f64,
    /// Those that were refused at once or after their time in a queue, with 503.
    pub refused: f64,
    /// Those that failed otherwise: no pod was there, or a time-out.
    pub failed: f64,
    /// Milliseconds from a request to its answer: mean, and what 50 and 99 of 100 stay below. Not a number where nothing was answered.
    pub mean: f32,
    #[expect(missing_docs, reason = "as above")]
    pub p50: f32,
    #[expect(missing_docs, reason = "as above")]
    pub p99: f32,
    /// Dollars an hour for nodes.
    pub nodes_price: f32,
}

/// A service's pods in a second.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Pods {
    /// What the autoscaler asks for.
    pub desired: u32,
    /// Those that are ready.
    pub ready: u32,
    /// Those that wait for a node.
    pub pending: u32,
    /// Those that are asked for and not made.
    pub unmade: u32,
    /// Those that have a node and no address.
    pub unaddressed: u32,
    /// Those that get requests.
    pub targets: u32,
    /// Use of the processor time that the ready pods ask for, in percent.
    pub cpu: f32,
    /// Use of what its node had for it, by the pod that used the most of it, in percent.
    pub busiest: f32,
    /// Use of what its node's network passes on for it, by the pod that used the most of it, in percent.
    pub network: f32,
    /// What a pod uses on average, in percent of what the busiest does.
    pub evenness: f32,
    /// Requests in flight in all of them.
    pub in_flight: f32,
    /// Requests in flight in the fullest of them, in percent of its bound.
    pub fullest: f32,
}

/// Requests of a second that a service lost, by what lost them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Lost {
    /// Refused, since too many were in flight already.
    pub refused: f32,
    /// There was no pod to send them to.
    pub unserved: f32,
    /// They were sent to pods that had closed.
    pub closed: f32,
    /// They were sent to pods whose nodes do not answer.
    pub dead: f32,
    /// They took longer than somebody waits.
    pub late: f32,
    /// What the service sent on was lost behind it.
    pub behind: f32,
}

/// Something that stood against nodes for pods that waited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lack {
    /// The service of the pods, by its place among all.
    pub service: usize,
    /// What.
    pub limit: Limit,
    /// The first second.
    pub from: u32,
    /// The last: until then nothing else was tried.
    pub until: u32,
}

/// Nodes that are alike.
#[derive(Clone, Debug, PartialEq)]
pub struct Kind {
    /// The instance type.
    pub instance_type: String,
    /// How they are paid for.
    pub capacity: Capacity,
    /// Are they of the managed group?
    pub base: bool,
    /// Dollars an hour for one.
    pub price: f64,
    /// Who says so.
    pub source: &'static str,
    /// The day on which it was read, or from which the source is.
    pub read: &'static str,
    /// Is the price a guess: from other types, or Spot's, which moves?
    pub estimated: bool,
}

/// A number of nodes that changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// The second.
    pub second: u32,
    /// The kind, by its place among all.
    pub kind: usize,
    /// How many there are from then on.
    pub nodes: u32,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// When.
    pub at: Time,
    /// Of which kind, for a page that shows some and folds others.
    pub of: Of,
    /// What, in a sentence.
    pub text: String,
}

/// Whose doing an event was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Of {
    /// What was asked to go wrong.
    Fault,
    /// An autoscaler.
    Scaling,
    /// Karpenter buys.
    Bought,
    /// Karpenter takes away.
    Removed,
    /// The first of a row of seconds in which requests were refused or failed, or the last.
    Requests,
}

impl Trace {
    /// Sums over all seconds: offered, answered, refused, failed.
    pub fn totals(&self) -> Second {
        let mut sum = Second::default();
        for second in &self.seconds {
            sum.offered += second.offered;
            sum.answered += second.answered;
            sum.refused += second.refused;
            sum.failed += second.failed;
        }
        sum
    }

    /// Dollars for nodes over the whole run.
    pub fn nodes_cost(&self) -> f64 {
        self.seconds.iter().map(|second| f64::from(second.nodes_price)).sum::<f64>() / 3600.0
    }

    /// A service's pods, second by second.
    pub fn pods_of(&self, service: usize) -> impl Iterator<Item = &Pods> {
        self.pods.iter().skip(service).step_by(self.services.len().max(1))
    }
}
