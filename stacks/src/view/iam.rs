//! IAM documents: which roles they are granted to, what their statements say, and how long they get.

use serde_json::{Map, Value as Json, json};
use synth_bindings::{
    aws_iam_policy, aws_iam_role, aws_iam_role_policy, aws_iam_role_policy_attachment,
    data::aws_iam_policy_document::{self, statement},
};
use synth_framework::Expression;

use super::Declared;
use crate::Platform;

/// The length that a text counts for when only AWS knows it; no ARN here is longer.
const UNKNOWN_LENGTH: usize = 128;

/// A document, and the policy or role that carries it.
#[derive(Clone, Copy)]
pub(crate) struct Document<'a> {
    /// The policy or role.
    pub(crate) carrier: Declared<'a>,
    source: Declared<'a, aws_iam_policy_document::Handle>,
}

/// One statement of a document.
#[derive(Clone, Copy)]
pub(crate) struct Statement<'a>(Declared<'a, statement::View>);

/// The documents that are granted to roles: policies of their own, and those inside a role.
pub(crate) fn granted_documents(platform: &Platform) -> impl Iterator<Item = Document<'_>> {
    let policies = platform.resources::<aws_iam_policy::Handle>();
    let inside = platform.resources::<aws_iam_role_policy::Handle>();
    let policies = policies.filter_map(|of| Document::of(of.whole(), of.get(|of| of.policy())?));
    policies.chain(inside.filter_map(|of| Document::of(of.whole(), of.get(|of| of.policy())?)))
}

/// The documents that say who may assume each role.
pub(crate) fn trust_documents(platform: &Platform) -> impl Iterator<Item = Document<'_>> {
    let roles = platform.resources::<aws_iam_role::Handle>();
    roles.filter_map(|role| Document::of(role.whole(), role.get(|of| of.assume_role_policy())?))
}

impl<'a> Document<'a> {
    fn of(carrier: Declared<'a>, document: &Expression) -> Option<Self> {
        Some(Self { carrier, source: carrier.leads_to(document)?.of_type()? })
    }

    /// The roles to which it is attached.
    pub(crate) fn roles(&self) -> impl Iterator<Item = Declared<'a>> + use<'a> {
        let carrier = self.carrier;
        let attached = carrier.platform.resources::<aws_iam_role_policy_attachment::Handle>();
        let attached = attached.filter(move |of| of.leads(|of| of.policy_arn()).is_some_and(|of| of.is(&carrier)));
        attached.filter_map(|of| of.leads(|of| of.role()))
    }

    pub(crate) fn statements(&self) -> impl Iterator<Item = Statement<'a>> {
        self.source.blocks(|of| of.statement()).map(Statement)
    }

    /// Its length as IAM counts it: without white space, references at their real length.
    pub(crate) fn length(&self) -> usize {
        let statements: Vec<Json> = self.statements().map(|statement| statement.written()).collect();
        json!({ "Version": "2012-10-17", "Statement": statements }).to_string().len()
    }
}

