//! The two services: what must agree between the objects of each.

use serde_json::{Value as Json, json};
use stacks::names::{CORS_PROXY_SERVER, MOCK_TARGET_SERVER};
use synth_kubernetes::BuiltManifests;

use crate::{at, environments, items, object, text};

const SERVICES: [&str; 2] = [CORS_PROXY_SERVER, MOCK_TARGET_SERVER];

/// Whether a selector's labels are all among the labels of a service's pods.
fn selects(selector: &Json, deployment: &Json) -> bool {
    let labels = at(deployment, "/spec/template/metadata/labels");
    let mut wanted = selector.as_object().unwrap().iter().peekable();
    wanted.peek().is_some() && wanted.all(|(key, value)| labels.get(key) == Some(value))
}

fn container(deployment: &Json) -> &Json {
    at(deployment, "/spec/template/spec/containers/0")
}

/// The value after a flag, as often as the flag stands there.
fn flags<'a>(deployment: &'a Json, flag: &str) -> Vec<&'a str> {
    let args: Vec<_> = items(container(deployment), "/args").iter().map(|arg| arg.as_str().unwrap()).collect();
    args.windows(2).filter(|pair| pair[0] == flag).map(|pair| pair[1]).collect()
}

#[test]
fn no_deployment_fixes_its_number_of_pods() {
    for (_, built) in environments() {
        for deployment in built.of_kind("Deployment") {
            assert!(deployment.object().pointer("/spec/replicas").is_none(), "{}", deployment.path);
        }
    }
}

#[test]
fn selectors_of_all_objects_meet_in_the_pods() {
    for (_, built) in environments() {
        for name in SERVICES {
            let deployment = object(&built, "Deployment", name);
            assert!(selects(at(deployment, "/spec/selector/matchLabels"), deployment), "Deployment {name}");
            let budget = object(&built, "PodDisruptionBudget", name);
            assert!(selects(at(budget, "/spec/selector/matchLabels"), deployment), "PodDisruptionBudget {name}");
            assert!(selects(at(object(&built, "Service", name), "/spec/selector"), deployment), "Service {name}");
            let policy = object(&built, "NetworkPolicy", name);
            assert!(selects(at(policy, "/spec/podSelector/matchLabels"), deployment), "NetworkPolicy {name}");
            let scalers = ["HorizontalPodAutoscaler", "ScaledObject"].map(|kind| {
                built.of_kind(kind).filter(|of| text(of.object(), "/spec/scaleTargetRef/name") == name).count()
            });
            assert_eq!(scalers.iter().sum::<usize>(), 1, "{name} has one autoscaler");
            for spread in items(deployment, "/spec/template/spec/topologySpreadConstraints") {
                assert!(selects(at(spread, "/labelSelector/matchLabels"), deployment), "spread of {name}");
            }
            let others = SERVICES.into_iter().filter(|other| *other != name);
            for other in others {
                let other = object(&built, "Deployment", other);
                assert!(!selects(at(budget, "/spec/selector/matchLabels"), other), "two budgets for one pod");
            }
        }
    }
}

#[test]
fn monitors_select_a_service_with_their_port() {
    for (settings, built) in environments() {
        for name in SERVICES {
            let monitor = object(&built, "ServiceMonitor", name);
            let wanted = at(monitor, "/spec/selector/matchLabels");
            let port = at(monitor, "/spec/endpoints/0/port");
            let found = built.of_kind("Service").filter(|service| {
                let labels = at(service.object(), "/metadata/labels");
                let all = wanted.as_object().unwrap().iter().all(|(key, value)| labels.get(key) == Some(value));
                all && items(service.object(), "/spec/ports").iter().any(|of| of["name"] == *port)
            });
            assert_eq!(found.count(), 1, "{name}");
            assert_eq!(items(monitor, "/spec/namespaceSelector/matchNames"), [json!(settings.services.namespace)]);
        }
    }
}

