//! Answers, by topic.

use std::collections::BTreeMap;

use super::{
    document::Document,
    topic::{NONE, Topic},
};

/// The answers known so far.
#[derive(Debug, Default)]
pub(super) struct Answers(BTreeMap<Topic, String>);

impl Answers {
    /// The answers that flags give.
    pub(super) fn of(flags: impl IntoIterator<Item = (Topic, Option<String>)>) -> Self {
        Self(flags.into_iter().filter_map(|(topic, answer)| Some((topic, answer?))).collect())
    }

    pub(super) fn get(&self, topic: Topic) -> Option<&str> {
        self.0.get(&topic).map(String::as_str)
    }

    pub(super) fn insert(&mut self, topic: Topic, answer: String) {
        self.0.insert(topic, answer);
    }

    pub(super) fn remove(&mut self, topic: Topic) {
        self.0.remove(&topic);
    }

    /// Is there nothing that a flag said?
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Is a setting that may be left out left out? Without a domain nothing is said of one.
    pub(super) fn leave_out(&self, topic: Topic, document: &Document) -> bool {
        let of_domain = [Topic::DnsDomain, Topic::DnsZone].contains(&topic);
        of_domain && self.get(Topic::DnsDomain) == Some(NONE) && document.text(topic.key()).is_none()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (Topic, &str)> {
        self.0.iter().map(|(topic, answer)| (*topic, answer.as_str()))
    }
}
