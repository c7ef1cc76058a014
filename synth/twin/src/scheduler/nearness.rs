//! Scores that look at the pods which are there: soft spreads, and preferred anti-affinity.

use super::{
    MOST,
    cluster::Cluster,
    kinds::{Key, Kind},
    topology::counts,
};
use crate::pods::{HOSTNAME, NodeId, ZONE};

/// The spreads of pods that have none of their own, both soft: the label, and the skew (kube-scheduler's system defaults).
const SYSTEM: [(&str, i64); 2] = [(HOSTNAME, 3), (ZONE, 5)];

/// A soft spread.
struct Soft<'a> {
    /// Its place in the template; the system's have none, and count every node.
    place: Option<usize>,
    key: Key,
    is_host: bool,
    max_skew: i64,
    kinds: &'a [bool],
}

/// Scores `PodTopologySpread`.
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "as kube-scheduler reckons")]
pub(super) fn spread(cluster: &Cluster, kind: Kind, taking: &[NodeId]) -> Vec<i64> {
    let (softs, all_labels) = softs(cluster, kind);
    if softs.is_empty() {
        return vec![0; taking.len()];
    }
    let passed_over = |node: NodeId| all_labels && softs.iter().any(|soft| cluster.value(node, soft.key).is_none());
    let many = taking.iter().filter(|node| !passed_over(**node)).count();
    let mut sums = vec![0.0; taking.len()];
    for soft in &softs {
        let mut domains: Vec<Option<i64>> = vec![None; cluster.breadth(soft.key)];
        let values =
            taking.iter().filter(|node| !passed_over(**node)).filter_map(|node| cluster.value(*node, soft.key));
        values.for_each(|value| domains[value] = Some(0));
        let count = |node: NodeId| -> i64 {
            let crowd = cluster.rooms[node.0].crowd.iter();
            crowd.filter(|crowd| soft.kinds[crowd.kind]).map(|crowd| crowd.standing).sum()
        };
        if !soft.is_host {
            let counted = cluster.order().iter().filter(|node| !passed_over(**node));
            for node in counted.filter(|node| soft.place.is_none_or(|place| counts(cluster, kind, place, **node))) {
                if let Some(domain) = cluster.value(*node, soft.key).and_then(|value| domains[value].as_mut()) {
                    *domain += count(*node);
                }
            }
        }
        // Where not all labels are asked for, nodes without this one are a domain of their own.
        let without = taking.iter().any(|node| !passed_over(*node) && cluster.value(*node, soft.key).is_none());
        let size = if soft.is_host { many } else { domains.iter().flatten().count() + usize::from(without) };
        let weight = ((size + 2) as f64).ln();
        for (sum, node) in sums.iter_mut().zip(taking) {
            if let Some(value) = cluster.value(*node, soft.key) {
                let count = if soft.is_host { count(*node) } else { domains[value].unwrap_or_default() };
                *sum += count as f64 * weight + (soft.max_skew - 1) as f64;
            }
        }
    }
    let scores: Vec<_> =
        sums.iter().zip(taking).map(|(sum, node)| (!passed_over(*node)).then_some(sum.round() as i64)).collect();
    let known = scores.iter().flatten().copied();
    let (least, most) = (known.clone().min().unwrap_or_default(), known.max().unwrap_or_default());
    let stretched = |score: Option<i64>| match score {
        None => 0,
        Some(_) if most == 0 => MOST,
        Some(score) => MOST * (most + least - score) / most,
    };
    scores.into_iter().map(stretched).collect()
}

/// The soft spreads of a kind, and whether nodes without all of their labels are passed over.
fn softs(cluster: &Cluster, kind: Kind) -> (Vec<Soft<'_>>, bool) {
    let entry = cluster.kinds.entry(kind);
    let template = &entry.template;
    if !template.spreads.is_empty() {
        let all = template.spreads.iter().zip(&entry.spreads).enumerate().filter(|(_, (spread, _))| !spread.hard);
        let soft = all.map(|(place, (spread, selects))| Soft {
            place: Some(place),
            key: selects.key,
            is_host: spread.key == HOSTNAME,
            max_skew: spread.max_skew,
            kinds: &selects.kinds,
        });
        return (soft.collect(), true);
    }
    // The defaults select as the pod's Services and its owner do; a pod of neither is not spread.
    if template.workload.is_empty() || template.daemon {
        return (Vec::new(), false);
    }
    let keys = cluster.kinds.keys();
    let system = SYSTEM.iter().filter_map(|(name, max_skew)| {
        let key = keys.iter().position(|key| key == name)?;
        Some(Soft { place: None, key, is_host: *name == HOSTNAME, max_skew: *max_skew, kinds: &entry.same })
    });
    (system.collect(), false)
}

/// Scores `InterPodAffinity`.
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "as kube-scheduler reckons")]
pub(super) fn pod_affinity(cluster: &Cluster, kind: Kind, taking: &[NodeId]) -> Vec<i64> {
    let mut domains: Vec<(Key, Vec<i64>)> = Vec::new();
    let mut dislike = |key: Key, node: NodeId, weight: i64| {
        let Some(value) = cluster.value(node, key) else { return };
        let known = domains.iter().position(|(known, _)| *known == key);
        let index = known.unwrap_or_else(|| {
            domains.push((key, vec![0; cluster.breadth(key)]));
            domains.len() - 1
        });
        domains[index].1[value] -= weight;
    };
    let own = cluster.kinds.entry(kind);
    for node in cluster.order() {
        for crowd in &cluster.rooms[node.0].crowd {
            let all = crowd.standing + crowd.leaving;
            for (rule, selects) in own.template.anti_affinity.iter().zip(&own.apart) {
                if let Some(weight) = rule.weight.filter(|_| selects.kinds[crowd.kind]) {
                    dislike(selects.key, *node, weight * all);
                }
            }
            let there = cluster.kinds.entry(crowd.kind);
            for (rule, selects) in there.template.anti_affinity.iter().zip(&there.apart) {
                if let Some(weight) = rule.weight.filter(|_| selects.kinds[kind]) {
                    dislike(selects.key, *node, weight * all);
                }
            }
        }
    }
    let of = |node: &NodeId| -> i64 {
        domains.iter().filter_map(|(key, domain)| cluster.value(*node, *key).map(|value| domain[value])).sum()
    };
    let sums: Vec<_> = taking.iter().map(of).collect();
    let (least, most) =
        (sums.iter().min().copied().unwrap_or_default(), sums.iter().max().copied().unwrap_or_default());
    let stretched = |sum: i64| {
        if most == least { 0 } else { (MOST as f64 * ((sum - least) as f64 / (most - least) as f64)) as i64 }
    };
    sums.into_iter().map(stretched).collect()
}