impl Statement<'_> {
    pub(crate) fn sid(&self) -> String {
        self.0.text(|of| of.sid()).unwrap_or_default()
    }

    pub(crate) fn allows(&self) -> bool {
        self.0.text(|of| of.effect()).is_none_or(|effect| effect == "Allow")
    }

    pub(crate) fn actions(&self) -> Vec<String> {
        self.0.texts(|of| of.actions()).into_iter().flatten().collect()
    }

    fn resources(&self) -> Vec<Option<String>> {
        self.0.texts(|of| of.resources())
    }

    /// Does it hold for every resource there is?
    pub(crate) fn is_about_everything(&self) -> bool {
        self.resources().contains(&Some("*".to_owned()))
    }

    /// Does it hold for every resource of an account, however that is written? One that only AWS knows is one resource.
    pub(crate) fn is_about_anything(&self) -> bool {
        let resources = self.resources();
        let everything = |arn: String| {
            let resource = arn.splitn(6, ':').nth(5).unwrap_or(&arn).to_owned();
            resource.trim_matches(['*', '?', '/']).is_empty()
        };
        resources.is_empty() || resources.into_iter().flatten().any(everything)
    }

    /// Its resources that name nothing: those whose name is a pattern, or begins as one. `bucket/*` names the bucket, `secret:name-??????` the
    /// secret.
    pub(crate) fn vague(&self) -> Vec<String> {
        let named = |arn: &str| {
            let resource = arn.splitn(6, ':').nth(5).unwrap_or_default();
            let name = ["table/", "key/", "parameter/", "secret:"].iter().find_map(|kind| resource.strip_prefix(kind));
            let name = name.unwrap_or(resource);
            let name = name.strip_suffix("-??????").or_else(|| name.strip_suffix("/*")).unwrap_or(name);
            let name = name.strip_suffix("/index").unwrap_or(name);
            !name.is_empty() && !is_pattern(name)
        };
        self.resources().into_iter().flatten().filter(|arn| !named(arn)).collect()
    }

    /// Is this one of its resources?
    pub(crate) fn is_about(&self, arn: &str) -> bool {
        self.resources().iter().flatten().any(|of| of == arn)
    }

    /// Do all of its resources begin so? One that only AWS knows does not.
    pub(crate) fn is_within(&self, beginning: &str) -> bool {
        self.resources().iter().all(|of| of.as_ref().is_some_and(|arn| arn.starts_with(beginning)))
    }

    /// Is one of its resources a pattern?
    pub(crate) fn is_about_several(&self) -> bool {
        self.resources().into_iter().flatten().any(|arn| is_pattern(&arn))
    }

    pub(crate) fn principal_types(&self) -> Vec<String> {
        self.0.blocks(|of| of.principals()).filter_map(|of| of.text(|of| of.type_())).collect()
    }

    /// Who it is about, of one type such as `Service`.
    pub(crate) fn principals(&self, kind: &str) -> Vec<String> {
        let of_kind =
            self.0.blocks(|of| of.principals()).filter(|of| of.text(|of| of.type_()).as_deref() == Some(kind));
        of_kind.flat_map(|of| of.texts(|of| of.identifiers())).flatten().collect()
    }

    /// The values that its conditions demand of a key that ends so.
    pub(crate) fn demanded(&self, key_suffix: &str) -> Vec<String> {
        let conditions = self.0.blocks(|of| of.condition());
        let conditions =
            conditions.filter(|of| of.text(|of| of.variable()).is_some_and(|key| key.ends_with(key_suffix)));
        conditions.flat_map(|of| of.texts(|of| of.values())).flatten().collect()
    }

    /// The statement as the data source writes it: one item of a list stands without brackets. What is granted names no principal.
    fn written(&self) -> Json {
        let mut written = Map::new();
        let mut put = |key: &str, value: Json| written.insert(key.to_owned(), value);
        put("Sid", self.sid().into());
        put("Effect", self.0.text(|of| of.effect()).unwrap_or_else(|| "Allow".to_owned()).into());
        for (key, values) in [
            ("Action", list(self.0.texts(|of| of.actions()))),
            ("NotAction", list(self.0.texts(|of| of.not_actions()))),
            ("Resource", list(self.0.texts(|of| of.resources()))),
            ("NotResource", list(self.0.texts(|of| of.not_resources()))),
        ] {
            if !values.is_null() {
                put(key, values);
            }
        }
        let mut conditions = Map::new();
        for condition in self.0.blocks(|of| of.condition()) {
            let test = condition.text(|of| of.test()).unwrap_or_default();
            let keys = conditions.entry(test).or_insert_with(|| json!({}));
            keys[condition.text(|of| of.variable()).unwrap_or_default()] = list(condition.texts(|of| of.values()));
        }
        if !conditions.is_empty() {
            put("Condition", conditions.into());
        }
        written.into()
    }
}

/// Does IAM read it as a pattern?
pub(crate) fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?'])
}

/// A list as the data source writes it; what only AWS knows counts as long as it may be.
fn list(values: Vec<Option<String>>) -> Json {
    let values = values.into_iter();
    let mut values: Vec<Json> = values.map(|text| text.unwrap_or_else(|| "?".repeat(UNKNOWN_LENGTH)).into()).collect();
    match values.len() {
        0 => Json::Null,
        1 => values.remove(0),
        _ => values.into(),
    }
}
