//! Where pods may and would rather be, and beside whom.

use k8s_openapi::{
    api::core::v1::{NodeSelectorRequirement, NodeSelectorTerm, PodAffinityTerm, PodSpec, TopologySpreadConstraint},
    apimachinery::pkg::apis::meta::v1::LabelSelector,
};

use super::{Problems, same_values};
use crate::pods::{AntiAffinity, Expression, Labels, Operator, Spread};

/// `nodeSelector` and required node affinity together.
pub(super) fn node_terms(spec: &PodSpec, problems: &mut Problems) -> Vec<Vec<Expression>> {
    let selector = spec.node_selector.iter().flatten().map(|(key, value)| Expression {
        key: key.clone(),
        operator: Operator::In,
        values: vec![value.clone()],
    });
    let selector: Vec<_> = selector.collect();
    let affinity = spec.affinity.as_ref().and_then(|affinity| affinity.node_affinity.as_ref());
    let required = affinity.and_then(|node| node.required_during_scheduling_ignored_during_execution.as_ref());
    let Some(required) = required else {
        return if selector.is_empty() { Vec::new() } else { vec![selector] };
    };
    let terms = required.node_selector_terms.iter().map(|term| expressions(term, problems));
    let terms: Vec<_> = terms.collect();
    // A term without rules is for no node; without any other, none is left.
    let written = terms.into_iter().filter(|term| !term.is_empty());
    let all: Vec<_> = written.map(|term| [selector.clone(), term].concat()).collect();
    if all.is_empty() { vec![Vec::new()] } else { all }
}

/// Preferred node affinity; a term without rules prefers nothing.
pub(super) fn preferred_nodes(spec: &PodSpec, problems: &mut Problems) -> Vec<(i64, Vec<Expression>)> {
    let affinity = spec.affinity.as_ref().and_then(|affinity| affinity.node_affinity.as_ref());
    let preferred = affinity.and_then(|node| node.preferred_during_scheduling_ignored_during_execution.as_ref());
    let terms = preferred.into_iter().flatten();
    let terms = terms.map(|term| (i64::from(term.weight), expressions(&term.preference, problems)));
    terms.filter(|(_, term)| !term.is_empty()).collect()
}

fn expressions(term: &NodeSelectorTerm, problems: &mut Problems) -> Vec<Expression> {
    if term.match_fields.as_ref().is_some_and(|fields| !fields.is_empty()) {
        problems.push("`spec.affinity.nodeAffinity`: `matchFields` is not modelled".to_owned());
    }
    let read = |rule: &NodeSelectorRequirement| {
        let operator = operator(&rule.operator, true).or_else(|| {
            problems.push(format!("`spec.affinity.nodeAffinity`: there is no operator `{}`", rule.operator));
            None
        })?;
        Some(Expression { key: rule.key.clone(), operator, values: rule.values.clone().unwrap_or_default() })
    };
    term.match_expressions.iter().flatten().filter_map(read).collect()
}

/// `topologySpreadConstraints`, with the API server's defaults and the pod's own values of `matchLabelKeys`.
pub(super) fn spreads(spec: &PodSpec, labels: &Labels, problems: &mut Problems) -> Vec<Spread> {
    let mut read = |written: &TopologySpreadConstraint| {
        let mut choice = |field: &str, value: &str, [yes, no]: [&str; 2]| {
            if value != yes && value != no {
                problems
                    .push(format!("`spec.topologySpreadConstraints`: `{field}` is `{yes}` or `{no}`, not `{value}`"));
            }
            value == yes
        };
        let hard = choice("whenUnsatisfiable", &written.when_unsatisfiable, ["DoNotSchedule", "ScheduleAnyway"]);
        let policies = ["Honor", "Ignore"];
        let affinity = written.node_affinity_policy.as_deref().unwrap_or("Honor");
        let honors_affinity = choice("nodeAffinityPolicy", affinity, policies);
        let taints = written.node_taints_policy.as_deref().unwrap_or("Ignore");
        let honors_taints = choice("nodeTaintsPolicy", taints, policies);
        let mut selector = selector(written.label_selector.as_ref(), problems);
        selector.extend(same_values(written.match_label_keys.as_ref(), labels, Operator::In));
        Spread {
            key: written.topology_key.clone(),
            max_skew: i64::from(written.max_skew),
            min_domains: written.min_domains.map(i64::from),
            hard,
            selector,
            honors_affinity,
            honors_taints,
        }
    };
    spec.topology_spread_constraints.iter().flatten().map(&mut read).collect()
}

/// `podAntiAffinity`, required and preferred.
pub(super) fn anti_affinity(
    spec: &PodSpec,
    labels: &Labels,
    namespace: &str,
    problems: &mut Problems,
) -> Vec<AntiAffinity> {
    let affinity = spec.affinity.as_ref().and_then(|affinity| affinity.pod_anti_affinity.as_ref());
    let Some(affinity) = affinity else { return Vec::new() };
    let required = affinity.required_during_scheduling_ignored_during_execution.iter().flatten();
    let preferred = affinity.preferred_during_scheduling_ignored_during_execution.iter().flatten();
    let all = required
        .map(|term| (None, term))
        .chain(preferred.map(|term| (Some(i64::from(term.weight)), &term.pod_affinity_term)));
    let read = |(weight, term): (Option<i64>, &PodAffinityTerm)| {
        let elsewhere = term.namespaces.iter().flatten().any(|name| name != namespace);
        if elsewhere || term.namespace_selector.is_some() {
            problems.push("`spec.affinity.podAntiAffinity`: other namespaces are not modelled".to_owned());
        }
        let mut selector = selector(term.label_selector.as_ref(), problems);
        selector.extend(same_values(term.match_label_keys.as_ref(), labels, Operator::In));
        selector.extend(same_values(term.mismatch_label_keys.as_ref(), labels, Operator::NotIn));
        AntiAffinity { key: term.topology_key.clone(), selector, weight }
    };
    all.map(read).collect()
}

/// A selector's rules; one that is not written selects nothing, an empty one everything.
pub(crate) fn selector(written: Option<&LabelSelector>, problems: &mut Problems) -> Vec<Expression> {
    let Some(written) = written else {
        return vec![Expression { key: String::new(), operator: Operator::In, values: Vec::new() }];
    };
    let labels = written.match_labels.iter().flatten();
    let mut all: Vec<_> = labels
        .map(|(key, value)| Expression { key: key.clone(), operator: Operator::In, values: vec![value.clone()] })
        .collect();
    for rule in written.match_expressions.iter().flatten() {
        match operator(&rule.operator, false) {
            Some(operator) => {
                let values = rule.values.clone().unwrap_or_default();
                all.push(Expression { key: rule.key.clone(), operator, values });
            }
            None => problems.push(format!("a label selector has no operator `{}`", rule.operator)),
        }
    }
    all
}

fn operator(name: &str, compares: bool) -> Option<Operator> {
    // Karpenter alone knows those that hold at the bound.
    let known = Operator::named(name).filter(|of| !matches!(of, Operator::Gte | Operator::Lte))?;
    (compares || !known.compares()).then_some(known)
}
