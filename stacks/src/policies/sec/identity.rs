//! IAM: how long documents are, how many a role has, and what they allow.

use std::collections::BTreeMap;

use synth_bindings::{
    aws_eks_addon, aws_eks_pod_identity_association, aws_iam_policy, aws_iam_role, aws_iam_role_policy,
    aws_iam_role_policy_attachment,
};
use synth_review::{Findings, Place, Policy, Severity};

use crate::{
    Platform,
    iam::MANAGED_POLICY_LIMIT,
    names::{ADD_ON_NAMESPACE, EXTERNAL_SECRETS},
    view::{Declared, granted_documents, is_pattern, trust_documents},
};

/// The most characters of all policies inside one role.
const INLINE: usize = 10_240;

/// The most characters of a trust policy; more needs a quota.
const TRUST: usize = 2_048;

/// The most managed policies of a role; more needs a quota.
const PER_ROLE: usize = 10;

pub(super) const DOCUMENT_SIZE: Policy<Platform> = Policy {
    code: "SEC010",
    name: "document-size",
    severity: Severity::Error,
    explanation: "IAM refuses a managed policy above 6,144 characters, inline policies of a role above 10,240 in all, \
                  and a trust policy above 2,048: the plan succeeds, but the apply fails half-way.",
    check: document_size,
};

fn document_size(platform: &Platform, findings: &mut Findings) {
    let mut inline: BTreeMap<String, (Place, usize)> = BTreeMap::new();
    for document in granted_documents(platform) {
        let length = document.length();
        if document.carrier.of_type::<aws_iam_policy::Handle>().is_some() {
            if length > MANAGED_POLICY_LIMIT {
                findings.report(
                    document.carrier.place(),
                    format!("has a document of {length} characters, but IAM allows {MANAGED_POLICY_LIMIT}"),
                    "split it into several policies, one for each concern",
                );
            }
        } else if let Some(role) = role_of(&document.carrier) {
            inline.entry(role.place().subject).or_insert_with(|| (role.place(), 0)).1 += length;
        }
    }
    for (place, length) in inline.into_values().filter(|(_, length)| *length > INLINE) {
        findings.report(
            place,
            format!("has inline policies of {length} characters in all, but IAM allows {INLINE}"),
            "turn some into managed policies, and attach those",
        );
    }
    for document in trust_documents(platform).filter(|document| document.length() > TRUST) {
        findings.report(
            document.carrier.place(),
            format!("has a trust policy of {} characters, but IAM allows {TRUST}", document.length()),
            "trust fewer principals, or make a second role",
        );
    }
}

/// The role that a policy is inside of.
fn role_of<'a>(policy: &Declared<'a>) -> Option<Declared<'a>> {
    policy.of_type::<aws_iam_role_policy::Handle>()?.leads(|of| of.role())
}

pub(super) const POLICIES_PER_ROLE: Policy<Platform> = Policy {
    code: "SEC011",
    name: "policies-per-role",
    severity: Severity::Error,
    explanation: "IAM attaches at most ten managed policies to a role, and says so only at the apply.",
    check: policies_per_role,
};

