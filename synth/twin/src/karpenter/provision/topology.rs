//! How pods are spread and kept apart, as Karpenter counts them.
//!
//! Unlike the scheduler it counts every zone in which a pool could make a node, not only those that have one.

use std::{cell::Cell, collections::BTreeSet, rc::Rc};

use super::{
    group::{Group, Rule},
    shapes::Shape,
};
use crate::{
    karpenter::{
        Pool, View,
        requirements::{Requirement, Requirements},
    },
    pods::{AntiAffinity, HOSTNAME, Node, NodeId, Pod, PodId, Taint, Template},
    random::mix,
};

pub(super) struct Topology<'a> {
    view: View<'a>,
    lots: u64,
    drawn: Cell<u64>,
    /// Pods that are on a node, but for those that are to have another place.
    bound: Rc<[(&'a Pod, NodeId, &'a Node)]>,
    /// Nodes that stay.
    stay: Vec<NodeId>,
    /// What pods of this run are spread or kept apart by.
    groups: Groups<'a>,
    /// Where pods are that must keep away from others.
    inverse: Groups<'a>,
    /// Of each shape, the groups by which its pods are placed, and those in `inverse` that are their own, by the shape's number.
    ways: Vec<Option<Ways>>,
    hosts: usize,
}

#[derive(Clone, Default)]
struct Ways {
    groups: Rc<[usize]>,
    inverse: Rc<[usize]>,
}

/// Groups, and which templates they select, by the templates' numbers.
#[derive(Default)]
struct Groups<'a> {
    all: Vec<Group<'a>>,
    selected: Vec<Vec<Option<bool>>>,
}

impl<'a> Groups<'a> {
    fn find(&self, rule: &Rule<'a>) -> Option<usize> {
        self.all.iter().position(|group| group.rule == *rule)
    }

    fn push(&mut self, group: Group<'a>) -> usize {
        self.all.push(group);
        self.selected.push(Vec::new());
        self.all.len() - 1
    }

    fn selects(&mut self, group: usize, shape: &Shape<'_>) -> bool {
        let known = &mut self.selected[group];
        if known.len() <= shape.template {
            known.resize(shape.template + 1, None);
        }
        *known[shape.template].get_or_insert_with(|| self.all[group].rule.selects(shape.of))
    }
}

/// What is known of a few templates, by their addresses.
#[derive(Default)]
struct Known(Vec<(*const Template, bool)>);

impl Known {
    fn of(&mut self, template: &Template, find: impl FnOnce(&Template) -> bool) -> bool {
        let address = std::ptr::from_ref(template);
        if let Some((_, known)) = self.0.iter().find(|(of, _)| *of == address) {
            return *known;
        }
        let found = find(template);
        self.0.push((address, found));
        found
    }
}

/// A node or claim on which a pod may come to be.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) host: usize,
    pub(super) taints: &'a [Taint],
    /// Labels of which nothing is known there and yet may be asked for.
    pub(super) undefined: fn(&str) -> bool,
}

impl<'a> Topology<'a> {
    /// `lots` is [`super::Question::lots`].
    pub(super) fn new(view: View<'a>, pods: &[PodId], stay: &[NodeId], lots: u64) -> Self {
        let mut topology = Self {
            view,
            lots,
            drawn: Cell::new(0),
            bound: bound(view, pods),
            stay: stay.to_vec(),
            groups: Groups::default(),
            inverse: Groups::default(),
            ways: Vec::new(),
            hosts: view.nodes.len(),
        };
        for (pod, id, node) in topology.bound.clone().iter().copied() {
            for term in required(&pod.template) {
                let group = topology.inverse_of(&pod.template, term);
                count(&mut topology.inverse.all[group], id, node);
            }
        }
        topology
    }

