//! The local chart: templates that only quote and place what is decided here.

use serde::Serialize;
use serde_json::Value as Json;
use synth_framework::{Stack, Value};
use synth_kubernetes::{
    argocd::{
        AppProjectSpec, ApplicationSpec, Automated, Backoff, Destination, Directory, GroupKind, Retry, Source,
        SyncPolicy,
    },
    custom,
};

use super::{
    bounds, following,
    root::{ROOT_APPLICATION, ROOT_PROJECT, object},
};
use crate::settings::Settings;

/// The chart's directory inside the stack's.
pub(super) const DIRECTORY: &str = "charts/root";

/// The file of the chart's values.
pub(crate) const ROOT_VALUES: &str = "root-values.json";

/// The place of the root Application among the chart's objects.
pub(super) const APPLICATION: i64 = 1;

/// The chart's version, which the release names too.
pub(super) const VERSION: &str = "0.1.0";

const CHART: &str = "apiVersion: v2
name: root
description: The root Application of the platform, what bounds it, and the repository's credentials.
version: ";

const OBJECTS: &str = "{{- range .Values.objects }}
---
{{ toYaml . }}
{{- end }}
";

/// Each way to sign in has values of its own: those of a former way may still be there.
const CREDENTIALS: &str = r"{{- with get (.Values.credentials | default dict) .Values.repository.credentials }}
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

/// The chart's values but for the credentials, which arrive apart.
#[derive(Serialize)]
struct Values<'a> {
    objects: Vec<Json>,
    repository: Repository<'a>,
}

/// The repository, and which of the credentials are its.
#[derive(Serialize)]
struct Repository<'a> {
    url: &'a str,
    credentials: &'static str,
}

/// Writes the chart beside the stack, and returns its values.
pub(super) fn write(settings: &Settings, stack: &Stack) -> Value<String> {
    stack.asset(format!("{DIRECTORY}/Chart.yaml"), format!("{CHART}{VERSION}\n"));
    stack.asset(format!("{DIRECTORY}/templates/objects.yaml"), OBJECTS);
    stack.asset(format!("{DIRECTORY}/templates/credentials.yaml"), CREDENTIALS);
    let namespace = &settings.argocd.namespace;
    let mut objects = vec![
        object(&custom(ROOT_PROJECT, project(settings)).in_namespace(namespace)),
        object(&custom(ROOT_APPLICATION, application(settings)).in_namespace(namespace)),
    ];
    objects.extend(bounds::objects(settings));
    objects.extend(following::objects(settings));
    let values = Values {
        objects,
        repository: Repository {
            url: settings.repository.url.as_str(),
            credentials: settings.repository.credentials.as_str(),
        },
    };
    let values = serde_json::to_string_pretty(&values).expect("values are structs with texts as keys");
    stack.asset(ROOT_VALUES, values + "\n").content()
}

fn destination(settings: &Settings) -> Destination {
    Destination::in_cluster(&settings.argocd.namespace)
}

fn project(settings: &Settings) -> AppProjectSpec {
    AppProjectSpec {
        description: "The root Application alone: it makes Applications and projects in Argo CD's own namespace."
            .to_owned(),
        source_repos: vec![settings.repository.url.to_string()],
        destinations: vec![destination(settings)],
        namespace_resource_whitelist: ["Application", "AppProject"]
            .map(|kind| GroupKind::new("argoproj.io", kind))
            .into(),
        ..AppProjectSpec::default()
    }
}

fn application(settings: &Settings) -> ApplicationSpec {
    ApplicationSpec {
        project: ROOT_PROJECT.to_owned(),
        source: Source {
            repo_url: settings.repository.url.to_string(),
            target_revision: settings.repository.revision.clone(),
            path: Some(settings.manifests_path()),
            directory: Some(Directory { recurse: false }),
            ..Source::default()
        },
        destination: destination(settings),
        sync_policy: SyncPolicy {
            automated: Automated { prune: true, self_heal: true },
            sync_options: ["ServerSideApply=true", "RespectIgnoreDifferences=true"].map(str::to_owned).into(),
            retry: Retry {
                limit: Some(10),
                refresh: true,
                backoff: Some(Backoff { duration: "10s".to_owned(), factor: Some(2), max_duration: "5m".to_owned() }),
            },
        },
        ..ApplicationSpec::default()
    }
}
