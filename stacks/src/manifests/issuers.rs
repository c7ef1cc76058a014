//! The authority of what lives inside the cluster: a key that signs itself, and an issuer that signs with it for every namespace.
//!
//! Each is made once the one before it is there, so that none begins as a failure.

use synth_kubernetes::{
    Manifests,
    cert_manager::{
        Authority, CertificateSpec, ClusterIssuerSpec, IssuerReference, IssuerSpec, PrivateKey, SelfSigned, Signs,
    },
    custom,
};

use crate::{names::INSIDE_ISSUER, settings::Settings};

/// What the key of the authority is called, and the Secret that holds it.
const ROOT: &str = "inside-root";

/// In which wave of a sync each is made.
const WAVE: &str = "argocd.argoproj.io/sync-wave";

/// Whoever signs itself.
const SELF_SIGNED: &str = "self-signed";

/// Ten years, of which the last is for everybody's renewal.
const DURATION: &str = "87600h";
const RENEW_BEFORE: &str = "8760h";

pub(super) fn define(settings: &Settings, folder: &Manifests) {
    let namespace = &settings.cert_manager.namespace;
    let itself = Signs { self_signed: Some(SelfSigned {}), ..Signs::default() };
    custom(SELF_SIGNED, IssuerSpec { signs: itself })
        .in_namespace(namespace)
        .annotation(WAVE, "0")
        .add_to(folder, "issuer-self-signed");
    let root = CertificateSpec {
        is_ca: true,
        common_name: format!("{} inside", settings.name),
        secret_name: ROOT.to_owned(),
        duration: DURATION.to_owned(),
        renew_before: RENEW_BEFORE.to_owned(),
        // With another key, what was signed before would be nobody's.
        private_key: PrivateKey { algorithm: "ECDSA".to_owned(), size: 256, rotation_policy: "Never".to_owned() },
        issuer_ref: IssuerReference { name: SELF_SIGNED.to_owned(), kind: "Issuer".to_owned() },
    };
    custom(ROOT, root).in_namespace(namespace).annotation(WAVE, "1").add_to(folder, "certificate-inside-root");
    let with_it = Signs { ca: Some(Authority { secret_name: ROOT.to_owned() }), ..Signs::default() };
    custom(INSIDE_ISSUER, ClusterIssuerSpec { signs: with_it })
        .annotation(WAVE, "2")
        .add_to(folder, "cluster-issuer-inside");
}
