//! Templates, each once, and which of them select each other.
//!
//! Thousands of pods have a handful of templates, so what one says of another is asked once and kept.

use std::{collections::BTreeMap, sync::Arc};

use crate::pods::{Expression, Labels, Template};

/// A template, by its place among those that were seen.
pub(super) type Kind = usize;

/// A label of nodes that somebody spreads or keeps apart by, by its place among those that were seen.
pub(super) type Key = usize;

/// Templates that were seen.
#[derive(Clone, Debug, Default)]
pub(super) struct Kinds {
    all: Vec<Entry>,
    /// By the template's address, which nobody else can have while it is held.
    known: BTreeMap<usize, Kind>,
    held: Vec<Arc<Template>>,
    keys: Vec<String>,
}

/// A template, and what it says of others.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) template: Arc<Template>,
    /// The label of each of its spreads, and which kinds that one counts.
    pub(super) spreads: Vec<Selects>,
    /// The same of each of its rules of anti-affinity.
    pub(super) apart: Vec<Selects>,
    /// Which kinds are of its own workload.
    pub(super) same: Vec<bool>,
}

/// A label of nodes, and which kinds of pods are meant.
#[derive(Clone, Debug)]
pub(super) struct Selects {
    pub(super) key: Key,
    pub(super) kinds: Vec<bool>,
}

impl Kinds {
    /// The kind of a template.
    pub(super) fn of(&mut self, template: &Arc<Template>) -> Kind {
        let address = Arc::as_ptr(template).addr();
        if let Some(kind) = self.known.get(&address) {
            return *kind;
        }
        let kind = self.all.iter().position(|entry| entry.template == *template);
        let kind = kind.unwrap_or_else(|| self.add(template));
        self.held.push(template.clone());
        self.known.insert(address, kind);
        kind
    }

    /// The kind of a template that was seen.
    pub(super) fn known(&self, template: &Arc<Template>) -> Option<Kind> {
        self.known.get(&Arc::as_ptr(template).addr()).copied()
    }

    pub(super) fn entry(&self, kind: Kind) -> &Entry {
        &self.all[kind]
    }

    pub(super) fn template(&self, kind: Kind) -> &Template {
        &self.all[kind].template
    }

    /// The labels of nodes that matter so far.
    pub(super) fn keys(&self) -> &[String] {
        &self.keys
    }

    /// A label of nodes, from now on among those that matter.
    pub(super) fn key(&mut self, name: &str) -> Key {
        let known = self.keys.iter().position(|key| key == name);
        known.unwrap_or_else(|| {
            self.keys.push(name.to_owned());
            self.keys.len() - 1
        })
    }

    fn add(&mut self, template: &Arc<Template>) -> Kind {
        for entry in &mut self.all {
            let of = entry.template.clone();
            let is_near = of.namespace == template.namespace;
            let selected = |selector: &[Expression]| is_near && holds(selector, &template.labels);
            for (selects, spread) in entry.spreads.iter_mut().zip(&of.spreads) {
                selects.kinds.push(!spread.selector.is_empty() && selected(&spread.selector));
            }
            for (selects, apart) in entry.apart.iter_mut().zip(&of.anti_affinity) {
                selects.kinds.push(selected(&apart.selector));
            }
            entry.same.push(of.workload == template.workload && is_near);
        }
        let others: Vec<_> = self.all.iter().map(|entry| entry.template.clone()).chain([template.clone()]).collect();
        let select = |selector: &[Expression]| {
            let selected =
                |other: &Arc<Template>| other.namespace == template.namespace && holds(selector, &other.labels);
            others.iter().map(selected).collect()
        };
        let mut spreads = Vec::with_capacity(template.spreads.len());
        for spread in &template.spreads {
            // A selector without rules counts no pod (kube-scheduler), though the pod itself matches it.
            let kinds = if spread.selector.is_empty() { vec![false; others.len()] } else { select(&spread.selector) };
            spreads.push(Selects { key: self.key(&spread.key), kinds });
        }
        let mut apart = Vec::with_capacity(template.anti_affinity.len());
        for rule in &template.anti_affinity {
            apart.push(Selects { key: self.key(&rule.key), kinds: select(&rule.selector) });
        }
        let is_same =
            |other: &Arc<Template>| other.workload == template.workload && other.namespace == template.namespace;
        let same = others.iter().map(is_same).collect();
        self.all.push(Entry { template: template.clone(), spreads, apart, same });
        self.all.len() - 1
    }
}

/// Do all rules of a selector hold?
pub(super) fn holds(selector: &[Expression], labels: &Labels) -> bool {
    selector.iter().all(|rule| rule.holds(labels))
}
