//! Words of Kubernetes and Argo CD that rules know and no environment here uses: a misspelt one would let a fault pass, or find one where there is none.

use insta::assert_snapshot;
use serde_json::json;
use synth_framework::Expression;

use crate::fixture::{argue, asset, broken, copy, edit, found, remove, set, with};

const PROXY: &str = "cors-proxy-server";
const STACK: &str = "kube-prometheus-stack";
const CONTAINER: &str = "/spec/template/spec/containers/0";
const VALUES: &str = "/spec/source/helm/valuesObject";

#[test]
fn a_rollout_may_say_none_in_percent_and_recreates_nothing() {
    let unavailable = "/spec/strategy/rollingUpdate/maxUnavailable";
    assert_eq!(broken("HA006", |platform| set(platform, "Deployment", PROXY, unavailable, "0%")), "");
    assert_ne!(broken("HA006", |platform| set(platform, "Deployment", PROXY, "/spec/strategy/type", "Recreate")), "");
}

#[test]
fn an_image_by_its_digest_needs_no_tag() {
    let digest = "111122223333.dkr.ecr.eu-north-1.amazonaws.com/small/cors-proxy-server@sha256:0123456789abcdef";
    assert_eq!(
        broken("IMG001", |platform| set(platform, "Deployment", PROXY, &format!("{CONTAINER}/image"), digest)),
        ""
    );
}

#[test]
fn the_port_of_a_registry_is_no_tag() {
    let image = |image: &str| {
        broken("IMG001", |platform| set(platform, "Deployment", PROXY, &format!("{CONTAINER}/image"), image))
    };
    assert!(image("registry.example.com:5000/proxy").contains("may be another image tomorrow"));
    assert_eq!(image("registry.example.com:5000/proxy:1.0.0"), "");
}

#[test]
fn namespaces_of_kubernetes_and_of_the_release_need_no_object() {
    for namespace in ["default", "kube-node-lease", "kube-public", "kube-system"] {
        let there = broken("LINK013", |platform| {
            set(platform, "ConfigMap", "dashboard-traffic", "/metadata/namespace", namespace);
        });
        assert_eq!(there, "", "{namespace}");
    }
    assert_eq!(broken("LINK013", |platform| remove(platform, "Namespace", "argocd")), "");
    let nobody = broken("LINK013", |platform| {
        remove(platform, "Namespace", "argocd");
        argue(platform, "helm_release.argocd", "create_namespace", Expression::Bool(false));
    });
    assert!(nobody.contains("namespace `argocd`, which nothing creates"), "{nobody}");
}

#[test]
fn a_toleration_of_every_taint_is_one_of_the_base_nodes() {
    let all = json!([{ "operator": "Exists" }]);
    let tolerations = format!("{VALUES}/tolerations");
    assert_eq!(broken("LINK018", |platform| set(platform, "Application", "karpenter", &tolerations, all)), "");
}

/// The proxy's arguments, each changed.
fn arguments(platform: &mut stacks::Platform, change: impl Fn(&str) -> String) {
    edit(platform, "Deployment", PROXY, |deployment| {
        for argument in deployment.pointer_mut(&format!("{CONTAINER}/args")).unwrap().as_array_mut().unwrap() {
            *argument = change(argument.as_str().unwrap()).into();
        }
    });
}

#[test]
fn a_target_inside_the_cluster_may_leave_out_its_domain() {
    let short = |argument: &str| argument.replace(".svc.cluster.local:", ".svc:");
    assert_eq!(broken("LINK008", |platform| arguments(platform, short)), "");
    assert_eq!(broken("LINK012", |platform| arguments(platform, short)), "");
}

#[test]
fn a_way_out_for_a_service_is_none_into_the_network() {
    let into_the_network = |platform: &mut stacks::Platform| {
        edit(platform, "NetworkPolicy", PROXY, |policy| {
            let rules = policy.pointer_mut("/spec/egress").unwrap().as_array_mut().unwrap();
            rules.push(json!({ "to": [{ "ipBlock": { "cidr": "10.0.0.0/16" } }], "ports": [{ "port": 3000 }] }));
        });
    };
    assert!(broken("SEC009", into_the_network).contains("reach 10.0.0.0/16"));
}

#[test]
fn each_private_range_that_is_left_open_is_found() {
    for range in ["10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16"] {
        let opened = broken("SEC009", |platform| {
            edit(platform, "NetworkPolicy", PROXY, |policy| {
                let excepts = policy.pointer_mut("/spec/egress/2/to/0/ipBlock/except").unwrap().as_array_mut().unwrap();
                excepts.retain(|of| of != range);
            });
        });
        assert!(opened.contains(&format!("reach {range}\n")), "{range}: {opened}");
    }
}

