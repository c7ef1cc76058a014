//! The table that the API server's own library answers offline, put to the real thing: as far as a dry run can ask it.

use cluster::User;
use serde_json::{Map, Value as Json, json};

use super::{STANDARD, turn};
use crate::{
    WORLD, environment,
    pods::{KINDS, REGISTRY},
};

const TABLE: &str = include_str!("../../../admission-cases.yaml");
const ARGO_CD: &str = "system:serviceaccount:argocd:argocd-application-controller";

/// The cases of the table, the names of the fixtures in them.
fn cases() -> Vec<Json> {
    let text = TABLE.replace("{argocd}", "argocd").replace("{services}", "services").replace("{registry}", REGISTRY);
    serde_saphyr::from_str(&text).unwrap()
}

/// Can a dry run ask it? What changes something that is there is for the tests of changes, and a namespace has its labels.
fn is_new(case: &Json) -> bool {
    ["before", "whole", "labels", "subresource"].iter().all(|key| case[key].is_null())
        && case["object"]["metadata"]["deletionTimestamp"].is_null()
        // The definitions of custom kinds want more of an object than the table has.
        && !["Application", "AppProject"].contains(&case["object"]["kind"].as_str().unwrap_or_default())
        // The server drops what belongs to a feature that is off.
        && !case["change"].to_string().contains("podCertificate")
}

/// Everything that makes pods of a template.
fn form(kind: &str, template: &Json) -> Json {
    let mut template = template.clone();
    let labels = template["metadata"]["labels"].clone();
    let selector = json!({ "matchLabels": labels });
    if ["Job", "CronJob"].contains(&kind) {
        template["spec"]["restartPolicy"] = json!("Never");
    }
    let (version, spec) = match kind {
        "Pod" => {
            let mut pod = template;
            pod["apiVersion"] = json!("v1");
            pod["kind"] = json!(kind);
            return pod;
        }
        "Job" => ("batch/v1", json!({ "template": template })),
        "CronJob" => ("batch/v1", json!({ "schedule": "@daily", "jobTemplate": { "spec": { "template": template } } })),
        "ReplicationController" => ("v1", json!({ "selector": labels, "template": template })),
        "StatefulSet" => ("apps/v1", json!({ "selector": selector, "serviceName": "one", "template": template })),
        _ => ("apps/v1", json!({ "selector": selector, "template": template })),
    };
    json!({ "apiVersion": version, "kind": kind, "metadata": {}, "spec": spec })
}

/// The place of a kind's template.
fn place<'a>(object: &'a mut Json, kind: &str) -> &'a mut Json {
    match kind {
        "Pod" => object,
        "CronJob" => &mut object["spec"]["jobTemplate"]["spec"]["template"],
        _ => &mut object["spec"]["template"],
    }
}

/// Does one operation of a JSON patch; the table has no others.
fn change(target: &mut Json, operation: &Json) {
    let (parent, key) = operation["path"].as_str().unwrap().rsplit_once('/').unwrap();
    let key = key.replace("~1", "/");
    match (target.pointer_mut(parent).unwrap(), operation["op"].as_str().unwrap()) {
        (Json::Object(fields), "remove") => drop(fields.remove(&key).unwrap()),
        (Json::Object(fields), "add" | "replace") => drop(fields.insert(key, operation["value"].clone())),
        (_, op) => panic!("no `{op}` in {operation}"),
    }
}

/// The objects of a case, one for each kind and template, and the words that refuse each.
fn objects(case: &Json, templates: &[Json]) -> Vec<(Json, Option<String>)> {
    let refused = case["refused"].as_str();
    if !case["object"].is_null() {
        return vec![(case["object"].clone(), refused.map(str::to_owned))];
    }
    let named: Vec<_> = case["kinds"].as_array().into_iter().flatten().map(|kind| kind.as_str().unwrap()).collect();
    let mut kinds = if named.is_empty() { KINDS.to_vec() } else { named };
    // Pods get the sizes that they lack from the namespace's LimitRange, which has its own words for others.
    kinds.retain(|kind| *kind != "Pod" || refused.is_none_or(|words| !words.contains("requests cpu")));
    let of = |kind: &str, template: &Json| {
        let mut object = form(kind, template);
        for operation in case["change"].as_array().into_iter().flatten() {
            change(place(&mut object, kind), operation);
        }
        let by_standard = kind == "Pod" && case["standard"] == true;
        (object, refused.map(|words| if by_standard { STANDARD.to_owned() } else { words.to_owned() }))
    };
    templates.iter().flat_map(|template| kinds.iter().map(|kind| of(kind, template)).collect::<Vec<_>>()).collect()
}

#[test]
fn the_real_server_answers_the_table_as_its_library_does() {
    let _turn = turn();
    let environment = environment("default");
    let deployments = environment.items.iter().filter(|item| item.object["kind"] == "Deployment");
    let templates: Vec<_> = deployments.map(|item| item.object["spec"]["template"].clone()).collect();
    let (mut asked, mut wrong) = (0, Vec::new());
    for case in cases().iter().filter(|case| is_new(case)) {
        let user = User::of(case["user"].as_str().unwrap_or(ARGO_CD), &["system:masters"]);
        let server = WORLD.server.acting_as(user);
        for (mut object, refused) in objects(case, &templates) {
            let metadata = object.as_object_mut().unwrap().entry("metadata").or_insert_with(|| Map::new().into());
            metadata["name"] = json!("one");
            metadata["namespace"] = json!(case["namespace"].as_str().unwrap_or("services"));
            if !case["namespace"].is_null() && object["kind"] == "Pod" {
                // The account is the services'.
                object["spec"].as_object_mut().unwrap().remove("serviceAccountName");
            }
            let answer = server.create(&object, "dryRun=All").unwrap();
            asked += 1;
            let fits = match &refused {
                None => answer.is_ok(),
                Some(words) => !answer.is_ok() && answer.words().contains(words.as_str()),
            };
            if !fits {
                wrong.push(format!("{} ({}): {answer}, not {refused:?}", case["name"], object["kind"]));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {asked}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(asked > 500, "{asked} objects were asked about");
}
