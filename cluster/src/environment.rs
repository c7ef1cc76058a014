//! All that an environment puts into its cluster, in the order in which Argo CD does, each with the line of Rust that wrote it.

use anyhow::{Context, Result, bail};
use serde_json::Value as Json;
use stacks::{Platform, manifests, settings::Settings};
use synth_framework::Location;
use synth_project::{Built, Layer, Project as _};

use crate::names::{name_of, text};

/// Kinds in the order in which Argo CD applies those of one wave; others come after them.
const ORDER: &[&str] = &[
    "Namespace",
    "NetworkPolicy",
    "ResourceQuota",
    "LimitRange",
    "PodDisruptionBudget",
    "Secret",
    "ConfigMap",
    "StorageClass",
    "CustomResourceDefinition",
    "ServiceAccount",
    "ClusterRole",
    "ClusterRoleBinding",
    "Role",
    "RoleBinding",
    "Service",
    "DaemonSet",
    "Deployment",
    "StatefulSet",
    "Job",
    "CronJob",
    "APIService",
];

/// Settings that no user edits.
const BASE: &str = include_str!("../../stacks/tests/fixtures/default.toml");
const FIXTURES: &[(&str, &str)] = &[
    ("staging", include_str!("../../stacks/tests/fixtures/staging.toml")),
    ("production", include_str!("../../stacks/tests/fixtures/production.toml")),
    ("small", include_str!("../../stacks/tests/fixtures/small.toml")),
    ("large", include_str!("../../stacks/tests/fixtures/large.toml")),
    ("working", include_str!("../../stacks/tests/fixtures/working.toml")),
    ("everything", include_str!("../../stacks/tests/fixtures/everything.toml")),
    ("asking", include_str!("../../stacks/tests/fixtures/asking.toml")),
    ("edge", include_str!("../../stacks/tests/fixtures/edge.toml")),
    ("named", include_str!("../../stacks/tests/fixtures/named.toml")),
    // Scaled by the autoscaler alone, which a control plane without KEDA has.
    ("by-use", include_str!("../../stacks/tests/fixtures/by-use.toml")),
];

/// An environment's objects.
#[derive(Clone, Debug)]
pub struct Environment {
    /// Its name.
    pub name: String,
    /// The settings that it was built from.
    pub settings: Settings,
    /// The root chart's objects first, which Helm installs, then everything else in Argo CD's order.
    pub items: Vec<Item>,
}

/// One object, and where it comes from.
#[derive(Clone, Debug)]
pub struct Item {
    /// The object.
    pub object: Json,
    /// Where in the Rust source it was declared.
    pub source: String,
    /// The Application that syncs it; the root chart's objects have none.
    pub application: Option<String>,
}

impl Environment {
    /// An environment of the fixtures, `default` among them.
    pub fn fixture(name: &str) -> Result<Self> {
        let over = FIXTURES.iter().filter(|fixture| fixture.0 == name);
        let texts: Vec<_> = [("default", BASE)].into_iter().chain(over.copied()).collect();
        if name != "default" && texts.len() == 1 {
            bail!("there is no fixture `{name}`");
        }
        let layer = |(path, text): (&str, &str)| Layer { path: format!("{path}.toml"), text: text.to_owned() };
        Self::of(name, &texts.into_iter().map(layer).collect::<Vec<_>>())
    }

    /// The environment `by-use` of the fixtures, with settings laid over it.
    pub fn fixture_with(over: &str) -> Result<Self> {
        let by_use = FIXTURES.iter().filter(|fixture| fixture.0 == "by-use");
        let texts = [("default", BASE)].into_iter().chain(by_use.copied()).chain([("over", over)]);
        let layer = |(path, text): (&str, &str)| Layer { path: format!("{path}.toml"), text: text.to_owned() };
        Self::of("default", &texts.map(layer).collect::<Vec<_>>())
    }

