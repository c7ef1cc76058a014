//! Why answers are refused: by the rules of the settings, or because they are examples again. All reasons come together.

use std::collections::BTreeSet;

use stacks::settings::{Settings, example_in};

use super::{
    answers::Answers,
    document::Document,
    topic::{TOPICS, Topic},
};

/// What is wrong with answers.
#[derive(Debug)]
pub(super) struct Refusal {
    /// What must be answered anew.
    pub(super) topics: BTreeSet<Topic>,
    /// Every reason, with the flag and the key that it is about.
    pub(super) message: String,
}

impl Refusal {
    /// Holds answers, and the settings that they make, against the rules.
    pub(super) fn of(environment: &str, answers: &Answers, document: &Document) -> Option<Self> {
        let mut topics = BTreeSet::new();
        let mut message = format!("nothing is written: the settings of environment `{environment}` would be refused:");
        let refused = Settings::parse(environment, &document.layers()).err();
        for problem in refused.iter().flat_map(|refused| &refused.problems) {
            match TOPICS.into_iter().find(|topic| topic.owns(&problem.key)) {
                Some(topic) => {
                    message += &format!("\n  {}: `{}` {}", topic.flag(), problem.key, problem.message);
                    topics.insert(topic);
                }
                None => message += &format!("\n  {problem}"),
            }
        }
        for (topic, answer) in answers.iter() {
            if let Some(example) = example_in(answer) {
                message += &format!("\n  {}: `{answer}` holds the example `{example}`: give your own", topic.flag());
                topics.insert(topic);
            }
        }
        (refused.is_some() || !topics.is_empty()).then_some(Self { topics, message })
    }
}