    fn inverse_of(&mut self, of: &'a Template, term: &'a AntiAffinity) -> usize {
        let rule = Rule::apart(of, &term.key, &term.selector);
        self.inverse.find(&rule).unwrap_or_else(|| {
            let domains = self.domains(&rule, of);
            self.inverse.push(Group::new(rule, None, domains.into_iter()))
        })
    }

    /// Finds the groups by which pods of a shape are placed, once.
    pub(super) fn meet(&mut self, shape: &Shape<'a>) {
        if self.ways.len() <= shape.number {
            self.ways.resize(shape.number + 1, None);
        }
        if self.ways[shape.number].is_some() {
            return;
        }
        let (of, wishes) = (shape.of, &shape.wishes);
        let inverse = required(of).map(|term| self.inverse_of(of, term)).collect();
        let spreads = (0..wishes.spreads.len()).map(|number| Rule::spread(of, wishes, number));
        let apart = wishes.apart().map(|term| (Rule::apart(of, &term.key, &term.selector), None));
        let mut groups: Vec<usize> = spreads.chain(apart).map(|(rule, least)| self.group(rule, least, of)).collect();
        groups.sort_unstable();
        groups.dedup();
        self.ways[shape.number] = Some(Ways { groups: groups.into(), inverse });
    }

    fn ways(&self, shape: &Shape<'_>) -> Ways {
        self.ways.get(shape.number).cloned().flatten().unwrap_or_default()
    }

    fn group(&mut self, rule: Rule<'a>, min_domains: Option<i64>, of: &Template) -> usize {
        if let Some(known) = self.groups.find(&rule) {
            return known;
        }
        let domains = self.domains(&rule, of);
        let mut group = Group::new(rule, min_domains, domains.into_iter());
        for node in self.stay.iter().map(|id| &self.view.nodes[id.0]).filter(|node| node.registered.is_some()) {
            let domain = node.labels.get(group.rule.key).filter(|_| !group.rule.of_hosts());
            if let Some(domain) = domain.filter(|_| group.rule.counts_node(node)) {
                group.register(domain);
            }
        }
        // Many pods have one template, and many are on one node.
        let (mut selects, mut counts) = (Known::default(), vec![None; self.view.nodes.len()]);
        for (pod, id, node) in self.bound.iter().copied() {
            let there = pod.deleting.is_none() && node.present();
            if there
                && selects.of(&pod.template, |template| group.rule.selects(template))
                && *counts[id.0].get_or_insert_with(|| group.rule.counts_node(node))
            {
                count(&mut group, id, node);
            }
        }
        self.groups.push(group)
    }

    /// Every value of a label that a node of a pool could have.
    fn domains(&self, rule: &Rule<'_>, of: &Template) -> BTreeSet<String> {
        let pools = self.view.pools.iter().filter(|pool| rule.bears(&of.tolerations, &pool.taints));
        pools.flat_map(|pool| values(pool, rule.key, self.view)).collect()
    }

    /// Is the host itself no hindrance? What it forbids once it forbids to the end of the run.
    pub(super) fn allows_host(&mut self, shape: &Shape<'_>, host: usize) -> bool {
        let ways = self.ways[shape.number].as_ref();
        for number in ways.into_iter().flat_map(|ways| ways.groups.iter()) {
            if self.groups.all[*number].rule.of_hosts() {
                let selects = self.groups.selects(*number, shape);
                if !self.groups.all[*number].allows_host(host, selects) {
                    return false;
                }
            }
        }
        (0..self.inverse.all.len()).all(|number| {
            let group = &self.inverse.all[number];
            !group.rule.of_hosts() || group.allows_host(host, true) || !self.inverse.selects(number, shape)
        })
    }

