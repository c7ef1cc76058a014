//! Managed add-ons, and what they are told.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value as Json};
use synth_bindings::aws_eks_addon;
use synth_framework::Expression;

use super::Declared;
use crate::Platform;

/// A managed add-on.
pub(crate) fn addon<'a>(platform: &'a Platform, name: &str) -> Option<Declared<'a, aws_eks_addon::Handle>> {
    let mut addons = platform.resources::<aws_eks_addon::Handle>();
    addons.find(|addon| addon.text(|of| of.addon_name()).as_deref() == Some(name))
}

/// The configuration of add-ons, as far as somebody here asks for it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Configuration {
    /// Of the VPC CNI: whether it enforces network policies, as a text.
    pub(crate) enable_network_policy: String,
    /// Of the service proxy: how it reaches pods; `iptables` where it is left open.
    pub(crate) mode: String,
    /// Of the VPC CNI: the variables of its containers.
    pub(crate) env: BTreeMap<String, String>,
    /// Of the name servers.
    pub(crate) auto_scaling: AutoScaling,
    /// Of the driver of volumes.
    pub(crate) node: Node,
    /// Of all: which nodes its pods select.
    pub(crate) node_selector: BTreeMap<String, String>,
    /// Of the driver of volumes: its controller.
    pub(crate) controller: Controller,
}

/// How many name servers there are.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct AutoScaling {
    pub(crate) min_replicas: Option<u64>,
    pub(crate) max_replicas: Option<u64>,
}

/// The part of a driver on every node.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Node {
    pub(crate) volume_attach_limit: Option<u64>,
}

/// The part of a driver that runs in a few pods.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Controller {
    pub(crate) node_selector: BTreeMap<String, String>,
}

/// The configuration of a managed add-on, as far as it is known before Terraform runs.
pub(crate) fn addon_configuration(platform: &Platform, name: &str) -> Option<Configuration> {
    let written = match addon(platform, name)?.get(|of| of.configuration_values()) {
        Some(Expression::Call("jsonencode", arguments)) => arguments.first().map_or(Json::Null, json),
        Some(literal) => literal.as_str().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default(),
        None => Json::Null,
    };
    Some(Configuration::deserialize(written).unwrap_or_default())
}

fn json(expression: &Expression) -> Json {
    match expression {
        Expression::Bool(value) => (*value).into(),
        Expression::Integer(number) => (*number).into(),
        Expression::String(text) => text.as_ref().into(),
        Expression::List(items) => items.iter().map(json).collect(),
        Expression::Object(entries) => {
            let entries = entries.iter().filter_map(|(key, value)| Some((key.as_str()?.to_owned(), json(value))));
            Json::Object(entries.collect::<Map<_, _>>())
        }
        _ => Json::Null,
    }
}
