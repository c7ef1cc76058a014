//! What the roles may do that pull requests take.

use synth_framework::Findings;

use crate::{
    Platform,
    policies::view::{Declared, Document, Statement, granted_documents, trust_documents},
};

/// How a GitHub token names the run of a pull request, at the end of its subject.
const PULL_REQUEST: &str = ":pull_request";

/// What may stand without a resource: lists, and how things are made.
const LOOKING: [&str; 2] = ["Describe", "List"];

/// The same, by another name: how a registry scans, and which ranges of a subnet are kept free.
const ACCOUNT_WIDE: [&str; 2] = ["ecr:GetRegistryScanningConfiguration", "ec2:GetSubnetCidrReservations"];

/// What changes nothing where it names its resources.
const READING: [&str; 3] = ["Describe", "Get", "List"];

/// What begins like that and reads what lies in things: no plan asks for it.
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

pub(super) fn reads_no_data(platform: &Platform, findings: &mut Findings) {
    for role in trust_documents(platform).filter(trusts_pull_requests).map(|trust| trust.carrier) {
        for attachment in platform.managed("aws_iam_role_policy_attachment").filter(|of| is_for(of, &role)) {
            if let Some(policy) = attachment.text("policy_arn") {
                findings.report(
                    attachment.place(),
                    format!("gives pull requests `{policy}`, whose actions nobody here has named"),
                    "grant a policy of its own that names what plans call",
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
    let arn = role.text("name").map(|name| platform.settings.role_arn(&name));
    let namespace = &platform.settings.argocd.namespace;
    for access in platform.managed("aws_eks_access_policy_association") {
        if access.text("principal_arn") != arn {
            continue;
        }
        let policy = access.text("policy_arn").unwrap_or_default();
        if !VIEWS.iter().any(|view| policy.ends_with(&format!("/{view}"))) {
            let message = format!("gives pull requests `{policy}`, which does more than look");
            findings.report(access.place(), message, format!("associate `{}`", VIEWS[0]));
        }
        let scope = access.resource.body.blocks("access_scope").next();
        let seen = scope.and_then(|scope| scope.get("namespaces")?.as_list()).unwrap_or_default();
        let seen: Vec<_> = seen.iter().filter_map(|of| access.resolve(of)).collect();
        if access.nested("access_scope", "type").as_deref() != Some("namespace") || seen != [namespace.as_str()] {
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

fn is_for(carrier: &Declared<'_>, role: &Declared<'_>) -> bool {
    let of = carrier.get("role").and_then(|of| carrier.leads_to(of));
    of.is_some_and(|of| of.place().file == role.place().file && of.place().subject == role.place().subject)
}

/// Is a document inside the role, or attached to it?
fn reaches(platform: &Platform, document: &Document<'_>, role: &Declared<'_>) -> bool {
    let carrier = document.carrier.place();
    is_for(&document.carrier, role)
        || platform.managed("aws_iam_role_policy_attachment").filter(|of| is_for(of, role)).any(|attachment| {
            let policy = attachment.get("policy_arn").and_then(|of| attachment.leads_to(of));
            policy.is_some_and(|of| of.place().file == carrier.file && of.place().subject == carrier.subject)
        })
}

fn judge(platform: &Platform, document: &Document<'_>, statement: &Statement<'_>, findings: &mut Findings) {
    let state = platform.settings.state_objects();
    let mut report = |what: String, mend: &str| {
        let message = format!("lets pull requests call {what}, in its statement `{}`", statement.sid());
        findings.report(document.carrier.place(), message, mend);
    };
    let actions = statement.actions();
    if actions.is_empty() {
        report("whatever it does not name".to_owned(), "name the actions that plans call");
    }
    for action in actions {
        let verb = action.split_once(':').map_or("", |(_, verb)| verb);
        let begins = |with: &[&str]| with.iter().any(|word| verb.starts_with(word));
        if action.contains('*') {
            report(format!("every `{action}`"), "name the actions that plans call");
        } else if !begins(&READING) && action != DECRYPT {
            report(format!("`{action}`, which does more than look"), "leave it to the role that applies");
        } else if CONTENTS.contains(&action.as_str()) {
            report(format!("`{action}`, which reads what lies in things"), "leave it out: no plan asks for it");
        } else if statement.is_about_anything() && !begins(&LOOKING) && !ACCOUNT_WIDE.contains(&action.as_str()) {
            report(format!("`{action}` on every resource"), "name the resources");
        } else if OBJECTS.contains(&action.as_str()) && !statement.is_within(&state) {
            report(format!("`{action}` on more than this platform's state"), &format!("name `{state}*` alone"));
        } else if action == DECRYPT && statement.is_about_several() {
            report(format!("`{action}` with more than one key"), "name the key of the state");
        }
    }
}
