//! The kinds of the External Secrets Operator: where secrets are kept, and which of them become a Secret.
#![expect(missing_docs, reason = "fields are the operator's, which documents them")]

use serde::{Deserialize, Serialize};

use crate::CustomSpec;

/// Where secrets are kept.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct SecretStoreSpec {
    pub provider: Provider,
}

impl CustomSpec for SecretStoreSpec {
    const API_VERSION: &'static str = "external-secrets.io/v1";
    const KIND: &'static str = "SecretStore";
}

/// Who keeps them.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct Provider {
    pub aws: AwsProvider,
}

/// A service of AWS, asked with the credentials that the operator itself has.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct AwsProvider {
    pub service: String,
    pub region: String,
}

/// Which secrets become a Secret.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ExternalSecretSpec {
    pub refresh_interval: String,
    pub target: Target,
    pub data: Vec<Data>,
}

impl CustomSpec for ExternalSecretSpec {
    const API_VERSION: &'static str = "external-secrets.io/v1";
    const KIND: &'static str = "ExternalSecret";
}

/// The Secret that is made.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Target {
    pub name: String,
    pub creation_policy: String,
    pub deletion_policy: String,
    pub template: Template,
}

/// What it has beside its data.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Template {
    pub metadata: TemplateMetadata,
}

/// Its labels, instead of those of the object that it is made of.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct TemplateMetadata {
    pub labels: std::collections::BTreeMap<String, String>,
}

/// One key of it.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Data {
    pub secret_key: String,
    pub remote_ref: RemoteRef,
    pub source_ref: SourceRef,
}

/// The secret whose value it has.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct RemoteRef {
    pub key: String,
    /// The key of its JSON object, if not all of it is meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub property: Option<String>,
}

/// Where it is kept.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct SourceRef {
    pub store_ref: StoreRef,
}

/// A store by its name.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct StoreRef {
    pub name: String,
    pub kind: String,
}
