//! What a simulation writes down of what it sees.

mod pods;
pub(super) mod words;

use std::collections::BTreeMap;

use self::words::{against, paid, reason, why};
use super::{
    Fault,
    metric::Metric,
    setup::Setup,
    tier::{Outcome, Tier, narrow},
    trace::{Change, Event, Kind, Lack, Of, Second, Trace},
};
use crate::{
    cost::{self, Bill},
    engine::{self, Engine, Kind as Happened, Limit},
    hpa::Decision,
    pods::{NodeId, PodId},
    service::mixed,
    time::{Span, Time},
};

/// Requests less than this are none: a fluid has parts of them.
const SOME: f64 = 0.5;

/// Pods that wait are tried again within this.
const AGAIN: Span = Span::whole_seconds(12);

pub(super) struct Record {
    trace: Trace,
    begun: Option<Time>,
    /// How many nodes there are of each kind, and whether that changed in this second.
    counts: Vec<(u32, bool)>,
    price: f64,
    /// Each service's pods, as they were counted last, and whether anything happened since.
    counted: Vec<pods::Counted>,
    stirred: bool,
    failing: bool,
    /// Claims of one moment, told as one.
    claimed: Vec<(Time, String)>,
    /// When nothing could be bought for pods of a workload last, since what stood against it: told once.
    wanted: BTreeMap<(String, Limit), Time>,
}

impl Record {
    pub(super) fn new(setup: &Setup, tiers: &[Tier], scaled_on: Vec<Vec<Metric>>) -> Self {
        let trace = Trace {
            services: tiers.iter().map(|tier| tier.name.clone()).collect(),
            scaled_on,
            zones: setup.zones.clone(),
            ..Trace::default()
        };
        Self {
            trace,
            begun: None,
            counts: Vec::new(),
            price: 0.0,
            counted: Vec::new(),
            stirred: true,
            failing: false,
            claimed: Vec::new(),
            wanted: BTreeMap::new(),
        }
    }

    /// From here on it is written.
    pub(super) fn begin(&mut self, now: Time, engine: &Engine) {
        self.begun = Some(now);
        for (place, node) in engine.nodes().iter().enumerate() {
            if node.launched.is_some() && node.gone.is_none() {
                self.count(NodeId(place), engine, true);
            }
        }
    }

    pub(super) fn end(mut self, bill: Bill) -> Trace {
        self.flush();
        self.trace.bill = bill;
        self.trace.events.sort_by_key(|event| event.at);
        self.trace
    }

    pub(super) fn fault(&mut self, now: Time, fault: &Fault) {
        self.stirred = true;
        let text = match fault {
            Fault::LoseZone(zone) => format!("zone {zone} is lost"),
            Fault::Interrupt(pool) => format!("AWS takes back every Spot node of {pool}"),
            Fault::Refuse(short) => {
                let kind = short.instance_type.as_deref().unwrap_or("any type");
                format!("there is no capacity of {kind} any more")
            }
            Fault::Roll(name) => format!("{name} gets a new revision"),
            Fault::Drain(number) => format!("node {number} is drained"),
            Fault::Slow(target) => format!("targets take {:.0} ms from now on", target.mean() * 1000.0),
        };
        self.tell(now, Of::Fault, text);
    }

    /// A node that was to be drained is not there.
    pub(super) fn none_to_drain(&mut self, now: Time, number: usize, there: usize) {
        let text = format!("there is no node {number} to drain: Karpenter has {there}");
        self.tell(now, Of::Fault, text.clone());
        self.trace.amiss.push(text);
    }

    pub(super) fn decided(&mut self, now: Time, name: &str, before: usize, decision: &Decision) {
        let (before, after) = (i32::try_from(before).unwrap_or(i32::MAX), decision.desired);
        if before == after {
            return;
        }
        let reason = match (decision.utilization(), decision.proposed()) {
            (Some(percent), Some(proposed)) => {
                format!(", at {percent} % of what pods ask for, which proposes {proposed}")
            }
            (None, Some(proposed)) => format!(", its metric proposes {proposed}"),
            _ => String::new(),
        };
        self.tell(now, Of::Scaling, format!("{name}: {before} to {after} pods{reason}"));
    }

