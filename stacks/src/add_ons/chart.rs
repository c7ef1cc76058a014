//! The local chart: templates that only quote and place what is decided here.

use serde_json::{Value as Json, json};
use synth_framework::{Stack, Value};

use crate::settings::{Credentials, Settings};

/// The chart's directory inside the stack's.
pub(super) const DIRECTORY: &str = "charts/root";

/// The Application that syncs all others.
pub const ROOT_APPLICATION: &str = "root";

/// The place of the root Application among the chart's objects.
pub(super) const APPLICATION: i64 = 1;

/// The AppProject of the root Application alone: it may make Applications and projects, nothing else.
const ROOT_PROJECT: &str = "root";

const CHART: &str = "apiVersion: v2
name: root
description: The root Application of the platform, its AppProject and the repository's credentials.
version: 0.1.0
";

const OBJECTS: &str = "{{- range .Values.objects }}
---
{{ toYaml . }}
{{- end }}
";

const CREDENTIALS: &str = r"{{- with .Values.credentials }}
apiVersion: v1
kind: Secret
metadata:
  name: repository
  namespace: {{ $.Release.Namespace }}
  labels:
    argocd.argoproj.io/secret-type: repo-creds
stringData:
  type: git
  url: {{ $.Values.repository.url | quote }}
  {{- range $key, $value := . }}
  {{ $key }}: {{ $value | quote }}
  {{- end }}
{{- end }}
";

/// Writes the chart beside the stack, and returns its values.
pub(super) fn write(settings: &Settings, stack: &Stack) -> Value<String> {
    stack.asset(format!("{DIRECTORY}/Chart.yaml"), CHART);
    stack.asset(format!("{DIRECTORY}/templates/objects.yaml"), OBJECTS);
    stack.asset(format!("{DIRECTORY}/templates/credentials.yaml"), CREDENTIALS);
    let mut values = json!({ "objects": [project(settings), application(settings)] });
    if settings.repository.credentials != Credentials::None {
        values["repository"] = json!({ "url": settings.repository.url });
    }
    let values = serde_json::to_string_pretty(&values).expect("JSON values are always serializable");
    stack.asset("root-values.json", values + "\n").content()
}

fn project(settings: &Settings) -> Json {
    json!({
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "AppProject",
        "metadata": { "name": ROOT_PROJECT, "namespace": settings.argocd.namespace },
        "spec": {
            "description": "The root Application alone: it makes Applications and projects in Argo CD's own namespace.",
            "sourceRepos": [settings.repository.url],
            "destinations": [{ "server": IN_CLUSTER, "namespace": settings.argocd.namespace }],
            "clusterResourceWhitelist": [],
            "namespaceResourceWhitelist": [
                { "group": "argoproj.io", "kind": "Application" },
                { "group": "argoproj.io", "kind": "AppProject" },
            ],
        },
    })
}

const IN_CLUSTER: &str = "https://kubernetes.default.svc";

fn application(settings: &Settings) -> Json {
    json!({
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": { "name": ROOT_APPLICATION, "namespace": settings.argocd.namespace },
        "spec": {
            "project": ROOT_PROJECT,
            "source": {
                "repoURL": settings.repository.url,
                "targetRevision": settings.repository.revision,
                "path": settings.manifests_path(),
                "directory": { "recurse": false },
            },
            "destination": { "server": IN_CLUSTER, "namespace": settings.argocd.namespace },
            "syncPolicy": {
                "automated": { "prune": true, "selfHeal": true },
                "syncOptions": ["ServerSideApply=true", "RespectIgnoreDifferences=true"],
                "retry": { "limit": 10, "backoff": { "duration": "10s", "factor": 2, "maxDuration": "5m" } },
            },
        },
    })
}