/// Leaves the attributes of the proxy's target groups to AWS.
fn unsaid(platform: &mut stacks::Platform, targets: &str) {
    let annotation = |of: &str| format!("/metadata/annotations/service.beta.kubernetes.io~1aws-load-balancer-{of}");
    set(platform, "Service", PROXY, &annotation("target-group-attributes"), "");
    set(platform, "Service", PROXY, &annotation("nlb-target-type"), targets);
}

#[test]
fn pods_know_their_clients_where_aws_keeps_the_addresses_by_itself() {
    assert_eq!(broken("LINK012", |platform| unsaid(platform, "ip")), "");
    assert!(broken("LINK012", |platform| unsaid(platform, "instance")).contains("from 0.0.0.0/0"));
}

#[test]
fn target_groups_may_stay_inside_their_zone_where_the_balancer_does_not() {
    let inside = broken("LINK007", |platform| {
        let attributes = "/metadata/annotations/service.beta.kubernetes.io~1aws-load-balancer-target-group-attributes";
        set(platform, "Service", PROXY, attributes, "load_balancing.cross_zone.enabled=false");
    });
    assert_eq!(inside, "");
}

#[test]
fn an_alert_about_memory_asks_for_use_and_limit() {
    for metric in ["container_memory_working_set_bytes", "kube_pod_container_resource_limits"] {
        let lacking = broken("OBS003", |platform| {
            edit(platform, "PrometheusRule", "observability", |rules| {
                for group in rules["spec"]["groups"].as_array_mut().unwrap() {
                    for rule in group["rules"].as_array_mut().unwrap() {
                        rule["expr"] = rule["expr"].as_str().unwrap().replace(metric, "something_else").into();
                    }
                }
            });
        });
        assert!(lacking.contains("tells nobody before Prometheus"), "{metric}: {lacking}");
    }
}

#[test]
fn an_alert_about_kubelets_is_off_with_their_own_group() {
    let rules = |of: &str| {
        broken("OBS001", |platform| {
            let rules = json!({ "disabled": {}, "rules": { (of): false } });
            set(platform, "Application", STACK, &format!("{VALUES}/defaultRules"), rules);
        })
    };
    assert!(rules("kubernetesResources").contains("raises KubeletTooManyPods for as long"));
    let without_kubelets = rules("kubernetesSystem");
    assert!(!without_kubelets.is_empty() && !without_kubelets.contains("KubeletTooManyPods"), "{without_kubelets}");
}

#[test]
fn a_priority_of_kubernetes_itself_exists() {
    let priority = "/spec/template/spec/priorityClassName";
    let own = broken("LINK014", |platform| set(platform, "Deployment", PROXY, priority, "system-cluster-critical"));
    assert_eq!(own, "");
}

#[test]
fn each_secret_of_a_receiver_is_found_in_git() {
    for key in ["api_url", "auth_password", "auth_secret", "routing_key", "service_key", "url"] {
        let path = format!("{VALUES}/alertmanager/config/receivers/1/webhook_configs/0/{key}");
        let found = broken("OBS005", |platform| set(platform, "Application", STACK, &path, "secret"));
        assert!(found.contains(&format!("has the `{key}` of receiver `critical` in Git")), "{key}: {found}");
    }
}

#[test]
fn an_autoscaler_by_one_containers_use_needs_measurements_too() {
    let metric = json!({
        "type": "ContainerResource",
        "containerResource": { "name": "cpu", "container": PROXY, "target": { "type": "Utilization", "averageUtilization": 50 } },
    });
    let found = broken("SCALE012", |platform| {
        remove(platform, "Application", "metrics-server");
        for scaler in [PROXY, "mock-target-server"] {
            set(platform, "HorizontalPodAutoscaler", scaler, "/spec/metrics/0", metric.clone());
        }
    });
    assert!(found.contains("HorizontalPodAutoscaler/cors-proxy-server"), "{found}");
}

