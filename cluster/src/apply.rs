//! Applying as Argo CD does: by its account and field manager, on the server's side, strictly, with its own annotation.

use std::{collections::BTreeSet, fmt};

use anyhow::{Context, Result, bail};
use serde_json::{Value as Json, json};

use crate::{
    difference::differences,
    environment::{Environment, Item},
    names::{name_of, text, title},
    server::{Answer, Server, User},
    waiting::{eventually, within},
};

const APPLY: &str = "application/apply-patch+yaml";
const ACCOUNT: &str = "argocd-application-controller";

/// Argo CD's hand in a cluster.
#[derive(Clone)]
pub struct Argo {
    admin: Server,
    server: Server,
}

/// All that a server says against objects, each with its source.
#[derive(Debug, Default)]
pub struct Findings {
    /// One entry a finding.
    pub all: Vec<String>,
    /// The title of each object that was taken.
    pub taken: BTreeSet<String>,
}

impl Argo {
    /// Makes what the cluster stack's chart makes of Argo CD: its namespace, its account and the account's role.
    pub fn install(admin: &Server) -> Result<Self> {
        let account = json!({ "name": ACCOUNT, "namespace": "argocd" });
        let group = "rbac.authorization.k8s.io";
        let role = json!({ "apiGroup": group, "kind": "ClusterRole", "name": ACCOUNT });
        let subject = json!({ "kind": "ServiceAccount", "name": ACCOUNT, "namespace": "argocd" });
        let rules = json!([
            { "apiGroups": ["*"], "resources": ["*"], "verbs": ["*"] }, { "nonResourceURLs": ["*"], "verbs": ["*"] },
        ]);
        let version = format!("{group}/v1");
        for object in [
            json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "argocd" } }),
            json!({ "apiVersion": "v1", "kind": "ServiceAccount", "metadata": account }),
            json!({ "apiVersion": version, "kind": "ClusterRole", "metadata": { "name": ACCOUNT }, "rules": rules }),
            json!({
                "apiVersion": version, "kind": "ClusterRoleBinding", "metadata": { "name": ACCOUNT },
                "roleRef": role, "subjects": [subject],
            }),
        ] {
            let answer = apply(admin, &object, "helm", "")?;
            answer.object().map_err(anyhow::Error::msg).with_context(|| title(&object))?;
        }
        Ok(Self { admin: admin.clone(), server: admin.acting_as(User::service_account("argocd", ACCOUNT)) })
    }

    /// Applies definitions, and waits until their kinds are served.
    pub fn define(&self, definitions: &[Json]) -> Result<()> {
        define(&self.admin, definitions)
    }

    /// Applies one object, the root chart's as Helm would.
    pub fn apply(&self, item: &Item) -> Result<Answer> {
        match &item.application {
            Some(application) => apply(&self.server, &tracked(&item.object, application), "argocd-controller", ""),
            None => apply(&self.admin, &item.object, "helm", ""),
        }
    }

    /// Applies everything, and collects all that the server says against it.
    pub fn sync(&self, environment: &Environment) -> Findings {
        self.sync_of(&environment.items)
    }

    /// Applies these, and collects all that the server says against them.
    pub fn sync_of<'a>(&self, items: impl IntoIterator<Item = &'a Item>) -> Findings {
        let mut findings = Findings::default();
        for item in items {
            match self.apply(item) {
                Ok(answer) => findings.judge(item, &answer),
                Err(error) => findings.say(item, &format!("{error:#}")),
            }
        }
        findings
    }

    /// Applies everything that was taken once more, and returns what was written by that: nothing has changed.
    pub fn again(&self, environment: &Environment, taken: &BTreeSet<String>) -> Vec<String> {
        let mut written: Vec<String> = Vec::new();
        for item in environment.items.iter().filter(|item| taken.contains(&title(&item.object))) {
            // A controller may write the status between the two looks, but does so only a few times. After a first finding
            // others of its kind are not waited for as long.
            let patience = if written.is_empty() { 10 } else { 1 };
            let unchanged = within(patience, || {
                let path = self.admin.path(&item.object).map_err(|error| format!("{error:#}"))?;
                let before = self.admin.get(&path).map_err(|error| format!("{error:#}"))?.object()?;
                let after = self.apply(item).map_err(|error| format!("{error:#}"))?.object()?;
                let version = "/metadata/resourceVersion";
                if text(&before, version) == text(&after, version) {
                    Ok(())
                } else {
                    Err("is written again".to_owned())
                }
            });
            if let Err(reason) = unchanged {
                written.push(format!(
                    "{} by a second sync, {reason}\n  declared at {}",
                    title(&item.object),
                    item.source
                ));
            }
        }
        written
    }

    /// Is this what Argo CD would see as synced? Its own apply, dried, changes nothing of what is held.
    pub fn drift(&self, item: &Item) -> Result<Vec<String>> {
        let application = item.application.as_deref().unwrap_or_default();
        let object = tracked(&item.object, application);
        let held = self.server.get(&self.server.path(&object)?)?;
        let would = apply(&self.server, &object, "argocd-controller", "&dryRun=All")?;
        Ok(differences(&without_times(would.body), &without_times(held.body)))
    }
}

