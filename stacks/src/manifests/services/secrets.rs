//! The secrets of what runs: where they are kept, and which of them become the Secret of its own name.
//!
//! Both are there before its pods: Argo CD makes them in earlier waves, and goes on once the Secret is there.

use synth_kubernetes::{
    Manifests, custom,
    external_secrets::{
        AwsProvider, Data, ExternalSecretSpec, Provider, RemoteRef, SecretStoreSpec, SourceRef, StoreRef, Target,
        Template, TemplateMetadata,
    },
};

use crate::{
    names::{NAME_LABEL, SYNC_WAVE},
    settings::{Runs, Secret, Settings},
};

/// A service of AWS that keeps secrets, as the operator calls it, and the end of the name of a store there.
type Kept = (&'static str, &'static str);
const SECRETS_MANAGER: Kept = ("SecretsManager", "secretsmanager");
const PARAMETER_STORE: Kept = ("ParameterStore", "parameterstore");

fn kept(secret: &Secret) -> Kept {
    match secret {
        Secret::SecretsManager { .. } => SECRETS_MANAGER,
        Secret::Parameter(_) => PARAMETER_STORE,
    }
}

fn store(runs: &Runs<'_>, (_, ending): Kept) -> String {
    format!("{}-{ending}", runs.name)
}

/// Puts its stores and the list of its secrets into its folder, where it asks for any.
#[track_caller]
pub(super) fn define(runs: &Runs<'_>, settings: &Settings, folder: &Manifests) {
    let secrets = runs.asks.secrets;
    if secrets.is_empty() {
        return;
    }
    let namespace = &settings.services.namespace;
    for at in [SECRETS_MANAGER, PARAMETER_STORE] {
        if !secrets.values().any(|secret| kept(secret) == at) {
            continue;
        }
        let aws = AwsProvider { service: at.0.to_owned(), region: settings.aws.region.name.to_owned() };
        let name = store(runs, at);
        custom(&name, SecretStoreSpec { provider: Provider { aws } })
            .in_namespace(namespace)
            .annotation(SYNC_WAVE, "-2")
            .add_to(folder, &format!("secret-store-{}", at.1));
    }
    let data = secrets.iter().map(|(variable, secret)| {
        let (key, property) = match &**secret {
            Secret::SecretsManager { name, key } => (name.clone(), key.clone()),
            Secret::Parameter(name) => (name.clone(), None),
        };
        let store_ref = StoreRef { name: store(runs, kept(secret)), kind: "SecretStore".to_owned() };
        let (secret_key, source_ref) = (variable.clone(), SourceRef { store_ref });
        Data { secret_key, remote_ref: RemoteRef { key, property }, source_ref }
    });
    let labels = [(NAME_LABEL.to_owned(), runs.name.to_owned())].into();
    let target = Target {
        name: runs.name.to_owned(),
        creation_policy: "Owner".to_owned(),
        // What is deleted in AWS stays here: pods that are started go on with it, while an alert tells of it.
        deletion_policy: "Retain".to_owned(),
        // Without a template it would take over Argo CD's annotations.
        template: Template { metadata: TemplateMetadata { labels } },
    };
    let refresh_interval = format!("{}m", settings.external_secrets.refresh_minutes);
    custom(runs.name, ExternalSecretSpec { refresh_interval, target, data: data.collect() })
        .in_namespace(namespace)
        .annotation(SYNC_WAVE, "-1")
        .add_to(folder, "external-secret");
}