    /// To what a place must be narrowed for a pod to be there; none if it may not. Hosts are looked at before.
    pub(super) fn narrow(&mut self, shape: &Shape<'_>, place: Place<'_>, left: &Requirements) -> Option<Requirements> {
        let mut further = Requirements::default();
        for number in &*self.ways(shape).groups {
            let selects = self.groups.selects(*number, shape);
            let group = &self.groups.all[*number];
            if !group.rule.of_hosts() {
                let next = group.next(shape, left.get(group.rule.key), selects, |domain| self.rank(domain));
                further.add(group.rule.key, next);
            }
        }
        for number in 0..self.inverse.all.len() {
            let of_hosts = self.inverse.all[number].rule.of_hosts();
            if !of_hosts && self.inverse.selects(number, shape) {
                let group = &self.inverse.all[number];
                further.add(group.rule.key, group.next(shape, left.get(group.rule.key), true, |_| 0));
            }
        }
        let nowhere = |(_, rule): (&str, &Requirement)| rule.values().is_some_and(<[String]>::is_empty);
        let possible = !further.iter().any(nowhere) && left.compatible(&further, place.undefined);
        possible.then_some(further)
    }

    /// Counts a pod that has its place now.
    pub(super) fn record(&mut self, shape: &Shape<'_>, place: Place<'_>, left: &Requirements) {
        for number in 0..self.groups.all.len() {
            let selects = self.groups.selects(number, shape);
            let group = &mut self.groups.all[number];
            if selects && group.rule.counts(place.taints, left) {
                group.record_place(place.host, left);
            }
        }
        for number in &*self.ways(shape).inverse {
            self.inverse.all[*number].record_place(place.host, left);
        }
    }

    /// The number that the next claim has as a host.
    pub(super) fn next_host(&self) -> usize {
        self.hosts
    }

    /// The claim of that number is there.
    pub(super) fn register_host(&mut self) {
        self.hosts += 1;
    }

    /// Are lots drawn?
    pub(super) fn draws(&self) -> bool {
        self.lots != 0
    }

    /// A lot for two numbers.
    pub(super) fn lot(&self, one: u64, other: u64) -> u64 {
        mix(mix(self.lots ^ one).wrapping_add(other))
    }

    fn rank(&self, domain: &str) -> u64 {
        if !self.draws() {
            return 0;
        }
        self.drawn.set(self.drawn.get() + 1);
        let seed = domain.bytes().fold(self.lots, |seed, byte| mix(seed ^ u64::from(byte)));
        mix(seed.wrapping_add(self.drawn.get()))
    }
}

fn required(of: &Template) -> impl Iterator<Item = &AntiAffinity> {
    of.anti_affinity.iter().filter(|term| term.weight.is_none())
}

fn bound<'a>(view: View<'a>, placed: &[PodId]) -> Rc<[(&'a Pod, NodeId, &'a Node)]> {
    let placed: BTreeSet<PodId> = placed.iter().copied().collect();
    let pods = view.pods_there().filter(|(id, _)| !placed.contains(id));
    pods.filter_map(|(_, pod)| pod.node.map(|(id, _)| (pod, id, &view.nodes[id.0]))).collect()
}

/// Counts a pod that is on a node.
fn count(group: &mut Group<'_>, id: NodeId, node: &Node) {
    if group.rule.of_hosts() {
        group.record_host(id.0);
    } else if let Some(domain) = node.labels.get(group.rule.key) {
        group.record(domain);
    }
}

/// The values of a label that nodes of a pool may have: those that it lists, and those of types that it allows.
fn values(pool: &Pool, key: &str, view: View<'_>) -> BTreeSet<String> {
    if key == HOSTNAME {
        return BTreeSet::new();
    }
    let mut rules = pool.requirements.clone();
    rules.add_all(&Requirements::of_labels(&pool.labels));
    let listed = rules.get(key).and_then(Requirement::values).unwrap_or_default().iter().cloned();
    let types = view.catalogue.label(key).map(|label| label.values.as_slice()).unwrap_or_default();
    let types = types.iter().filter(|(value, types)| !types.is_empty() && rules.allows(key, value));
    listed.chain(types.map(|(value, _)| value.clone())).collect()
}
