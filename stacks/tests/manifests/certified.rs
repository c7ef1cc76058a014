//! cert-manager signs what lives inside the cluster, where it is asked to.

use serde_json::{Value as Json, json};
use stacks::settings::Settings;
use synth_kubernetes::BuiltManifests;

use crate::{ENVIRONMENTS, at, build, items, object, settings, text};

fn certified() -> Settings {
    settings("certified", CERTIFIED)
}

pub(crate) const CERTIFIED: &str = include_str!("../fixtures/certified.toml");

/// The charts that take their certificates from it.
const ASKING: [&str; 3] = ["aws-load-balancer-controller", "keda", "metrics-server"];

fn values<'a>(built: &'a BuiltManifests, name: &str) -> &'a Json {
    at(object(built, "Application", name), "/spec/source/helm/valuesObject")
}

fn wave(built: &BuiltManifests, name: &str) -> i32 {
    text(object(built, "Application", name), "/metadata/annotations/argocd.argoproj.io~1sync-wave").parse().unwrap()
}

#[test]
fn it_and_its_issuers_come_before_whoever_asks() {
    let built = build(&certified());
    for (first, then) in [("platform", "cert-manager"), ("cert-manager", "issuers")] {
        assert!(wave(&built, first) < wave(&built, then), "{first} does not come before {then}");
    }
    for name in ASKING {
        assert!(wave(&built, "issuers") < wave(&built, name), "{name}");
    }
    assert_eq!(at(values(&built, "cert-manager"), "/crds"), &json!({ "enabled": true, "keep": true }));
}

#[test]
fn the_root_signs_itself_and_the_issuer_with_it() {
    let built = build(&certified());
    let root = object(&built, "Certificate", "inside-root");
    assert_eq!(at(root, "/spec/issuerRef"), &json!({ "name": "self-signed", "kind": "Issuer" }));
    assert_eq!(at(object(&built, "Issuer", "self-signed"), "/spec"), &json!({ "selfSigned": {} }));
    let inside = object(&built, "ClusterIssuer", "inside");
    assert_eq!(at(inside, "/spec"), &json!({ "ca": { "secretName": at(root, "/spec/secretName") } }));
    assert_eq!(inside.pointer("/metadata/namespace"), None);
    assert_eq!(text(root, "/metadata/namespace"), "cert-manager");
}

#[test]
fn charts_ask_its_issuer_and_keep_nothing_of_their_own_certificates() {
    let built = build(&certified());
    let issuer = json!({ "name": "inside", "kind": "ClusterIssuer" });
    let balancers = values(&built, ASKING[0]);
    assert_eq!((at(balancers, "/enableCertManager"), at(balancers, "/certManager/issuerRef")), (&json!(true), &issuer));
    let keda = at(values(&built, "keda"), "/certificates/certManager");
    assert_eq!(
        keda,
        &json!({ "enabled": true, "issuer": { "generate": false, "name": "inside", "kind": "ClusterIssuer" } })
    );
    let metrics = values(&built, "metrics-server");
    assert_eq!(text(metrics, "/tls/type"), "cert-manager");
    assert_eq!(at(metrics, "/apiService"), &json!({ "insecureSkipTLSVerify": false }));
    for name in ASKING {
        assert_eq!(object(&built, "Application", name).pointer("/spec/ignoreDifferences"), None, "{name}");
    }
}

#[test]
fn without_it_nothing_is_changed() {
    let (small, of) = ENVIRONMENTS[0];
    let built = build(&settings(small, of));
    let off = build(&settings(small, &[of, "[cert_manager]\nenabled = false\nreplicas = 3\n"].concat()));
    let written = |built: &BuiltManifests| {
        built.objects().iter().map(|manifest| (manifest.path.clone(), manifest.object().clone())).collect::<Vec<_>>()
    };
    assert_eq!(written(&built), written(&off));
    assert!(built.objects().iter().all(|manifest| !manifest.object().to_string().contains("cert-manager")));
    let ignored = items(object(&built, "Application", ASKING[0]), "/spec/ignoreDifferences");
    assert_eq!(ignored.len(), 3, "the certificate of the first sync stays");
}

#[test]
fn every_part_has_pods_on_base_nodes_of_their_own_and_is_watched() {
    let built = build(&certified());
    let all = values(&built, "cert-manager");
    for part in [all, at(all, "/webhook"), at(all, "/cainjector")] {
        assert_eq!(at(part, "/replicaCount"), 2);
        assert_eq!(at(part, "/podDisruptionBudget"), &json!({ "enabled": true, "maxUnavailable": 1 }));
        assert_eq!(items(part, "/topologySpreadConstraints").len(), 1);
        for pointer in ["/nodeSelector", "/tolerations", "/resources/limits/memory", "/affinity/podAntiAffinity"] {
            assert!(part.pointer(pointer).is_some(), "{pointer}");
        }
    }
    assert_eq!(text(all, "/global/priorityClassName"), "system-cluster-critical");
    let monitor = object(&built, "ServiceMonitor", "cert-manager");
    assert_eq!(at(monitor, "/spec/namespaceSelector/matchNames"), &json!(["cert-manager"]));
    let rules = built.of_kind("PrometheusRule").map(|rules| rules.object().to_string()).collect::<String>();
    for alert in ["CertManagerAbsent", "CertificateNotReady", "CertificateEnds"] {
        assert!(rules.contains(alert), "{alert}");
    }
}
