//! SCALE: the maximum, what hosts it, and who owns it.

use clap::Parser as _;
use insta::assert_snapshot;
use service::Resources;
use stacks::policies;

use crate::fixture::{
    BASE, SMALL, TODAY, argue, broken, broken_by, build, found, remove, remove_resource, set, settings, small, text,
    with,
};

const PROXY: &str = "cors-proxy-server";
const CONTAINER: &str = "/spec/template/spec/containers/0";

#[test]
fn a_maximum_beyond_the_node_pools_is_found() {
    assert_snapshot!(broken_by("SCALE001", "[services.cors_proxy_server]\nmax_replicas = 300"), @r"
        NodePool/on-demand in manifests/node-pools/node-pool-on-demand.yaml belongs to pools that are limited to 128 vCPU and 1024 GiB together, but the autoscalers' maximum takes 83 nodes of 166 vCPU and 340 GiB in all: 300 of cors-proxy-server (400m and 256Mi), 6 of mock-target-server (400m and 256Mi), 2 of prometheus (500m and 4864Mi), 2 of alertmanager (50m and 128Mi), 1 of prometheus-operator (100m and 256Mi), 1 of grafana (100m and 512Mi), 1 of kube-state-metrics (50m and 256Mi)
          mend: raise `karpenter.node_pools.on-demand.limit_cpu` to 166 and `karpenter.node_pools.spot.limit_cpu` to 600 and `karpenter.node_pools.spot.limit_memory_gib` to 4800, or lower `services.cors_proxy_server.max_replicas`
        ");
}

/// Too high a maximum is one cause: it makes one finding, whose mend is enough for every policy.
#[test]
fn one_maximum_makes_one_finding_and_its_mend_is_enough() {
    let standing = policies::review(&small(), TODAY).findings;
    for (service, most) in [("cors_proxy_server", 110), ("cors_proxy_server", 200), ("mock_target_server", 400)] {
        let maximum = format!("[services.{service}]\nmax_replicas = {most}");
        let found: Vec<_> = policies::review(&with(&maximum), TODAY).findings;
        let found: Vec<_> = found.into_iter().filter(|finding| !standing.contains(finding)).collect();
        let [finding] = found.as_slice() else { panic!("{most} makes {found:#?}") };
        let words: Vec<&str> = finding.mend.split('`').collect();
        let limits = words[1..].chunks(2).filter_map(|pair| {
            let (limit, _) = pair[1].strip_prefix(" to ")?.split_once([' ', ',']).unwrap();
            let now = if pair[0].ends_with("limit_cpu") { 64 } else { 512 };
            assert!(limit.parse::<u64>().unwrap() > now, "{} is {now} already: {}", pair[0], finding.mend);
            Some(format!("{} = {limit}\n", pair[0]))
        });
        let limits: String = limits.collect();
        let mended = build(&settings("default", &[BASE, SMALL, &maximum, &limits]));
        assert_eq!(policies::review(&mended, TODAY).findings, standing, "after {}", finding.mend);
    }
}

#[test]
fn a_pod_larger_than_any_node_is_found() {
    assert_snapshot!(broken_by("SCALE001", "[services.cors_proxy_server]\ncpu_request_millicores = 16000"), @r"
        NodePool/on-demand in manifests/node-pools/node-pool-on-demand.yaml makes no node that hosts a pod of cors-proxy-server (16000m and 256Mi)
          mend: allow larger nodes, or lower `cpu_request_millicores` or `memory_mib` of the service
        ");
}

#[test]
fn a_maximum_that_fits_only_while_no_zone_is_lost_is_found() {
    let settings = "[services.cors_proxy_server]\nmax_replicas = 200";
    assert_eq!(found(&with(settings), "SCALE001"), "");
    assert_snapshot!(broken_by("SCALE002", settings), @r"
        NodePool/on-demand in manifests/node-pools/node-pool-on-demand.yaml belongs to pools that are limited to 128 vCPU and 1024 GiB together, but the autoscalers' maximum beside the dead nodes of a lost zone takes 78 nodes of 156 vCPU and 323 GiB in all: 200 of cors-proxy-server (400m and 256Mi), 6 of mock-target-server (400m and 256Mi), 2 of prometheus (500m and 3840Mi), 2 of alertmanager (50m and 128Mi), 1 of prometheus-operator (100m and 256Mi), 1 of grafana (100m and 512Mi), 1 of kube-state-metrics (50m and 256Mi)
          mend: raise `karpenter.node_pools.on-demand.limit_cpu` to 116 and `karpenter.node_pools.spot.limit_cpu` to 400 and `karpenter.node_pools.spot.limit_memory_gib` to 3200, or lower `services.cors_proxy_server.max_replicas`
        ");
}

#[test]
fn a_maximum_that_needs_spot_is_a_warning() {
    let settings = "[services.cors_proxy_server]\nmax_replicas = 110";
    assert_eq!(found(&with(settings), "SCALE002"), "");
    assert_snapshot!(broken_by("SCALE003", settings), @r"
        NodePool/on-demand in manifests/node-pools/node-pool-on-demand.yaml belongs to pools that are limited to 64 vCPU and 512 GiB together, but the autoscalers' maximum without Spot takes 35 nodes of 70 vCPU and 144 GiB in all: 110 of cors-proxy-server (400m and 256Mi), 6 of mock-target-server (400m and 256Mi), 2 of prometheus (500m and 2816Mi), 2 of alertmanager (50m and 128Mi), 1 of prometheus-operator (100m and 256Mi), 1 of grafana (100m and 512Mi), 1 of kube-state-metrics (50m and 256Mi)
          mend: raise `karpenter.node_pools.on-demand.limit_cpu` to 70 and `karpenter.node_pools.spot.limit_cpu` to 220 and `karpenter.node_pools.spot.limit_memory_gib` to 1760, or lower `services.cors_proxy_server.max_replicas`
        ");
    assert_snapshot!(broken_by("SCALE003", "[karpenter.node_pools.on-demand]\ncapacity_type = \"spot\""), @r"
        NodePool/on-demand in manifests/node-pools/node-pool-on-demand.yaml is a Spot pool, like every other pool
          mend: add a pool of capacity type `on-demand`
        ");
}

#[test]
fn a_quota_below_the_maximum_is_found() {
    assert_snapshot!(broken("SCALE004", |platform| set(platform, "ResourceQuota", "services", "/spec/hard/pods", "12")), @r"
        ResourceQuota/services in manifests/platform/resource-quota.yaml admits 12 of `pods`, but the autoscalers' maximum takes 16 in a rollout
          mend: raise its `pods` to 16 or more
        ");
}

#[test]
fn replicas_beside_an_autoscaler_are_found() {
    assert_snapshot!(broken("SCALE005", |platform| set(platform, "Deployment", PROXY, "/spec/replicas", 0)), @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml sets `replicas: 0`, which HorizontalPodAutoscaler/cors-proxy-server owns
          mend: leave `spec.replicas` out
        ");
}

#[test]
fn an_application_that_heals_what_the_autoscaler_owns_is_found() {
    let ignored = "/spec/ignoreDifferences";
    assert_snapshot!(broken("SCALE006", |platform| set(platform, "Application", PROXY, ignored, ())), @r"
        Application/cors-proxy-server in manifests/cors-proxy-server.yaml reverts the number of replicas of Deployment/cors-proxy-server, which an autoscaler owns
          mend: ignore `/spec/replicas` of that Deployment in `ignoreDifferences`
        ");
    let group = "/spec/ignoreDifferences/0/group";
    assert_snapshot!(broken("SCALE006", |platform| set(platform, "Application", PROXY, group, ())), @r"
        Application/cors-proxy-server in manifests/cors-proxy-server.yaml ignores `/spec/replicas` of Deployment/cors-proxy-server without the group `apps`, which matches nothing
          mend: add `group: apps` to the rule in `ignoreDifferences`
        ");
    let respect = "/spec/syncPolicy/syncOptions/1";
    assert_snapshot!(broken("SCALE006", |platform| set(platform, "Application", PROXY, respect, "Prune=true")), @r"
        Application/cors-proxy-server in manifests/cors-proxy-server.yaml ignores `/spec/replicas` of Deployment/cors-proxy-server when it compares, but not when it syncs
          mend: add `RespectIgnoreDifferences=true` to its sync options
        ");
}

#[test]
fn a_container_without_requests_is_found() {
    let request = format!("{CONTAINER}/resources/requests/cpu");
    assert_snapshot!(broken("SCALE007", |platform| set(platform, "Deployment", PROXY, &request, ())), @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml has a container `cors-proxy-server` without a request of cpu
          mend: set `resources.requests.cpu`
        ");
}

#[test]
fn memory_without_a_limit_or_above_the_request_is_found() {
    let limit = format!("{CONTAINER}/resources/limits/memory");
    assert_snapshot!(broken("SCALE008", |platform| set(platform, "Deployment", PROXY, &limit, ())), @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml has a container `cors-proxy-server` without a memory limit
          mend: set `resources.limits.memory` to the request
        ");
    assert_snapshot!(broken("SCALE008", |platform| set(platform, "Deployment", PROXY, &limit, "1Gi")), @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml has a container `cors-proxy-server` that requests 256Mi of memory but may use 1Gi
          mend: set `resources.limits.memory` to the request
        ");
}

#[test]
fn subnets_too_small_for_the_limits_are_found() {
    let small = "[network.subnets]\nprivate = [\"10.0.0.0/22\", \"10.0.64.0/22\", \"10.0.128.0/22\"]";
    assert_snapshot!(broken_by("SCALE009", small), @r"
        aws_subnet.private_a in cluster/network.tf.json keeps 62 ranges of 16 addresses for prefixes, but with a zone lost, 35 of 70 nodes may be in it, which need 89
          mend: give it a larger range in `network.subnets.private`, or lower `limit_cpu` of the pools
        aws_subnet.private_b in cluster/network.tf.json keeps 62 ranges of 16 addresses for prefixes, but with a zone lost, 35 of 70 nodes may be in it, which need 89
          mend: give it a larger range in `network.subnets.private`, or lower `limit_cpu` of the pools
        aws_subnet.private_c in cluster/network.tf.json keeps 62 ranges of 16 addresses for prefixes, but with a zone lost, 35 of 70 nodes may be in it, which need 89
          mend: give it a larger range in `network.subnets.private`, or lower `limit_cpu` of the pools
        ");
}

#[test]
fn ranges_that_single_addresses_may_spoil_are_found() {
    let reservation = "aws_ec2_subnet_cidr_reservation.private_a_10_0_32_0";
    let kind = text("explicit");
    assert_snapshot!(broken("SCALE009", |platform| argue(platform, reservation, "reservation_type", kind)), @r"
        aws_subnet.private_a in cluster/network.tf.json keeps 0 ranges of 16 addresses for prefixes, but with a zone lost, 35 of 70 nodes may be in it, which need 89
          mend: give it a larger range in `network.subnets.private`, or lower `limit_cpu` of the pools
        ");
    assert_ne!(broken("SCALE009", |platform| remove_resource(platform, reservation)), "");
}

#[test]
fn a_subnet_that_keeps_all_addresses_for_ranges_is_found() {
    let reservation = "aws_ec2_subnet_cidr_reservation.private_a_10_0_32_0";
    let all = text("10.0.0.0/18");
    assert_snapshot!(broken("SCALE009", |platform| argue(platform, reservation, "cidr_block", all)), @r"
        aws_subnet.private_a in cluster/network.tf.json has 0 addresses beside its ranges, but with a zone lost, 35 of 70 nodes may be in it, which need 36 with the endpoints
          mend: give it a larger range in `network.subnets.private`, or lower `limit_cpu` of the pools
        ");
}

#[test]
fn a_pool_without_a_limit_is_found() {
    assert_snapshot!(broken("SCALE010", |platform| set(platform, "NodePool", "spot", "/spec/limits/memory", ())), @r"
        NodePool/spot in manifests/node-pools/node-pool-spot.yaml has no limit of `memory`
          mend: set `spec.limits.memory`
        ");
}

#[test]
fn an_autoscaler_of_nothing_is_found() {
    let target = "/spec/scaleTargetRef/name";
    assert_snapshot!(broken("SCALE011", |platform| set(platform, "HorizontalPodAutoscaler", PROXY, target, "proxy")), @r"
        HorizontalPodAutoscaler/cors-proxy-server in manifests/cors-proxy-server/horizontal-pod-autoscaler.yaml scales Deployment/proxy, which does not exist in namespace `services`
          mend: name a Deployment of its namespace in `scaleTargetRef`
        ");
}

const DRIVER: &str = "aws_eks_addon.aws_ebs_csi_driver";

#[test]
fn more_volumes_than_a_node_takes_are_found() {
    assert_snapshot!(broken_by("SCALE013", "[cluster]\nvolume_attach_limit = 20\n[karpenter.node_pools.on-demand]\ninstance_vcpus_max = 16"), @r"
        NodePool/on-demand in manifests/node-pools/node-pool-on-demand.yaml may be a m5d.4xlarge, which can attach 17 volumes of pods beside 1 of its own and all interfaces, but its limit is 20
          mend: lower `cluster.volume_attach_limit` to 17
        ");
    assert_snapshot!(broken_by("SCALE013", "[base_nodes]\ninstance_types = [\"m7i.xlarge\", \"m5d.24xlarge\"]"), @r"
        aws_eks_node_group.base in cluster/base-nodes.tf.json may be a m5d.24xlarge, which can attach 8 volumes of pods beside 1 of its own and all interfaces, but its limit is 16
          mend: lower `cluster.volume_attach_limit` to 8
        ");
    // Where no pod reaches instance metadata, the driver has to be told.
    assert_snapshot!(broken("SCALE013", |platform| argue(platform, DRIVER, "configuration_values", text("{}"))), @r"
        aws_eks_addon.aws_ebs_csi_driver in cluster/add-ons.tf.json assumes that every node has one network interface and one volume of its own, because it does not reach the instance metadata
          mend: set `node.volumeAttachLimit` in its configuration to `cluster.volume_attach_limit`
        ");
}

#[test]
fn pods_that_do_not_wait_for_the_driver_of_their_volumes_are_found() {
    let taints = "/spec/template/spec/startupTaints";
    assert_snapshot!(broken("SCALE014", |platform| set(platform, "NodePool", "spot", taints, ())), @r"
        NodePool/spot in manifests/node-pools/node-pool-spot.yaml lets any number of pods with volumes onto a new node before its volume limit is known
          mend: add the startup taint `ebs.csi.aws.com/agent-not-ready`
        ");
    let base = serde_json::json!({ "karpenter.sh/controller": "true" });
    let selector = "/spec/source/helm/valuesObject/prometheus/prometheusSpec/nodeSelector";
    assert_snapshot!(broken("SCALE014", |platform| {
        set(platform, "Application", "kube-prometheus-stack", selector, base);
    }), @r"
        Application/kube-prometheus-stack in manifests/kube-prometheus-stack.yaml lets pods of prometheus with volumes onto base nodes, which do not wait for the volume driver
          mend: let Karpenter's nodes host them, or remove their volumes
        ");
    let volumes = serde_json::json!([{ "name": "data", "persistentVolumeClaim": { "claimName": "data" } }]);
    let pod = "/spec/template/spec/volumes";
    assert_snapshot!(broken("SCALE014", |platform| set(platform, "Deployment", PROXY, pod, volumes)), @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml has volumes but does not wait for the volume driver on a new node
          mend: remove its toleration of `ebs.csi.aws.com/agent-not-ready`
        ");
}

#[test]
fn nodes_and_pods_that_wait_for_a_driver_in_vain_are_found() {
    assert_snapshot!(broken("SCALE014", |platform| remove_resource(platform, DRIVER)), @r"
        NodePool/on-demand in manifests/node-pools/node-pool-on-demand.yaml waits on each new node for a volume driver that nothing installs
          mend: install the add-on `aws-ebs-csi-driver`, or remove the startup taint `ebs.csi.aws.com/agent-not-ready`
        NodePool/spot in manifests/node-pools/node-pool-spot.yaml waits on each new node for a volume driver that nothing installs
          mend: install the add-on `aws-ebs-csi-driver`, or remove the startup taint `ebs.csi.aws.com/agent-not-ready`
        ");
    let tolerations = "/spec/template/spec/tolerations";
    assert_snapshot!(broken("SCALE014", |platform| set(platform, "Deployment", PROXY, tolerations, ())), @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml waits for the volume driver on a new node, although its pods have no volumes
          mend: let its pods tolerate `ebs.csi.aws.com/agent-not-ready`
        ");
}

#[test]
fn a_batch_that_karpenter_counts_beyond_spots_limits_is_found() {
    assert_snapshot!(broken_by("SCALE015", "[karpenter.node_pools.spot]\ninstance_vcpus_max = 64"), @r"
        NodePool/spot in manifests/node-pools/node-pool-spot.yaml counts the 3 nodes that the services' maximum takes at once as the largest there are, 192 vCPU and 1536 GiB in all, which exceeds its limits: the rest is bought on demand
          mend: raise `karpenter.node_pools.spot.limit_cpu` to 192 and `karpenter.node_pools.spot.limit_memory_gib` to 1536, or lower `karpenter.node_pools.spot.instance_vcpus_max`
        ");
    assert_snapshot!(broken_by("SCALE015", "[services.cors_proxy_server]\nmax_replicas = 60"), @r"
        NodePool/spot in manifests/node-pools/node-pool-spot.yaml counts the 30 nodes that the services' maximum takes at once as the largest there are, 120 vCPU and 960 GiB in all, which exceeds its limits: the rest is bought on demand
          mend: raise `karpenter.node_pools.spot.limit_cpu` to 120 and `karpenter.node_pools.spot.limit_memory_gib` to 960, or lower `karpenter.node_pools.spot.instance_vcpus_max`
        ");
    // Pods so large that each fills a node, whatever the spread over nodes would allow.
    let large = "[services.cors_proxy_server]\nmax_replicas = 24\ncpu_request_millicores = 3000\n[karpenter.node_pools.on-demand]\nlimit_cpu = 400\n\
                 limit_memory_gib = 3200";
    assert_snapshot!(broken_by("SCALE015", large), @r"
        NodePool/spot in manifests/node-pools/node-pool-spot.yaml counts the 24 nodes that the services' maximum takes at once as the largest there are, 96 vCPU and 768 GiB in all, which exceeds its limits: the rest is bought on demand
          mend: raise `karpenter.node_pools.spot.limit_cpu` to 96 and `karpenter.node_pools.spot.limit_memory_gib` to 768, or lower `karpenter.node_pools.spot.instance_vcpus_max`
        ");
}

#[test]
fn preferences_that_buy_nodes_are_found() {
    let policy = "/spec/source/helm/valuesObject/settings/preferencePolicy";
    assert_snapshot!(broken("SCALE016", |platform| set(platform, "Application", "karpenter", policy, "Respect")), @r"
        Application/karpenter in manifests/karpenter.yaml treats what cors-proxy-server only prefers as a requirement, and buys nodes for it
          mend: set `settings.preferencePolicy` of the chart to `Ignore`
        Application/karpenter in manifests/karpenter.yaml treats what mock-target-server only prefers as a requirement, and buys nodes for it
          mend: set `settings.preferencePolicy` of the chart to `Ignore`
        ");
    assert_snapshot!(broken("SCALE016", |platform| set(platform, "Application", "karpenter", policy, ())), @r"
        Application/karpenter in manifests/karpenter.yaml treats what cors-proxy-server only prefers as a requirement, and buys nodes for it
          mend: set `settings.preferencePolicy` of the chart to `Ignore`
        Application/karpenter in manifests/karpenter.yaml treats what mock-target-server only prefers as a requirement, and buys nodes for it
          mend: set `settings.preferencePolicy` of the chart to `Ignore`
        ");
}

#[test]
fn a_rule_about_something_else_leaves_the_number_of_pods_to_be_healed() {
    let heals = |part: &str, value: serde_json::Value| {
        let path = format!("/spec/ignoreDifferences/0/{part}");
        broken("SCALE006", |platform| set(platform, "Application", PROXY, &path, value.clone()))
            .contains("reverts the number of replicas of Deployment/cors-proxy-server")
    };
    assert!(heals("name", "another".into()));
    assert!(heals("kind", "StatefulSet".into()));
    assert!(heals("jsonPointers", serde_json::json!(["/spec/paused"])));
    assert!(!heals("name", PROXY.into()));
    assert!(!heals("name", ().into()), "without a name it is about every Deployment");
}

#[test]
fn a_rule_over_nodes_that_the_scheduler_counts_otherwise_is_found() {
    let domains = "/spec/template/spec/topologySpreadConstraints/2/minDomains";
    assert_snapshot!(broken("SCALE017", |platform| set(platform, "Deployment", PROXY, domains, 2)), @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml is counted from the emptiest node once there are 2 nodes, of the 64 that the pools may make
          mend: set `minDomains` of its spread over `kubernetes.io/hostname` to more nodes than there ever are, such as 5000
        ");
    assert_ne!(broken("SCALE017", |platform| set(platform, "Deployment", PROXY, domains, ())), "");
    let alone = broken("SCALE017", |platform| {
        set(platform, "Deployment", PROXY, domains, 2);
        remove(platform, "Application", "karpenter");
    });
    assert_eq!(alone, "", "the scheduler alone counts as it likes");
}

#[test]
fn a_proxy_whose_memory_does_not_hold_what_it_serves_is_found() {
    assert_snapshot!(broken_by("SCALE018", "[services.cors_proxy_server]\nmemory_mib = 100"), @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml has 100 MiB of memory, but 256 requests in flight and 512 connections take 240
          mend: raise `memory_mib` of the service
        ");
    let asked = format!("{CONTAINER}/args");
    let flags = |flags: serde_json::Value| {
        broken("SCALE018", |platform| set(platform, "Deployment", PROXY, &asked, flags.clone()))
    };
    assert!(
        flags(serde_json::json!(["--max-in-flight", "1024"]))
            .contains("1024 requests in flight and 512 connections take 514")
    );
    assert_eq!(flags(serde_json::json!(["--max-in-flight", "270", "--max-connections", "800"])), "");
}

/// The requests in flight and the connections with which the proxy itself starts in so much memory, if it does.
fn serves(mebibytes: u64, flags: &[&str]) -> Option<(usize, usize)> {
    let mut args = cors_proxy_server::Args::try_parse_from(["cors-proxy-server"].iter().chain(flags)).unwrap();
    args.fit(Resources { descriptors: None, memory: Some(mebibytes << 20) }).ok()?;
    args.max_in_flight.zip(args.server.max_connections)
}

#[test]
fn the_proxy_itself_starts_with_what_the_policy_lets_pass() {
    for (flags, requests, connections) in [
        (&[][..], 256, 512),
        (&["--max-in-flight", "512"], 512, 512),
        (&["--max-connections", "4096"], 256, 4096),
        (&["--max-in-flight", "1000", "--max-connections", "8000"], 1000, 8000),
    ] {
        let passes = |mebibytes: u64| {
            let broken = broken("SCALE018", |platform| {
                set(platform, "Deployment", PROXY, &format!("{CONTAINER}/args"), flags);
                let memory = format!("{mebibytes}Mi");
                set(platform, "Deployment", PROXY, &format!("{CONTAINER}/resources/limits/memory"), memory);
            });
            broken.is_empty()
        };
        let least = (64..).step_by(8).find(|mebibytes| passes(*mebibytes)).unwrap();
        let (in_flight, open) =
            serves(least, flags).unwrap_or_else(|| panic!("{flags:?} does not start in {least} MiB"));
        assert!(in_flight >= requests && open >= connections, "{flags:?}: {in_flight}, {open} in {least} MiB");
        // It asks for no more than is needed.
        let fewer = serves(least - least / 8 - 8, flags);
        assert!(
            fewer.is_none_or(|(in_flight, open)| in_flight < requests || open < connections),
            "{flags:?} in {least}"
        );
    }
}