impl Findings {
    fn judge(&mut self, item: &Item, answer: &Answer) {
        if !answer.is_ok() {
            self.say(item, &format!("is refused ({}): {}", answer.status, answer.words()));
            return;
        }
        for warning in &answer.warnings {
            self.say(item, &format!("draws a warning: {warning}"));
        }
        for difference in differences(&item.object, &answer.body) {
            self.say(item, &format!("would be out of sync for ever: {difference}"));
        }
        self.taken.insert(title(&item.object));
    }

    fn say(&mut self, item: &Item, finding: &str) {
        self.all.push(format!("{} {finding}\n  declared at {}", title(&item.object), item.source));
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.all.join("\n"))
    }
}

fn define(admin: &Server, definitions: &[Json]) -> Result<()> {
    for definition in definitions {
        let answer = apply(admin, definition, "argocd-controller", "")?;
        answer.object().map_err(anyhow::Error::msg).with_context(|| title(definition))?;
    }
    for definition in definitions {
        let kind = text(definition, "/spec/names/kind");
        let version = format!("{}/{}", text(definition, "/spec/group"), text(definition, "/spec/versions/0/name"));
        let object = json!({ "apiVersion": version, "kind": kind, "metadata": { "name": "any" } });
        let served = eventually(30, || {
            let path = admin.collection(&object).map_err(|error| format!("{error:#}"))?;
            admin.list(&path).map(drop).map_err(|error| format!("{error:#}"))
        });
        if let Err(reason) = served {
            bail!("`{}` is not served {reason}", name_of(definition));
        }
    }
    Ok(())
}

/// Applies an object on the server's side.
pub(crate) fn apply(server: &Server, object: &Json, manager: &str, query: &str) -> Result<Answer> {
    let path = server.path(object)?;
    let query = format!("fieldManager={manager}&force=true&fieldValidation=Strict{query}");
    server.request("PATCH", &format!("{path}?{query}"), Some((APPLY, object)))
}

/// The object with the annotation by which Argo CD knows its own.
fn tracked(object: &Json, application: &str) -> Json {
    let (group, _) = text(object, "/apiVersion").split_once('/').unwrap_or_default();
    let (namespace, name) = (text(object, "/metadata/namespace"), name_of(object));
    let id = format!("{application}:{group}/{}:{namespace}/{name}", text(object, "/kind"));
    let mut object = object.clone();
    let metadata = object.get_mut("metadata").and_then(Json::as_object_mut);
    let annotations = metadata.map(|metadata| metadata.entry("annotations").or_insert_with(|| json!({})));
    if let Some(annotations) = annotations.and_then(Json::as_object_mut) {
        annotations.insert("argocd.argoproj.io/tracking-id".to_owned(), id.into());
    }
    object
}

fn without_times(mut object: Json) -> Json {
    if let Some(metadata) = object.get_mut("metadata").and_then(Json::as_object_mut) {
        metadata.remove("managedFields");
        metadata.remove("resourceVersion");
    }
    object
}
