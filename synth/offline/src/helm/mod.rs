//! Facts of Helm beyond the schema: the provider's defaults, local charts, and how a release looks.

mod chart;

use std::{
    path::{Path as File, PathBuf},
    sync::Arc,
};

use anyhow::Result;

use self::chart::Chart;
use crate::{
    cloud::{Change, Cloud},
    problem::Problem,
    server::Provider,
    value::{Mapping, Path, Value},
};

/// The provider's source address.
const ADDRESS: &str = "registry.terraform.io/hashicorp/helm";
/// The schemas that the bindings are made from.
const SCHEMAS: &str = include_str!("../../../codegen/schemas/helm.json");

/// The provider's own defaults, which it says at plan. From `helm_release` of version 3.1.
const DEFAULTS: &[(&str, &str)] = &[
    ("atomic", "false"),
    ("cleanup_on_fail", "false"),
    ("create_namespace", "false"),
    ("dependency_update", "false"),
    ("disable_crd_hooks", "false"),
    ("disable_openapi_validation", "false"),
    ("disable_webhooks", "false"),
    ("force_update", "false"),
    ("lint", "false"),
    ("max_history", "0"),
    ("namespace", "\"default\""),
    ("pass_credentials", "false"),
    ("recreate_pods", "false"),
    ("render_subchart_notes", "true"),
    ("replace", "false"),
    ("reset_values", "false"),
    ("reuse_values", "false"),
    ("skip_crds", "false"),
    ("take_ownership", "false"),
    ("timeout", "300"),
    ("upgrade_install", "false"),
    ("verify", "false"),
    ("wait", "true"),
    ("wait_for_jobs", "false"),
];

/// Attributes that stay absent where they are not given: the provider makes the manifest only under an experiment.
const ABSENT: &[&str] = &["description", "devel", "manifest", "resources", "values"];

/// How what a release computes looks: path and template.
const TEMPLATES: &[(&str, &str)] = &[
    ("id", "{name}"),
    ("metadata.app_version", "{version}"),
    ("metadata.chart", "{chart|last}"),
    ("metadata.first_deployed", "1735689600"),
    ("metadata.last_deployed", "1735689600"),
    ("metadata.name", "{name}"),
    ("metadata.namespace", "{namespace}"),
    ("metadata.notes", ""),
    ("metadata.revision", "{next}"),
    ("metadata.values", "null"),
    ("metadata.version", "{version}"),
    ("status", "deployed"),
    ("version", "1.0.0"),
];

/// The attributes whose change replaces a release.
const REPLACEMENTS: &[&str] = &["name", "namespace"];

/// Asks a cluster, by the address of its API and the certificate of its authority, and says why it does not answer.
type Ask = dyn Fn(&str, &str) -> Result<(), String> + Send + Sync;

impl Provider {
    /// Helm, with the resources that have bindings. Charts without an absolute path are looked for from this folder,
    /// which is the one that Terraform runs in.
    pub fn helm(folder: &File) -> Result<Self> {
        Self::helm_that_asks(folder, |_, _| Ok(()))
    }

    /// Helm that asks its cluster before it reads, plans or applies a release, as the real one does. Where the address is
    /// not known yet, there is nobody to ask.
    pub fn helm_that_asks(
        folder: &File,
        ask: impl Fn(&str, &str) -> Result<(), String> + Send + Sync + 'static,
    ) -> Result<Self> {
        let (folder, ask): (_, Arc<Ask>) = (folder.to_owned(), Arc::new(ask));
        let configure = move |config: &Value| {
            let cluster = config.member("kubernetes");
            let text = |name| cluster.member(name).as_text().map(str::to_owned);
            let host = text("host");
            let authority = text("cluster_ca_certificate").unwrap_or_default();
            Ok(Box::new(Helm { folder: folder.clone(), host, authority, ask: Arc::clone(&ask) }) as Box<dyn Cloud>)
        };
        Self::new(ADDRESS, SCHEMAS, Box::new(configure))
    }
}

/// A cluster that takes every release, if it answers.
struct Helm {
    folder: PathBuf,
    host: Option<String>,
    authority: String,
    ask: Arc<Ask>,
}

impl Cloud for Helm {
    fn reach(&self) -> Result<(), Problem> {
        let Some(host) = &self.host else { return Ok(()) };
        (self.ask)(host, &self.authority).map_err(|why| {
            Problem::of_all("Kubernetes cluster unreachable", format!("`{host}` does not answer: {why}."))
        })
    }

    fn replaces(&self, _kind: &str, path: &str, _planned: &Mapping) -> bool {
        REPLACEMENTS.contains(&path)
    }

    fn recomputes(&self, _kind: &str, path: &str, _changed: &[String], _planned: &Mapping) -> bool {
        path == "metadata"
    }

    fn plan(&self, change: &Change<'_>, planned: &mut Mapping) -> Result<(), Problem> {
        let given = |name: &str| change.config.get(name).filter(|value| !value.is_null());
        for (name, default) in DEFAULTS.iter().filter(|(name, _)| given(name).is_none()) {
            let default = serde_json::from_str(default).expect("the table holds JSON");
            planned.insert((*name).to_owned(), Value::from_json(default));
        }
        for name in ABSENT.iter().filter(|name| given(name).is_none()) {
            planned.insert((*name).to_owned(), Value::Null);
        }
        if let Some(Value::String(chart)) = given("chart")
            && given("repository").is_none()
            && let Some(chart) = Chart::local(&self.folder.join(chart))?
            && given("version").is_none()
        {
            planned.insert("version".to_owned(), chart.version.into());
        }
        Ok(())
    }

    fn check(&self, _kind: &str, config: &Mapping) -> Vec<Problem> {
        let local = |chart: &str| chart.starts_with("./") || chart.starts_with("../") || File::new(chart).is_absolute();
        match config.get("chart").and_then(Value::as_text) {
            Some(chart) if local(chart) && !self.folder.join(chart).exists() => {
                vec![Problem::new(Path::of("chart"), "No such chart", format!("There is no chart at `{chart}`."))]
            }
            _ => Vec::new(),
        }
    }

    fn template(&self, _kind: &str, path: &str) -> Option<&str> {
        TEMPLATES.iter().find(|(at, _)| *at == path).map(|(_, template)| *template)
    }

    fn identity(&self, _kind: &str) -> &[&str] {
        &["name", "namespace"]
    }
}
