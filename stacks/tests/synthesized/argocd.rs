//! The values of Argo CD's chart: what is on only where a setting asks for it.

use serde_json::{Value as Json, json};
use synth_framework::Declaration;

use super::platform;

fn values(overrides: &str) -> Json {
    let platform = platform("small", overrides);
    let cluster = platform.stack("cluster").expect("the cluster stack is built");
    let asset = cluster.declarations().iter().find_map(|placed| match &placed.declaration {
        Declaration::Asset(asset) if asset.path == "argocd-values.json" => Some(asset),
        _ => None,
    });
    serde_json::from_str(asset.expect("Argo CD has values").text()).expect("values are JSON")
}

fn parse(text: &Json) -> Json {
    serde_json::from_str(text.as_str().expect("JSON is in a text")).expect("the text is JSON")
}

#[test]
fn notifications_are_off_without_a_receiver() {
    assert_eq!(values("")["notifications"], json!({ "enabled": false }));
}

#[test]
fn notifications_go_to_the_address_in_a_secret_that_nobody_here_makes() {
    let notifications = &values("[argocd]\nnotifications_secret = \"receiver\"")["notifications"];
    assert_eq!(notifications["enabled"], true);
    assert_eq!(notifications["secret"], json!({ "create": false, "name": "receiver" }));
    let headers = json!([{ "name": "Content-Type", "value": "application/json" }]);
    let notifier = json!({ "url": "$webhook-url", "headers": headers });
    assert_eq!(parse(&notifications["notifiers"]["service.webhook.receiver"]), notifier);
    let resources = json!({ "requests": { "cpu": "50m", "memory": "128Mi" }, "limits": { "memory": "128Mi" } });
    assert_eq!(notifications["resources"], resources);
    assert_eq!(notifications["metrics"], json!({ "enabled": true }));
    let [subscription] = notifications["subscriptions"].as_array().unwrap().as_slice() else { panic!("one receiver") };
    assert_eq!(subscription["recipients"], json!(["webhook:receiver"]));
    for trigger in subscription["triggers"].as_array().unwrap() {
        let key = format!("trigger.{}", trigger.as_str().unwrap());
        let told = parse(&notifications["triggers"][&key])[0].clone();
        assert!(told["when"].as_str().unwrap().starts_with("app.status."), "{told}");
        assert_eq!(told["oncePer"], "app.status.operationState?.syncResult?.revision");
        let template = told["send"][0].as_str().unwrap().to_owned();
        let template = parse(&notifications["templates"][format!("template.{template}")]);
        let receiver = &template["webhook"]["receiver"];
        assert_eq!(receiver["method"], "POST");
        let body = receiver["body"].as_str().unwrap();
        // Whatever is said becomes one text of JSON, with its quotes and lines.
        assert!(body.starts_with("{\"text\": {{printf \"") && body.ends_with(" | toJson}}}"), "{body}");
    }
    assert_eq!(subscription["triggers"].as_array().unwrap().len(), 3);
}

#[test]
fn each_failure_of_an_application_is_told_by_its_fields_and_in_its_words() {
    let notifications = &values("[argocd]\nnotifications_secret = \"receiver\"")["notifications"];
    for (name, when, words) in [
        (
            "sync-failed",
            "app.status.operationState != nil and app.status.operationState.phase in ['Error', 'Failed']",
            "\"the sync of %s failed: %s\" .app.metadata.name .app.status.operationState.message",
        ),
        ("degraded", "app.status.health.status == 'Degraded'", "\"%s is degraded\" .app.metadata.name"),
        ("unknown", "app.status.sync.status == 'Unknown'", "\"%s cannot be compared with Git\" .app.metadata.name"),
    ] {
        let told = &parse(&notifications["triggers"][format!("trigger.on-{name}")])[0];
        assert_eq!((&told["when"], &told["send"]), (&when.into(), &json!([name])));
        let template = parse(&notifications["templates"][format!("template.{name}")]);
        assert_eq!(template["webhook"]["receiver"]["body"], format!("{{\"text\": {{{{printf {words} | toJson}}}}}}"));
    }
}
