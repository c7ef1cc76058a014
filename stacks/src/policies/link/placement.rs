//! Which nodes the system's pods select and tolerate.

use serde_json::Value as Json;
use synth_bindings::aws_eks_node_group;
use synth_framework::{Findings, Place};

use crate::{
    Platform,
    policies::view::{Declared, argocd_values, at, charts, items, text},
};

/// The charts whose pods belong on base nodes.
const SYSTEM: [&str; 3] = ["karpenter", "metrics-server", "aws-load-balancer-controller"];

pub(super) fn system_pods_on_base_nodes(platform: &Platform, findings: &mut Findings) {
    let groups: Vec<_> = platform.resources::<aws_eks_node_group::Handle>().collect();
    let mut judge = |values: &Json, place: &Place, who: &str| {
        for group in &groups {
            if let Some((message, mend)) = fault(values, group) {
                findings.report(place.clone(), format!("{who}{message}"), mend);
            }
        }
    };
    for chart in charts(platform).filter(|chart| SYSTEM.contains(&chart.name)) {
        judge(chart.values, &platform.place(chart.application), "");
    }
    if let Some((values, place)) = argocd_values(platform) {
        judge(at(&values, "/global"), &place, "");
        if at(&values, "/redis-ha/enabled") == true {
            judge(at(&values, "/redis-ha"), &place, "has a Redis that ");
        }
    }
}

/// What is wrong between the values of a chart and a node group.
fn fault(values: &Json, group: &Declared<'_, aws_eks_node_group::Handle>) -> Option<(String, &'static str)> {
    let address = group.place().subject;
    let label = |key: &str| group.get(|of| of.labels()).and_then(|labels| group.resolve(labels.entry(key)?));
    let selector: Vec<_> = at(values, "/nodeSelector")
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(key, _)| !key.starts_with("kubernetes.io/"))
        .map(|(key, value)| (key.as_str(), value.as_str().unwrap_or_default()))
        .collect();
    if selector.is_empty() {
        return Some((
            format!("selects any node, not those of {address}"),
            "select a label of the base nodes in `nodeSelector`",
        ));
    }
    if let Some((key, value)) = selector.iter().find(|(key, value)| label(key).as_deref() != Some(value)) {
        let message = format!("selects nodes by `{key}: {value}`, which {address} does not have");
        return Some((message, "select a label of the base nodes in `nodeSelector`"));
    }
    let tolerated = |key: &str, value: &str| {
        items(values, "/tolerations").iter().any(|toleration| {
            let exists = text(toleration, "/operator") == "Exists";
            let named = toleration.get("key").is_none_or(|of| of == key);
            named && (exists || text(toleration, "/value") == value)
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
