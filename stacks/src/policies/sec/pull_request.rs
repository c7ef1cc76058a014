//! The rights of the roles that pull requests take.

use synth_bindings::{
    aws_eks_access_policy_association, aws_iam_role, aws_iam_role_policy, aws_iam_role_policy_attachment,
};
use synth_review::{Findings, Policy, Severity};

use crate::{
    Platform,
    view::{Declared, Document, Statement, granted_documents, is_pattern, trust_documents},
};

/// How a GitHub token names the run of a pull request, at the end of its subject.
const PULL_REQUEST: &str = ":pull_request";

/// The prefixes of actions that may stand without a resource: lists, and how things are made.
const LOOKING: [&str; 2] = ["Describe", "List"];

/// The same, by another name: how a registry scans, and which ranges of a subnet are kept free.
const ACCOUNT_WIDE: [&str; 2] = ["ecr:GetRegistryScanningConfiguration", "ec2:GetSubnetCidrReservations"];

/// The prefixes of actions that change nothing, which may stand where the resources are named.
const READING: [&str; 3] = ["Describe", "Get", "List"];

/// The same, by another name: the one way to read a budget, which AWS calls so.
const VIEWING: [&str; 1] = ["budgets:ViewBudget"];

/// Actions that begin like that and read the contents of things: no plan asks for them.
const CONTENTS: [&str; 18] = [
    "athena:GetQueryResults",
    "dynamodb:GetItem",
    "dynamodb:GetRecords",
    "ec2:GetConsoleOutput",
    "ec2:GetConsoleScreenshot",
    "ec2:GetPasswordData",
    "ecr:GetDownloadUrlForLayer",
    "kinesis:GetRecords",
    "lambda:GetFunction",
    "lambda:GetLayerVersion",
    "logs:GetLogEvents",
    "logs:GetLogRecord",
    "logs:GetQueryResults",
    "secretsmanager:GetSecretValue",
    "ssm:GetParameter",
    "ssm:GetParameterHistory",
    "ssm:GetParameters",
    "ssm:GetParametersByPath",
];

/// Objects of S3, of which a plan reads the state.
const OBJECTS: [&str; 2] = ["s3:GetObject", "s3:GetObjectVersion"];

/// The one way to read what lies encrypted.
const DECRYPT: &str = "kms:Decrypt";

/// The access policies of EKS that change nothing.
const VIEWS: [&str; 2] = ["AmazonEKSAdminViewPolicy", "AmazonEKSViewPolicy"];

pub(super) const READS_NO_DATA: Policy<Platform> = Policy {
    code: "SEC016",
    name: "pull-requests-read-no-data",
    severity: Severity::Error,
    explanation: "A pull request runs its own code before anyone has read it: its role may read how resources are \
                  configured, but their contents only where a plan needs them.",
    check: reads_no_data,
};

fn reads_no_data(platform: &Platform, findings: &mut Findings) {
    for role in trust_documents(platform).filter(trusts_pull_requests).map(|trust| trust.carrier) {
        for attachment in attached(platform, &role) {
            if let Some(policy) = attachment.text(|of| of.policy_arn()) {
                findings.report(
                    attachment.place(),
                    format!("gives pull requests `{policy}`, a policy whose actions are not listed here"),
                    "grant a policy of its own that names the actions that plans call",
                );
            }
        }
        for document in granted_documents(platform).filter(|document| reaches(platform, document, &role)) {
            for statement in document.statements().filter(Statement::allows) {
                judge(platform, &document, &statement, findings);
            }
        }
        sees_one_namespace(platform, &role, findings);
    }
}

