//! The system that this one replaces, as its files had it: a policy catches each of its faults.

use std::sync::LazyLock;

use insta::assert_snapshot;
use serde_json::{Value as Json, json};
use stacks::Platform;
use synth_framework::{Content, Expression};

use crate::fixture::{edit, found, remove, resource, with};

const SERVICES: [&str; 2] = ["cors-proxy-server", "mock-target-server"];

/// The seed's settings: 25 pods each of 500m, one of each at rest.
const SETTINGS: &str = r#"
name = "gitops-eks-cluster"

[services.cors_proxy_server]
min_replicas = 1
max_replicas = 25

[services.mock_target_server]
min_replicas = 1
max_replicas = 25
"#;

/// Karpenter's six documents, which the seed's module joins into the first.
const DOCUMENTS: [&str; 6] = [
    "karpenter_node_lifecycle",
    "karpenter_iam_integration",
    "karpenter_eks_integration",
    "karpenter_interruption",
    "karpenter_zonal_shift",
    "karpenter_resource_discovery",
];

fn seed() -> &'static Platform {
    static SEED: LazyLock<Platform> = LazyLock::new(|| {
        let mut platform = with(SETTINGS);
        for service in SERVICES {
            deployment(&mut platform, service);
        }
        remove(&mut platform, "NetworkPolicy", "default-deny");
        node_pool(&mut platform);
        discovery_tag_nowhere(&mut platform);
        joined_documents(&mut platform);
        platform
    });
    &SEED
}

/// Zero replicas in Git, no probes, no limit of memory, no budget, no network policy, and Argo CD that heals everything.
fn deployment(platform: &mut Platform, service: &str) {
    edit(platform, "Deployment", service, |deployment| {
        deployment["spec"]["replicas"] = 0.into();
        let pod = &mut deployment["spec"]["template"]["spec"];
        pod["securityContext"] = json!({});
        let container = pod["containers"][0].as_object_mut().unwrap();
        for key in ["readinessProbe", "livenessProbe", "startupProbe", "securityContext", "lifecycle"] {
            container.shift_remove(key);
        }
        container["resources"] = json!({ "requests": { "cpu": "500m" }, "limits": { "cpu": "700m" } });
    });
    edit(platform, "Application", service, |application| {
        application["spec"].as_object_mut().unwrap().shift_remove("ignoreDifferences");
    });
    remove(platform, "PodDisruptionBudget", service);
    remove(platform, "NetworkPolicy", service);
}

/// One pool of one instance type, at most 20 vCPUs.
fn node_pool(platform: &mut Platform) {
    remove(platform, "NodePool", "spot");
    edit(platform, "NodePool", "on-demand", |pool| {
        pool["spec"]["limits"] = json!({ "cpu": 20 });
        let requirements = pool.pointer_mut("/spec/template/spec/requirements").unwrap().as_array_mut().unwrap();
        requirements.retain(|of| !of["key"].as_str().unwrap().starts_with("karpenter.k8s.aws/"));
        requirements
            .push(json!({ "key": "node.kubernetes.io/instance-type", "operator": "In", "values": ["m5.large"] }));
    });
}

fn discovery_tag_nowhere(platform: &mut Platform) {
    for address in ["aws_subnet.private_a", "aws_subnet.private_b", "aws_subnet.private_c", "aws_security_group.nodes"]
    {
        resource(platform, address, |resource| {
            let tags = resource.body.get("tags").unwrap().as_object().unwrap();
            let rest = tags.iter().filter(|(key, _)| key.as_str() != Some("karpenter.sh/discovery")).cloned();
            resource.override_argument("tags", Expression::Object(rest.collect()));
        });
    }
}

fn joined_documents(platform: &mut Platform) {
    let address = |label: &str| format!("data.aws_iam_policy_document.{label}");
    let mut statements = Vec::new();
    for label in &DOCUMENTS[1..] {
        resource(platform, &address(label), |document| {
            for entry in document.body.entries() {
                if let ("statement", Content::Blocks(blocks)) = (&*entry.name, &entry.content) {
                    statements.extend(blocks.clone());
                }
            }
        });
    }
    resource(platform, &address(DOCUMENTS[0]), |document| {
        document.body.nest("statement", std::mem::take(&mut statements));
    });
}

