//! IAM documents: which roles they are granted to, what their statements say, and how long they get.

use serde_json::{Map, Value as Json, json};
use synth_framework::{Body, Mode};

use super::{
    Declared,
    arguments::{body_text, body_texts},
};
use crate::Platform;

/// What a text counts that only AWS knows; no ARN here is longer.
const UNKNOWN_LENGTH: usize = 128;

/// A document, and the policy or role that carries it.
#[derive(Clone, Copy)]
pub(crate) struct Document<'a> {
    /// The policy or role.
    pub(crate) carrier: Declared<'a>,
    source: Declared<'a>,
}

/// One statement of a document.
#[derive(Clone, Copy)]
pub(crate) struct Statement<'a> {
    source: Declared<'a>,
    body: &'a Body,
}

/// The documents that are granted to roles: policies of their own, and those inside a role.
pub(crate) fn granted_documents(platform: &Platform) -> impl Iterator<Item = Document<'_>> {
    let carriers = platform.managed("aws_iam_policy").chain(platform.managed("aws_iam_role_policy"));
    carriers.filter_map(|carrier| Document::of(carrier, "policy"))
}

/// The documents that say who may assume each role.
pub(crate) fn trust_documents(platform: &Platform) -> impl Iterator<Item = Document<'_>> {
    platform.managed("aws_iam_role").filter_map(|role| Document::of(role, "assume_role_policy"))
}

impl<'a> Document<'a> {
    fn of(carrier: Declared<'a>, argument: &str) -> Option<Self> {
        let source = carrier.leads_to(carrier.get(argument)?)?;
        let is_document = source.resource.mode == Mode::Data && source.resource.type_name == "aws_iam_policy_document";
        is_document.then_some(Self { carrier, source })
    }

    pub(crate) fn statements(&self) -> impl Iterator<Item = Statement<'a>> {
        let source = self.source;
        source.resource.body.blocks("statement").map(move |body| Statement { source, body })
    }

    /// Its length as IAM counts it: without white space, references at their real length.
    pub(crate) fn length(&self) -> usize {
        let statements: Vec<Json> = self.statements().map(|statement| statement.written()).collect();
        json!({ "Version": "2012-10-17", "Statement": statements }).to_string().len()
    }
}

impl Statement<'_> {
    pub(crate) fn sid(&self) -> String {
        self.text("sid").unwrap_or_default()
    }

    pub(crate) fn allows(&self) -> bool {
        self.text("effect").is_none_or(|effect| effect == "Allow")
    }

    pub(crate) fn actions(&self) -> Vec<String> {
        body_texts(&self.source, self.body, "actions").into_iter().flatten().collect()
    }

    /// Does it hold for every resource there is?
    pub(crate) fn is_about_everything(&self) -> bool {
        body_texts(&self.source, self.body, "resources").contains(&Some("*".to_owned()))
    }

    /// Does it hold for every resource of an account, however that is written? One that only AWS knows is one resource.
    pub(crate) fn is_about_anything(&self) -> bool {
        let resources = body_texts(&self.source, self.body, "resources");
        let everything = |arn: String| {
            let resource = arn.splitn(6, ':').nth(5).unwrap_or(&arn).to_owned();
            resource.trim_matches(['*', '/']).is_empty()
        };
        resources.is_empty() || resources.into_iter().flatten().any(everything)
    }

    /// Do all of its resources begin so? One that only AWS knows does not.
    pub(crate) fn is_within(&self, beginning: &str) -> bool {
        let resources = body_texts(&self.source, self.body, "resources");
        resources.iter().all(|of| of.as_ref().is_some_and(|arn| arn.starts_with(beginning)))
    }

    /// Is one of its resources a pattern?
    pub(crate) fn is_about_several(&self) -> bool {
        let resources = body_texts(&self.source, self.body, "resources");
        resources.into_iter().flatten().any(|arn| arn.contains(['*', '?']))
    }

    pub(crate) fn principal_types(&self) -> Vec<String> {
        self.body.blocks("principals").filter_map(|of| body_text(&self.source, of, "type")).collect()
    }

    /// Who it is about, of one type such as `Service`.
    pub(crate) fn principals(&self, kind: &str) -> Vec<String> {
        let of_kind =
            self.body.blocks("principals").filter(|of| body_text(&self.source, of, "type").as_deref() == Some(kind));
        of_kind.flat_map(|of| body_texts(&self.source, of, "identifiers")).flatten().collect()
    }

    /// The values that its conditions demand of a key that ends so.
    pub(crate) fn demanded(&self, key_suffix: &str) -> Vec<String> {
        let conditions = self.body.blocks("condition").filter(|condition| {
            body_text(&self.source, condition, "variable").is_some_and(|key| key.ends_with(key_suffix))
        });
        conditions.flat_map(|condition| body_texts(&self.source, condition, "values")).flatten().collect()
    }

    fn text(&self, argument: &str) -> Option<String> {
        body_text(&self.source, self.body, argument)
    }

    /// The statement as the data source writes it: one item of a list stands without brackets.
    fn written(&self) -> Json {
        let mut written = Map::new();
        let mut put = |key: &str, value: Json| written.insert(key.to_owned(), value);
        put("Sid", self.sid().into());
        put("Effect", self.text("effect").unwrap_or_else(|| "Allow".to_owned()).into());
        for (argument, key) in [
            ("actions", "Action"),
            ("not_actions", "NotAction"),
            ("resources", "Resource"),
            ("not_resources", "NotResource"),
        ] {
            let values = self.list(self.body, argument);
            if !values.is_null() {
                put(key, values);
            }
        }
        let mut principals = Map::new();
        for of in self.body.blocks("principals") {
            let kind = body_text(&self.source, of, "type").unwrap_or_default();
            principals.insert(kind, self.list(of, "identifiers"));
        }
        if !principals.is_empty() {
            put("Principal", principals.into());
        }
        let mut conditions = Map::new();
        for condition in self.body.blocks("condition") {
            let text = |argument| body_text(&self.source, condition, argument).unwrap_or_default();
            let keys = conditions.entry(text("test")).or_insert_with(|| json!({}));
            keys[text("variable")] = self.list(condition, "values");
        }
        if !conditions.is_empty() {
            put("Condition", conditions.into());
        }
        written.into()
    }

    fn list(&self, body: &Body, argument: &str) -> Json {
        let values = body_texts(&self.source, body, argument).into_iter();
        let mut values: Vec<Json> =
            values.map(|text| text.unwrap_or_else(|| "?".repeat(UNKNOWN_LENGTH)).into()).collect();
        match values.len() {
            0 => Json::Null,
            1 => values.remove(0),
            _ => values.into(),
        }
    }
}
