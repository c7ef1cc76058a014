//! What pods ask of a place, and what is left of it as their wishes are given up.

use std::{collections::HashMap, sync::Arc};

use crate::{
    karpenter::{
        View,
        requirements::{Requirements, well_known},
    },
    pods::{AntiAffinity, Effect, Expression, Spread, Taint, Template, Toleration},
    resources::Resources,
};

/// What all pods of a template ask for with equally many of their wishes given up.
pub(super) struct Shape<'a> {
    pub(super) number: usize,
    /// The template's number.
    pub(super) template: usize,
    pub(super) of: &'a Template,
    pub(super) requests: Resources,
    /// Rules about nodes, the heaviest wish among them.
    pub(super) requirements: Requirements,
    /// Rules about nodes without wishes.
    pub(super) strict: Requirements,
    pub(super) wishes: Wishes<'a>,
    /// All rules are about labels that are known beforehand: what does not agree once never will.
    pub(super) known: bool,
}

impl Shape<'_> {
    pub(super) fn bears(&self, taints: &[Taint]) -> bool {
        bears(&self.wishes.tolerations, taints)
    }
}

pub(super) fn bears(tolerations: &[Toleration], taints: &[Taint]) -> bool {
    taints.iter().all(|taint| tolerations.iter().any(|toleration| toleration.bears(taint)))
}

/// What of a template is not given up yet.
#[derive(Clone)]
pub(super) struct Wishes<'a> {
    /// Alternatives of which one must hold; Karpenter tries the first alone.
    pub(super) terms: &'a [Vec<Expression>],
    /// The heaviest first.
    preferred: Vec<&'a [Expression]>,
    /// Required ones, which are never given up.
    apart: Vec<&'a AntiAffinity>,
    /// The heaviest first.
    rather_apart: Vec<&'a AntiAffinity>,
    pub(super) spreads: Vec<&'a Spread>,
    pub(super) tolerations: Vec<Toleration>,
}

impl<'a> Wishes<'a> {
    fn new(of: &'a Template, ignored: bool) -> Self {
        let (mut rather_apart, apart): (Vec<_>, Vec<_>) =
            of.anti_affinity.iter().partition(|term| term.weight.is_some());
        rather_apart.sort_by_key(|term| -term.weight.unwrap_or_default());
        let mut preferred: Vec<_> = of.preferred_nodes.iter().collect();
        preferred.sort_by_key(|(weight, _)| -weight);
        let mut wishes = Self {
            terms: &of.node_terms,
            preferred: preferred.into_iter().map(|(_, rules)| rules.as_slice()).collect(),
            apart,
            rather_apart,
            spreads: of.spreads.iter().collect(),
            tolerations: of.tolerations.clone(),
        };
        if ignored {
            wishes.preferred.clear();
            wishes.rather_apart.clear();
            wishes.spreads.retain(|spread| spread.hard);
        }
        wishes
    }

    /// Gives up one wish, in Karpenter's order; none is left where it says so.
    fn relax(&self, tolerable: bool) -> Option<Self> {
        let mut less = self.clone();
        let wish = Toleration { key: None, value: None, effect: Some(Effect::PreferNoSchedule), seconds: None };
        if less.terms.len() > 1 {
            less.terms = &less.terms[1..];
        } else if !less.rather_apart.is_empty() {
            less.rather_apart.remove(0);
        } else if !less.preferred.is_empty() {
            less.preferred.remove(0);
        } else if let Some(soft) = less.spreads.iter().position(|spread| !spread.hard) {
            less.spreads.swap_remove(soft);
        } else if tolerable && !less.tolerations.contains(&wish) {
            less.tolerations.push(wish);
        } else {
            return None;
        }
        Some(less)
    }

    pub(super) fn apart(&self) -> impl Iterator<Item = &'a AntiAffinity> {
        self.apart.iter().chain(&self.rather_apart).copied()
    }
}

/// Shapes of all templates, made as they are needed.
pub(super) struct Shapes<'a> {
    ignored: bool,
    /// Some pool has a taint that pods would rather not bear.
    tolerable: bool,
    templates: Vec<&'a Template>,
    numbers: HashMap<*const Template, usize>,
    /// Of each template, by how much was given up, the shape's number.
    chains: Vec<Vec<usize>>,
    made: Vec<Shape<'a>>,
}

impl<'a> Shapes<'a> {
    pub(super) fn new(view: View<'a>) -> Self {
        let mut taints = view.pools.iter().flat_map(|pool| &pool.taints);
        Self {
            ignored: view.settings.ignores_preferences,
            tolerable: taints.any(|taint| taint.effect == Effect::PreferNoSchedule),
            templates: Vec::new(),
            numbers: HashMap::new(),
            chains: Vec::new(),
            made: Vec::new(),
        }
    }

    pub(super) fn template(&mut self, of: &'a Arc<Template>) -> usize {
        *self.numbers.entry(Arc::as_ptr(of)).or_insert_with(|| {
            self.templates.push(of);
            self.chains.push(Vec::new());
            self.templates.len() - 1
        })
    }

    /// The shape of a template with so many wishes given up, unless it has no more of them.
    pub(super) fn shape(&mut self, template: usize, given_up: usize) -> Option<&Shape<'a>> {
        while self.chains[template].len() <= given_up {
            let of = self.templates[template];
            let wishes = match self.chains[template].last() {
                None => Wishes::new(of, self.ignored),
                Some(last) => self.made[*last].wishes.relax(self.tolerable)?,
            };
            let number = self.made.len();
            self.made.push(Shape::new(number, template, of, wishes));
            self.chains[template].push(number);
        }
        Some(&self.made[self.chains[template][given_up]])
    }
}

impl<'a> Shape<'a> {
    fn new(number: usize, template: usize, of: &'a Template, wishes: Wishes<'a>) -> Self {
        let strict = Requirements::of(wishes.terms.first().into_iter().flatten());
        let mut requirements = strict.clone();
        requirements.add_all(&Requirements::of(wishes.preferred.first().copied().into_iter().flatten()));
        let known = requirements.iter().all(|(key, _)| well_known(key));
        Self { number, template, of, requests: of.requests, requirements, strict, wishes, known }
    }
}
