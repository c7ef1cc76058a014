//! The definitions of the custom kinds that environments have objects of.

use anyhow::{Context, Result};
use serde_json::{Value as Json, json};

/// A schema of the tests of `stacks`, as the definitions' charts bring it.
macro_rules! schema {
    ($name:literal) => {
        include_str!(concat!("../../stacks/tests/schemas/crds/", $name, ".json"))
    };
}

/// Each kind: its plural, is it namespaced, and its schema.
const SCHEMAS: &[(&str, &str, &str, bool, &str)] = &[
    ("argoproj.io/v1alpha1", "Application", "applications", true, schema!("argoproj.io-application")),
    ("argoproj.io/v1alpha1", "AppProject", "appprojects", true, schema!("argoproj.io-appproject")),
    ("cert-manager.io/v1", "Certificate", "certificates", true, schema!("cert-manager.io-certificate")),
    ("cert-manager.io/v1", "ClusterIssuer", "clusterissuers", false, schema!("cert-manager.io-clusterissuer")),
    ("cert-manager.io/v1", "Issuer", "issuers", true, schema!("cert-manager.io-issuer")),
    (
        "elbv2.k8s.aws/v1beta1",
        "TargetGroupBinding",
        "targetgroupbindings",
        true,
        schema!("elbv2.k8s.aws-targetgroupbinding"),
    ),
    (
        "external-secrets.io/v1",
        "ExternalSecret",
        "externalsecrets",
        true,
        schema!("external-secrets.io-externalsecret"),
    ),
    ("external-secrets.io/v1", "SecretStore", "secretstores", true, schema!("external-secrets.io-secretstore")),
    ("karpenter.sh/v1", "NodePool", "nodepools", false, schema!("karpenter.sh-nodepool")),
    ("karpenter.k8s.aws/v1", "EC2NodeClass", "ec2nodeclasses", false, schema!("karpenter.k8s.aws-ec2nodeclass")),
    ("keda.sh/v1alpha1", "ScaledObject", "scaledobjects", true, schema!("keda.sh-scaledobject")),
    (
        "keda.sh/v1alpha1",
        "TriggerAuthentication",
        "triggerauthentications",
        true,
        schema!("keda.sh-triggerauthentication"),
    ),
    (
        "monitoring.coreos.com/v1",
        "PrometheusRule",
        "prometheusrules",
        true,
        schema!("monitoring.coreos.com-prometheusrule"),
    ),
    (
        "monitoring.coreos.com/v1",
        "ServiceMonitor",
        "servicemonitors",
        true,
        schema!("monitoring.coreos.com-servicemonitor"),
    ),
];

/// The definitions of the custom kinds, of the schemas that the tests of `stacks` hold.
pub fn definitions() -> Result<Vec<Json>> {
    SCHEMAS.iter().map(|&(version, kind, plural, namespaced, schema)| {
        let (group, version) = version.split_once('/').context("a version without a group")?;
        let schema: Json = serde_json::from_str(schema).with_context(|| format!("the schema of `{kind}`"))?;
        let scope = if namespaced { "Namespaced" } else { "Cluster" };
        Ok(json!({
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": { "name": format!("{plural}.{group}") },
            "spec": {
                "group": group,
                "names": { "kind": kind, "plural": plural, "singular": kind.to_lowercase(), "listKind": format!("{kind}List") },
                "scope": scope,
                "versions": [{ "name": version, "served": true, "storage": true, "schema": { "openAPIV3Schema": schema } }],
            },
        }))
    }).collect()
}
