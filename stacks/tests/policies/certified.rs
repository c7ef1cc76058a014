//! Certificates of what lives inside the cluster: who makes them, with which key, and who looks at them.

use insta::assert_snapshot;
use serde_json::{Value as Json, json};
use stacks::Platform;

use crate::fixture::{BASE, build, edit, found, remove, remove_resource, set, settings};

pub(crate) const CERTIFIED: &str = include_str!("../fixtures/certified.toml");

const WAVE: &str = "/metadata/annotations/argocd.argoproj.io~1sync-wave";

fn value(path: &str) -> String {
    format!("/spec/source/helm/valuesObject/{path}")
}

/// The findings of a policy once the platform is changed. It finds nothing before.
#[track_caller]
fn broken(code: &str, change: impl FnOnce(&mut Platform)) -> String {
    let mut platform = build(&settings("certified", &[BASE, CERTIFIED]));
    assert_eq!(found(&platform, code), "", "the policy passes on the sound platform");
    change(&mut platform);
    found(&platform, code)
}

#[test]
fn a_certificate_that_nobody_makes_is_found() {
    let alone = broken("LINK037", |platform| {
        remove(platform, "Application", "cert-manager");
        set(platform, "Application", "keda", &value("certificates"), Json::Null);
        set(platform, "Application", "metrics-server", &value("tls/type"), "metrics-server");
    });
    assert_snapshot!(alone, @r"
    Application/aws-load-balancer-controller in certified/manifests/aws-load-balancer-controller.yaml asks cert-manager for its certificate, which no Application installs
      mend: install the chart `cert-manager`, or let it sign its own
    ");
    let all = broken("LINK037", |platform| remove(platform, "Application", "cert-manager"));
    assert_eq!(all.matches("which no Application installs").count(), 3, "{all}");
    let kinds =
        broken("LINK037", |platform| set(platform, "Application", "cert-manager", &value("crds/enabled"), false));
    assert_snapshot!(kinds, @r"
    Application/cert-manager in certified/manifests/cert-manager.yaml does not bring the kinds by which it is asked
      mend: set `crds.enabled` of its values
    ");
}

#[test]
fn a_certificate_that_comes_after_who_needs_it_is_found() {
    let equal = broken("LINK037", |platform| set(platform, "Application", "cert-manager", WAVE, "-3"));
    assert_snapshot!(equal, @r"
    Application/aws-load-balancer-controller in certified/manifests/aws-load-balancer-controller.yaml is synced in wave -3, but cert-manager, which makes its certificate, in wave -3
      mend: sync cert-manager in an earlier wave
    ");
    let issuers = broken("LINK037", |platform| set(platform, "Application", "issuers", WAVE, "0"));
    assert!(
        issuers.contains("is synced in wave -3, but ClusterIssuer/inside, which signs its certificate, in wave 0"),
        "{issuers}"
    );
    assert_eq!(issuers.matches("mend: sync the issuer in an earlier wave").count(), 3, "{issuers}");
    let before = broken("LINK015", |platform| set(platform, "Application", "issuers", WAVE, "-8"));
    assert!(
        before.contains(
            "syncs ClusterIssuer/inside in wave -8, but ClusterIssuer comes with Application/cert-manager in wave -8"
        ),
        "{before}"
    );
}

#[test]
fn an_issuer_that_is_not_there_is_found() {
    let gone = broken("LINK037", |platform| remove(platform, "ClusterIssuer", "inside"));
    assert_eq!(
        gone.matches("asks the ClusterIssuer `inside` for its certificate, which is not there").count(),
        3,
        "{gone}"
    );
    let other = broken("LINK037", |platform| {
        set(platform, "Application", "metrics-server", &value("tls/certManager/existingIssuer/kind"), "Issuer");
    });
    assert_snapshot!(other, @r"
    Application/metrics-server in certified/manifests/metrics-server.yaml asks the Issuer `inside` for its certificate, which is not there
      mend: name a declared Issuer
    ");
    let own = broken("LINK037", |platform| {
        remove(platform, "ClusterIssuer", "inside");
        set(platform, "Application", "keda", &value("certificates/certManager/issuer/generate"), true);
        set(platform, "Application", "aws-load-balancer-controller", &value("certManager"), Json::Null);
        set(platform, "Application", "metrics-server", &value("tls/certManager/existingIssuer/enabled"), false);
    });
    assert_eq!(own, "", "each chart makes an issuer of its own");
}

#[test]
fn an_authority_without_its_key_is_found() {
    let gone = broken("LINK038", |platform| remove(platform, "Certificate", "inside-root"));
    assert_snapshot!(gone, @r"
    ClusterIssuer/inside in certified/manifests/issuers/cluster-issuer-inside.yaml signs with the key in the Secret `inside-root` of `cert-manager`, which no Certificate makes
      mend: declare a Certificate with that Secret in cert-manager's namespace
    ");
    let elsewhere = broken("LINK038", |platform| {
        set(platform, "Certificate", "inside-root", "/metadata/namespace", "kube-system");
    });
    assert!(elsewhere.contains("which no Certificate makes"), "{elsewhere}");
    assert!(elsewhere.contains("is signed by the Issuer `self-signed`, which is not there"), "{elsewhere}");
    let plain = broken("LINK038", |platform| set(platform, "Certificate", "inside-root", "/spec/isCA", false));
    assert_snapshot!(plain, @r"
    Certificate/inside-root in certified/manifests/issuers/certificate-inside-root.yaml is not that of an authority, but ClusterIssuer/inside signs with it
      mend: set `isCA`
    ");
    let first = broken("LINK038", |platform| set(platform, "ClusterIssuer", "inside", WAVE, "1"));
    assert!(first.contains("is made with Certificate/inside-root or before it, and begins as a failure"), "{first}");
}

#[test]
fn a_certificate_that_nobody_looks_at_is_found() {
    let skipped = broken("LINK039", |platform| {
        set(platform, "Application", "metrics-server", &value("apiService/insecureSkipTLSVerify"), true);
    });
    assert_snapshot!(skipped, @r"
    Application/metrics-server in certified/manifests/metrics-server.yaml has a certificate of cert-manager that the API server does not look at
      mend: set `apiService.insecureSkipTLSVerify` of its values to false
    ");
    let kept = broken("LINK039", |platform| {
        edit(platform, "Application", "keda", |application| {
            application["spec"]["ignoreDifferences"] = json!([{ "group": "apiregistration.k8s.io", "kind": "APIService", "jsonPointers": ["/spec/caBundle"] }]);
        });
    });
    assert_snapshot!(kept, @r"
    Application/keda in certified/manifests/keda.yaml keeps the authority of webhooks or of an API as it was, which cert-manager changes
      mend: take `caBundle` out of `ignoreDifferences`
    ");
}

#[test]
fn a_webhook_that_the_control_plane_does_not_reach_is_found() {
    let moved =
        broken("LINK020", |platform| set(platform, "Application", "cert-manager", &value("webhook/securePort"), 10260));
    assert_snapshot!(moved, @r"
    aws_security_group.nodes in certified/cluster/security-groups.tf.json does not admit the control plane to port 10260, where cert-manager serves its webhooks
      mend: admit TCP port 10260 from the control plane's security group
    ");
    let closed = broken("LINK020", |platform| {
        remove_resource(platform, "aws_vpc_security_group_ingress_rule.nodes_from_control_plane_10250");
    });
    assert!(closed.contains("port 10250, where cert-manager serves its webhooks"), "{closed}");
}

#[test]
fn pods_of_cert_manager_are_held_to_the_rules_of_all_controllers() {
    let one = build(&settings("certified", &[BASE, CERTIFIED, "[cert_manager]\nreplicas = 1\n"]));
    assert!(found(&one, "HA012").contains("Application/cert-manager"), "{}", found(&one, "HA012"));
    let anywhere = broken("LINK018", |platform| {
        set(platform, "Application", "cert-manager", &value("cainjector/nodeSelector"), json!({}));
    });
    assert!(anywhere.contains("its injector may run on any node"), "{anywhere}");
}