    pub(super) fn happened(&mut self, event: &engine::Event, engine: &Engine) {
        if self.begun.is_none() {
            return;
        }
        self.stirred = true;
        let at = event.at;
        match &event.kind {
            Happened::Launched(node) => {
                self.count(*node, engine, true);
                let node = &engine.nodes()[node.0];
                let how = paid(node.capacity);
                let what = format!("{} in {}, {how} at {:.3} $/h", node.instance_type, node.zone, node.price);
                if self.claimed.last().is_some_and(|(first, _)| at - *first > Span::whole_seconds(2)) {
                    self.flush();
                }
                self.claimed.push((at, what));
            }
            Happened::Refused(node, refused) => {
                let of = |(limit, offerings): &(Limit, usize)| format!("{offerings} offerings, {}", against(*limit));
                let told = refused.iter().map(of).collect::<Vec<_>>().join("; ");
                self.tell(at, Of::Bought, format!("refused: {told}"));
                let pods = engine.claim_of(*node).map(|claim| claim.pods.clone()).unwrap_or_default();
                for (pod, (limit, _)) in pods.iter().flat_map(|pod| refused.iter().map(move |of| (*pod, of))) {
                    self.lacks(at, pod, *limit, engine);
                }
            }
            Happened::Wants(pod, limit) => {
                let name = workload(*pod, engine).to_owned();
                let text = format!("nothing can be bought for a pod of {name}: {}", against(*limit));
                let last = self.wanted.insert((name, *limit), at);
                if last.is_none_or(|last| at - last > AGAIN) {
                    self.tell(at, Of::Bought, text);
                }
                self.lacks(at, *pod, *limit, engine);
            }
            Happened::Gone(node, cause) if engine.nodes()[node.0].launched.is_some() => {
                self.count(*node, engine, false);
                let node = &engine.nodes()[node.0];
                self.tell(at, Of::Removed, format!("{} in {} is gone: {}", node.instance_type, node.zone, why(*cause)));
            }
            Happened::Disrupted(of) => {
                let (nodes, pods) = (of.nodes.len(), of.pods);
                let instead = if of.replacements.is_empty() { "" } else { ", and another takes their place" };
                let saved = format!("{:.3} $/h less", of.savings);
                let reason = reason(of.reason);
                let go = if nodes == 1 { "1 node is".to_owned() } else { format!("{nodes} nodes are") };
                let moving = if pods == 1 { "1 pod moves".to_owned() } else { format!("{pods} pods move") };
                self.tell(at, Of::Removed, format!("{go} to go ({reason}), {moving}{instead}: {saved}"));
            }
            Happened::NoAddress(pod) => {
                let pod = &engine.pods()[pod.0];
                let zone = pod.node.map_or("", |(node, _)| &engine.nodes()[node.0].zone);
                let what = format!("a pod of {} waits for an address in {zone}", pod.template.workload);
                self.tell(at, Of::Bought, what);
            }
            Happened::OverQuota(_) => {
                self.tell(at, Of::Bought, "the namespace's quota is used up: pods are not made".to_owned());
            }
            _ => {}
        }
    }

