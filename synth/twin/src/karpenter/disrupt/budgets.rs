//! How many nodes of a pool may go now.

use crate::{
    karpenter::{
        Reason,
        disrupt::{Sight, cron},
    },
    pods::Node,
};

/// Of each pool, how many nodes may go for this reason: the least of its active budgets, less those that go already or are not ready.
pub fn allowed(sight: Sight<'_>, reason: Reason) -> Vec<i64> {
    let view = sight.view;
    let (mut all, mut going) = (vec![0; view.pools.len()], vec![0; view.pools.len()]);
    for (id, node) in view.nodes_there() {
        let (Some(pool), memory) = (node.pool, &sight.memories[id.0]) else { continue };
        // An instance that is being shut down counts no more.
        if memory.initialized.is_none() || memory.terminating {
            continue;
        }
        all[pool.0] += 1;
        if memory.leaves(node) || !ready(node) {
            going[pool.0] += 1;
        }
    }
    let pools = view.pools.iter().zip(all.into_iter().zip(going));
    pools
        .map(|(pool, (all, going))| {
            let now = view.now.0 + sight.clock.epoch;
            let of = pool.budgets.iter().filter(|budget| budget.reasons.is_empty() || budget.reasons.contains(&reason));
            let least = of.filter_map(|budget| {
                let active = budget
                    .window
                    .as_ref()
                    .is_none_or(|(schedule, span)| cron::active(schedule, span.0, now).unwrap_or(true));
                active.then(|| budget.nodes.up(all))
            });
            (least.min().unwrap_or(i64::from(i32::MAX)) - going).max(0)
        })
        .collect()
}

/// Taints say whether a node answers.
fn ready(node: &Node) -> bool {
    let unready = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];
    !node.taints.iter().any(|taint| unready.contains(&taint.key.as_str()))
}
