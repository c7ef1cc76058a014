//! HA: pods, nodes and zones that are lost.

use insta::assert_snapshot;
use serde_json::json;

use crate::fixture::{argue, asset, broken, broken_by, copy, found, large, remove, remove_resource, set, texts, with};

const PROXY: &str = "cors-proxy-server";
const SPREAD: &str = "/spec/template/spec/topologySpreadConstraints";

#[test]
fn a_minimum_below_the_number_of_zones_is_found() {
    assert_snapshot!(broken_by("HA001", "[services.cors_proxy_server]\nmin_replicas = 2"), @r"
        HorizontalPodAutoscaler/cors-proxy-server in manifests/cors-proxy-server/horizontal-pod-autoscaler.yaml keeps only 2 of its pods at rest, fewer than one in each of 3 zones
          mend: raise `min_replicas` of the service to 3 or more
        ");
}

#[test]
fn pods_that_may_share_a_zone_are_found() {
    assert_snapshot!(broken("HA002", |platform| set(platform, "Deployment", PROXY, SPREAD, ())), @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml has no required spread over zones
          mend: spread its pods over `topology.kubernetes.io/zone` with `DoNotSchedule`
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml does not ask for an even spread over zones
          mend: add a spread over `topology.kubernetes.io/zone` with `maxSkew: 1` and `ScheduleAnyway`
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml lets the first node that is ready take 3 of its 3 pods, while nodes in other zones are still starting
          mend: spread its pods over `kubernetes.io/hostname` with `maxSkew: 2`, `minDomains: 5000` and `DoNotSchedule`
        ");
    let own = format!("{SPREAD}/0/labelSelector/matchLabels/app.kubernetes.io~1name");
    assert_snapshot!(broken("HA002", |platform| set(platform, "Deployment", PROXY, &own, "other")), @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml has a spread over zones that does not select its own pods
          mend: select the pods of its own template
        ");
    let even = format!("{SPREAD}/1/maxSkew");
    assert_snapshot!(broken("HA002", |platform| set(platform, "Deployment", PROXY, &even, 5)), @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml does not ask for an even spread over zones
          mend: add a spread over `topology.kubernetes.io/zone` with `maxSkew: 1` and `ScheduleAnyway`
        ");
    let host = format!("{SPREAD}/2/maxSkew");
    assert_snapshot!(broken("HA002", |platform| set(platform, "Deployment", PROXY, &host, 3)), @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml lets the first node that is ready take 3 of its 3 pods, while nodes in other zones are still starting
          mend: spread its pods over `kubernetes.io/hostname` with `maxSkew: 2`, `minDomains: 5000` and `DoNotSchedule`
        ");
    let alone = format!("{SPREAD}/2/minDomains");
    assert_snapshot!(broken("HA002", |platform| set(platform, "Deployment", PROXY, &alone, ())), @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml lets the first node that is ready take 3 of its 3 pods, while nodes in other zones are still starting
          mend: spread its pods over `kubernetes.io/hostname` with `maxSkew: 2`, `minDomains: 5000` and `DoNotSchedule`
        ");
    let soft = format!("{SPREAD}/2/whenUnsatisfiable");
    assert_snapshot!(broken("HA002", |platform| set(platform, "Deployment", PROXY, &soft, "ScheduleAnyway")), @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml lets the first node that is ready take 3 of its 3 pods, while nodes in other zones are still starting
          mend: spread its pods over `kubernetes.io/hostname` with `maxSkew: 2`, `minDomains: 5000` and `DoNotSchedule`
        ");
}

#[test]
fn a_spread_that_blocks_when_a_zone_is_lost_or_full_is_found() {
    let domains = format!("{SPREAD}/0/minDomains");
    assert_snapshot!(broken("HA003", |platform| set(platform, "Deployment", PROXY, &domains, 3)), @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml spreads over at least 3 zones, but 2 are left when one is lost
          mend: set `minDomains` of its spread over zones to 2
        ");
    let skew = format!("{SPREAD}/0/maxSkew");
    assert_snapshot!(broken("HA003", |platform| set(platform, "Deployment", PROXY, &skew, 1)), @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml can run only 2 of 6 pods when one zone is full, although the other zones have room
          mend: set `maxSkew` of its spread over zones to 3
        ");
    let taints = format!("{SPREAD}/0/nodeTaintsPolicy");
    assert_snapshot!(broken("HA003", |platform| set(platform, "Deployment", PROXY, &taints, ())), @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml counts the dead nodes of a lost zone as room, which keeps new pods pending
          mend: set `nodeTaintsPolicy: Honor` on its spread over zones
        ");
    let keys = format!("{SPREAD}/2/matchLabelKeys");
    assert_snapshot!(broken("HA003", |platform| set(platform, "Deployment", PROXY, &keys, ())), @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml spreads the pods of two rollouts as if they were one, which leaves the new one uneven
          mend: add `pod-template-hash` to `matchLabelKeys` of its spread over nodes
        ");
    assert_eq!(found(&large(), "HA003"), "", "three of four zones are left");
}

#[test]
fn pods_that_stay_on_dead_nodes_are_found() {
    assert_snapshot!(broken_by("HA015", "[services]\nunreachable_seconds = 300"), @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml stays bound for 300 s to a node with the taint `node.kubernetes.io/not-ready`, and is not replaced meanwhile
          mend: set `services.unreachable_seconds` to 60 or less
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml stays bound for 300 s to a node with the taint `node.kubernetes.io/unreachable`, and is not replaced meanwhile
          mend: set `services.unreachable_seconds` to 60 or less
        Deployment/mock-target-server in manifests/mock-target-server/deployment.yaml stays bound for 300 s to a node with the taint `node.kubernetes.io/not-ready`, and is not replaced meanwhile
          mend: set `services.unreachable_seconds` to 60 or less
        Deployment/mock-target-server in manifests/mock-target-server/deployment.yaml stays bound for 300 s to a node with the taint `node.kubernetes.io/unreachable`, and is not replaced meanwhile
          mend: set `services.unreachable_seconds` to 60 or less
        ");
    let tolerations = "/spec/template/spec/tolerations";
    assert_snapshot!(broken("HA015", |platform| set(platform, "Deployment", PROXY, tolerations, ())), @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml stays bound for 300 s to a node with the taint `node.kubernetes.io/not-ready`, and is not replaced meanwhile
          mend: set `services.unreachable_seconds` to 60 or less
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml stays bound for 300 s to a node with the taint `node.kubernetes.io/unreachable`, and is not replaced meanwhile
          mend: set `services.unreachable_seconds` to 60 or less
        ");
    let seconds = format!("{tolerations}/1/tolerationSeconds");
    assert_snapshot!(broken("HA015", |platform| set(platform, "Deployment", PROXY, &seconds, ())), @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml stays bound for ever to a node with the taint `node.kubernetes.io/not-ready`, and is not replaced meanwhile
          mend: set `services.unreachable_seconds` to 60 or less
        ");
    assert_eq!(found(&with("[services]\nunreachable_seconds = 60"), "HA015"), "");
}

#[test]
fn a_service_without_a_disruption_budget_or_with_two_is_found() {
    assert_snapshot!(broken("HA004", |platform| remove(platform, "PodDisruptionBudget", PROXY)), @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml has no PodDisruptionBudget
          mend: add one that selects its pods
        ");
    assert_snapshot!(
        broken("HA004", |platform| copy(platform, "PodDisruptionBudget", PROXY, "cors-proxy-server/more.yaml", |budget| {
            budget["metadata"]["name"] = "more".into();
        })),
        @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml has 2 PodDisruptionBudgets, `cors-proxy-server` and `more`
          mend: keep only one that selects its pods
        "
    );
}

#[test]
fn missing_probes_and_one_probe_for_both_are_found() {
    let container = "/spec/template/spec/containers/0";
    assert_snapshot!(
        broken("HA005", |platform| set(platform, "Deployment", PROXY, &format!("{container}/readinessProbe"), ())),
        @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml has a container `cors-proxy-server` without a `readinessProbe`
          mend: give the container a `readinessProbe`
        "
    );
    let path = format!("{container}/livenessProbe/httpGet/path");
    assert_snapshot!(broken("HA005", |platform| set(platform, "Deployment", PROXY, &path, "/readyz")), @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml has a container `cors-proxy-server` that is restarted whenever it is not ready
          mend: let the liveness probe use a path that does not depend on readiness
        ");
}

#[test]
fn a_rollout_that_takes_pods_away_first_is_found() {
    let lost = "/spec/strategy/rollingUpdate/maxUnavailable";
    assert_snapshot!(broken("HA006", |platform| set(platform, "Deployment", PROXY, lost, "25%")), @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml removes pods in a rollout before their replacements are ready
          mend: use a rolling update with `maxUnavailable: 0`
        ");
    let ready = "/spec/minReadySeconds";
    assert_snapshot!(broken("HA006", |platform| set(platform, "Deployment", PROXY, ready, json!(null))), @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml takes a new pod for available as soon as it is ready: one that fails a second later has ended an old one
          mend: set `minReadySeconds`
        ");
}

#[test]
fn a_pool_that_leaves_a_zone_out_is_found() {
    let zones = "/spec/template/spec/requirements/0/values";
    assert_snapshot!(
        broken("HA007", |platform| set(platform, "NodePool", "spot", zones, json!(["eu-north-1a", "eu-north-1b"]))),
        @r"
        NodePool/spot in manifests/node-pools/node-pool-spot.yaml makes no nodes in eu-north-1c
          mend: allow every zone of `network.zones` in its requirements
        "
    );
}

#[test]
fn a_zone_in_which_karpenter_finds_no_subnet_is_found() {
    let zones = "/spec/template/spec/requirements/0/values";
    assert_snapshot!(
        broken("HA016", |platform| set(platform, "NodePool", "spot", zones, json!(["eu-north-1a", "eu-north-1d"]))),
        @r"
        NodePool/spot in manifests/node-pools/node-pool-spot.yaml makes nodes in eu-north-1d, where no node class selects a subnet
          mend: declare a subnet there with the tags of the node class's `subnetSelectorTerms`
        "
    );
    assert_snapshot!(
        broken("HA016", |platform| remove_resource(platform, "aws_subnet.private_b")),
        @r"
        NodePool/on-demand in manifests/node-pools/node-pool-on-demand.yaml makes nodes in eu-north-1b, where no node class selects a subnet
          mend: declare a subnet there with the tags of the node class's `subnetSelectorTerms`
        NodePool/spot in manifests/node-pools/node-pool-spot.yaml makes nodes in eu-north-1b, where no node class selects a subnet
          mend: declare a subnet there with the tags of the node class's `subnetSelectorTerms`
        "
    );
}

#[test]
fn one_nat_gateway_for_all_zones_is_a_warning() {
    assert_eq!(found(&with("[network]\nnat_gateways = \"per-zone\""), "HA008"), "");
    assert_snapshot!(found(&with(""), "HA008"), @r#"
        aws_nat_gateway.main_a in cluster/routing.tf.json is one of 1 NAT gateways for 3 zones
          mend: set `network.nat_gateways` to "per-zone"
        "#);
}

/// The pool of small's Spot makes `arm64` nodes.
fn of_types(types: &[&str]) -> impl FnOnce(&mut stacks::Platform) {
    let requirement = json!({ "key": "node.kubernetes.io/instance-type", "operator": "In", "values": types });
    |platform| set(platform, "NodePool", "spot", "/spec/template/spec/requirements/0", requirement)
}

#[test]
fn a_pool_of_few_instance_types_is_found() {
    assert_snapshot!(broken("HA009", of_types(&["m6g.large"])), @r"
        NodePool/spot in manifests/node-pools/node-pool-spot.yaml makes only nodes of m6g.large: its requirements admit no other known instance type of eu-north-1
          mend: allow more architectures, instance categories, generations or sizes
        ");
    let broad = ["m6g.large", "m6gd.large", "m7g.large", "c6g.large", "c7g.large"];
    assert_eq!(broken("HA009", of_types(&broad)), "");
    // Types of another architecture, or that nobody knows, are none.
    assert_snapshot!(broken("HA009", of_types(&["m6g.large", "m7g.large", "m5.large", "m6i.large", "m7g.huge"])), @r"
        NodePool/spot in manifests/node-pools/node-pool-spot.yaml makes only nodes of m6g.large and m7g.large: its requirements admit no other known instance type of eu-north-1
          mend: allow more architectures, instance categories, generations or sizes
        ");
}

#[test]
fn a_pool_whose_types_the_region_lacks_is_found() {
    assert_snapshot!(broken_by("HA009", "[karpenter.node_pools.spot]\ninstance_generation_min = 12"), @r"
        NodePool/spot in manifests/node-pools/node-pool-spot.yaml makes no node: its requirements admit no known instance type of eu-north-1
          mend: allow more architectures, instance categories, generations or sizes
        ");
    let categories = "[karpenter.node_pools.spot]\ninstance_categories = [\"q\"]";
    assert_snapshot!(broken_by("HA009", categories), @r"
        NodePool/spot in manifests/node-pools/node-pool-spot.yaml makes no node: its requirements admit no known instance type of eu-north-1
          mend: allow more architectures, instance categories, generations or sizes
        ");
}

#[test]
fn base_nodes_that_leave_a_zone_out_are_found() {
    assert_snapshot!(
        broken("HA010", |platform| argue(platform, "aws_eks_node_group.base", "subnet_ids", texts(&["subnet-1"]))),
        @r"
        aws_eks_node_group.base in cluster/base-nodes.tf.json has no subnet in eu-north-1a and eu-north-1b and eu-north-1c
          mend: give it a private subnet of every zone
        "
    );
}

#[test]
fn base_nodes_too_small_for_the_system_with_a_zone_lost_are_found() {
    assert_snapshot!(broken_by("HA011", "[base_nodes]\ninstance_types = [\"m7i.large\"]"), @r"
        aws_eks_node_group.base in cluster/base-nodes.tf.json has 2 of 3 nodes left when a zone is lost, each with 1680m and 6529Mi for pods, and no room for 4 of coredns (100m and 70Mi), 1 of ebs-csi-controller (60m and 240Mi), 2 of argocd-server (50m and 256Mi), 2 of argocd-applicationset-controller (50m and 256Mi)
          mend: raise `base_nodes.min_size` and `base_nodes.desired_size`, or take larger `base_nodes.instance_types`
        ");
    assert_snapshot!(broken_by("HA011", "[karpenter]\nreplicas = 3"), @r"
        aws_eks_node_group.base in cluster/base-nodes.tf.json has 2 of 3 nodes left when a zone is lost, each with 3670m and 13788Mi for pods, and no room for 1 of karpenter (1000m and 1024Mi)
          mend: raise `base_nodes.min_size` and `base_nodes.desired_size`, or take larger `base_nodes.instance_types`
        ");
}

#[test]
fn a_single_controller_is_found() {
    assert_snapshot!(broken_by("HA012", "[metrics_server]\nreplicas = 1"), @r"
        Application/metrics-server in manifests/metrics-server.yaml runs 1 pod of metrics-server
          mend: set its `replicas` to 2 or more
        ");
}

#[test]
fn base_nodes_that_nobody_can_reckon_with_are_found() {
    let nodes_of = |names: &[&str]| {
        broken("HA011", |platform| argue(platform, "aws_eks_node_group.base", "instance_types", texts(names)))
    };
    assert_snapshot!(nodes_of(&["m7i.xlarge", "t3.mega"]), @r"
        aws_eks_node_group.base in cluster/base-nodes.tf.json may have nodes of `t3.mega`, an instance type whose size is not known here
          mend: use instance types that the platform knows
        ");
    // What is known and too small is found whatever stands beside it.
    assert_snapshot!(nodes_of(&["m7i.xlarge", "t3.micro"]), @r"
        aws_eks_node_group.base in cluster/base-nodes.tf.json has 2 of 3 nodes left when a zone is lost, each with 1680m and 174Mi for pods, and no room for 2 of karpenter (1000m and 1024Mi), 1 of argocd-application-controller (250m and 1024Mi), 2 of argocd-redis-ha-server (120m and 608Mi), 2 of argocd-repo-server (100m and 512Mi), 2 of aws-load-balancer-controller (100m and 256Mi), 2 of argocd-redis-ha-haproxy (100m and 256Mi), 2 of metrics-server (100m and 200Mi), 2 of ebs-csi-controller (60m and 240Mi), 2 of argocd-server (50m and 256Mi), 2 of argocd-applicationset-controller (50m and 256Mi)
          mend: raise `base_nodes.min_size` and `base_nodes.desired_size`, or take larger `base_nodes.instance_types`
        ");
}

#[test]
fn a_rollout_that_needs_a_node_more_than_there_is_is_found() {
    let values = "argocd-values.json";
    let strategy = json!({ "type": "RollingUpdate", "rollingUpdate": { "maxUnavailable": "25%" } });
    let with_strategy = |platform: &mut stacks::Platform| {
        asset(platform, values, |json| json["redis-ha"]["haproxy"]["deploymentStrategy"] = strategy.clone());
    };
    assert_snapshot!(broken("HA013", with_strategy), @r"
        helm_release.argocd in cluster/argocd-values.json keeps 3 pods of argocd-redis-ha-haproxy apart on 3 nodes, but a rollout needs one node more
          mend: set `maxUnavailable: 1` in `redis-ha.haproxy.deploymentStrategy` of its values
        ");
    // With more nodes than pods, or a third of them that may be missing, there is room.
    let mut wide = with("[base_nodes]\nmin_size = 4\ndesired_size = 4");
    with_strategy(&mut wide);
    assert_eq!(found(&wide, "HA013"), "");
    let third = broken("HA013", |platform| {
        asset(platform, values, |json| {
            json["redis-ha"]["haproxy"]["deploymentStrategy"]["rollingUpdate"]["maxUnavailable"] = json!("34%");
        });
    });
    assert_eq!(third, "");
    assert_snapshot!(broken("HA013", |platform| {
        let pointer = "/spec/source/helm/valuesObject/updateStrategy";
        set(platform, "Application", "metrics-server", "/spec/source/helm/valuesObject/replicas", 3);
        set(platform, "Application", "metrics-server", pointer, json!({}));
    }), @r"
        Application/metrics-server in manifests/metrics-server.yaml keeps 3 pods of metrics-server apart on 3 nodes, but a rollout needs one node more
          mend: set `maxUnavailable: 1` in `updateStrategy` of its values
        ");
}

#[test]
fn broken_nodes_that_nobody_replaces_are_found() {
    let gate = "/spec/source/helm/valuesObject/settings/featureGates";
    assert_snapshot!(broken("HA014", |platform| set(platform, "Application", "karpenter", gate, ())), @r"
        Application/karpenter in manifests/karpenter.yaml does not replace broken nodes: its feature gate `NodeRepair` is off
          mend: set `settings.featureGates.nodeRepair` in its values
        ");
    let enabled = "node_repair_config.enabled";
    let off = |platform: &mut stacks::Platform| {
        argue(platform, "aws_eks_node_group.base", enabled, synth_framework::Expression::Bool(false));
    };
    assert_snapshot!(broken("HA014", off), @r"
        aws_eks_node_group.base in cluster/base-nodes.tf.json does not replace broken nodes
          mend: set `enabled` in its `node_repair_config`
        ");
    let agent = "aws_eks_addon.eks_node_monitoring_agent";
    assert_snapshot!(broken("HA014", |platform| remove_resource(platform, agent)), @r"
        aws_eks_cluster.main in cluster/control-plane.tf.json has no agent that reports broken networks, disks and kernels: only a node that stops reporting counts as broken
          mend: install the add-on `eks-node-monitoring-agent`
        ");
}

#[test]
fn selectors_select_by_every_operator() {
    const NAME: &str = "app.kubernetes.io/name";
    let selects = |key: &str, operator: &str, values: &[&str]| {
        let expression = json!({ "key": key, "operator": operator, "values": values });
        let selector = json!({ "matchExpressions": [expression] });
        let budget = "/spec/selector";
        let found = broken("HA004", |platform| set(platform, "PodDisruptionBudget", PROXY, budget, selector.clone()));
        !found.contains("Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml has no")
    };
    assert!(selects(NAME, "In", &["another", PROXY]) && !selects(NAME, "In", &["another"]));
    assert!(selects(NAME, "NotIn", &["another"]) && !selects(NAME, "NotIn", &[PROXY]));
    assert!(selects(NAME, "Exists", &[]) && !selects("tier", "Exists", &[]));
    assert!(selects("tier", "DoesNotExist", &[]) && !selects(NAME, "DoesNotExist", &[]));
}

#[test]
fn all_of_a_selector_has_to_hold() {
    let labels = json!({ "app.kubernetes.io/name": PROXY });
    let other = json!([{ "key": "tier", "operator": "Exists" }]);
    let selector = json!({ "matchLabels": labels, "matchExpressions": other });
    let found = broken("HA004", |platform| set(platform, "PodDisruptionBudget", PROXY, "/spec/selector", selector));
    assert!(found.contains("has no PodDisruptionBudget"), "{found}");
}
