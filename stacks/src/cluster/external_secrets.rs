//! The right of the External Secrets Operator in AWS: to read the secrets that services ask for, by their names, and no other.
//!
//! Source: <https://external-secrets.io/latest/provider/aws-secrets-manager/> and `aws-parameter-store/` beside it, 2026-12-01: what is
//! asked for by name is read by one action each; those that list or describe are for what is found by a pattern.

use std::collections::BTreeSet;

use synth_bindings::{aws_eks_cluster, aws_eks_pod_identity_association};
use synth_framework::Stack;

use super::{
    documents::{Allowed, grant_all},
    service_permissions::opening,
};
use crate::{
    iam::pod_role,
    names::{EXTERNAL_SECRETS, label},
    settings::{Secret, Settings},
};

/// Declares its role and ties its service account to it.
pub(super) fn role(settings: &Settings, cluster: &aws_eks_cluster::Handle, stack: &Stack) {
    if !settings.services.ask_for_secrets() {
        return;
    }
    let stack = &stack.file(EXTERNAL_SECRETS);
    let pods = (settings.external_secrets.namespace.as_str(), EXTERNAL_SECRETS);
    let role = pod_role(stack, settings, EXTERNAL_SECRETS, pods);
    let (mut secrets, mut parameters, mut keys) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
    for runs in settings.services.with_secrets() {
        for secret in runs.asks.secrets.values() {
            match &**secret {
                // AWS puts six characters of its own behind a name.
                Secret::SecretsManager { name, .. } => {
                    secrets.insert(settings.arn("secretsmanager", &format!("secret:{name}-??????")))
                }
                Secret::Parameter(name) => parameters.insert(settings.arn("ssm", &format!("parameter{name}"))),
            };
        }
        keys.extend(runs.asks.permissions.keys.iter().cloned());
    }
    let concerns =
        [("secrets", "secretsmanager:GetSecretValue", secrets), ("parameters", "ssm:GetParameter", parameters)];
    for (concern, action, arns) in concerns {
        let read = Allowed::on("Read", &[action], arns.into_iter().collect());
        grant_all(stack, settings, &role, &format!("{EXTERNAL_SECRETS}-{concern}"), read.into_iter().collect());
    }
    keys.sort_by_key(ToString::to_string);
    keys.dedup();
    let opened = opening(settings, &keys, &["kms:Decrypt"], &["secretsmanager", "ssm"]);
    grant_all(stack, settings, &role, &format!("{EXTERNAL_SECRETS}-keys"), opened);
    aws_eks_pod_identity_association(label(EXTERNAL_SECRETS))
        .cluster_name(cluster.name())
        .namespace(pods.0)
        .service_account(pods.1)
        .role_arn(role.arn())
        .add_to(stack);
}