#[test]
fn ports_agree_from_the_listener_to_the_policy() {
    for (settings, built) in environments() {
        let of = &settings.services;
        for (name, service) in SERVICES.into_iter().zip([&of.cors_proxy_server, &of.mock_target_server]) {
            let deployment = object(&built, "Deployment", name);
            assert_eq!(flags(deployment, "--listen"), [format!("0.0.0.0:{}", service.port)]);
            assert_eq!(flags(deployment, "--admin-listen"), [format!("0.0.0.0:{}", service.admin_port)]);
            let ports = items(container(deployment), "/ports");
            let named = |port: &str| ports.iter().find(|of| of["name"] == port).map(|of| of["containerPort"].clone());
            assert_eq!(named("http"), Some(json!(service.port)));
            assert_eq!(named("admin"), Some(json!(service.admin_port)));
            for service in built.of_kind("Service").filter(|of| of.name().starts_with(name)) {
                for port in items(service.object(), "/spec/ports") {
                    assert!(named(port["targetPort"].as_str().unwrap()).is_some(), "{}", service.path);
                }
            }
            let admitted: Vec<_> = items(object(&built, "NetworkPolicy", name), "/spec/ingress")
                .iter()
                .flat_map(|rule| items(rule, "/ports"))
                .map(|port| port["port"].clone())
                .collect();
            assert!(admitted.contains(&json!(service.port)) && admitted.contains(&json!(service.admin_port)), "{name}");
            for probe in ["startupProbe", "readinessProbe", "livenessProbe"] {
                assert_eq!(container(deployment)[probe]["httpGet"]["port"], "admin", "{name}");
            }
        }
    }
}

#[test]
fn the_proxy_may_reach_the_mock_s_service_by_its_whole_name() {
    for (settings, built) in environments() {
        let service = object(&built, "Service", MOCK_TARGET_SERVER);
        let port = at(service, "/spec/ports/0/port");
        let address = format!("{MOCK_TARGET_SERVER}.{}.svc.cluster.local:{port}", settings.services.namespace);
        let targets = flags(object(&built, "Deployment", CORS_PROXY_SERVER), "--allow-target");
        assert_eq!(targets[0], address);
        let allowed: Vec<_> = settings.services.proxy.allow_targets.iter().map(ToString::to_string).collect();
        assert_eq!(targets[1..], allowed);
    }
}

#[test]
fn health_checks_of_the_load_balancer_meet_an_open_port() {
    // What Terraform makes is a stack's, and the policies' tests have it.
    for (settings, built) in environments().filter(|(settings, _)| !settings.terraform_owns_balancer()) {
        let annotations = at(object(&built, "Service", CORS_PROXY_SERVER), "/metadata/annotations");
        let annotation = |name| annotations[format!("service.beta.kubernetes.io/aws-load-balancer-{name}")].as_str();
        let port = settings.services.cors_proxy_server.admin_port;
        assert_eq!(annotation("healthcheck-port"), Some(port.to_string().as_str()));
        // The health check bears the header too, on the admin port; the proxy reads it where the load balancer is.
        assert!(annotation("target-group-attributes").unwrap().contains("proxy_protocol_v2.enabled=true"));
        let proxy = object(&built, "Deployment", CORS_PROXY_SERVER);
        let public = settings.network.subnets.public.iter().map(ToString::to_string);
        assert_eq!(flags(proxy, "--proxy-protocol-from"), public.collect::<Vec<_>>());
        assert_eq!(annotation("ssl-cert").is_some(), settings.services.proxy.certificate_arn.is_some());
        let policy = object(&built, "NetworkPolicy", CORS_PROXY_SERVER);
        for subnet in &settings.network.subnets.public {
            let admits = |rule: &&Json| {
                let from = rule.get("from").and_then(Json::as_array);
                from.is_some_and(|from| from.contains(&json!({ "ipBlock": { "cidr": subnet.to_string() } })))
                    && items(rule, "/ports").iter().any(|of| of["port"] == port)
            };
            assert!(items(policy, "/spec/ingress").iter().any(|rule| admits(&rule)), "{subnet}");
        }
    }
}

#[test]
fn only_traffic_is_open_to_the_internet() {
    for (settings, built) in environments() {
        let service = object(&built, "Service", CORS_PROXY_SERVER);
        let targets: Vec<_> = items(service, "/spec/ports").iter().map(|port| &port["targetPort"]).collect();
        let ports: &[_] = if settings.redirects_to_https() { &["http", "redirect"] } else { &["http"] };
        assert_eq!(targets, ports);
        let balanced = built.of_kind("Service").filter(|of| of.object()["spec"]["type"] == "LoadBalancer").count();
        let bound = built.of_kind("TargetGroupBinding").count();
        assert_eq!((balanced, bound), if settings.terraform_owns_balancer() { (0, ports.len()) } else { (1, 0) });
    }
}

