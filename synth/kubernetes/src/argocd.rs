//! Argo CD's Application and `AppProject`.
#![expect(missing_docs, reason = "fields are Argo CD's, which documents them")]

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::CustomSpec;

/// The only cluster that is synced to: Argo CD's own.
const IN_CLUSTER: &str = "https://kubernetes.default.svc";

/// The spec of an Application: a source, a destination, and how the one is synced to the other.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ApplicationSpec {
    pub project: String,
    pub source: Source,
    pub destination: Destination,
    pub sync_policy: SyncPolicy,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ignore_differences: Vec<IgnoredDifference>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision_history_limit: Option<u32>,
}

impl CustomSpec for ApplicationSpec {
    const API_VERSION: &'static str = "argoproj.io/v1alpha1";
    const KIND: &'static str = "Application";
}

/// A folder of plain manifests, which has a path, or a chart with values, which has a name.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Source {
    #[serde(rename = "repoURL")]
    pub repo_url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chart: Option<String>,
    pub target_revision: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub directory: Option<Directory>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub helm: Option<Helm>,
}

/// How a folder is read.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct Directory {
    pub recurse: bool,
}

/// How a chart is rendered.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Helm {
    pub release_name: String,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub skip_crds: bool,
    pub skip_tests: bool,
    #[serde(skip_serializing_if = "says_nothing")]
    pub values_object: Json,
}

fn says_nothing(values: &Json) -> bool {
    values.as_object().is_none_or(serde_json::Map::is_empty)
}

/// Where objects go.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(default)]
pub struct Destination {
    pub server: String,
    pub namespace: String,
}

impl Destination {
    /// A namespace of Argo CD's own cluster.
    pub fn in_cluster(namespace: impl Into<String>) -> Self {
        Self { server: IN_CLUSTER.to_owned(), namespace: namespace.into() }
    }
}

/// When and how a sync happens.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct SyncPolicy {
    pub automated: Automated,
    pub sync_options: Vec<String>,
    pub retry: Retry,
}

/// The permissions of a sync that nobody asks for.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Automated {
    pub prune: bool,
    pub self_heal: bool,
}

/// How often a sync that failed is tried again.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct Retry {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Whether a retry takes what Git says by then, and not the commit that failed.
    pub refresh: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backoff: Option<Backoff>,
}

/// The pace of retries.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Backoff {
    pub duration: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub factor: Option<u32>,
    pub max_duration: String,
}

/// A part of live objects that someone else owns.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct IgnoredDifference {
    /// Group of the kind; without it the rule matches nothing outside the core group.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub group: String,
    pub kind: String,
    pub name: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub json_pointers: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub jq_path_expressions: Vec<String>,
}

/// Which sources, destinations and kinds a project's Applications may have.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct AppProjectSpec {
    pub description: String,
    pub source_repos: Vec<String>,
    pub destinations: Vec<Destination>,
    pub cluster_resource_whitelist: Vec<GroupKind>,
    pub namespace_resource_whitelist: Vec<GroupKind>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub namespace_resource_blacklist: Vec<GroupKind>,
}

impl CustomSpec for AppProjectSpec {
    const API_VERSION: &'static str = "argoproj.io/v1alpha1";
    const KIND: &'static str = "AppProject";
}

/// A kind of objects, without its version.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(default)]
pub struct GroupKind {
    pub group: String,
    pub kind: String,
}

impl GroupKind {
    /// The kind of this group and name.
    pub fn new(group: &str, kind: &str) -> Self {
        Self { group: group.to_owned(), kind: kind.to_owned() }
    }
}
