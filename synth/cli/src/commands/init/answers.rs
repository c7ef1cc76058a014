//! Answers: from flags, from a terminal, or by default.

use std::{
    collections::BTreeMap,
    io::{self, BufRead, IsTerminal, Write},
};

use anyhow::{Context, Result, bail};

use super::{
    defaults::{default, github_repository},
    document::Document,
    topic::{TOPICS, Topic},
};

/// What is known so far.
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

    pub(super) fn remove(&mut self, topic: Topic) {
        self.0.remove(&topic);
    }

    /// Is there nothing that a flag said?
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (Topic, &str)> {
        self.0.iter().map(|(topic, answer)| (*topic, answer.as_str()))
    }

    /// Takes defaults for whatever is open, and returns the topics that have none.
    pub(super) fn fill(&mut self, document: &Document) -> Vec<Topic> {
        let mut missing = Vec::new();
        for topic in TOPICS {
            if self.0.contains_key(&topic) {
                continue;
            }
            match default(topic, self, document) {
                Some(answer) => {
                    self.0.insert(topic, answer);
                }
                None if topic.follows().is_some_and(|other| missing.contains(&other)) => {}
                None => missing.push(topic),
            }
        }
        missing
    }

    /// Asks for whatever is open.
    pub(super) fn ask(&mut self, document: &Document) -> Result<()> {
        for topic in TOPICS {
            if self.0.contains_key(&topic) {
                continue;
            }
            let repository = self.get(Topic::Repository).and_then(github_repository);
            let repository = repository.map(|(owner, name)| format!("{owner}/{name}"));
            let question = topic.question(repository.as_deref());
            let answer = ask(&question, default(topic, self, document).as_deref())?;
            self.0.insert(topic, answer);
        }
        Ok(())
    }
}

/// Can somebody answer?
pub(super) fn somebody_is_there() -> bool {
    io::stdin().is_terminal()
}

/// Asks until there is an answer; an empty line takes the default.
pub(super) fn ask(question: &str, default: Option<&str>) -> Result<String> {
    let offered = default.map(|default| format!(" [{default}]")).unwrap_or_default();
    loop {
        let mut stderr = anstream::stderr();
        write!(stderr, "{question}{offered}: ").and_then(|()| stderr.flush()).context("asking on standard error")?;
        let mut line = String::new();
        if io::stdin().lock().read_line(&mut line).context("reading an answer from standard input")? == 0 {
            bail!("no answer to `{question}`: nothing is written");
        }
        match (line.trim(), default) {
            ("", Some(default)) => return Ok(default.to_owned()),
            ("", None) => {}
            (answer, _) => return Ok(answer.to_owned()),
        }
    }
}
