//! Default answers: the values in the file, if they are not an example's, and values that follow from other answers.

use std::process::{Command, Stdio};

use stacks::settings::{ZONES, example_in, is_example_account, regions};

use super::{
    answers::Answers,
    document::Document,
    repository::github_repository,
    topic::{NONE, PRIVATE, Topic},
};

/// The default answer of a topic, if there is one.
pub(super) fn default(topic: Topic, answers: &Answers, document: &Document) -> Option<String> {
    let present = || document.text(topic.key()).filter(|text| example_in(text).is_none());
    let same =
        |other: Topic| answers.get(other).is_some_and(|answer| document.text(other.key()).as_deref() == Some(answer));
    // The region, the zones and the rest of an example are nobody's choice.
    let own = document.text(Topic::Account.key()).is_some_and(|account| !is_example_account(&account));
    match topic {
        Topic::Runner | Topic::Origins => present(),
        Topic::DnsZone => present().or_else(|| Some("create".to_owned())),
        Topic::DnsDomain => Some(or_nobody(topic, own.then(present).flatten().unwrap_or_default())),
        Topic::Domain => {
            let domain = answers.get(Topic::DnsDomain).filter(|domain| *domain != NONE);
            let fits = |host: &String| {
                domain.is_none_or(|domain| host.split_once('.').is_some_and(|(_, parent)| parent == domain))
            };
            own.then(present).flatten().filter(fits).or_else(|| domain.map(|domain| format!("argocd.{domain}")))
        }
        Topic::Zones if own && same(Topic::Region) => present(),
        Topic::Zones => answers.get(Topic::Region).and_then(zones),
        Topic::StateBucket => Some(or_nobody(topic, present().unwrap_or_default())),
        Topic::Repository => own.then(present).flatten().or_else(origin),
        Topic::Credentials => {
            let https = answers.get(Topic::Repository).is_none_or(|url| url.starts_with("https://"));
            let fits = |present: &String| (present == "ssh") != https;
            Some(present().filter(fits).unwrap_or_else(|| if https { "none" } else { "ssh" }.to_owned()))
        }
        Topic::OwnerId | Topic::RepositoryId => (own && same(Topic::Repository)).then(present).flatten(),
        Topic::Administrators => {
            (own && same(Topic::Account)).then(present).flatten().map(|arns| or_nobody(topic, arns))
        }
        Topic::PublicAccess => own.then(present).flatten().map(|ranges| or_nobody(topic, ranges)),
        Topic::Account | Topic::Region => own.then(present).flatten(),
        // A certificate is of one account and one region.
        Topic::Certificate => {
            let stays = own && same(Topic::Account) && same(Topic::Region);
            present().filter(|arn| arn.is_empty() || stays).map(|arn| or_nobody(topic, arn))
        }
    }
}

fn or_nobody(topic: Topic, present: String) -> String {
    if present.is_empty() { topic.nobody().to_owned() } else { present }
}

/// The first three zones of a region that host EKS. Of an unknown region any will do: it is refused itself.
fn zones(region: &str) -> Option<String> {
    let zones = match regions::find(region) {
        Some(known) => known.zones().take(ZONES).collect(),
        None => vec![format!("{region}a"), format!("{region}b"), format!("{region}c")],
    };
    (zones.len() == ZONES).then(|| zones.join(","))
}

/// The repository that this clone came from. An address over SSH is given over HTTPS, which public repositories need no key for.
fn origin() -> Option<String> {
    let output = Command::new("git").args(["remote", "get-url", "origin"]).stderr(Stdio::null()).output().ok()?;
    let url = String::from_utf8(output.stdout).ok()?;
    let url = url.trim();
    let https = url.strip_prefix("git@github.com:").or_else(|| url.strip_prefix("ssh://git@github.com/"));
    let url = https.map_or_else(|| url.to_owned(), |path| format!("https://github.com/{path}"));
    (output.status.success() && github_repository(&url).is_some()).then_some(url)
}

/// No public endpoint, where a flag says so.
pub(super) fn public_access(ranges: Option<&String>, private_only: bool) -> Option<String> {
    ranges.cloned().or_else(|| private_only.then(|| PRIVATE.to_owned()))
}