#[test]
fn the_proxy_reaches_the_internet_and_no_private_address() {
    for (settings, built) in environments() {
        let rules = items(object(&built, "NetworkPolicy", CORS_PROXY_SERVER), "/spec/egress");
        let blocks = rules.iter().flat_map(|rule| items(rule, "/to")).filter_map(|to| to.get("ipBlock"));
        let internet = blocks.into_iter().find(|block| block["cidr"] == "0.0.0.0/0").unwrap();
        let except: Vec<ipnet::Ipv4Net> =
            items(internet, "/except").iter().map(|range| range.as_str().unwrap().parse().unwrap()).collect();
        let covered = |address: &str| {
            let net: ipnet::Ipv4Net = address.parse().unwrap();
            except.iter().any(|range| range.contains(&net))
        };
        for private in ["169.254.169.254/32", "169.254.170.23/32", "10.0.0.0/8", "192.168.0.0/16", "127.0.0.0/8"] {
            assert!(covered(private), "{private}");
        }
        assert!(covered(&settings.network.cidr.to_string()) && covered(&settings.cluster.service_cidr.to_string()));
        for public in ["1.1.1.1/32", "8.8.8.8/32", "52.95.110.1/32"] {
            assert!(!covered(public), "{public}");
        }
    }
}

#[test]
fn a_vpc_of_public_addresses_is_no_internet_either() {
    let text = "[network]\ncidr = \"11.0.0.0/16\"\n[network.subnets]\n\
                public = [\"11.0.0.0/24\", \"11.0.1.0/24\", \"11.0.2.0/24\"]\n\
                private = [\"11.0.3.0/24\", \"11.0.4.0/24\", \"11.0.5.0/24\"]\n\
                intra = [\"11.0.6.0/24\", \"11.0.7.0/24\", \"11.0.8.0/24\"]\n";
    let built = crate::build(&crate::settings("small", text));
    let rules = at(object(&built, "NetworkPolicy", CORS_PROXY_SERVER), "/spec/egress");
    assert!(items(rules, "/2/to/0/ipBlock/except").contains(&json!("11.0.0.0/16")));
}

#[test]
fn private_targets_of_the_settings_are_reachable_and_nothing_beside_them() {
    let text = "[services.proxy]\nallow_targets = [\"10.20.30.40:8443\", \"reports.internal.example.com:444\"]\n";
    let settings = crate::settings("small", text);
    let built = crate::build(&settings);
    let rules = items(object(&built, "NetworkPolicy", CORS_PROXY_SERVER), "/spec/egress");
    let opened: Vec<_> = rules[3..].iter().map(|rule| (range_of(rule), at(rule, "/ports/0/port").clone())).collect();
    let vpc = settings.network.cidr.to_string();
    assert_eq!(opened, [("10.20.30.40/32".to_owned(), json!(8443)), (vpc, json!(444))]);
}

fn range_of(rule: &Json) -> String {
    text(rule, "/to/0/ipBlock/cidr").to_owned()
}

#[test]
fn a_pod_has_time_for_everything_that_it_does_when_it_leaves() {
    for (settings, built) in environments() {
        let of = &settings.services;
        for (name, service) in SERVICES.into_iter().zip([&of.cors_proxy_server, &of.mock_target_server]) {
            let deployment = object(&built, "Deployment", name);
            let grace = at(deployment, "/spec/template/spec/terminationGracePeriodSeconds").as_u64().unwrap();
            let sleep = at(container(deployment), "/lifecycle/preStop/sleep/seconds").as_u64().unwrap();
            let seconds = |flag| flags(deployment, flag)[0].strip_suffix('s').unwrap().parse::<u64>().unwrap();
            let needed = sleep + seconds("--drain-delay") + seconds("--drain-timeout");
            assert!(needed < grace, "{name}: {needed} s of {grace} s");
            assert_eq!(sleep, u64::from(service.pre_stop_seconds));
        }
    }
}

