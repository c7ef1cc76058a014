//! The kinds of cert-manager: who signs certificates, and which certificates there are.
#![expect(missing_docs, reason = "fields are cert-manager's, which documents them")]

use serde::{Deserialize, Serialize};

use crate::CustomSpec;

/// Signs certificates of one namespace.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct IssuerSpec {
    #[serde(flatten)]
    pub signs: Signs,
}

impl CustomSpec for IssuerSpec {
    const API_VERSION: &'static str = "cert-manager.io/v1";
    const KIND: &'static str = "Issuer";
}

/// Signs certificates of every namespace.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct ClusterIssuerSpec {
    #[serde(flatten)]
    pub signs: Signs,
}

impl CustomSpec for ClusterIssuerSpec {
    const API_VERSION: &'static str = "cert-manager.io/v1";
    const KIND: &'static str = "ClusterIssuer";
}

/// With which key something is signed: one of the two.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Signs {
    /// The certificate's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub self_signed: Option<SelfSigned>,
    /// That of an authority.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca: Option<Authority>,
}

/// Nothing is said of it.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct SelfSigned {}

/// The Secret with an authority's certificate and key.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Authority {
    pub secret_name: String,
}

/// A certificate, and the Secret that it is put into.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct CertificateSpec {
    #[serde(rename = "isCA")]
    pub is_ca: bool,
    pub common_name: String,
    pub secret_name: String,
    pub duration: String,
    pub renew_before: String,
    pub private_key: PrivateKey,
    pub issuer_ref: IssuerReference,
}

impl CustomSpec for CertificateSpec {
    const API_VERSION: &'static str = "cert-manager.io/v1";
    const KIND: &'static str = "Certificate";
}

/// The key of a certificate, and whether a renewed one has another.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct PrivateKey {
    pub algorithm: String,
    pub size: u32,
    pub rotation_policy: String,
}

/// Who signs a certificate.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct IssuerReference {
    pub name: String,
    pub kind: String,
}
