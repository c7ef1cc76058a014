//! IAM: how long documents are, how many a role has, and what they allow.

use std::collections::BTreeMap;

use synth_framework::{Findings, Place};

use crate::{
    Platform,
    names::ADD_ON_NAMESPACE,
    policies::view::{Declared, granted_documents, trust_documents},
};

/// The most characters of a managed policy, white space not counted.
const MANAGED: usize = 6_144;

/// The most characters of all policies inside one role.
const INLINE: usize = 10_240;

/// The most characters of a trust policy; more needs a quota.
const TRUST: usize = 2_048;

/// The most managed policies of a role; more needs a quota.
const PER_ROLE: usize = 10;

pub(super) fn document_size(platform: &Platform, findings: &mut Findings) {
    let mut inline: BTreeMap<String, (Place, usize)> = BTreeMap::new();
    for document in granted_documents(platform) {
        let length = document.length();
        if document.carrier.resource.type_name == "aws_iam_policy" {
            if length > MANAGED {
                findings.report(
                    document.carrier.place(),
                    format!("has a document of {length} characters, IAM takes {MANAGED}"),
                    "split it by concern into several policies",
                );
            }
        } else if let Some(role) = role_of(&document.carrier) {
            inline.entry(role.place().subject).or_insert_with(|| (role.place(), 0)).1 += length;
        }
    }
    for (place, length) in inline.into_values().filter(|(_, length)| *length > INLINE) {
        findings.report(
            place,
            format!("has policies inside it of {length} characters together, IAM takes {INLINE}"),
            "make policies of their own of some, and attach them",
        );
    }
    for document in trust_documents(platform).filter(|document| document.length() > TRUST) {
        findings.report(
            document.carrier.place(),
            format!("has a trust policy of {} characters, IAM takes {TRUST}", document.length()),
            "trust fewer principals, or make a second role",
        );
    }
}

/// The role that a policy or an attachment is for.
fn role_of<'a>(of: &Declared<'a>) -> Option<Declared<'a>> {
    of.leads_to(of.get("role")?)
}

pub(super) fn policies_per_role(platform: &Platform, findings: &mut Findings) {
    let mut attached: BTreeMap<String, (Place, usize)> = BTreeMap::new();
    for attachment in platform.managed("aws_iam_role_policy_attachment") {
        let Some(role) = role_of(&attachment) else { continue };
        // Addresses are unique in their stack, files in all of them.
        attached.entry(role.place().file + &role.place().subject).or_insert_with(|| (role.place(), 0)).1 += 1;
    }
    for (place, number) in attached.into_values().filter(|(_, number)| *number > PER_ROLE) {
        findings.report(
            place,
            format!("has {number} managed policies, IAM attaches {PER_ROLE}"),
            "join small ones, or put some inside the role",
        );
    }
}

pub(super) fn wildcard_actions(platform: &Platform, findings: &mut Findings) {
    for document in granted_documents(platform) {
        for statement in document.statements().filter(|statement| statement.allows() && statement.is_about_everything())
        {
            for action in statement.actions().iter().filter(|action| action.contains('*')) {
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

pub(super) fn workflow_trust(platform: &Platform, findings: &mut Findings) {
    let written = platform.settings.github.subjects();
    let ours = |subject: &str| {
        written.iter().any(|ours| subject.strip_prefix(ours.as_str()).is_some_and(|rest| rest.starts_with(':')))
    };
    for document in trust_documents(platform) {
        for statement in document.statements().filter(|of| of.principal_types().contains(&"Federated".to_owned())) {
            let subjects = statement.demanded(":sub");
            let subject = if subjects.is_empty() {
                Some("trusts every workflow of GitHub: it demands no `sub`".to_owned())
            } else if let Some(vague) = subjects.iter().find(|subject| subject.contains('*')) {
                Some(format!("trusts the runs `{vague}`, which are more than one can name"))
            } else {
                let stranger = subjects.iter().find(|subject| !ours(subject));
                let written = written.join(":` or `");
                stranger.map(|of| format!("trusts `{of}`, but the repository's tokens begin with `{written}:`"))
            };
            let audience = (statement.demanded(":aud") != [AUDIENCE])
                .then(|| format!("trusts tokens made for others: it does not demand the `aud` `{AUDIENCE}`"));
            for message in subject.into_iter().chain(audience) {
                let mend = "demand `sub` and `aud` by `StringEquals`, with repository and branch or environment";
                findings.report(document.carrier.place(), message, mend);
            }
        }
    }
}

/// The types of what gives a role to pods, with the block that does, if it is one.
const GIVERS: [(&str, Option<&str>); 2] =
    [("aws_eks_pod_identity_association", None), ("aws_eks_addon", Some("pod_identity_association"))];

pub(super) fn pod_role_trust(platform: &Platform, findings: &mut Findings) {
    let trusts: Vec<_> = trust_documents(platform).collect();
    for (type_name, block) in GIVERS {
        for giver in platform.managed(type_name) {
            let text = |argument: &str| block.map_or_else(|| giver.text(argument), |of| giver.nested(of, argument));
            let role = match block {
                Some(of) => giver.nested_leads(of, "role_arn"),
                None => giver.get("role_arn").and_then(|role| giver.leads_to(role)),
            };
            let Some(place) = role.map(|role| role.place()) else { continue };
            let account = text("service_account").unwrap_or_default();
            let namespace = text("namespace").unwrap_or_else(|| ADD_ON_NAMESPACE.to_owned());
            let trust = trusts.iter().find(|trust| trust.carrier.place().subject == place.subject);
            let statements = trust.into_iter().flat_map(|trust| trust.statements());
            for statement in statements.filter(|of| of.allows() && of.principal_types().contains(&"Service".to_owned()))
            {
                let cluster = platform.settings.cluster_arn();
                let asked = [
                    ("eks-cluster-arn", &cluster),
                    ("kubernetes-namespace", &namespace),
                    ("kubernetes-service-account", &account),
                ];
                for (tag, wanted) in asked {
                    let demanded = statement.demanded(&format!("aws:RequestTag/{tag}"));
                    if demanded != [wanted.clone()] {
                        let message = if demanded.is_empty() {
                            format!("trusts pods whatever their `{tag}`")
                        } else {
                            format!("trusts pods of the `{tag}` {}, but is given to `{wanted}`", demanded.join(" and "))
                        };
                        let mend = format!("demand `{wanted}` of `aws:RequestTag/{tag}`");
                        findings.report(place.clone(), message, mend);
                    }
                }
            }
        }
    }
}