#[test]
fn pods_spread_over_zones_even_without_one_of_them() {
    for (settings, built) in environments() {
        for name in SERVICES {
            let service = settings.services.all().find_map(|(of, service)| (of == name).then_some(service)).unwrap();
            let others = settings.network.zones.len() - 1;
            let spreads = items(object(&built, "Deployment", name), "/spec/template/spec/topologySpreadConstraints");
            let form: Vec<_> = spreads
                .iter()
                .map(|of| (text(of, "/topologyKey"), text(of, "/whenUnsatisfiable"), of["maxSkew"].as_u64().unwrap()))
                .collect();
            let wide = u64::from(service.max_replicas).div_ceil(others as u64);
            let zone = "topology.kubernetes.io/zone";
            let half = u64::from(service.min_replicas.div_ceil(2));
            let host = "kubernetes.io/hostname";
            let wanted = [(zone, "DoNotSchedule", wide), (zone, "ScheduleAnyway", 1), (host, "DoNotSchedule", half)];
            assert_eq!(form, wanted, "{name}");
            assert_eq!(spreads[0]["minDomains"], others);
            assert_eq!(spreads[2]["minDomains"], 5000, "as many nodes as Kubernetes is made for");
            assert!(spreads.iter().all(|of| of["matchLabelKeys"] == json!(["pod-template-hash"])));
        }
    }
}

#[test]
fn pods_leave_dead_nodes_after_the_seconds_that_are_set() {
    for (settings, built) in environments() {
        for name in SERVICES {
            let tolerations = items(object(&built, "Deployment", name), "/spec/template/spec/tolerations");
            for taint in ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"] {
                let own = tolerations.iter().find(|of| of["key"] == taint).unwrap();
                assert_eq!(own["effect"], "NoExecute");
                assert_eq!(own["tolerationSeconds"], settings.services.unreachable_seconds, "{taint} of {name}");
            }
        }
    }
}

#[test]
fn memory_and_disk_are_bounded_and_processor_time_is_asked_for() {
    for (_, built) in environments() {
        for name in SERVICES {
            let resources = at(container(object(&built, "Deployment", name)), "/resources");
            for bounded in ["memory", "ephemeral-storage"] {
                assert!(resources["limits"][bounded].is_string(), "{bounded} of {name}");
                assert_eq!(resources["limits"][bounded], resources["requests"][bounded]);
            }
            assert!(resources["requests"]["cpu"].is_string() && resources["limits"].get("cpu").is_none());
        }
    }
}

#[test]
fn the_quota_holds_a_rollout_at_the_maximum() {
    for (settings, built) in environments() {
        let hard = at(object(&built, "ResourceQuota", "services"), "/spec/hard");
        let pods: u32 = hard["pods"].as_str().unwrap().parse().unwrap();
        let of = &settings.services;
        let at_maximum = of.cors_proxy_server.max_replicas + of.mock_target_server.max_replicas;
        assert!(pods >= at_maximum + at_maximum.div_ceil(4), "{pods} pods for {at_maximum}");
    }
}

#[test]
fn names_of_accounts_priorities_and_classes_exist() {
    let named = |built: &BuiltManifests, kind: &str, name: &str| built.of_kind(kind).any(|of| of.name() == name);
    for (_, built) in environments() {
        for name in SERVICES {
            let spec = at(object(&built, "Deployment", name), "/spec/template/spec");
            assert!(named(&built, "ServiceAccount", text(spec, "/serviceAccountName")));
            assert!(named(&built, "PriorityClass", text(spec, "/priorityClassName")));
        }
        let values = at(object(&built, "Application", "kube-prometheus-stack"), "/spec/source/helm/valuesObject");
        let prometheus = at(values, "/prometheus/prometheusSpec");
        assert!(named(&built, "PriorityClass", text(prometheus, "/priorityClassName")));
        let claim = text(prometheus, "/storageSpec/volumeClaimTemplate/spec/storageClassName");
        assert!(named(&built, "StorageClass", claim));
        for manifest in built.objects().iter().filter(|manifest| manifest.path.contains('/')) {
            let namespace = manifest.namespace();
            assert!(namespace.is_empty() || named(&built, "Namespace", namespace), "{}: {namespace}", manifest.path);
        }
    }
}

/// Five seconds are the proxy's own for a connection, name and all (`--connect-timeout`).
#[test]
fn a_name_is_asked_for_twice_before_a_connection_is_given_up() {
    for (_, built) in environments() {
        for deployment in built.of_kind("Deployment") {
            let options = items(deployment.object(), "/spec/template/spec/dnsConfig/options");
            let seconds = |name: &str| -> u64 {
                let option = options.iter().find(|option| option["name"] == name);
                text(option.unwrap_or_else(|| panic!("no {name}")), "/value").parse().unwrap()
            };
            assert!(seconds("attempts") >= 2 && seconds("attempts") * seconds("timeout") < 5, "{}", deployment.name());
        }
    }
}
