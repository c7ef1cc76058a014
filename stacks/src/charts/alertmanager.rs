//! Alertmanager's configuration: who is told of which alerts, with the keys that lie in a Secret read from files.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::settings::Receivers;

/// Where the operator mounts the Secrets that Alertmanager may read.
const SECRETS: &str = "/etc/alertmanager/secrets";

/// Fields that nothing here sets, for whoever reads values.
type Others = BTreeMap<String, Json>;

/// The lines that a person reads of the alerts that came together, one each: where it burns, and what to do.
const LINES: &str =
    "{{ range .Alerts }}{{ .Annotations.summary }}{{ with .Annotations.runbook_url }} ({{ . }}){{ end }}\n{{ end }}";

/// One line of the whole: whether it still burns, the name of the alert, and the cluster, which Prometheus adds to each.
const TITLE: &str = "[{{ .Status }}] {{ .CommonLabels.alertname }} ({{ .CommonLabels.cluster }})";

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Configuration {
    pub(crate) global: Global,
    pub(crate) inhibit_rules: Vec<Inhibition>,
    pub(crate) route: Route,
    pub(crate) receivers: Vec<Receiver>,
    pub(crate) templates: Vec<String>,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Global {
    pub(crate) resolve_timeout: String,
}

/// Alerts that need not be told while another one is.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Inhibition {
    pub(crate) source_matchers: Vec<String>,
    pub(crate) target_matchers: Vec<String>,
    pub(crate) equal: Vec<String>,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Route {
    pub(crate) receiver: String,
    pub(crate) group_by: Vec<String>,
    pub(crate) group_wait: String,
    pub(crate) group_interval: String,
    pub(crate) repeat_interval: String,
    pub(crate) routes: Vec<Branch>,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Branch {
    pub(crate) receiver: String,
    pub(crate) matchers: Vec<String>,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Receiver {
    pub(crate) name: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) webhook_configs: Vec<Webhook>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) slack_configs: Vec<Slack>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) pagerduty_configs: Vec<PagerDuty>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) sns_configs: Vec<Sns>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) email_configs: Vec<Mail>,
    #[serde(flatten)]
    pub(crate) others: Others,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Webhook {
    pub(crate) url_file: String,
    pub(crate) send_resolved: bool,
    #[serde(flatten)]
    pub(crate) others: Others,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Slack {
    pub(crate) api_url_file: String,
    pub(crate) channel: String,
    pub(crate) title: String,
    pub(crate) text: String,
    pub(crate) send_resolved: bool,
    #[serde(flatten)]
    pub(crate) others: Others,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct PagerDuty {
    pub(crate) routing_key_file: String,
    pub(crate) description: String,
    pub(crate) send_resolved: bool,
    #[serde(flatten)]
    pub(crate) others: Others,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Sns {
    pub(crate) topic_arn: String,
    pub(crate) sigv4: Signature,
    pub(crate) subject: String,
    pub(crate) message: String,
    pub(crate) send_resolved: bool,
    #[serde(flatten)]
    pub(crate) others: Others,
}

/// By the credentials of the pods' role.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Signature {
    pub(crate) region: String,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Mail {
    pub(crate) to: String,
    pub(crate) from: String,
    pub(crate) smarthost: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) auth_username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) auth_password_file: Option<String>,
    pub(crate) headers: Headers,
    pub(crate) send_resolved: bool,
    #[serde(flatten)]
    pub(crate) others: Others,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Headers {
    pub(crate) subject: String,
}

/// The receivers, by what they are told of.
const NOBODY: &str = "nobody";
const CRITICAL: &str = "critical";
const WARNING: &str = "warning";

pub(crate) fn configuration(receivers: &Receivers) -> Configuration {
    let branch = |receiver: &str, matcher| Branch { receiver: receiver.to_owned(), matchers: texts([matcher]) };
    Configuration {
        global: Global { resolve_timeout: "5m".to_owned() },
        inhibit_rules: vec![Inhibition {
            source_matchers: texts(["severity = critical"]),
            target_matchers: texts(["severity = warning"]),
            equal: texts(["namespace", "job", "alertname"]),
        }],
        route: Route {
            receiver: WARNING.to_owned(),
            group_by: texts(["alertname", "namespace", "job"]),
            group_wait: "30s".to_owned(),
            group_interval: "5m".to_owned(),
            repeat_interval: "12h".to_owned(),
            routes: vec![
                // What is always on by design, and what is only worth knowing.
                branch(NOBODY, "severity =~ none|info"),
                branch(CRITICAL, "severity = critical"),
            ],
        },
        receivers: vec![
            Receiver { name: NOBODY.to_owned(), ..Receiver::default() },
            Receiver { pagerduty_configs: pagerduty(receivers), ..told(CRITICAL, receivers) },
            told(WARNING, receivers),
        ],
        templates: texts(["/etc/alertmanager/config/*.tmpl"]),
    }
}

/// Where Alertmanager finds what lies under a key of the Secret. Settings without the Secret's name are refused.
fn file(receivers: &Receivers, key: &str) -> String {
    format!("{SECRETS}/{}/{key}", receivers.secret.as_deref().unwrap_or_default())
}

fn told(name: &str, receivers: &Receivers) -> Receiver {
    let file = |key| file(receivers, key);
    let webhook = receivers.webhook.then(|| Webhook {
        url_file: file("webhook-url"),
        send_resolved: true,
        others: Others::new(),
    });
    let slack = receivers.slack_channel.clone().map(|channel| Slack {
        api_url_file: file("slack-url"),
        channel,
        title: TITLE.to_owned(),
        text: LINES.to_owned(),
        send_resolved: true,
        others: Others::new(),
    });
    let topic = receivers.sns_topic_arn.as_ref().map(|topic| Sns {
        sigv4: Signature { region: topic.region().to_owned() },
        topic_arn: topic.to_string(),
        subject: TITLE.to_owned(),
        message: LINES.to_owned(),
        send_resolved: true,
        others: Others::new(),
    });
    let mail = receivers.mail_to.iter().map(|to| Mail {
        to: to.clone(),
        from: receivers.mail_from.clone().unwrap_or_default(),
        smarthost: receivers.mail_server.as_ref().map(ToString::to_string).unwrap_or_default(),
        auth_username: receivers.mail_user.clone(),
        auth_password_file: receivers.mail_user.as_ref().map(|_| file("mail-password")),
        headers: Headers { subject: TITLE.to_owned() },
        send_resolved: true,
        others: Others::new(),
    });
    Receiver {
        name: name.to_owned(),
        webhook_configs: webhook.into_iter().collect(),
        slack_configs: slack.into_iter().collect(),
        sns_configs: topic.into_iter().collect(),
        email_configs: mail.collect(),
        ..Receiver::default()
    }
}

/// It wakes people, so it hears of what cannot wait.
fn pagerduty(receivers: &Receivers) -> Vec<PagerDuty> {
    let woken = PagerDuty {
        routing_key_file: file(receivers, "pagerduty-key"),
        description: format!("{TITLE} {{{{ .CommonAnnotations.summary }}}}"),
        send_resolved: true,
        others: Others::new(),
    };
    receivers.pagerduty.then_some(woken).into_iter().collect()
}

fn texts<const N: usize>(texts: [&str; N]) -> Vec<String> {
    texts.map(str::to_owned).into()
}

impl Configuration {
    /// The receiver of a critical alert: that of the first branch for them, else that of all.
    pub(crate) fn critical_goes_to(&self) -> &str {
        let is_critical = |matcher: &String| matcher.replace(['"', ' '], "") == "severity=critical";
        let branch = self.route.routes.iter().find(|branch| branch.matchers.iter().any(is_critical));
        branch.map_or(&self.route.receiver, |branch| &branch.receiver)
    }
}

impl Receiver {
    /// Each way by which it is told, with the kind of it.
    pub(crate) fn ways(&self) -> Vec<(String, Json)> {
        let Ok(Json::Object(fields)) = serde_json::to_value(self) else { return Vec::new() };
        let of_kind = fields.into_iter().filter(|(kind, _)| kind.ends_with("_configs"));
        let ways = of_kind.flat_map(|(kind, ways)| match ways {
            Json::Array(ways) => ways.into_iter().map(|way| (kind.clone(), way)).collect(),
            _ => Vec::new(),
        });
        ways.collect()
    }
}
