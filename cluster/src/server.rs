//! Asking an API server, and hearing all that it says: status, object and warnings.

use std::{
    collections::BTreeMap,
    fmt,
    path::Path,
    sync::{Arc, Mutex},
};

use anyhow::{Context, Result, bail};
use http::Request;
use http_body_util::BodyExt;
use kube::{
    Client, Config,
    client::Body,
    config::{KubeConfigOptions, Kubeconfig},
};
use serde_json::Value as Json;
use tokio::runtime::Runtime;

use crate::names::{name_of, text};

/// An API server, asked as one user.
#[derive(Clone)]
pub struct Server {
    runtime: Arc<Runtime>,
    client: Client,
    user: Option<User>,
    resources: Arc<Mutex<BTreeMap<(String, String), Resource>>>,
}

/// Somebody whom an administrator acts as.
#[derive(Clone, Debug)]
pub struct User {
    /// As certificates and tokens name them.
    pub name: String,
    /// Without `system:authenticated`, which the server adds.
    pub groups: Vec<String>,
}

/// The server's answer to one request.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status of HTTP.
    pub status: u16,
    /// The object, or the `Status` that says what is wrong.
    pub body: Json,
    /// Each `Warning` header.
    pub warnings: Vec<String>,
}

#[derive(Clone, Debug)]
struct Resource {
    plural: String,
    namespaced: bool,
}

impl User {
    /// A service account.
    pub fn service_account(namespace: &str, name: &str) -> Self {
        Self {
            name: format!("system:serviceaccount:{namespace}:{name}"),
            groups: vec!["system:serviceaccounts".to_owned(), format!("system:serviceaccounts:{namespace}")],
        }
    }

    /// A user of groups.
    pub fn of(name: &str, groups: &[&str]) -> Self {
        Self { name: name.to_owned(), groups: groups.iter().map(|&group| group.to_owned()).collect() }
    }
}

impl Answer {
    /// Was it done?
    pub fn is_ok(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The server's own words when it was not done.
    pub fn words(&self) -> &str {
        text(&self.body, "/message")
    }

    /// The object, or the server's words.
    pub fn object(self) -> Result<Json, String> {
        if self.is_ok() { Ok(self.body) } else { Err(self.to_string()) }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.status, self.words())?;
        // A budget says in its causes alone what it needs.
        let causes = self.body.pointer("/details/causes").and_then(Json::as_array);
        let said = causes.into_iter().flatten().map(|cause| text(cause, "/message"));
        said.filter(|said| !self.words().contains(said)).try_for_each(|said| write!(f, " {said}"))
    }
}

