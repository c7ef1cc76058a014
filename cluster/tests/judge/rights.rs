//! The rights of accounts, as the server itself reports them, against a list that somebody has read.

use std::collections::BTreeSet;

use cluster::{User, name_of, version_under_test};
use serde_json::{Value as Json, json};

use crate::{WORLD, environment, record::RECORDS};

/// The rights of everybody: to look at themselves, and at what the server can do.
const EVERYBODY: [&str; 3] = [
    "create selfsubjectaccessreviews.authorization.k8s.io",
    "create selfsubjectreviews.authentication.k8s.io",
    "create selfsubjectrulesreviews.authorization.k8s.io",
];

/// The right of service accounts, from 1.37 on, to look at the authorities that the cluster trusts.
const BUNDLES: [&str; 3] = [
    "get clustertrustbundles.certificates.k8s.io",
    "list clustertrustbundles.certificates.k8s.io",
    "watch clustertrustbundles.certificates.k8s.io",
];

/// The request for all rights in a namespace.
fn review(namespace: &str) -> Json {
    json!({
        "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectRulesReview", "spec": { "namespace": namespace },
    })
}

/// Every verb and resource that an account may use in a namespace.
fn rights(user: User, namespace: &str) -> BTreeSet<String> {
    let _ = &*RECORDS;
    let answer = WORLD.server.acting_as(user).create(&review(namespace), "").unwrap().object().unwrap();
    let list = |value: &Json| -> Vec<String> {
        value.as_array().into_iter().flatten().map(|item| item.as_str().unwrap().to_owned()).collect()
    };
    let mut rights = BTreeSet::new();
    for rule in answer["status"]["resourceRules"].as_array().unwrap() {
        for (verb, group, resource) in list(&rule["verbs"]).iter().flat_map(|verb| {
            list(&rule["apiGroups"]).into_iter().flat_map(move |group| {
                list(&rule["resources"]).into_iter().map(move |resource| (verb.clone(), group.clone(), resource))
            })
        }) {
            let names = list(&rule["resourceNames"]);
            let dot = if group.is_empty() { "" } else { "." };
            let of = if names.is_empty() { String::new() } else { format!(" {}", names.join(",")) };
            rights.insert(format!("{verb} {resource}{dot}{group}{of}"));
        }
    }
    rights
}

fn expected(more: &[&str]) -> BTreeSet<String> {
    let bundles = if version_under_test() == "1.36" { &[][..] } else { &BUNDLES };
    EVERYBODY.iter().chain(bundles).chain(more).map(|&right| right.to_owned()).collect()
}

#[test]
fn the_services_accounts_may_do_nothing() {
    // Workers, jobs and whoever asks for secrets are among them.
    let items = crate::ENVIRONMENTS.into_iter().flat_map(|name| environment(name).items);
    let accounts = items
        .map(|item| item.object)
        .filter(|object| object["kind"] == "ServiceAccount" && object["metadata"]["namespace"] == "services");
    let accounts: BTreeSet<_> = accounts.map(|account| name_of(&account).to_owned()).collect();
    for known in ["cors-proxy-server", "mailer", "report", "orders"] {
        assert!(accounts.contains(known), "no {known} in {accounts:?}");
    }
    for account in accounts {
        for namespace in ["services", "monitoring", "kube-system", "argocd"] {
            let found = rights(User::service_account("services", &account), namespace);
            assert_eq!(found, expected(&[]), "{account} in {namespace}");
        }
    }
}

#[test]
fn the_roots_job_may_read_the_root_application_alone() {
    let environment = environment("default");
    let job = environment.items.iter().find(|item| item.object["kind"] == "Job").unwrap();
    let account = job.object.pointer("/spec/template/spec/serviceAccountName").unwrap().as_str().unwrap();
    let found = rights(User::service_account("argocd", account), "argocd");
    let read = ["get", "list", "watch"].map(|verb| format!("{verb} applications.argoproj.io root"));
    assert_eq!(found, expected(&read.each_ref().map(String::as_str)));
    assert_eq!(rights(User::service_account("argocd", account), "services"), expected(&[]));
}

#[test]
fn no_account_of_a_namespace_may_do_more_by_default() {
    for namespace in ["services", "monitoring", "argocd"] {
        assert_eq!(rights(User::service_account(namespace, "default"), namespace), expected(&[]), "{namespace}");
    }
}

#[test]
fn the_groups_that_everybody_is_of_may_do_nothing_of_the_platform() {
    let outside = WORLD.server.acting_as(User::of("system:anonymous", &["system:unauthenticated"]));
    for namespace in ["services", "monitoring", "kube-system", "argocd"] {
        let somebody = User::of("somebody", &["system:authenticated"]);
        assert_eq!(rights(somebody, namespace), EVERYBODY.map(str::to_owned).into(), "{namespace}");
        assert_eq!(outside.create(&review(namespace), "").unwrap().status, 403, "{namespace}");
    }
}

#[test]
fn argo_cd_may_do_all_that_it_is_to_do() {
    let _ = &*RECORDS;
    let server = WORLD.server.acting_as(User::service_account("argocd", "argocd-application-controller"));
    for item in environment("default").items {
        let collection = server.collection(&item.object).unwrap();
        let (group, _) = item.object["apiVersion"].as_str().unwrap().split_once('/').unwrap_or_default();
        for verb in ["get", "list", "watch", "create", "patch", "delete"] {
            let attributes = json!({
                "verb": verb, "group": group, "resource": collection.rsplit('/').next().unwrap(),
                "namespace": item.object["metadata"]["namespace"], "name": name_of(&item.object),
            });
            let review = json!({
                "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
                "spec": { "resourceAttributes": attributes },
            });
            let answer = server.create(&review, "").unwrap().object().unwrap();
            assert_eq!(answer["status"]["allowed"], true, "{verb} {}", cluster::title(&item.object));
        }
    }
}

#[test]
fn every_object_is_within_the_project_of_its_application() {
    for name in crate::ENVIRONMENTS {
        let environment = environment(name);
        for item in &environment.items {
            let Some(application) = &item.application else { continue };
            let project = if application == "root" {
                "root".to_owned()
            } else {
                let application = environment.object("Application", application).unwrap();
                application["spec"]["project"].as_str().unwrap().to_owned()
            };
            let project = environment.object("AppProject", &project).unwrap();
            let namespaced =
                WORLD.server.path(&item.object).unwrap().contains("/namespaces/") && item.object["kind"] != "Namespace";
            let list = if namespaced { "namespaceResourceWhitelist" } else { "clusterResourceWhitelist" };
            let (group, _) = item.object["apiVersion"].as_str().unwrap().split_once('/').unwrap_or_default();
            let kinds = project["spec"][list].as_array().unwrap();
            let known = kinds.iter().any(|known| known["group"] == group && known["kind"] == item.object["kind"]);
            let title = format!("{}, declared at {},", cluster::title(&item.object), item.source);
            assert!(known, "`{name}`: {title} is no kind of the project `{}`", name_of(project));
            if namespaced {
                let to = project["spec"]["destinations"].as_array().unwrap();
                let reached = to.iter().any(|to| to["namespace"] == item.object["metadata"]["namespace"]);
                assert!(reached, "`{name}`: {title} is outside the project `{}`", name_of(project));
            }
        }
    }
}
