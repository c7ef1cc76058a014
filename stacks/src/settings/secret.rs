//! Secrets that were pasted into settings. Settings are committed and shown, so a secret is refused wherever it stands,
//! and no message repeats it.

use super::tree::{Node, Value};

/// A value that looks like a secret.
pub(super) struct Secret {
    pub(super) key: String,
    pub(super) text: String,
    pub(super) kind: &'static str,
}

/// The prefixes of tokens and other secrets, each with its kind.
const PREFIXES: [(&str, &str); 14] = [
    ("github_pat_", "a token of GitHub"),
    ("ghp_", "a token of GitHub"),
    ("gho_", "a token of GitHub"),
    ("ghu_", "a token of GitHub"),
    ("ghs_", "a token of GitHub"),
    ("ghr_", "a token of GitHub"),
    ("glpat-", "a token of GitLab"),
    ("sk_live_", "a key of Stripe"),
    ("rk_live_", "a key of Stripe"),
    ("xoxb-", "a token of Slack"),
    ("xoxp-", "a token of Slack"),
    ("xoxa-", "a token of Slack"),
    ("xapp-", "a token of Slack"),
    ("https://hooks.slack.com/", "an address at which anyone may speak in Slack"),
];

/// Every secret at or below a value.
pub(super) fn find(node: &Node) -> Vec<Secret> {
    match &node.value {
        Value::Text(text) => {
            let secret = |kind| Secret { key: node.key.clone(), text: text.clone(), kind };
            kind(text).map(secret).into_iter().collect()
        }
        Value::List(items) => items.iter().flat_map(find).collect(),
        Value::Table(entries) => entries.values().flat_map(find).collect(),
        Value::Integer(_) | Value::Boolean(_) | Value::Other(_) => Vec::new(),
    }
}

/// The kind of secret that a text looks like, if it looks like one.
fn kind(text: &str) -> Option<&'static str> {
    let text = text.trim();
    // An argument has its value behind its name.
    let value = text.split_once('=').filter(|_| text.starts_with('-')).map(|(_, value)| value);
    if let Some(kind) = value.and_then(kind) {
        return Some(kind);
    }
    let known = PREFIXES.iter().find(|(prefix, _)| text.starts_with(prefix)).map(|(_, kind)| *kind);
    let key = text.starts_with("-----BEGIN") && text.contains("PRIVATE KEY");
    known
        .or_else(|| key.then_some("a private key"))
        .or_else(|| is_access_key(text).then_some("an access key of AWS"))
        .or_else(|| {
            let (_, rest) = text.split_once("://")?;
            let (user, _) = rest.split('/').next()?.rsplit_once('@')?;
            user.contains(':').then_some("an address with a password")
        })
}

fn is_access_key(text: &str) -> bool {
    text.len() == 20
        && (text.starts_with("AKIA") || text.starts_with("ASIA"))
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}
