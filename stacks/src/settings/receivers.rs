//! Who is told of alerts. What is secret about them lies in a Secret of the cluster, never here.

use super::declare::section;
use super::problem::Problems;
use super::rules::{IfSet, set, shaped};
use super::tree;
use super::{MailServer, TopicArn, shape};

section! {
    /// Who is told of alerts; whatever is empty or false is not.
    pub struct Receivers {
        /// Secret in the namespace of Alertmanager that holds addresses and keys, each under the name of a file.
        pub secret: Option<String> where IfSet(shaped("the name of a Secret", shape::dns_label)),
        /// Whether the address in `webhook-url` of the Secret gets every alert, as Alertmanager's JSON.
        pub webhook: bool,
        /// Channel of Slack that is told through the address in `slack-url` of the Secret.
        pub slack_channel: Option<String> where IfSet(shaped("a channel such as `#alerts`", shape::slack_channel)),
        /// Whether `PagerDuty` hears of what is critical, by the routing key in `pagerduty-key` of the Secret.
        pub pagerduty: bool,
        /// Topic of SNS that is told, by the role of Alertmanager's pods: it needs no secret.
        pub sns_topic_arn: Option<TopicArn>,
        /// People who get mail.
        pub mail_to: Vec<String> where set(shaped("an address such as `on-call@example.com`", shape::mail_address)),
        /// Whom the mail is from.
        pub mail_from: Option<String> where IfSet(shaped("an address such as `alerts@example.com`", shape::mail_address)),
        /// Server that takes the mail, with its port; it must offer TLS.
        pub mail_server: Option<MailServer>,
        /// User of that server, whose password is in `mail-password` of the Secret; empty signs nobody in.
        pub mail_user: Option<String>,
    }
    check complete;
}

impl Receivers {
    /// The keys that the receivers' Secret must have, each with the setting that asks for it.
    pub fn secrets(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let asked = [
            (self.webhook, "webhook-url", "webhook"),
            (self.slack_channel.is_some(), "slack-url", "slack_channel"),
            (self.pagerduty, "pagerduty-key", "pagerduty"),
            (self.mail_user.is_some(), "mail-password", "mail_user"),
        ];
        asked.into_iter().filter(|(asked, ..)| *asked).map(|(_, key, setting)| (key, setting))
    }
}

fn complete(receivers: &Receivers, section: &str, problems: &mut Problems<'_>) {
    let key = |name: &str| tree::child(section, name);
    if receivers.secret.is_none()
        && let Some((file, setting)) = receivers.secrets().next()
    {
        let message =
            format!("is empty, but `{}` is read from its `{file}`: name the Secret that has it", key(setting));
        problems.report(&key("secret"), message);
    }
    let mail = [("mail_from", receivers.mail_from.is_some()), ("mail_server", receivers.mail_server.is_some())];
    for (name, _) in mail.into_iter().filter(|(_, set)| !set && !receivers.mail_to.is_empty()) {
        problems.report(&key(name), format!("is empty, but `{}` names people: set it, too", key("mail_to")));
    }
}
