//! The server's findings on every environment, asked once: each is synced twice over the one before it, as it would be
//! in a cluster whose settings changed.

use std::{collections::BTreeMap, sync::LazyLock};

use cluster::{Environment, Findings, Server, eventually, title};
use serde_json::{Value as Json, json};

use crate::{
    ENVIRONMENTS, WORLD, environment,
    pods::{good, object},
};

/// The server's findings on one environment.
pub(crate) struct Record {
    pub(crate) first: Findings,
    /// The objects that a second sync wrote.
    pub(crate) again: Vec<String>,
    /// Titles with what Argo CD would see as out of sync.
    pub(crate) drift: BTreeMap<String, Vec<String>>,
    /// Each admission policy's name with its type check.
    pub(crate) checks: BTreeMap<String, Json>,
}

/// The records of all environments. `default` is the last, and so what the cluster holds afterwards.
pub(crate) static RECORDS: LazyLock<BTreeMap<&'static str, Record>> =
    LazyLock::new(|| ENVIRONMENTS.into_iter().map(|name| (name, judge(&environment(name)))).collect());

fn judge(environment: &Environment) -> Record {
    make_way(&WORLD.server, environment);
    let first = WORLD.argo.sync(environment);
    let again = WORLD.argo.again(environment, &first.taken);
    // What was refused is a finding of its own, and no reason to judge nothing else.
    let synced = environment
        .items
        .iter()
        .filter(|item| item.application.is_some() && first.taken.contains(&title(&item.object)));
    let drift = synced.map(|item| (title(&item.object), WORLD.argo.drift(item).unwrap())).collect();
    Record { first, again, drift, checks: type_checks(&WORLD.server) }
}

/// Deletes what cannot be changed in place and no release changes (a Job's pods, and where a class's volumes come from), and the
/// policies with their bindings: the environment before had another registry, and a server's own cache is a moment late.
fn make_way(server: &Server, environment: &Environment) {
    for item in &environment.items {
        if ["Job", "StorageClass"].contains(&item.object["kind"].as_str().unwrap()) {
            let _ = server.delete(&item.object).unwrap();
        }
    }
    for kind in ["validatingadmissionpolicies", "validatingadmissionpolicybindings"] {
        let gone = server.request("DELETE", &format!("/apis/admissionregistration.k8s.io/v1/{kind}"), None).unwrap();
        assert!(gone.is_ok(), "{gone}");
    }
    let mut foreign = object("Deployment", "services", good());
    foreign["spec"]["template"]["spec"]["containers"][0]["image"] = json!("registry.example.com/other:1");
    let unbound = eventually(30, || {
        let answer = server.create(&foreign, "dryRun=All").map_err(|error| format!("{error:#}"))?;
        // Before the first sync there is no namespace yet.
        if answer.status == 404 { Ok(()) } else { answer.object().map(drop) }
    });
    unbound.unwrap_or_else(|reason| panic!("{reason}"));
}

/// The type check of every admission policy of the cluster, once the controller has made it.
pub(crate) fn type_checks(server: &Server) -> BTreeMap<String, Json> {
    let checked = eventually(60, || {
        let policies = server
            .list("/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies")
            .map_err(|error| format!("{error:#}"))?;
        let check = |policy: Json| {
            let name = policy["metadata"]["name"].as_str().unwrap_or_default().to_owned();
            if policy["status"]["observedGeneration"] != policy["metadata"]["generation"] {
                return Err(format!("the policy `{name}` is not checked"));
            }
            let warnings = policy.pointer("/status/typeChecking/expressionWarnings").cloned();
            Ok((name, warnings.unwrap_or_else(|| json!([]))))
        };
        policies.into_iter().map(check).collect()
    });
    checked.unwrap_or_else(|reason| panic!("{reason}"))
}
