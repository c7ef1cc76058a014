//! Who is told when an Application fails: nobody, or an address that lies in a Secret.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::ResourceRequirements;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Enabled, sized};

/// A notification: its name, when it is sent, and its words, which are filled from fields of the Application.
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
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Notifications {
    pub(crate) enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) metrics: Option<Enabled>,
    #[serde(skip_serializing_if = "says_nothing")]
    pub(crate) resources: ResourceRequirements,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) secret: Option<Secret>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) notifiers: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) templates: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) triggers: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) subscriptions: Vec<Subscription>,
}

fn says_nothing(resources: &ResourceRequirements) -> bool {
    *resources == ResourceRequirements::default()
}

/// A Secret that someone else makes.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Secret {
    create: bool,
    name: String,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Subscription {
    recipients: Vec<String>,
    triggers: Vec<String>,
}

/// Tells the address in this Secret, or nobody if it has no name.
pub(crate) fn notifications(secret: &str) -> Notifications {
    if secret.is_empty() { Notifications::default() } else { to_receiver(secret) }
}

/// Each text is a document of its own inside a `ConfigMap`; JSON is YAML.
fn to_receiver(secret: &str) -> Notifications {
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
    Notifications {
        enabled: true,
        metrics: Some(Enabled { enabled: true }),
        resources: sized("50m", "128Mi"),
        secret: Some(Secret { create: false, name: secret.to_owned() }),
        notifiers: [("service.webhook.receiver".to_owned(), notifier.to_string())].into(),
        templates: TOLD.iter().map(|told| (format!("template.{}", told.name), template(told))).collect(),
        triggers: TOLD.iter().map(|told| (format!("trigger.on-{}", told.name), trigger(told))).collect(),
        subscriptions: vec![Subscription {
            recipients: vec!["webhook:receiver".to_owned()],
            triggers: TOLD.iter().map(|told| format!("on-{}", told.name)).collect(),
        }],
    }
}