impl Server {
    /// The server of a kubeconfig.
    pub fn of(kubeconfig: &Path) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let client = runtime.block_on(async {
            let read = Kubeconfig::read_from(kubeconfig)?;
            let mut config = Config::from_custom_kubeconfig(read, &KubeConfigOptions::default()).await?;
            // A budget's refusal is an answer like any other (429).
            config.default_retry = false;
            anyhow::Ok(Client::try_from(config)?)
        });
        let client = client.with_context(|| format!("reading `{}`", kubeconfig.display()))?;
        Ok(Self { runtime: Arc::new(runtime), client, user: None, resources: Arc::default() })
    }

    /// The same server, asked as somebody else.
    #[must_use]
    pub fn acting_as(&self, user: User) -> Self {
        Self { user: Some(user), ..self.clone() }
    }

    /// Sends a request, its body of a media type.
    pub fn request(&self, method: &str, path: &str, body: Option<(&str, &Json)>) -> Result<Answer> {
        let body = match body {
            Some((media_type, body)) => Some((media_type, serde_json::to_vec(body)?)),
            None => None,
        };
        self.send(method, path, body)
    }

    fn send(&self, method: &str, path: &str, body: Option<(&str, Vec<u8>)>) -> Result<Answer> {
        let mut request = Request::builder().method(method).uri(path).header("Accept", "application/json");
        if let Some(user) = &self.user {
            request = request.header("Impersonate-User", &user.name);
            for group in &user.groups {
                request = request.header("Impersonate-Group", group);
            }
        }
        let request = match body {
            Some((media_type, body)) => request.header("Content-Type", media_type).body(Body::from(body)),
            None => request.body(Body::empty()),
        };
        self.runtime.block_on(async {
            let response = self.client.send(request?).await.with_context(|| format!("{method} {path}"))?;
            let status = response.status().as_u16();
            let warnings = response.headers().get_all("warning").iter();
            let warnings = warnings.map(|warning| warning_text(&String::from_utf8_lossy(warning.as_bytes()))).collect();
            let bytes = response.into_body().collect().await?.to_bytes();
            let body = serde_json::from_slice(&bytes).unwrap_or_else(|_| String::from_utf8_lossy(&bytes).into());
            Ok(Answer { status, body, warnings })
        })
    }

    /// Reads a path.
    pub fn get(&self, path: &str) -> Result<Answer> {
        self.request("GET", path, None)
    }

    /// The items of a list.
    pub fn list(&self, path: &str) -> Result<Vec<Json>> {
        let answer = self.get(path)?;
        match answer.body.get("items").and_then(Json::as_array) {
            Some(items) => Ok(items.clone()),
            None => bail!("GET {path}: {answer}"),
        }
    }

    /// Makes an object; `query` is as in `dryRun=All`.
    pub fn create(&self, object: &Json, query: &str) -> Result<Answer> {
        let path = self.collection(object)?;
        self.request("POST", &format!("{path}?fieldValidation=Strict&{query}"), Some(("application/json", object)))
    }

    /// Puts an object in the place of the one of its name.
    pub fn replace(&self, object: &Json, query: &str) -> Result<Answer> {
        let path = self.path(object)?;
        self.request("PUT", &format!("{path}?fieldValidation=Strict&{query}"), Some(("application/json", object)))
    }

    /// Merges a patch into what is at a path.
    pub fn patch(&self, path: &str, change: &Json) -> Result<Answer> {
        self.request("PATCH", path, Some(("application/merge-patch+json", change)))
    }

    /// Applies what is written in YAML, as whoever installs a program does.
    pub fn apply_yaml(&self, path: &str, text: &str) -> Result<Answer> {
        let path = format!("{path}?fieldManager=helm&force=true");
        self.send("PATCH", &path, Some(("application/apply-patch+yaml", text.as_bytes().to_vec())))
    }

    /// Deletes an object, at once.
    pub fn delete(&self, object: &Json) -> Result<Answer> {
        let path = self.path(object)?;
        self.request("DELETE", &format!("{path}?gracePeriodSeconds=0&propagationPolicy=Background"), None)
    }

    /// The path of an object.
    pub fn path(&self, object: &Json) -> Result<String> {
        Ok(format!("{}/{}", self.collection(object)?, name_of(object)))
    }

    /// The path of the objects of an object's kind, in its namespace.
    pub fn collection(&self, object: &Json) -> Result<String> {
        let (version, kind) = (text(object, "/apiVersion"), text(object, "/kind"));
        let resource = self.resource(version, kind)?;
        let space = match text(object, "/metadata/namespace") {
            namespace if resource.namespaced => {
                format!("/namespaces/{}", if namespace.is_empty() { "default" } else { namespace })
            }
            _ => String::new(),
        };
        Ok(format!("{}{space}/{}", prefix(version), resource.plural))
    }

    fn resource(&self, version: &str, kind: &str) -> Result<Resource> {
        let key = (version.to_owned(), kind.to_owned());
        if let Some(known) = self.known().get(&key) {
            return Ok(known.clone());
        }
        let answer = self.get(&prefix(version))?;
        let resources = answer.body.get("resources").and_then(Json::as_array);
        let found = resources
            .into_iter()
            .flatten()
            .find(|resource| text(resource, "/kind") == kind && !text(resource, "/name").contains('/'));
        let Some(found) = found else {
            bail!("the server knows no kind `{kind}` of `{version}`: its definition is missing");
        };
        let namespaced = found.get("namespaced") == Some(&Json::Bool(true));
        let resource = Resource { plural: text(found, "/name").to_owned(), namespaced };
        self.known().insert(key, resource.clone());
        Ok(resource)
    }

    fn known(&self) -> std::sync::MutexGuard<'_, BTreeMap<(String, String), Resource>> {
        self.resources.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

fn prefix(version: &str) -> String {
    format!("/{}/{version}", if version.contains('/') { "apis" } else { "api" })
}

/// The text of a `Warning` header, which is `299 - "text"`.
fn warning_text(header: &str) -> String {
    let quoted = header.split_once('"').map_or(header, |(_, rest)| rest.strip_suffix('"').unwrap_or(rest));
    quoted.replace("\\\"", "\"")
}
