//! Why answers are refused: by the rules of the settings, or because they are examples again. All reasons come together.

use std::collections::BTreeSet;

use stacks::settings::{Settings, example_in};

use super::{
    answers::Answers,
    document::Document,
    topic::{TOPICS, Topic},
};

/// The reasons against the answers.
#[derive(Debug)]
pub(super) struct Refusal {
    /// The topics that must be answered anew.
    pub(super) topics: BTreeSet<Topic>,
    /// Every reason, with the flag and the key that it is about.
    pub(super) message: String,
}

impl Refusal {
    /// Holds answers, and the settings that they make, against the rules.
    pub(super) fn of(environment: &str, answers: &Answers, document: &Document) -> Option<Self> {
        let mut topics = BTreeSet::new();
        let mut reasons = Vec::new();
        let refused = Settings::parse(environment, &document.layers()).err();
        for problem in refused.iter().flat_map(|refused| &refused.problems) {
            let topic = TOPICS.into_iter().find(|topic| topic.owns(&problem.key));
            reasons.push(topic.map_or_else(
                || format!("\n  {problem}"),
                |topic| format!("\n  {}: `{}` {}", topic.flag(), problem.key, problem.message),
            ));
            topics.extend(topic);
        }
        for (topic, answer) in answers.iter() {
            if let Some(example) = example_in(answer) {
                let flag = topic.flag();
                reasons.push(format!("\n  {flag}: `{answer}` holds the example `{example}`: give your own value"));
                topics.insert(topic);
            }
        }
        let message = format!(
            "nothing is written: the settings of environment `{environment}` would be invalid:{}",
            reasons.concat()
        );
        (refused.is_some() || !topics.is_empty()).then_some(Self { topics, message })
    }
}
