//! Secrets of services: whether somebody brings them, under the names by which pods read them, and may read them in AWS.

use std::collections::BTreeSet;

use k8s_openapi::api::{admissionregistration::v1::ValidatingAdmissionPolicy, core::v1::EnvVar};
use synth_bindings::aws_eks_pod_identity_association;
use synth_kubernetes::Manifest;
use synth_review::{Findings, Policy, Severity};

use crate::{
    Platform,
    charts::{Values as _, external_secrets::Values},
    names::{EXTERNAL_SECRETS, SYNC_WAVE},
    view::{ExternalSecret, Meta as _, Object, Running, SecretStore, granted_documents},
};

/// The Secret and the key of it that a variable has.
fn read(variable: &EnvVar) -> Option<(&str, &str)> {
    let of = variable.value_from.as_ref()?.secret_key_ref.as_ref()?;
    Some((of.name.as_str(), of.key.as_str()))
}

/// The variables of pods in a namespace that have a value of a Secret, each with what runs there.
fn asked<'a>(platform: &'a Platform, namespace: &'a str) -> impl Iterator<Item = (Running<'a>, (&'a str, &'a str))> {
    let running = platform.running().filter(move |of| of.manifest.namespace() == namespace);
    running.flat_map(|of| of.variables().filter_map(read).map(move |read| (of, read)))
}

pub(super) const SECRETS_ARRIVE: Policy<Platform> = Policy {
    code: "LINK028",
    name: "secrets-arrive",
    severity: Severity::Error,
    explanation: "A pod does not start without the Secret that its environment names: what brings it from AWS is \
                  installed before it, may write it, and gives it the keys that the pod reads.",
    check: secrets_arrive,
};

fn secrets_arrive(platform: &Platform, findings: &mut Findings) {
    let namespace = &platform.settings.services.namespace;
    let listed: Vec<_> = platform.every::<ExternalSecret>().collect();
    let made: BTreeSet<_> =
        listed.iter().flat_map(|of| keys(of).map(|key| (of.spec.target.name.clone(), key))).collect();
    let mut used = BTreeSet::new();
    for (running, (secret, key)) in asked(platform, namespace) {
        used.insert((secret.to_owned(), key.to_owned()));
        if !made.contains(&(secret.to_owned(), key.to_owned())) {
            findings.report(
                running.place(),
                format!("reads `{key}` of the Secret `{secret}`, which nobody makes"),
                "list it in the `ExternalSecret` of that Secret",
            );
        }
    }
    for external in &listed {
        for key in keys(external).filter(|key| !used.contains(&(external.spec.target.name.clone(), key.clone()))) {
            findings.report(
                external.place(),
                format!("puts `{key}` into the Secret `{}`, which no pod reads", external.spec.target.name),
                "take it out, or read it",
            );
        }
        for store in
            external.typed().spec.data.iter().map(|data| &data.source_ref.store_ref.name).collect::<BTreeSet<_>>()
        {
            if platform.one::<SecretStore>(external.namespace(), store).is_none() {
                findings.report(
                    external.place(),
                    format!("asks the store `{store}`, which is not there"),
                    "name a `SecretStore` of its namespace",
                );
            }
        }
        let reads =
            |of: &Running<'_>| of.variables().filter_map(read).any(|(secret, _)| secret == external.spec.target.name);
        for running in platform.running().filter(|of| {
            of.manifest.namespace() == namespace && reads(of) && wave(of.manifest) <= external.typed().wave()
        }) {
            findings.report(
                running.place(),
                "is synced with the list of its secrets or before it, and waits for what comes after it",
                format!("sync `ExternalSecret/{}` in an earlier wave", external.name()),
            );
        }
        operated(platform, external, findings);
    }
    admitted(platform, &listed, findings);
}

/// The keys of the Secret that is made.
fn keys<'a>(external: &Object<'a, ExternalSecret>) -> impl Iterator<Item = String> + use<'a> {
    external.typed().spec.data.iter().map(|data| data.secret_key.clone())
}

fn wave(manifest: &Manifest) -> i64 {
    manifest.annotation(SYNC_WAVE).parse().unwrap_or_default()
}

