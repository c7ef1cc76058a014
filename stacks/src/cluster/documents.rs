//! Policies that get as long as the settings make them: in one document, and where IAM's limit is reached in several.

use serde_json::{Map, json};
use synth_bindings::{aws_iam_role, data::aws_iam_policy_document::statement};
use synth_framework::Stack;

use crate::{
    iam::{MANAGED_POLICY_LIMIT, allow, condition, grant},
    settings::Settings,
};

/// A statement that allows actions on resources, before it is known in which document it stands.
pub(super) struct Allowed {
    sid: String,
    actions: Vec<&'static str>,
    resources: Vec<String>,
    /// Test, key and values of each condition.
    conditions: Vec<(&'static str, &'static str, Vec<String>)>,
}

impl Allowed {
    /// A statement, unless it is about nothing.
    pub(super) fn on(sid: impl Into<String>, actions: &[&'static str], resources: Vec<String>) -> Option<Self> {
        let (sid, actions) = (sid.into(), actions.to_vec());
        (!resources.is_empty()).then_some(Self { sid, actions, resources, conditions: Vec::new() })
    }

    /// The same under one more condition.
    pub(super) fn only(mut self, test: &'static str, key: &'static str, values: Vec<String>) -> Self {
        self.conditions.push((test, key, values));
        self
    }

    /// The same about other resources.
    fn about(&self, resources: Vec<String>) -> Self {
        let Self { sid, actions, conditions, .. } = self;
        Self { sid: sid.clone(), actions: actions.clone(), resources, conditions: conditions.clone() }
    }

    /// The most characters that it takes without its resources, as the data source writes it.
    fn bare(&self) -> usize {
        let mut conditions = Map::new();
        for (test, key, values) in &self.conditions {
            conditions.entry(*test).or_insert_with(|| json!({}))[*key] = json!(values);
        }
        json!({ "Sid": self.sid, "Effect": "Allow", "Action": self.actions, "Resource": [], "Condition": conditions })
            .to_string()
            .len()
    }

    fn block(self) -> statement::Block {
        let block = allow(&self.sid, self.actions).resources(self.resources);
        self.conditions
            .into_iter()
            .fold(block, |block, (test, key, values)| block.condition(condition(test, key, values)))
    }
}

/// Sorts statements into documents in their order. Where one is full the next begins, with the rest of a statement's resources.
fn documents(statements: Vec<Allowed>) -> Vec<Vec<Allowed>> {
    let frame = json!({ "Version": "2012-10-17", "Statement": [] }).to_string().len();
    let (mut documents, mut document, mut used) = (Vec::new(), Vec::new(), frame);
    for statement in statements {
        // Behind each statement and each resource comes a comma.
        let bare = statement.bare() + 1;
        let (mut part, mut length) = (Vec::new(), bare);
        for resource in &statement.resources {
            let quoted = resource.len() + 3;
            if used + length + quoted > MANAGED_POLICY_LIMIT {
                if !part.is_empty() {
                    document.push(statement.about(std::mem::take(&mut part)));
                }
                if !document.is_empty() {
                    documents.push(std::mem::take(&mut document));
                }
                (used, length) = (frame, bare);
            }
            length += quoted;
            part.push(resource.clone());
        }
        document.push(statement.about(part));
        used += length;
    }
    documents.extend((!document.is_empty()).then_some(document));
    documents
}

/// Declares a policy of these statements and attaches it to a role; further ones have a number behind their name.
#[track_caller]
pub(super) fn grant_all(
    stack: &Stack,
    settings: &Settings,
    role: &aws_iam_role::Handle,
    name: &str,
    statements: Vec<Allowed>,
) {
    for (index, statements) in documents(statements).into_iter().enumerate() {
        let part = if index == 0 { String::new() } else { format!("-{}", index + 1) };
        let statements: Vec<_> = statements.into_iter().map(Allowed::block).collect();
        grant(stack, settings, role, &format!("{name}{part}"), statements);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tables(number: usize) -> Vec<String> {
        (0..number).map(|number| format!("arn:aws:dynamodb:eu-north-1:111122223333:table/{number:0>60}")).collect()
    }

    #[test]
    fn what_fits_is_one_document_and_what_does_not_is_lost_nowhere() {
        let statements = |number| {
            let write = Allowed::on("Write", &["dynamodb:PutItem"], tables(3));
            Allowed::on("Read", &["dynamodb:GetItem"], tables(number)).into_iter().chain(write).collect::<Vec<_>>()
        };
        assert_eq!(documents(Vec::new()).len(), 0);
        assert_eq!(documents(statements(40)).len(), 1);
        let several = documents(statements(200));
        let sids: Vec<Vec<_>> = several.iter().map(|of| of.iter().map(|of| of.sid.as_str()).collect()).collect();
        assert_eq!(sids, [vec!["Read"], vec!["Read"], vec!["Read"], vec!["Read", "Write"]]);
        let read: Vec<_> = several.iter().map(|of| of[0].resources.clone()).collect();
        assert_eq!(read.concat(), tables(200));
    }

    #[test]
    fn a_document_is_filled_up_to_the_limit_and_not_beyond() {
        let several = documents(Allowed::on("Read", &["dynamodb:GetItem"], tables(200)).into_iter().collect());
        for document in &several[..several.len() - 1] {
            let of = &document[0];
            let statement = json!({ "Sid": "Read", "Effect": "Allow", "Action": of.actions, "Resource": of.resources });
            let length = json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string().len();
            assert!((MANAGED_POLICY_LIMIT - 150..=MANAGED_POLICY_LIMIT).contains(&length), "{length}");
        }
    }
}
