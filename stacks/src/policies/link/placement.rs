//! Which nodes the system's pods select and tolerate.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::Toleration;
use synth_bindings::aws_eks_node_group;
use synth_review::{Findings, Policy, Severity};

use crate::{Platform, view::Declared};

pub(super) const SYSTEM_PODS_ON_BASE_NODES: Policy<Platform> = Policy {
    code: "LINK018",
    name: "system-pods-on-base-nodes",
    severity: Severity::Error,
    explanation: "A controller that does not tolerate the base nodes' taint stays pending; one that does not select them \
                  may run on nodes that Karpenter takes away.",
    check: system_pods_on_base_nodes,
};

fn system_pods_on_base_nodes(platform: &Platform, findings: &mut Findings) {
    let groups: Vec<_> = platform.resources::<aws_eks_node_group::Handle>().collect();
    for known in platform.all_charts() {
        for (who, selector, tolerations) in known.chart.placements() {
            for (message, mend) in groups.iter().filter_map(|group| fault(selector, tolerations, group)) {
                findings.report(known.place.clone(), format!("{who}{message}"), mend);
            }
        }
    }
}

/// The fault in what pods select and tolerate, as far as a node group is concerned, and how to mend it.
fn fault(
    selector: &BTreeMap<String, String>,
    tolerations: &[Toleration],
    group: &Declared<'_, aws_eks_node_group::Handle>,
) -> Option<(String, &'static str)> {
    let address = group.place().subject;
    let label = |key: &str| group.get(|of| of.labels()).and_then(|labels| group.resolve(labels.entry(key)?));
    let selector: Vec<_> = selector.iter().filter(|(key, _)| !key.starts_with("kubernetes.io/")).collect();
    if selector.is_empty() {
        return Some((
            format!("may run on any node, not only on those of {address}"),
            "select a label of the base nodes in `nodeSelector`",
        ));
    }
    if let Some((key, value)) = selector.iter().find(|(key, value)| label(key).as_ref() != Some(value)) {
        let message = format!("selects nodes by `{key}: {value}`, which {address} does not have");
        return Some((message, "select a label of the base nodes in `nodeSelector`"));
    }
    let tolerated = |key: &str, value: &str| {
        tolerations.iter().any(|toleration| {
            let exists = toleration.operator.as_deref() == Some("Exists");
            let named = toleration.key.as_ref().is_none_or(|of| of == key);
            named && (exists || toleration.value.as_deref() == Some(value))
        })
    };
    group.blocks(|of| of.taint()).find_map(|taint| {
        let key = taint.text(|of| of.key()).unwrap_or_default();
        let value = taint.text(|of| of.value()).unwrap_or_default();
        (!tolerated(&key, &value)).then(|| {
            let message = format!("does not tolerate the taint `{key}={value}` of {address}");
            (message, "tolerate the taint of the base nodes in `tolerations`")
        })
    })
}