/// Is the operator installed, and before the object?
fn operated(platform: &Platform, external: &Object<'_, ExternalSecret>, findings: &mut Findings) {
    let Some(operator) = platform.chart::<Values>() else {
        findings.report(
            external.place(),
            "is read by nobody: no Application installs the External Secrets Operator",
            format!("install the chart `{}`", Values::CHART),
        );
        return;
    };
    let wave = operator.application.wave();
    for application in platform.applications_of(&external.manifest.path).filter(|of| of.wave() <= wave) {
        findings.report(
            application.place(),
            format!(
                "is synced in wave {}, but the External Secrets Operator, which defines what is in it, in wave {wave}",
                application.wave()
            ),
            "sync the operator in an earlier wave",
        );
    }
    if operator.values.scoped_rbac && operator.values.scoped_namespace != external.namespace() {
        findings.report(
            operator.place(),
            format!(
                "looks at the namespace `{}` alone, but {} asks for secrets in `{}`",
                operator.values.scoped_namespace,
                external.name(),
                external.namespace()
            ),
            "name that namespace",
        );
    }
}

/// May the operator write what it makes, and is nobody else's hand in it?
fn admitted(platform: &Platform, listed: &[Object<'_, ExternalSecret>], findings: &mut Findings) {
    if listed.is_empty() {
        return;
    }
    let operator = format!("system:serviceaccount:{}:{EXTERNAL_SECRETS}", platform.settings.external_secrets.namespace);
    let policies: Vec<_> = platform.every::<ValidatingAdmissionPolicy>().collect();
    let by_name = policies.iter().filter_map(|policy| {
        let spec = policy.typed().spec.as_ref()?;
        let rules = spec.match_constraints.as_ref()?.resource_rules.as_deref()?;
        let about = rules.iter().any(|rule| rule.resources.iter().flatten().any(|of| of == "secrets"));
        let mut expressions = spec.validations.iter().flatten().map(|of| of.expression.as_str());
        let expression = expressions.find(|of| of.contains("request.userInfo.username"))?;
        about.then_some((policy, expression))
    });
    let by_name: Vec<_> = by_name.collect();
    for (policy, expression) in &by_name {
        let names = listed.iter().map(|of| of.spec.target.name.as_str());
        let refused =
            names.filter(|name| !expression.contains(&operator) || !expression.contains(&format!("\"{name}\"")));
        for name in refused {
            findings.report(
                policy.place(),
                format!("refuses the Secret `{name}` that the External Secrets Operator writes"),
                format!("let `{operator}` write it"),
            );
        }
    }
    if by_name.is_empty() {
        findings.report(
            listed[0].place(),
            "makes a Secret that anybody in its namespace may write, too",
            "let an admission policy admit Secrets from the External Secrets Operator alone",
        );
    }
}

pub(super) const SECRETS_READABLE: Policy<Platform> = Policy {
    code: "LINK029",
    name: "secrets-readable",
    severity: Severity::Error,
    explanation: "The External Secrets Operator reads the secrets that its role names, and no other: one that is asked \
                  for and not named there never arrives.",
    check: secrets_readable,
};

fn secrets_readable(platform: &Platform, findings: &mut Findings) {
    let settings = &platform.settings;
    let namespace = &settings.external_secrets.namespace;
    let associations = platform.resources::<aws_eks_pod_identity_association::Handle>().filter(|of| {
        of.text(|of| of.namespace()).as_ref() == Some(namespace)
            && of.text(|of| of.service_account()).as_deref() == Some(EXTERNAL_SECRETS)
    });
    let roles: Vec<_> = associations.filter_map(|of| of.leads(|of| of.role_arn())).collect();
    let documents: Vec<_> =
        granted_documents(platform).filter(|of| of.roles().any(|role| roles.iter().any(|own| own.is(&role)))).collect();
    let allowed = |action: &str, arn: &str| {
        let mut statements = documents.iter().flat_map(|of| of.statements());
        statements.any(|of| of.allows() && of.actions().iter().any(|of| of == action) && of.is_about(arn))
    };
    for external in platform.every::<ExternalSecret>() {
        let mut told = BTreeSet::new();
        for data in &external.typed().spec.data {
            let store = platform.one::<SecretStore>(external.namespace(), &data.source_ref.store_ref.name);
            let key = &data.remote_ref.key;
            let (action, arn) = match store.map(|of| of.typed().spec.provider.aws.service.as_str()) {
                Some("ParameterStore") => ("ssm:GetParameter", settings.arn("ssm", &format!("parameter{key}"))),
                Some(_) => {
                    let arn = settings.arn("secretsmanager", &format!("secret:{key}-??????"));
                    ("secretsmanager:GetSecretValue", arn)
                }
                None => continue,
            };
            if !allowed(action, &arn) && told.insert(key) {
                findings.report(
                    external.place(),
                    format!("asks for `{key}`, which the role of the External Secrets Operator may not read"),
                    format!("allow it `{action}` on `{arn}`"),
                );
            }
        }
    }
}
