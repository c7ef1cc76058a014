//! Who is told when an Application fails: nobody, or an address that lies in a Secret.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::ResourceRequirements;
use serde::Serialize;
use serde_json::json;
use synth_kubernetes::Draft;

use crate::charts::{self, Enabled};

/// What is told: its name, when, and in which words, each of which is a field of the Application.
struct Told {
    name: &'static str,
    when: &'static str,
    words: &'static str,
}

/// As Argo CD's own catalogue asks for them.
const TOLD: [Told; 3] = [
    Told {
        name: "sync-failed",
        when: "app.status.operationState != nil and app.status.operationState.phase in ['Error', 'Failed']",
        words: "\"the sync of %s failed: %s\" .app.metadata.name .app.status.operationState.message",
    },
    Told {
        name: "degraded",
        when: "app.status.health.status == 'Degraded'",
        words: "\"%s is degraded\" .app.metadata.name",
    },
    Told {
        name: "unknown",
        when: "app.status.sync.status == 'Unknown'",
        words: "\"%s cannot be compared with Git\" .app.metadata.name",
    },
];

/// The values of the chart's notifications.
#[derive(Serialize)]
pub(super) struct Notifications<'a> {
    enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none", flatten)]
    receiver: Option<Receiver<'a>>,
}

#[derive(Serialize)]
struct Receiver<'a> {
    metrics: Enabled,
    resources: Draft<ResourceRequirements>,
    secret: Secret<'a>,
    notifiers: BTreeMap<&'static str, String>,
    templates: BTreeMap<String, String>,
    triggers: BTreeMap<String, String>,
    subscriptions: [Subscription; 1],
}

/// A Secret that someone else makes.
#[derive(Serialize)]
struct Secret<'a> {
    create: bool,
    name: &'a str,
}

#[derive(Serialize)]
struct Subscription {
    recipients: [&'static str; 1],
    triggers: Vec<String>,
}

/// Tells the address in this Secret, or nobody if it has no name.
pub(super) fn notifications(secret: &str) -> Notifications<'_> {
    Notifications { enabled: !secret.is_empty(), receiver: (!secret.is_empty()).then(|| receiver(secret)) }
}

/// Each text is a document of its own inside a `ConfigMap`; JSON is YAML.
fn receiver(secret: &str) -> Receiver<'_> {
    let headers = json!([{ "name": "Content-Type", "value": "application/json" }]);
    let notifier = json!({ "url": "$webhook-url", "headers": headers });
    let template = |told: &Told| {
        let body = format!("{{\"text\": {{{{printf {} | toJson}}}}}}", told.words);
        json!({ "webhook": { "receiver": { "method": "POST", "body": body } } }).to_string()
    };
    let trigger = |told: &Told| {
        let once = "app.status.operationState?.syncResult?.revision";
        json!([{ "when": told.when, "send": [told.name], "oncePer": once }]).to_string()
    };
    Receiver {
        metrics: Enabled { enabled: true },
        resources: charts::sized("50m", "128Mi"),
        secret: Secret { create: false, name: secret },
        notifiers: [("service.webhook.receiver", notifier.to_string())].into(),
        templates: TOLD.iter().map(|told| (format!("template.{}", told.name), template(told))).collect(),
        triggers: TOLD.iter().map(|told| (format!("trigger.on-{}", told.name), trigger(told))).collect(),
        subscriptions: [Subscription {
            recipients: ["webhook:receiver"],
            triggers: TOLD.iter().map(|told| format!("on-{}", told.name)).collect(),
        }],
    }
}