#[test]
fn a_quota_of_processors_or_memory_below_the_maximum_is_found() {
    let quota = |of: &str, hard: &str| {
        broken("SCALE004", |platform| set(platform, "ResourceQuota", "services", &format!("/spec/hard/{of}"), hard))
    };
    assert_snapshot!(quota("requests.cpu", "1"), @r"
    ResourceQuota/services in manifests/platform/resource-quota.yaml admits 1000m of `requests.cpu`, but the autoscalers' maximum takes 6400m in a rollout
      mend: raise its `requests.cpu` to 6400m or more
    ");
    let memory = quota("requests.memory", "1Gi");
    assert!(memory.contains("admits 1024Mi of `requests.memory`, but the autoscalers' maximum takes "), "{memory}");
    assert!(memory.contains("Mi in a rollout") && memory.contains("raise its `requests.memory` to "), "{memory}");
}

#[test]
fn a_rollout_adds_the_share_of_pods_that_it_says() {
    let taken = |surge: &str| {
        broken("SCALE004", |platform| {
            set(platform, "Deployment", PROXY, "/spec/strategy/rollingUpdate/maxSurge", surge);
            set(platform, "ResourceQuota", "services", "/spec/hard/requests.cpu", "1");
        })
    };
    assert!(taken("25%").contains("in a rollout"));
    assert_ne!(taken("25%"), taken("100%"));
}

#[test]
fn a_seccomp_profile_of_the_node_will_do() {
    let profile = "/spec/template/spec/securityContext/seccompProfile";
    let local = json!({ "type": "Localhost", "localhostProfile": "profiles/proxy.json" });
    assert_eq!(broken("SEC005", |platform| set(platform, "Deployment", PROXY, profile, local)), "");
}

#[test]
fn a_wildcard_in_each_list_of_a_project_is_found() {
    for list in ["clusterResourceWhitelist", "namespaceResourceWhitelist"] {
        let wild = json!([{ "group": "*", "kind": "*" }]);
        let found =
            broken("SYNC004", |platform| set(platform, "AppProject", "platform", &format!("/spec/{list}"), wild));
        assert!(found.contains(&format!("wildcard in `{list}`")), "{list}: {found}");
    }
}

#[test]
fn a_pause_of_hours_is_added_up() {
    let longest = "/spec/syncPolicy/retry/backoff/maxDuration";
    let found = broken("SYNC001", |platform| set(platform, "Application", "karpenter", longest, "1h"));
    assert!(found.contains("controller.sync.timeout.seconds") && !found.contains("added up"), "{found}");
}

#[test]
fn volumes_that_go_when_a_replica_goes_are_found() {
    let when = format!("{VALUES}/prometheus/prometheusSpec/persistentVolumeClaimRetentionPolicy/whenScaled");
    let found = broken("SYNC003", |platform| set(platform, "Application", STACK, &when, "Delete"));
    assert!(found.contains("prometheus/prometheusSpec/persistentVolumeClaimRetentionPolicy/whenScaled"), "{found}");
}

#[test]
fn whatever_holds_data_is_kept_whoever_makes_it() {
    for kind in ["PersistentVolume", "PersistentVolumeClaim", "StatefulSet"] {
        let made = broken("SYNC003", |platform| {
            copy(platform, "ConfigMap", "dashboard-traffic", "data.yaml", |object| object["kind"] = kind.into());
        });
        assert!(made.contains(&format!("{kind}/dashboard-traffic")), "{kind}: {made}");
    }
}

#[test]
fn each_component_of_argo_cd_that_shows_nothing_is_found_by_its_key() {
    let told = "[argocd]\nnotifications_secret = \"receiver\"";
    for component in ["controller", "server", "repoServer", "applicationSet", "notifications"] {
        let mut platform = with(told);
        asset(&mut platform, "argocd-values.json", |values| values[component]["metrics"] = json!({ "enabled": false }));
        let found = found(&platform, "SYNC007");
        assert!(found.contains(&format!("set `{component}.metrics.enabled`")), "{component}: {found}");
    }
}

#[test]
fn every_protocol_of_kubernetes_is_known() {
    let protocol =
        |name: &str| broken("LINK010", |platform| set(platform, "Service", PROXY, "/spec/ports/0/protocol", name));
    assert!(protocol("SCTP").contains("leads to sctp port `http`"));
    assert!(protocol("UDP").contains("leads to udp port `http`"));
}

#[test]
fn a_matcher_may_have_its_value_in_quotes() {
    let branch = format!("{VALUES}/alertmanager/config/route/routes/1");
    let found = broken("OBS004", |platform| {
        let quoted = json!(["severity=\"critical\""]);
        set(platform, "Application", STACK, &format!("{branch}/matchers"), quoted);
        set(platform, "Application", STACK, &format!("{branch}/receiver"), "nobody");
    });
    assert!(found.contains("has no receiver for critical alerts"), "{found}");
}