/// In the cluster a plan looks at the releases of Helm, which all lie beside Argo CD.
fn sees_one_namespace(platform: &Platform, role: &Declared<'_>, findings: &mut Findings) {
    let name = role.of_type::<aws_iam_role::Handle>().and_then(|role| role.text(|of| of.name()));
    let arn = name.map(|name| platform.settings.role_arn(&name));
    let namespace = &platform.settings.argocd.namespace;
    for access in platform.resources::<aws_eks_access_policy_association::Handle>() {
        if access.text(|of| of.principal_arn()) != arn {
            continue;
        }
        let policy = access.text(|of| of.policy_arn()).unwrap_or_default();
        if !VIEWS.iter().any(|view| policy.ends_with(&format!("/{view}"))) {
            let message = format!("gives pull requests `{policy}`, which allows more than reading");
            findings.report(access.place(), message, format!("associate `{}`", VIEWS[0]));
        }
        let seen: Vec<_> = access.texts(|of| of.access_scope().namespaces()).into_iter().flatten().collect();
        if access.text(|of| of.access_scope().type_()).as_deref() != Some("namespace") || seen != [namespace.as_str()] {
            let message = format!("lets pull requests see more of the cluster than the namespace `{namespace}`");
            let mend = format!("give it an `access_scope` of the type `namespace` with `{namespace}` alone");
            findings.report(access.place(), message, mend);
        }
    }
}

fn trusts_pull_requests(trust: &Document<'_>) -> bool {
    let subjects = trust.statements().flat_map(|statement| statement.demanded(":sub"));
    subjects.into_iter().any(|subject| subject.ends_with(PULL_REQUEST))
}

type Attachment = aws_iam_role_policy_attachment::Handle;

/// The policies that are attached to a role.
fn attached<'a>(platform: &'a Platform, role: &Declared<'a>) -> impl Iterator<Item = Declared<'a, Attachment>> {
    let role = *role;
    platform.resources::<Attachment>().filter(move |of| of.leads(|of| of.role()).is_some_and(|of| of.is(&role)))
}

/// Is a document inside the role, or attached to it?
fn reaches(platform: &Platform, document: &Document<'_>, role: &Declared<'_>) -> bool {
    let inside = document.carrier.of_type::<aws_iam_role_policy::Handle>();
    inside.and_then(|policy| policy.leads(|of| of.role())).is_some_and(|of| of.is(role))
        || attached(platform, role)
            .any(|attachment| attachment.leads(|of| of.policy_arn()).is_some_and(|of| of.is(&document.carrier)))
}

fn judge(platform: &Platform, document: &Document<'_>, statement: &Statement<'_>, findings: &mut Findings) {
    let state = platform.settings.state_objects();
    // What the edge serves to everybody anybody may read.
    let pages = format!("arn:{}:s3:::{}/", platform.settings.aws.partition(), platform.settings.pages_bucket());
    let serves = |statement: &Statement<'_>| platform.settings.edge.enabled && statement.is_within(&pages);
    let mut report = |what: String, mend: &str| {
        let message = format!("lets pull requests call {what} in its statement `{}`", statement.sid());
        findings.report(document.carrier.place(), message, mend);
    };
    let actions = statement.actions();
    if actions.is_empty() {
        report("every action that it does not name".to_owned(), "name the actions that plans call");
    }
    for action in actions {
        let verb = action.split_once(':').map_or("", |(_, verb)| verb);
        let begins = |with: &[&str]| with.iter().any(|word| verb.starts_with(word));
        if is_pattern(&action) {
            report(format!("every `{action}`"), "name the actions that plans call");
        } else if !begins(&READING) && !VIEWING.contains(&action.as_str()) && action != DECRYPT {
            report(format!("`{action}`, which does more than read,"), "leave it to the role that applies");
        } else if CONTENTS.contains(&action.as_str()) {
            report(format!("`{action}`, which reads the contents of resources,"), "leave it out: no plan asks for it");
        } else if statement.is_about_anything() && !begins(&LOOKING) && !ACCOUNT_WIDE.contains(&action.as_str()) {
            report(format!("`{action}` on every resource"), "name the resources");
        } else if OBJECTS.contains(&action.as_str()) && !statement.is_within(&state) && !serves(statement) {
            report(format!("`{action}` on more than this platform's state"), &format!("name only `{state}*`"));
        } else if action == DECRYPT && statement.is_about_several() {
            report(format!("`{action}` with more than one key"), "name the key of the state");
        }
    }
}
