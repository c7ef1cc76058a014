//! Argo CD's Application and `AppProject`.

use serde::Serialize;
use serde_json::Value as Json;

use crate::manifests::kubernetes::CustomSpec;

/// The only cluster that is synced to: Argo CD's own.
pub(crate) const IN_CLUSTER: &str = "https://kubernetes.default.svc";

/// What is synced from where to where.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ApplicationSpec {
    pub(crate) project: &'static str,
    pub(crate) source: Source,
    pub(crate) destination: Destination,
    pub(crate) sync_policy: SyncPolicy,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) ignore_differences: Vec<IgnoredDifference>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) revision_history_limit: Option<u32>,
}

impl CustomSpec for ApplicationSpec {
    const API_VERSION: &'static str = "argoproj.io/v1alpha1";
    const KIND: &'static str = "Application";
}

/// A folder of plain manifests, or a chart with values.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
pub(crate) enum Source {
    Folder {
        #[serde(rename = "repoURL")]
        repo_url: String,
        target_revision: String,
        path: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        directory: Option<Directory>,
    },
    Chart {
        #[serde(rename = "repoURL")]
        repo_url: String,
        chart: &'static str,
        target_revision: String,
        helm: Helm,
    },
}

/// How a folder is read.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Directory {
    pub(crate) recurse: bool,
}

impl Source {
    /// The repository that it is read from.
    pub(crate) fn repo_url(&self) -> &str {
        match self {
            Self::Folder { repo_url, .. } | Self::Chart { repo_url, .. } => repo_url,
        }
    }
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Helm {
    pub(crate) release_name: &'static str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) skip_crds: bool,
    pub(crate) skip_tests: bool,
    #[serde(skip_serializing_if = "is_empty_object")]
    pub(crate) values_object: Json,
}

fn is_empty_object(value: &Json) -> bool {
    value.as_object().is_some_and(serde_json::Map::is_empty)
}

#[derive(Clone, Debug, Serialize, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Destination {
    pub(crate) server: &'static str,
    pub(crate) namespace: String,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SyncPolicy {
    pub(crate) automated: Automated,
    pub(crate) sync_options: Vec<&'static str>,
    pub(crate) retry: Retry,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Automated {
    pub(crate) prune: bool,
    pub(crate) self_heal: bool,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Retry {
    pub(crate) limit: u32,
    /// Whether a retry takes what Git says by then, and not the commit that failed.
    pub(crate) refresh: bool,
    pub(crate) backoff: Backoff,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Backoff {
    pub(crate) duration: &'static str,
    pub(crate) factor: u32,
    pub(crate) max_duration: &'static str,
}

/// A part of live objects that someone else owns.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IgnoredDifference {
    /// Group of the kind; without it the rule matches nothing outside the core group.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(crate) group: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) name: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) json_pointers: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) jq_path_expressions: Vec<&'static str>,
}

/// Which sources, destinations and kinds a project's Applications may have.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AppProjectSpec {
    pub(crate) description: &'static str,
    pub(crate) source_repos: Vec<String>,
    pub(crate) destinations: Vec<Destination>,
    pub(crate) cluster_resource_whitelist: Vec<GroupKind>,
    pub(crate) namespace_resource_whitelist: Vec<GroupKind>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) namespace_resource_blacklist: Vec<GroupKind>,
}

impl CustomSpec for AppProjectSpec {
    const API_VERSION: &'static str = "argoproj.io/v1alpha1";
    const KIND: &'static str = "AppProject";
}

#[derive(Clone, Copy, Debug, Serialize, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct GroupKind {
    pub(crate) group: &'static str,
    pub(crate) kind: &'static str,
}