#[test]
fn the_maximum_that_the_pool_cannot_host_is_caught() {
    assert_snapshot!(found(seed(), "SCALE001"), @r"
        NodePool/on-demand in manifests/node-pools/node-pool-on-demand.yaml belongs to pools that are limited to 20 vCPU and any GiB together, but the autoscalers' maximum takes 23 nodes of 46 vCPU and 184 GiB in all: 25 of cors-proxy-server (500m and 0Mi), 25 of mock-target-server (500m and 0Mi), 2 of prometheus (500m and 2048Mi), 2 of alertmanager (50m and 128Mi), 1 of prometheus-operator (100m and 256Mi), 1 of grafana (100m and 512Mi), 1 of kube-state-metrics (50m and 256Mi)
          mend: raise `karpenter.node_pools.on-demand.limit_cpu` to 62, or lower `services.mock_target_server.max_replicas`
        ");
}

#[test]
fn the_discovery_tag_that_nobody_sets_is_caught() {
    assert_snapshot!(found(seed(), "LINK001"), @r"
        EC2NodeClass/default in manifests/node-pools/ec2-node-class.yaml selects subnets by `karpenter.sh/discovery: gitops-eks-cluster`, which no subnet carries
          mend: set the tag on the private subnet of every zone
        ");
    assert_snapshot!(found(seed(), "LINK002"), @r"
        EC2NodeClass/default in manifests/node-pools/ec2-node-class.yaml selects security groups by `karpenter.sh/discovery: gitops-eks-cluster`, which no security group carries
          mend: set the tag on the security group of the nodes, and on no other
        ");
}

#[test]
fn the_replicas_beside_the_autoscaler_are_caught() {
    assert_snapshot!(found(seed(), "SCALE005"), @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml sets `replicas: 0`, which HorizontalPodAutoscaler/cors-proxy-server owns
          mend: leave `spec.replicas` out
        Deployment/mock-target-server in manifests/mock-target-server/deployment.yaml sets `replicas: 0`, which HorizontalPodAutoscaler/mock-target-server owns
          mend: leave `spec.replicas` out
        ");
}

#[test]
fn the_sync_that_undoes_the_autoscaler_is_caught() {
    assert_snapshot!(found(seed(), "SCALE006"), @r"
        Application/cors-proxy-server in manifests/cors-proxy-server.yaml reverts the number of replicas of Deployment/cors-proxy-server, which an autoscaler owns
          mend: ignore `/spec/replicas` of that Deployment in `ignoreDifferences`
        Application/mock-target-server in manifests/mock-target-server.yaml reverts the number of replicas of Deployment/mock-target-server, which an autoscaler owns
          mend: ignore `/spec/replicas` of that Deployment in `ignoreDifferences`
        ");
}

#[test]
fn the_single_instance_type_is_caught() {
    assert_snapshot!(found(seed(), "HA009"), @r"
        NodePool/on-demand in manifests/node-pools/node-pool-on-demand.yaml makes only nodes of m5.large: its requirements admit no other known instance type of eu-north-1
          mend: allow more architectures, instance categories, generations or sizes
        ");
}

#[test]
fn the_minimum_of_one_pod_is_caught() {
    assert_snapshot!(found(seed(), "HA001"), @r"
        HorizontalPodAutoscaler/cors-proxy-server in manifests/cors-proxy-server/horizontal-pod-autoscaler.yaml keeps only 1 of its pods at rest, fewer than one in each of 3 zones
          mend: raise `min_replicas` of the service to 3 or more
        HorizontalPodAutoscaler/mock-target-server in manifests/mock-target-server/horizontal-pod-autoscaler.yaml keeps only 1 of its pods at rest, fewer than one in each of 3 zones
          mend: raise `min_replicas` of the service to 3 or more
        ");
}

#[test]
fn the_missing_disruption_budgets_are_caught() {
    assert_snapshot!(found(seed(), "HA004"), @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml has no PodDisruptionBudget
          mend: add one that selects its pods
        Deployment/mock-target-server in manifests/mock-target-server/deployment.yaml has no PodDisruptionBudget
          mend: add one that selects its pods
        ");
}

#[test]
fn the_missing_probes_are_caught() {
    assert_snapshot!(found(seed(), "HA005"), @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml has a container `cors-proxy-server` without a `readinessProbe`
          mend: give the container a `readinessProbe`
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml has a container `cors-proxy-server` without a `livenessProbe`
          mend: give the container a `livenessProbe`
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml has a container `cors-proxy-server` without a `startupProbe`
          mend: give the container a `startupProbe`
        Deployment/mock-target-server in manifests/mock-target-server/deployment.yaml has a container `mock-target-server` without a `readinessProbe`
          mend: give the container a `readinessProbe`
        Deployment/mock-target-server in manifests/mock-target-server/deployment.yaml has a container `mock-target-server` without a `livenessProbe`
          mend: give the container a `livenessProbe`
        Deployment/mock-target-server in manifests/mock-target-server/deployment.yaml has a container `mock-target-server` without a `startupProbe`
          mend: give the container a `startupProbe`
        ");
}

#[test]
fn the_missing_limits_of_memory_are_caught() {
    assert_snapshot!(found(seed(), "SCALE008"), @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml has a container `cors-proxy-server` without a memory limit
          mend: set `resources.limits.memory` to the request
        Deployment/mock-target-server in manifests/mock-target-server/deployment.yaml has a container `mock-target-server` without a memory limit
          mend: set `resources.limits.memory` to the request
        ");
}

#[test]
fn the_open_proxy_is_caught() {
    assert_snapshot!(found(seed(), "SEC009"), @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml is reached from the internet, but no network policy limits what it reaches
          mend: add a NetworkPolicy with `Egress` that excludes private and metadata addresses
        ");
}

#[test]
fn the_document_too_long_for_iam_is_caught() {
    assert_snapshot!(found(seed(), "SEC010"), @r"
        aws_iam_policy.karpenter_node_lifecycle in cluster/karpenter.tf.json has a document of 6186 characters, but IAM allows 6144
          mend: split it into several policies, one for each concern
        ");
}

#[test]
fn the_pods_that_are_killed_while_they_drain_are_caught() {
    let mut platform = seed().clone();
    for service in SERVICES {
        edit(&mut platform, "Deployment", service, |deployment| {
            let pod = deployment.pointer_mut("/spec/template/spec").and_then(Json::as_object_mut).unwrap();
            // What is left out is 30 seconds.
            pod.shift_remove("terminationGracePeriodSeconds");
        });
    }
    assert_snapshot!(found(&platform, "DRAIN001"), @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml is killed after 30 s, but its container `cors-proxy-server` needs 80 s: 0 s before the stop signal, 45 s until it stops accepting, 30 s for requests in flight, 5 s to end
          mend: raise `terminationGracePeriodSeconds` to 80 or more
        Deployment/mock-target-server in manifests/mock-target-server/deployment.yaml is killed after 30 s, but its container `mock-target-server` needs 40 s: 0 s before the stop signal, 5 s until it stops accepting, 30 s for requests in flight, 5 s to end
          mend: raise `terminationGracePeriodSeconds` to 40 or more
        ");
}
