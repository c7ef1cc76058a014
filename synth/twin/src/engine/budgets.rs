//! Pod disruption budgets: which pods each covers, and how many may go.

use super::{Engine, Happening, Kind, cluster::Cluster, event::Departure, world::Keeps};
use crate::{
    karpenter::{
        Share,
        disrupt::Limit,
        terminate::{EVICTION_RETRY, EVICTION_RETRY_MOST},
    },
    pods::{PodId, Template},
    scheduler,
    time::Span,
};

/// Evictions of one budget that are this close are in each other's way.
const CONFLICTS: Span = Span(50);

impl Cluster {
    /// The budgets that cover pods of a template.
    pub(super) fn covering(&self, template: &Template) -> Vec<usize> {
        let covers = |budget: &&super::world::PodBudget| {
            budget.namespace == template.namespace && budget.selector.iter().all(|rule| rule.holds(&template.labels))
        };
        let all = self.budgets.iter().enumerate();
        all.filter(|(_, budget)| covers(budget)).map(|(place, _)| place).collect()
    }

    /// Which budgets cover each pod is looked at anew.
    pub(super) fn cover_again(&mut self) {
        self.covers = self.pods.iter().map(|pod| self.covering(&pod.template)).collect();
    }

    /// What each budget leaves: the pods that are ready, less those that must be.
    pub(super) fn limits(&self) -> Vec<Limit> {
        if self.budgets.is_empty() {
            return Vec::new();
        }
        let mut healthy = vec![0_i64; self.budgets.len()];
        let mut count = vec![0_i64; self.budgets.len()];
        let mut expected = vec![0_i64; self.budgets.len()];
        for owner in &self.owners {
            for set in &owner.sets {
                for id in &set.pods {
                    let pod = &self.pods[id.0];
                    for budget in &self.covers[id.0] {
                        count[*budget] += 1;
                        healthy[*budget] += i64::from(pod.ready.is_some() && pod.deleting.is_none());
                    }
                }
            }
            // A budget asks the controller of its pods how many there shall be.
            if let Some(set) = owner.sets.last() {
                for budget in self.covering(&set.template) {
                    expected[budget] += i64::try_from(owner.replicas).unwrap_or(i64::MAX);
                }
            }
        }
        let budgets = self.budgets.iter().enumerate();
        budgets
            .map(|(place, budget)| {
                let all = expected[place];
                let desired = match budget.keeps {
                    Keeps::Available(share) => share.up(all),
                    Keeps::Unavailable(share) => (all - share.up(all)).max(0),
                };
                let expected =
                    if matches!(budget.keeps, Keeps::Available(Share::Number(_))) { count[place] } else { all };
                let allowed = if expected > 0 { (healthy[place] - desired).max(0) } else { 0 };
                let blocks_fully = matches!(
                    budget.keeps,
                    Keeps::Unavailable(Share::Number(0) | Share::Percent(0)) | Keeps::Available(Share::Percent(100))
                );
                Limit { allowed, blocks_fully }
            })
            .collect()
    }

    /// The budgets as the scheduler sees them.
    pub(super) fn scheduler_budgets(&self) -> Vec<scheduler::Budget> {
        let limits = self.limits();
        let budgets = self.budgets.iter().zip(limits);
        budgets
            .map(|(budget, limit)| scheduler::Budget {
                namespace: budget.namespace.clone(),
                selector: budget.selector.clone(),
                allowed: limit.allowed,
            })
            .collect()
    }
}

impl Engine {
    /// Asks for an eviction; as long as a budget forbids it, it is asked for again, ever later.
    pub(super) fn evict(&mut self, id: PodId, wait: Span) {
        let pod = &self.cluster.pods[id.0];
        if pod.deleting.is_some() || pod.gone.is_some() {
            return;
        }
        // A pod that is not ready may go where as many as must be are without it (`IfHealthyBudget`).
        let limits = self.cluster.limits();
        let ready = pod.ready.is_some();
        let covers = &self.cluster.covers[id.0];
        let healthy_enough = |budget: &usize| {
            let limit = limits[*budget];
            limit.allowed > 0 || (!ready && pod.node.is_none())
        };
        if covers.len() < 2 && covers.iter().all(healthy_enough) {
            self.evict_allowed(id, wait);
            return;
        }
        if wait == EVICTION_RETRY {
            self.log(Kind::EvictionRefused(id));
        }
        let longer = Span((wait.0 * 2).min(EVICTION_RETRY_MOST.0));
        self.after(wait, Happening::Evict(id, longer));
    }

    /// An eviction that its budget allows; another of the same budget at the same time makes the API server try again.
    fn evict_allowed(&mut self, id: PodId, wait: Span) {
        let now = self.now;
        let covers = self.cluster.covers[id.0].clone();
        let conflicts = covers.iter().any(|budget| self.evicted.get(budget).is_some_and(|at| now - *at < CONFLICTS));
        let tried = std::mem::replace(&mut self.cluster.about[id.0].conflicted, true);
        let node = self.cluster.pods[id.0].node.map(|(node, _)| node).filter(|_| !tried);
        let later =
            node.map_or(Span::ZERO, |node| self.paced(id, |pace, whose| pace.evict(whose, node, conflicts, now)));
        if later > Span::ZERO {
            self.after(later, Happening::Evict(id, wait));
            return;
        }
        self.evicted.extend(covers.into_iter().map(|budget| (budget, now)));
        self.delete_pod(id, Departure::Evicted, None);
    }
}