fn policies_per_role(platform: &Platform, findings: &mut Findings) {
    let mut attached: BTreeMap<String, (Declared<'_>, usize)> = BTreeMap::new();
    for attachment in platform.resources::<aws_iam_role_policy_attachment::Handle>() {
        let Some(role) = attachment.leads(|of| of.role()) else { continue };
        // Addresses are unique in their stack, files in all of them.
        attached.entry(role.place().file + &role.place().subject).or_insert((role, 0)).1 += 1;
    }
    for (role, number) in attached.into_values().filter(|(_, number)| *number > PER_ROLE) {
        let name = role.of_type::<aws_iam_role::Handle>().and_then(|role| role.text(|of| of.name()));
        let key = name.and_then(|name| asked_by(platform, &name));
        let mend = match &key {
            Some(key) => format!("name less in `{key}`, such as a prefix in place of many"),
            None => "join small ones, or make some inline".to_owned(),
        };
        let message = format!("has {number} managed policies, but IAM attaches {PER_ROLE}");
        findings.report(role.place(), message, mend).set_by(key);
    }
}

/// The key of the settings whose length makes that of a role's policies.
fn asked_by(platform: &Platform, role: &str) -> Option<String> {
    let (settings, services) = (&platform.settings, &platform.settings.services);
    let (runs, table) = if role == settings.named(EXTERNAL_SECRETS) {
        (services.with_secrets().max_by_key(|runs| runs.asks.secrets.len())?, "secrets")
    } else {
        (services.runs().find(|runs| settings.service_role(runs.name) == role)?, "permissions")
    };
    Some(format!("{}.{table}", services.key(runs.name).join(".")))
}

pub(super) const WILDCARD_ACTIONS: Policy<Platform> = Policy {
    code: "SEC012",
    name: "wildcard-actions",
    severity: Severity::Error,
    explanation: "A statement that allows a wildcard of actions on every resource allows what nobody thought of.",
    check: wildcard_actions,
};

fn wildcard_actions(platform: &Platform, findings: &mut Findings) {
    for document in granted_documents(platform) {
        for statement in document.statements().filter(|statement| statement.allows() && statement.is_about_everything())
        {
            for action in statement.actions().iter().filter(|action| is_pattern(action)) {
                findings.report(
                    document.carrier.place(),
                    format!("allows `{action}` on every resource, in its statement `{}`", statement.sid()),
                    "name the actions, or the resources",
                );
            }
        }
    }
}

/// Whom the tokens are meant for that workflows bring to AWS.
const AUDIENCE: &str = "sts.amazonaws.com";

pub(super) const WORKFLOW_TRUST: Policy<Platform> = Policy {
    code: "SEC013",
    name: "workflow-trust",
    severity: Severity::Error,
    explanation: "A role that trusts GitHub without naming the repository and the run can be assumed by anybody who \
                  has a repository there.",
    check: workflow_trust,
};

fn workflow_trust(platform: &Platform, findings: &mut Findings) {
    let written = platform.settings.github.subjects();
    let ours = |subject: &str| {
        written.iter().any(|ours| subject.strip_prefix(ours.as_str()).is_some_and(|rest| rest.starts_with(':')))
    };
    for document in trust_documents(platform) {
        for statement in document.statements().filter(|of| of.principal_types().contains(&"Federated".to_owned())) {
            let subjects = statement.demanded(":sub");
            let subject = if subjects.is_empty() {
                Some("trusts every workflow on GitHub: it requires no `sub`".to_owned())
            } else if let Some(vague) = subjects.iter().find(|subject| is_pattern(subject)) {
                Some(format!("trusts the runs `{vague}`, a pattern that matches more than named runs"))
            } else {
                let stranger = subjects.iter().find(|subject| !ours(subject));
                let written = written.join(":` or `");
                stranger.map(|of| format!("trusts `{of}`, but the repository's tokens begin with `{written}:`"))
            };
            let audience = (statement.demanded(":aud") != [AUDIENCE])
                .then(|| format!("trusts tokens made for others: it does not require the `aud` `{AUDIENCE}`"));
            for message in subject.into_iter().chain(audience) {
                let mend = "require `sub` and `aud` by `StringEquals`, with the repository and its branch or \
                            environment";
                findings.report(document.carrier.place(), message, mend);
            }
        }
    }
}

/// A role that is given to pods, and to whose.
struct Given<'a> {
    role: Declared<'a>,
    namespace: String,
    service_account: String,
}

/// Every role that is given to pods: by an association of its own, or inside an add-on.
fn given(platform: &Platform) -> impl Iterator<Item = Given<'_>> {
    let own = platform.resources::<aws_eks_pod_identity_association::Handle>().filter_map(|of| {
        Some(Given {
            role: of.leads(|of| of.role_arn())?,
            namespace: of.text(|of| of.namespace()).unwrap_or_else(|| ADD_ON_NAMESPACE.to_owned()),
            service_account: of.text(|of| of.service_account()).unwrap_or_default(),
        })
    });
    let addons = platform.resources::<aws_eks_addon::Handle>();
    let inside = addons.filter_map(|addon| addon.blocks(|of| of.pod_identity_association()).next()).filter_map(|of| {
        Some(Given {
            role: of.leads(|of| of.role_arn())?,
            namespace: ADD_ON_NAMESPACE.to_owned(),
            service_account: of.text(|of| of.service_account()).unwrap_or_default(),
        })
    });
    own.chain(inside)
}

pub(super) const POD_ROLE_TRUST: Policy<Platform> = Policy {
    code: "SEC015",
    name: "pod-role-trust",
    severity: Severity::Error,
    explanation: "Pod Identity is one principal for every cluster of an account: a role that requires no more than \
                  that can be associated with any pod of any cluster.",
    check: pod_role_trust,
};

fn pod_role_trust(platform: &Platform, findings: &mut Findings) {
    let trusts: Vec<_> = trust_documents(platform).collect();
    let cluster = platform.settings.cluster_arn();
    for Given { role, namespace, service_account } in given(platform) {
        let trust = trusts.iter().find(|trust| trust.carrier.is(&role));
        let statements = trust.into_iter().flat_map(|trust| trust.statements());
        for statement in statements.filter(|of| of.allows() && of.principal_types().contains(&"Service".to_owned())) {
            let asked = [
                ("eks-cluster-arn", &cluster),
                ("kubernetes-namespace", &namespace),
                ("kubernetes-service-account", &service_account),
            ];
            for (tag, wanted) in asked {
                let demanded = statement.demanded(&format!("aws:RequestTag/{tag}"));
                if demanded != [wanted.clone()] {
                    let message = if demanded.is_empty() {
                        format!("trusts pods whatever their `{tag}`")
                    } else {
                        format!("trusts pods of the `{tag}` {}, but is given to `{wanted}`", demanded.join(" and "))
                    };
                    let mend = format!("require `{wanted}` of `aws:RequestTag/{tag}`");
                    findings.report(role.place(), message, mend);
                }
            }
        }
    }
}
