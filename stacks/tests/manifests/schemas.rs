//! Objects of custom kinds against their definitions. Kubernetes' own kinds are `make manifests`'s part.

use serde_json::{Value as Json, json};

use crate::{asking::ASKING, build, certified::CERTIFIED, environments, schema::problems, settings, working::working};

const SCHEMAS: [(&str, &str, &str); 14] = [
    ("argoproj.io/v1alpha1", "Application", include_str!("../schemas/crds/argoproj.io-application.json")),
    ("argoproj.io/v1alpha1", "AppProject", include_str!("../schemas/crds/argoproj.io-appproject.json")),
    ("cert-manager.io/v1", "Certificate", include_str!("../schemas/crds/cert-manager.io-certificate.json")),
    ("cert-manager.io/v1", "ClusterIssuer", include_str!("../schemas/crds/cert-manager.io-clusterissuer.json")),
    ("cert-manager.io/v1", "Issuer", include_str!("../schemas/crds/cert-manager.io-issuer.json")),
    (
        "elbv2.k8s.aws/v1beta1",
        "TargetGroupBinding",
        include_str!("../schemas/crds/elbv2.k8s.aws-targetgroupbinding.json"),
    ),
    (
        "external-secrets.io/v1",
        "ExternalSecret",
        include_str!("../schemas/crds/external-secrets.io-externalsecret.json"),
    ),
    ("external-secrets.io/v1", "SecretStore", include_str!("../schemas/crds/external-secrets.io-secretstore.json")),
    ("karpenter.sh/v1", "NodePool", include_str!("../schemas/crds/karpenter.sh-nodepool.json")),
    ("karpenter.k8s.aws/v1", "EC2NodeClass", include_str!("../schemas/crds/karpenter.k8s.aws-ec2nodeclass.json")),
    ("keda.sh/v1alpha1", "ScaledObject", include_str!("../schemas/crds/keda.sh-scaledobject.json")),
    ("keda.sh/v1alpha1", "TriggerAuthentication", include_str!("../schemas/crds/keda.sh-triggerauthentication.json")),
    (
        "monitoring.coreos.com/v1",
        "PrometheusRule",
        include_str!("../schemas/crds/monitoring.coreos.com-prometheusrule.json"),
    ),
    (
        "monitoring.coreos.com/v1",
        "ServiceMonitor",
        include_str!("../schemas/crds/monitoring.coreos.com-servicemonitor.json"),
    ),
];

fn schema(version: &str, kind: &str) -> Json {
    let (.., text) = SCHEMAS
        .iter()
        .find(|schema| (schema.0, schema.1) == (version, kind))
        .unwrap_or_else(|| panic!("there is no schema of {version} {kind}"));
    serde_json::from_str(text).unwrap()
}

#[test]
fn every_object_of_a_custom_kind_fits_its_definition() {
    let mut kinds = std::collections::BTreeSet::new();
    let asking = build(&settings("asking", ASKING));
    let certified = build(&settings("certified", CERTIFIED));
    for built in environments().chain([working()]).map(|(_, built)| built).chain([asking, certified]) {
        for manifest in built.objects() {
            let version = crate::text(manifest.object(), "/apiVersion");
            // Kubernetes' own groups are short, or end in its own domain.
            let group = version.split_once('/').map_or("", |(group, _)| group);
            if !group.contains('.') || group.ends_with(".k8s.io") {
                continue;
            }
            kinds.insert(manifest.kind().to_owned());
            let found = problems(&schema(version, manifest.kind()), manifest.object());
            assert!(found.is_empty(), "{}:\n{}", manifest.path, found.join("\n"));
        }
    }
    assert_eq!(kinds.len(), SCHEMAS.len(), "{kinds:?}");
}

#[test]
fn unknown_missing_and_misshapen_fields_are_refused() {
    let pool = |spec: Json| {
        problems(
            &schema("karpenter.sh/v1", "NodePool"),
            &json!({ "apiVersion": "karpenter.sh/v1", "kind": "NodePool", "metadata": { "name": "a" }, "spec": spec }),
        )
    };
    let template =
        json!({ "spec": { "nodeClassRef": { "group": "g", "kind": "k", "name": "n" }, "requirements": [] } });
    assert_eq!(pool(json!({ "template": template })), Vec::<String>::new());
    let found = pool(json!({
        "weight": 101,
        "limit": {},
        "limits": { "cpu": true },
        "disruption": { "consolidateAfter": "soon", "consolidationPolicy": "Sometimes", "budgets": [{}] },
        "template": { "spec": { "requirements": "none" } },
    }));
    let expected = [
        ".spec.weight: 101 is beyond the maximum of 100",
        ".spec.limit: is unknown",
        ".spec.limits.cpu: is neither a whole number nor a text",
        ".spec.disruption.consolidateAfter: `soon` does not match",
        ".spec.disruption.consolidationPolicy: \"Sometimes\" is none of",
        ".spec.disruption.budgets[0]: lacks `nodes`",
        ".spec.template.spec: lacks `nodeClassRef`",
        ".spec.template.spec.requirements: \"none\" is no \"array\"",
    ];
    for problem in expected {
        assert!(found.iter().any(|found| found.starts_with(problem)), "{problem} is not among {found:#?}");
    }
    assert_eq!(found.len(), expected.len(), "{found:#?}");
}
