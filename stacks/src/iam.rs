//! IAM policy documents and roles, in the few shapes that the stacks need.

use synth_bindings::{
    PolicyArn, RoleName, aws_iam_policy, aws_iam_role, aws_iam_role_policy_attachment,
    data::{self, aws_iam_policy_document, aws_iam_policy_document::statement},
};
use synth_framework::{IntoBlocks, IntoValue, List, Set, Stack, Value, functions::contains};

use crate::{names::label, settings::Settings};

/// The most characters of a managed policy, white space not counted.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
pub const MANAGED_POLICY_LIMIT: usize = 6_144;

/// A statement that allows actions.
pub fn allow(sid: &str, actions: impl IntoValue<Set<String>>) -> statement::Block {
    aws_iam_policy_document::statement().sid(sid).effect("Allow").actions(actions)
}

/// A statement that denies actions.
pub fn deny(sid: &str, actions: impl IntoValue<Set<String>>) -> statement::Block {
    aws_iam_policy_document::statement().sid(sid).effect("Deny").actions(actions)
}

/// A condition on a key of the request.
pub fn condition(
    test: &str,
    key: impl IntoValue<String>,
    values: impl IntoValue<List<String>>,
) -> impl IntoBlocks<statement::condition::Shape> {
    statement::condition().test(test).variable(key).values(values)
}

/// AWS services, as who may do something.
pub fn services(services: impl IntoValue<Set<String>>) -> impl IntoBlocks<statement::principals::Shape> {
    statement::principals().type_("Service").identifiers(services)
}

/// AWS accounts, roles or users, as who may do something; `*` is anybody.
pub fn principals(arns: impl IntoValue<Set<String>>) -> impl IntoBlocks<statement::principals::Shape> {
    statement::principals().type_("AWS").identifiers(arns)
}

/// The statement by which the account itself administers a key: without it IAM policies could not grant its use.
pub fn account_administers(settings: &Settings) -> statement::Block {
    let root = format!("arn:{}:iam::{}:root", settings.aws.partition(), settings.aws.account_id);
    allow("AccountAdministers", ["kms:*"]).principals(principals([root])).resources(["*"])
}

/// Declares a document of statements.
#[track_caller]
pub fn document(
    stack: &Stack,
    label: &str,
    statements: impl IntoBlocks<statement::Shape>,
) -> aws_iam_policy_document::Handle {
    data::aws_iam_policy_document(label).statement(statements).add_to(stack)
}

/// Does a document deny everybody these actions over plain HTTP?
pub fn denies_plain_http(document: &aws_iam_policy_document::Handle, actions: &str) -> Value<bool> {
    document.statement().any("statement", |statement| {
        let everybody = statement.principals().any("who", |who| contains::<String>(who.identifiers(), "*"));
        let plain = statement.condition().any("condition", |condition| {
            let insecure = contains::<String>(condition.values(), "false");
            condition.variable().equals("aws:SecureTransport").and(insecure)
        });
        let denied = contains::<String>(statement.actions(), actions);
        statement.effect().equals("Deny").and(denied).and(everybody).and(plain)
    })
}

/// Declares a role that an AWS service assumes.
#[track_caller]
pub fn service_role(stack: &Stack, settings: &Settings, role: &str, service: &str) -> aws_iam_role::Handle {
    let trust = allow("AssumeRole", ["sts:AssumeRole"]).principals(services([service]));
    role_trusting(stack, settings, role, trust)
}

/// Declares a role that the pods of one service account, given as namespace and name, take through Pod Identity.
///
/// The service is the same for every cluster of the account, so that the trust asks for the tags that it puts on a session:
/// whoever may make an association in another cluster gives this role to nobody.
#[track_caller]
pub fn pod_role(
    stack: &Stack,
    settings: &Settings,
    role: &str,
    (namespace, service_account): (&str, &str),
) -> aws_iam_role::Handle {
    let cluster = settings.cluster_arn();
    let trust = allow("PodIdentity", ["sts:AssumeRole", "sts:TagSession"])
        .principals(services(["pods.eks.amazonaws.com"]))
        .condition(condition("StringEquals", "aws:SourceAccount", [&settings.aws.account_id]))
        .condition(condition("StringEquals", "aws:RequestTag/eks-cluster-arn", [cluster.as_str()]))
        .condition(condition("StringEquals", "aws:RequestTag/kubernetes-namespace", [namespace]))
        .condition(condition("StringEquals", "aws:RequestTag/kubernetes-service-account", [service_account]));
    role_trusting(stack, settings, role, trust)
}

/// Declares a role with the trust that a statement gives.
#[track_caller]
pub fn role_trusting(
    stack: &Stack,
    settings: &Settings,
    role: &str,
    trust: impl IntoBlocks<statement::Shape>,
) -> aws_iam_role::Handle {
    let trust = trust_of(stack, role, trust);
    role_with(stack, settings, role, &trust, None)
}

/// Declares the document of who may take a role.
#[track_caller]
pub fn trust_of(
    stack: &Stack,
    role: &str,
    trust: impl IntoBlocks<statement::Shape>,
) -> aws_iam_policy_document::Handle {
    document(stack, &format!("{}_trust", label(role)), trust)
}

/// Declares a role with a document of who may take it, and for how many seconds at most: an hour where nothing is said.
#[track_caller]
pub fn role_with(
    stack: &Stack,
    settings: &Settings,
    role: &str,
    trust: &aws_iam_policy_document::Handle,
    session_seconds: Option<u32>,
) -> aws_iam_role::Handle {
    aws_iam_role(label(role))
        .name(settings.named(role))
        .assume_role_policy(trust.json())
        .max_session_duration(session_seconds)
        .add_to(stack)
}

/// Declares a policy of its own and attaches it to a role: no document grows towards IAM's limit of 6,144 characters.
#[track_caller]
pub fn grant(
    stack: &Stack,
    settings: &Settings,
    role: &aws_iam_role::Handle,
    name: &str,
    statements: impl IntoBlocks<statement::Shape>,
) -> aws_iam_role_policy_attachment::Handle {
    let label = label(name);
    let document = document(stack, &label, statements);
    let policy = aws_iam_policy(label.as_str()).name(settings.named(name)).policy(document.json()).add_to(stack);
    attach(stack, &label, role.name(), policy.arn())
}

/// Attaches a policy that AWS keeps to a role.
#[track_caller]
pub fn grant_aws_policy(
    stack: &Stack,
    settings: &Settings,
    role: &aws_iam_role::Handle,
    label: &str,
    path: &str,
) -> aws_iam_role_policy_attachment::Handle {
    attach(stack, label, role.name(), PolicyArn::literal(settings.aws_policy_arn(path)))
}

#[track_caller]
fn attach(
    stack: &Stack,
    label: &str,
    role: impl IntoValue<RoleName>,
    policy: impl IntoValue<PolicyArn>,
) -> aws_iam_role_policy_attachment::Handle {
    aws_iam_role_policy_attachment(label).role(role).policy_arn(policy).add_to(stack)
}
