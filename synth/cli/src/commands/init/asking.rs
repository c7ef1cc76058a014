//! Answers that flags leave open: taken by default, or asked for on a terminal.

use std::io::{self, BufRead, IsTerminal, Write};

use anyhow::{Context, Result, bail};

use super::{
    answers::Answers,
    defaults::default,
    document::Document,
    repository::github_repository,
    topic::{NONE, TOPICS, Topic},
};

impl Answers {
    /// Takes defaults for whatever is open, and returns the topics that have none.
    pub(super) fn fill(&mut self, document: &Document) -> Vec<Topic> {
        let mut missing = Vec::new();
        for topic in TOPICS {
            if self.get(topic).is_some() {
                continue;
            }
            match default(topic, self, document) {
                Some(answer) => self.insert(topic, answer),
                None if topic.follows().is_some_and(|other| missing.contains(&other)) => {}
                None => missing.push(topic),
            }
        }
        missing
    }

    /// Asks for whatever is open.
    pub(super) fn ask(&mut self, document: &Document) -> Result<()> {
        for topic in TOPICS {
            if self.get(topic).is_some() {
                continue;
            }
            let repository = self.get(Topic::Repository).and_then(github_repository);
            let repository = repository.map(|(owner, name)| format!("{owner}/{name}"));
            let question = topic.question(repository.as_deref());
            let default = default(topic, self, document);
            let answer = match default.clone().filter(|_| self.leaves_nothing_to_ask(topic)) {
                Some(answer) => answer,
                None => ask(&question, default.as_deref())?,
            };
            self.insert(topic, answer);
        }
        Ok(())
    }

    /// Without a domain there is no zone, and with one its certificate is made.
    fn leaves_nothing_to_ask(&self, topic: Topic) -> bool {
        let named = self.get(Topic::DnsDomain).is_some_and(|domain| domain != NONE);
        match topic {
            Topic::DnsZone => !named,
            Topic::Certificate => named,
            _ => false,
        }
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
