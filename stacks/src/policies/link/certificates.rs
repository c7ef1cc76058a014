//! Certificates of what lives inside the cluster: whether somebody makes them in time, with which key, and whether anybody looks at them.

use synth_kubernetes::cert_manager::IssuerReference;
use synth_review::{Findings, Policy, Severity};

use crate::{
    Platform,
    charts::{Certified, Values as _, cert_manager::Values},
    view::{Application, Certificate, ClusterIssuer, Issuer, Meta as _, Object, Synced},
};

/// The kind of an issuer for every namespace.
const OF_CLUSTER: &str = "ClusterIssuer";

/// Every chart that asks cert-manager for a certificate.
fn asking(platform: &Platform) -> impl Iterator<Item = (Synced<'_>, Certified<'_>)> {
    platform.synced().filter_map(|synced| Some((synced, synced.chart()?.certified()?)))
}

/// The waves in which what signs under a name is synced, if it is declared.
fn issuer(platform: &Platform, kind: &str, namespace: &str, name: &str) -> Option<Vec<i64>> {
    let path = if kind == OF_CLUSTER {
        platform.one::<ClusterIssuer>("", name).map(|of| of.manifest.path.as_str())
    } else {
        platform.one::<Issuer>(namespace, name).map(|of| of.manifest.path.as_str())
    };
    path.map(|path| platform.applications_of(path).map(|of| of.wave()).collect())
}

pub(super) const CERTIFICATES_ARE_MADE: Policy<Platform> = Policy {
    code: "LINK037",
    name: "certificates-are-made",
    severity: Severity::Error,
    explanation: "A pod does not start without the Secret of its certificate: cert-manager has to be installed, with its \
                  kinds, in a wave before whoever asks it, and the issuer that is asked has to be there by then.",
    check: certificates_are_made,
};

fn certificates_are_made(platform: &Platform, findings: &mut Findings) {
    let signer = platform.chart::<Values>();
    for (synced, Certified { issuer: asked, .. }) in asking(platform) {
        let mut report = |message: String, mend: String| {
            findings.report(synced.place(), message, mend);
        };
        let Some(signer) = &signer else {
            report(
                "asks cert-manager for its certificate, which no Application installs".to_owned(),
                format!("install the chart `{}`, or let it sign its own", Values::CHART),
            );
            continue;
        };
        let (own, before) = (synced.application.wave(), signer.application.wave());
        if before >= own {
            report(
                format!("is synced in wave {own}, but cert-manager, which makes its certificate, in wave {before}"),
                "sync cert-manager in an earlier wave".to_owned(),
            );
        }
        let Some((kind, name)) = asked else { continue };
        match issuer(platform, kind, synced.namespace, name) {
            None => report(
                format!("asks the {kind} `{name}` for its certificate, which is not there"),
                format!("name a declared {kind}"),
            ),
            Some(waves) => {
                for wave in waves.into_iter().filter(|wave| *wave >= own) {
                    report(
                        format!(
                            "is synced in wave {own}, but {kind}/{name}, which signs its certificate, in wave {wave}"
                        ),
                        "sync the issuer in an earlier wave".to_owned(),
                    );
                }
            }
        }
    }
    let declares = platform.every::<ClusterIssuer>().next().is_some() || asking(platform).next().is_some();
    if let Some(signer) = signer.filter(|of| declares && !of.values.crds.enabled) {
        findings.report(
            signer.place(),
            "does not bring the kinds by which it is asked",
            "set `crds.enabled` of its values",
        );
    }
}

pub(super) const AUTHORITIES_HAVE_KEYS: Policy<Platform> = Policy {
    code: "LINK038",
    name: "authorities-have-keys",
    severity: Severity::Error,
    explanation: "An issuer signs with a key that lies in cert-manager's own namespace, made before it as that of an \
                  authority: without it no certificate inside the cluster is made.",
    check: authorities_have_keys,
};

fn authorities_have_keys(platform: &Platform, findings: &mut Findings) {
    let signer = platform.chart::<Values>();
    for authority in platform.every::<ClusterIssuer>() {
        let Some(ca) = &authority.typed().spec.signs.ca else { continue };
        // Without cert-manager the rule before says enough.
        let Some(signer) = &signer else { continue };
        let (secret, namespace) = (ca.secret_name.as_str(), signer.namespace);
        let mut made = platform.every::<Certificate>().filter(|of| of.spec.secret_name == secret);
        let Some(key) = made.find(|of| of.namespace() == namespace) else {
            findings.report(
                authority.place(),
                format!("signs with the key in the Secret `{secret}` of `{namespace}`, which no Certificate makes"),
                "declare a Certificate with that Secret in cert-manager's namespace",
            );
            continue;
        };
        if !key.spec.is_ca {
            findings.report(
                key.place(),
                format!("is not that of an authority, but {} signs with it", authority.place().subject),
                "set `isCA`",
            );
        }
        if together(platform, &key, &authority) && key.typed().wave() >= authority.typed().wave() {
            findings.report(
                authority.place(),
                format!("is made with {} or before it, and begins as a failure", key.place().subject),
                "give it a later wave",
            );
        }
    }
    for certificate in platform.every::<Certificate>() {
        let IssuerReference { kind, name } = &certificate.typed().spec.issuer_ref;
        if issuer(platform, kind, certificate.namespace(), name).is_none() {
            findings.report(
                certificate.place(),
                format!("is signed by the {kind} `{name}`, which is not there"),
                format!("name a declared {kind}"),
            );
        }
    }
}

/// Does one Application sync both?
fn together(platform: &Platform, key: &Object<'_, Certificate>, authority: &Object<'_, ClusterIssuer>) -> bool {
    let names = |path: &str| platform.applications_of(path).map(|of| of.name().to_owned()).collect::<Vec<_>>();
    names(&key.manifest.path) == names(&authority.manifest.path)
}

pub(super) const CERTIFICATES_ARE_BELIEVED: Policy<Platform> = Policy {
    code: "LINK039",
    name: "certificates-are-believed",
    severity: Severity::Error,
    explanation: "A certificate of cert-manager is worth its check: an API that the API server calls without a look at \
                  it may be anybody's, and an authority that Argo CD keeps as it was is not that of a renewed one.",
    check: certificates_are_believed,
};

fn certificates_are_believed(platform: &Platform, findings: &mut Findings) {
    for (synced, Certified { verified, .. }) in asking(platform) {
        if !verified {
            findings.report(
                synced.place(),
                "has a certificate of cert-manager that the API server does not look at",
                "set `apiService.insecureSkipTLSVerify` of its values to false",
            );
        }
        if keeps_authority(&synced.application) {
            findings.report(
                synced.place(),
                "keeps the authority of webhooks or of an API as it was, which cert-manager changes",
                "take `caBundle` out of `ignoreDifferences`",
            );
        }
    }
}

fn keeps_authority(application: &Application) -> bool {
    let ignored = application.spec.ignore_differences.iter();
    ignored.flat_map(|of| of.json_pointers.iter().chain(&of.jq_path_expressions)).any(|path| path.ends_with("caBundle"))
}
