//! Alertmanager's configuration: who is told of which alerts, with the keys that lie in a Secret read from files.

use serde::Serialize;

use crate::settings::Receivers;

/// Where the operator mounts the Secrets that Alertmanager may read.
const SECRETS: &str = "/etc/alertmanager/secrets";

/// What a person reads of each alert that came together: where it burns, and what to do.
const LINES: &str =
    "{{ range .Alerts }}{{ .Annotations.summary }}{{ with .Annotations.runbook_url }} ({{ . }}){{ end }}\n{{ end }}";

/// One line of the whole: whether it still burns, the name of the alert, and the cluster, which Prometheus adds to each.
const TITLE: &str = "[{{ .Status }}] {{ .CommonLabels.alertname }} ({{ .CommonLabels.cluster }})";

#[derive(Serialize)]
pub(super) struct Configuration {
    global: Global,
    inhibit_rules: Vec<Inhibition>,
    route: Route,
    receivers: Vec<Receiver>,
    templates: [&'static str; 1],
}

#[derive(Serialize)]
struct Global {
    resolve_timeout: &'static str,
}

/// Alerts that need not be told while another one is.
#[derive(Serialize)]
struct Inhibition {
    source_matchers: Vec<&'static str>,
    target_matchers: Vec<&'static str>,
    equal: Vec<&'static str>,
}

#[derive(Serialize)]
struct Route {
    receiver: &'static str,
    group_by: Vec<&'static str>,
    group_wait: &'static str,
    group_interval: &'static str,
    repeat_interval: &'static str,
    routes: Vec<Branch>,
}

#[derive(Serialize)]
struct Branch {
    receiver: &'static str,
    matchers: [&'static str; 1],
}

#[derive(Default, Serialize)]
struct Receiver {
    name: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    webhook_configs: Vec<Webhook>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    slack_configs: Vec<Slack>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pagerduty_configs: Vec<PagerDuty>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    sns_configs: Vec<Sns>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    email_configs: Vec<Mail>,
}

#[derive(Serialize)]
struct Webhook {
    url_file: String,
    send_resolved: bool,
}

#[derive(Serialize)]
struct Slack {
    api_url_file: String,
    channel: String,
    title: &'static str,
    text: &'static str,
    send_resolved: bool,
}

#[derive(Serialize)]
struct PagerDuty {
    routing_key_file: String,
    description: String,
    send_resolved: bool,
}

#[derive(Serialize)]
struct Sns {
    topic_arn: String,
    sigv4: Signature,
    subject: &'static str,
    message: &'static str,
    send_resolved: bool,
}

/// By the credentials of the pods' role.
#[derive(Serialize)]
struct Signature {
    region: String,
}

#[derive(Serialize)]
struct Mail {
    to: String,
    from: String,
    smarthost: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_password_file: Option<String>,
    headers: Headers,
    send_resolved: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Headers {
    subject: &'static str,
}

/// The receivers, by what they are told of.
const NOBODY: &str = "nobody";
const CRITICAL: &str = "critical";
const WARNING: &str = "warning";

pub(super) fn configuration(receivers: &Receivers) -> Configuration {
    let branch = |receiver, matcher| Branch { receiver, matchers: [matcher] };
    Configuration {
        global: Global { resolve_timeout: "5m" },
        inhibit_rules: vec![Inhibition {
            source_matchers: vec!["severity = critical"],
            target_matchers: vec!["severity = warning"],
            equal: vec!["namespace", "job", "alertname"],
        }],
        route: Route {
            receiver: WARNING,
            group_by: vec!["alertname", "namespace", "job"],
            group_wait: "30s",
            group_interval: "5m",
            repeat_interval: "12h",
            routes: vec![
                // What is always on by design, and what is only worth knowing.
                branch(NOBODY, "severity =~ none|info"),
                branch(CRITICAL, "severity = critical"),
            ],
        },
        receivers: vec![
            Receiver { name: NOBODY, ..Receiver::default() },
            Receiver { pagerduty_configs: pagerduty(receivers), ..told(CRITICAL, receivers) },
            told(WARNING, receivers),
        ],
        templates: ["/etc/alertmanager/config/*.tmpl"],
    }
}

/// Where Alertmanager finds what lies under a key of the Secret. Settings without the Secret's name are refused.
fn file(receivers: &Receivers, key: &str) -> String {
    format!("{SECRETS}/{}/{key}", receivers.secret.as_deref().unwrap_or_default())
}

fn told(name: &'static str, receivers: &Receivers) -> Receiver {
    let file = |key| file(receivers, key);
    let webhook = receivers.webhook.then(|| Webhook { url_file: file("webhook-url"), send_resolved: true });
    let slack = receivers.slack_channel.clone().map(|channel| Slack {
        api_url_file: file("slack-url"),
        channel,
        title: TITLE,
        text: LINES,
        send_resolved: true,
    });
    let topic = receivers.sns_topic_arn.clone().map(|topic_arn| Sns {
        sigv4: Signature { region: topic_arn.split(':').nth(3).unwrap_or_default().to_owned() },
        topic_arn,
        subject: TITLE,
        message: LINES,
        send_resolved: true,
    });
    let mail = receivers.mail_to.iter().map(|to| Mail {
        to: to.clone(),
        from: receivers.mail_from.clone().unwrap_or_default(),
        smarthost: receivers.mail_server.clone().unwrap_or_default(),
        auth_username: receivers.mail_user.clone(),
        auth_password_file: receivers.mail_user.as_ref().map(|_| file("mail-password")),
        headers: Headers { subject: TITLE },
        send_resolved: true,
    });
    Receiver {
        name,
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
    };
    receivers.pagerduty.then_some(woken).into_iter().collect()
}
