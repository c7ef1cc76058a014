//! What the roles of services and of the bringer of their secrets may do: named actions on named things.

use synth_bindings::aws_eks_pod_identity_association;
use synth_review::{Findings, Policy, Severity};

use crate::{
    Platform,
    view::{granted_documents, is_pattern},
};

pub(super) const NAMED_RESOURCES: Policy<Platform> = Policy {
    code: "SEC018",
    name: "named-resources",
    severity: Severity::Error,
    explanation: "A service that may read every bucket or every secret of the account takes all of them along when it \
                  falls: what its role may do is on things that the settings name.",
    check: named_resources,
};

fn named_resources(platform: &Platform, findings: &mut Findings) {
    let settings = &platform.settings;
    let namespaces = [&settings.services.namespace, &settings.external_secrets.namespace];
    let associations = platform.resources::<aws_eks_pod_identity_association::Handle>();
    let associations = associations
        .filter(|of| of.text(|of| of.namespace()).is_some_and(|namespace| namespaces.contains(&&namespace)));
    let roles: Vec<_> = associations.filter_map(|of| of.leads(|of| of.role_arn())).collect();
    for document in granted_documents(platform) {
        if !document.roles().any(|role| roles.iter().any(|own| own.is(&role))) {
            continue;
        }
        for statement in document.statements().filter(|statement| statement.allows()) {
            for action in statement.actions().iter().filter(|action| is_pattern(action)) {
                findings.report(
                    document.carrier.place(),
                    format!("allows a service `{action}`, in its statement `{}`", statement.sid()),
                    "name the actions",
                );
            }
            for arn in statement.vague() {
                findings.report(
                    document.carrier.place(),
                    format!("allows a service something on `{arn}`, in its statement `{}`", statement.sid()),
                    "name the bucket, table, queue, topic, key or secret",
                );
            }
        }
    }
}
