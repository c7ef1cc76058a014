//! Names that the Terraform side declares and the manifests use: each comes from one Rust value.

use serde_json::{Value as Json, json};
use stacks::names::{BASE_NODE_LABEL, BASE_NODE_TAINT};

use crate::{at, environments, items, object, text};

#[test]
fn the_node_class_selects_by_the_discovery_tag_and_takes_the_node_role() {
    for (settings, built) in environments() {
        let spec = at(object(&built, "EC2NodeClass", "default"), "/spec");
        let (key, value) = settings.discovery_tag();
        let term = json!([{ "tags": { key: value } }]);
        assert_eq!(spec["subnetSelectorTerms"], term);
        assert_eq!(spec["securityGroupSelectorTerms"], term);
        assert_eq!(spec["role"], settings.karpenter_node_role());
        assert_eq!(spec["metadataOptions"]["httpTokens"], "required");
        for mapping in items(spec, "/blockDeviceMappings") {
            assert_eq!(mapping["ebs"]["encrypted"], true);
        }
    }
}

#[test]
fn controllers_have_the_names_that_their_roles_trust() {
    for (settings, built) in environments() {
        let values = |name| at(object(&built, "Application", name), "/spec/source/helm/valuesObject");
        let namespace = |name| text(object(&built, "Application", name), "/spec/destination/namespace");
        let (karpenter, controller) = (&settings.karpenter, &settings.load_balancer_controller);
        assert_eq!(text(values("karpenter"), "/serviceAccount/name"), karpenter.service_account);
        assert_eq!(namespace("karpenter"), karpenter.namespace);
        assert_eq!(text(values("karpenter"), "/settings/clusterName"), settings.name);
        assert_eq!(text(values("karpenter"), "/settings/interruptionQueue"), settings.interruption_queue());
        let name = "aws-load-balancer-controller";
        assert_eq!(text(values(name), "/serviceAccount/name"), controller.service_account);
        assert_eq!(namespace(name), controller.namespace);
        assert_eq!(text(values(name), "/clusterName"), settings.name);
        assert_eq!(text(values(name), "/vpcTags/Name"), settings.vpc_name());
    }
}

#[test]
fn system_pods_select_and_tolerate_the_base_nodes() {
    for (_, built) in environments() {
        for name in ["karpenter", "metrics-server", "aws-load-balancer-controller"] {
            let values = at(object(&built, "Application", name), "/spec/source/helm/valuesObject");
            assert_eq!(values["nodeSelector"][BASE_NODE_LABEL.0], BASE_NODE_LABEL.1, "{name}");
            let toleration = &items(values, "/tolerations")[0];
            assert_eq!(
                (&toleration["key"], &toleration["value"]),
                (&json!(BASE_NODE_TAINT.0), &json!(BASE_NODE_TAINT.1))
            );
        }
    }
}

#[test]
fn pools_cover_every_zone_and_many_kinds_of_instances() {
    for (settings, built) in environments() {
        for pool in built.of_kind("NodePool") {
            let requirements = items(pool.object(), "/spec/template/spec/requirements");
            let values = |key: &str| requirements.iter().find(|of| of["key"] == key).map(|of| &of["values"]);
            assert_eq!(values("topology.kubernetes.io/zone"), Some(&json!(settings.network.zones)));
            assert!(values("node.kubernetes.io/instance-type").is_none(), "{} names instance types", pool.path);
            let class = text(pool.object(), "/spec/template/spec/nodeClassRef/name");
            object(&built, "EC2NodeClass", class);
            assert!(at(pool.object(), "/spec/limits/cpu").is_u64());
        }
    }
}

#[test]
fn admission_policies_are_bound_to_the_services_namespace_and_their_own_pods_pass() {
    for (settings, built) in environments() {
        let policies: Vec<_> =
            built.of_kind("ValidatingAdmissionPolicy").map(synth_kubernetes::Manifest::name).collect();
        assert_eq!(policies.len(), 5);
        for binding in built.of_kind("ValidatingAdmissionPolicyBinding") {
            assert!(policies.contains(&text(binding.object(), "/spec/policyName")));
            let selector = at(binding.object(), "/spec/matchResources/namespaceSelector/matchLabels");
            assert_eq!(*selector, json!({ "kubernetes.io/metadata.name": settings.services.namespace }));
        }
        let registry = format!("{}/", settings.aws.registry());
        for deployment in built.of_kind("Deployment") {
            let spec = at(deployment.object(), "/spec/template/spec");
            let container = at(spec, "/containers/0");
            assert!(text(container, "/image").starts_with(&registry));
            assert_eq!(spec["automountServiceAccountToken"], false);
            assert_eq!(spec["securityContext"]["runAsNonRoot"], true);
            let context: &Json = &container["securityContext"];
            assert_eq!(context["allowPrivilegeEscalation"], false);
            assert_eq!(context["readOnlyRootFilesystem"], true);
            assert_eq!(context["capabilities"]["drop"], json!(["ALL"]));
        }
    }
}