    pub(super) fn second(&mut self, at: Span, offered: f64, outcomes: &[Outcome], engine: &Engine, tiers: &[Tier]) {
        let Some(outcome) = outcomes.first() else { return };
        let times = mixed(outcome.latencies.iter().copied());
        let answered = outcome.answered > 0.0;
        let time = |seconds: f64| if answered { narrow(seconds * 1000.0) } else { f32::NAN };
        let second = Second {
            offered,
            answered: outcome.answered,
            refused: outcome.refused,
            failed: outcome.failed,
            mean: time(times.mean),
            p50: time(times.p50),
            p99: time(times.p99),
            nodes_price: narrow(self.price),
        };
        self.trace.seconds.push(second);
        let lost = outcome.refused + outcome.failed;
        if (lost >= SOME) != self.failing {
            self.failing = !self.failing;
            let now = self.begun.unwrap_or_default() + at;
            let text = if self.failing {
                "the first request of a row is refused or fails"
            } else {
                "every request is answered again"
            };
            self.tell(now, Of::Requests, text.to_owned());
        }
        self.pods(engine, tiers);
        self.trace.lost.extend(outcomes.iter().map(|outcome| outcome.lost));
        let number = u32::try_from(at.0 / 1000).unwrap_or(u32::MAX);
        for (kind, (nodes, changed)) in self.counts.iter_mut().enumerate() {
            if std::mem::take(changed) {
                self.trace.nodes.push(Change { second: number, kind, nodes: *nodes });
            }
        }
    }

    /// Pods of a service want nodes, and this stands against them.
    fn lacks(&mut self, at: Time, pod: PodId, limit: Limit, engine: &Engine) {
        // A revision follows the name.
        let name = workload(pod, engine).rsplit_once('-').map(|(name, _)| name);
        let service = self.trace.services.iter().position(|of| Some(of.as_str()) == name);
        let Some((service, begun)) = service.zip(self.begun) else { return };
        let second = |span: Span| u32::try_from(span.0 / 1000).unwrap_or_default();
        let (from, until) = (second(at - begun), second(at + AGAIN - begun));
        let mut known = self.trace.lacks.iter_mut().rev();
        match known.find(|lack| lack.service == service && lack.limit == limit && lack.until >= from) {
            Some(lack) => lack.until = until,
            None => self.trace.lacks.push(Lack { service, limit, from, until }),
        }
    }

    /// A node more or less.
    fn count(&mut self, id: NodeId, engine: &Engine, more: bool) {
        let node = &engine.nodes()[id.0];
        let alike = |kind: &Kind| {
            kind.instance_type == node.instance_type
                && kind.capacity == node.capacity
                && kind.base == node.pool.is_none()
        };
        let place = self.trace.kinds.iter().position(alike).unwrap_or_else(|| {
            let hour = cost::hour(engine.catalogue(), &node.instance_type, node.capacity, node.price);
            self.trace.kinds.push(Kind {
                instance_type: node.instance_type.clone(),
                capacity: node.capacity,
                base: node.pool.is_none(),
                price: node.price,
                source: hour.source,
                read: hour.read,
                estimated: hour.estimated,
            });
            self.counts.push((0, true));
            self.counts.len() - 1
        });
        let (nodes, changed) = &mut self.counts[place];
        *nodes = if more { *nodes + 1 } else { nodes.saturating_sub(1) };
        *changed = true;
        self.price += if more { node.price } else { -node.price };
    }

    /// Nodes that were bought within two seconds are one event.
    fn flush(&mut self) {
        let Some((at, _)) = self.claimed.first().cloned() else { return };
        let mut kinds: Vec<(String, usize)> = Vec::new();
        for (_, what) in self.claimed.drain(..) {
            match kinds.iter_mut().find(|(kind, _)| *kind == what) {
                Some((_, nodes)) => *nodes += 1,
                None => kinds.push((what, 1)),
            }
        }
        let told =
            kinds.iter().map(|(kind, nodes)| if *nodes > 1 { format!("{nodes} × {kind}") } else { kind.clone() });
        let text = format!("bought: {}", told.collect::<Vec<_>>().join("; "));
        self.tell(at, Of::Bought, text);
    }

    fn tell(&mut self, now: Time, of: Of, text: String) {
        if let Some(begun) = self.begun {
            self.trace.events.push(Event { at: Time::ZERO + (now - begun), of, text });
        }
    }
}

fn workload(pod: PodId, engine: &Engine) -> &str {
    &engine.pods()[pod.0].template.workload
}