    /// An environment of these layers of settings.
    pub fn of(name: &str, layers: &[Layer]) -> Result<Self> {
        let settings = Settings::parse(name, layers).with_context(|| format!("the settings of `{name}`"))?;
        let mut items = root_chart(&settings)?;
        let built = manifests::build(&settings).with_context(|| format!("the manifests of `{name}`"))?;
        let synced: Vec<_> = built
            .objects()
            .iter()
            .map(|manifest| Item {
                object: manifest.object().clone(),
                source: source(manifest.location),
                application: Some(manifest.path.split_once('/').map_or("root", |(folder, _)| folder).to_owned()),
            })
            .collect();
        let waves: Vec<_> = synced.iter().map(|item| (item.application().to_owned(), wave(&item.object))).collect();
        // The root's own objects carry the waves of the Applications, and so of all that these sync.
        let of_application = |name: &str| {
            let found = synced.iter().zip(&waves).find(|(item, _)| {
                item.application() == "root"
                    && text(&item.object, "/kind") == "Application"
                    && name_of(&item.object) == name
            });
            found.map_or(0, |(_, (_, wave))| *wave)
        };
        let rank = |item: &Item| {
            let application = item.application();
            let outer = if application == "root" { wave(&item.object) } else { of_application(application) };
            (outer, application != "root", application.to_owned(), wave(&item.object), order(&item.object))
        };
        let mut ranks: Vec<_> = synced.iter().map(rank).zip(0..).collect();
        ranks.sort();
        let order: Vec<usize> = ranks.into_iter().map(|(_, index)| index).collect();
        items.extend(order.into_iter().map(|index| synced[index].clone()));
        Ok(Self { name: name.to_owned(), settings, items })
    }

    /// The one object of a kind and a name.
    pub fn object(&self, kind: &str, name: &str) -> Result<&Json> {
        let mut all = self.items.iter().map(|item| &item.object);
        let found = all.find(|object| text(object, "/kind") == kind && name_of(object) == name);
        found.with_context(|| format!("`{}` has no {kind} `{name}`", self.name))
    }

    /// The names of the Deployments of a namespace: the services.
    pub fn services(&self) -> impl Iterator<Item = &str> {
        self.items.iter().map(|item| &item.object).filter(|object| text(object, "/kind") == "Deployment").map(name_of)
    }
}

impl Item {
    /// The Application that syncs it, or `helm`.
    pub fn application(&self) -> &str {
        self.application.as_deref().unwrap_or("helm")
    }
}

/// A place in the repository; the compiler names files of another workspace by their whole path.
fn source(location: Location) -> String {
    let file = location.file();
    let at = file.find("stacks/src").unwrap_or_default();
    format!("{}:{}", &file[at..], location.line())
}

/// The root chart's template prints its values' objects as they are.
fn root_chart(settings: &Settings) -> Result<Vec<Item>> {
    let part = Platform::part("add-ons").context("there is no part `add-ons`")?;
    let Built::Stack(stack) = part.build(settings)? else { bail!("`add-ons` is no stack") };
    let files = stack.files();
    let values =
        files.iter().find(|file| file.path == "root-values.json").context("`add-ons` has no `root-values.json`")?;
    let values: Json = serde_json::from_str(&values.text)?;
    let objects = values.get("objects").and_then(Json::as_array).context("the root chart has no objects")?;
    let item = |object: &Json| Item {
        object: object.clone(),
        source: "stacks/src/add_ons/chart.rs".to_owned(),
        application: None,
    };
    Ok(objects.iter().map(item).collect())
}

fn wave(object: &Json) -> i64 {
    let annotations = object.pointer("/metadata/annotations/argocd.argoproj.io~1sync-wave");
    annotations.and_then(Json::as_str).and_then(|wave| wave.parse().ok()).unwrap_or_default()
}

fn order(object: &Json) -> usize {
    ORDER.iter().position(|kind| *kind == text(object, "/kind")).unwrap_or(ORDER.len())
}

#[cfg(test)]
mod tests {
    use super::Environment;
    use crate::title;

    #[test]
    fn projects_come_before_applications_and_these_before_what_they_sync() {
        let environment = Environment::fixture("default").unwrap();
        let titles: Vec<_> = environment.items.iter().map(|item| title(&item.object)).collect();
        let at = |name: &str| titles.iter().position(|title| title == name).unwrap_or_else(|| panic!("no {name}"));
        assert!(at("AppProject argocd/platform") < at("Application argocd/platform"));
        assert!(at("Application argocd/platform") < at("Namespace services"));
        assert!(at("Namespace services") < at("LimitRange services/services"));
        assert!(at("Namespace services") < at("Application argocd/cors-proxy-server"));
        assert!(at("Service services/cors-proxy-server") < at("Deployment services/cors-proxy-server"));
    }

    #[test]
    fn every_object_says_where_it_was_declared() {
        let environment = Environment::fixture("default").unwrap();
        for item in &environment.items {
            assert!(item.source.starts_with("stacks/src/"), "{} is of {}", title(&item.object), item.source);
        }
    }
}
