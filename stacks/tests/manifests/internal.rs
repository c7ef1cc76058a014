//! Services that an environment adds by a table of its settings.

use std::collections::BTreeSet;

use serde_json::json;
use stacks::{
    add_ons::ROOT_APPLICATION,
    names::{CORS_PROXY_SERVER, EXTERNAL_SECRETS, MOCK_TARGET_SERVER, RESERVED},
    settings::Settings,
};

use crate::{ENVIRONMENTS, at, build, environments, items, object, settings};

/// The plainest environment with the services `orders`, which the proxy calls, and `prices`, which `orders` calls.
fn added() -> Settings {
    let service = |name: &str, caller: &str| {
        format!(
            r#"
[services.internal.{name}]
callers = ["{caller}"]
port = 7000
admin_port = 7001
min_replicas = 3
max_replicas = 6
cpu_request_millicores = 250
memory_mib = 128
scale_on = ["cpu"]
target_cpu_utilization = 70
target_requests_per_second = 600
target_in_flight = 150
pre_stop_seconds = 5
drain_delay_seconds = 5
drain_timeout_seconds = 10

[services.internal.{name}.image]
tag = "0.1.0"
digest = ""
"#
        )
    };
    let text = [ENVIRONMENTS[0].1, &service("orders", CORS_PROXY_SERVER), &service("prices", "orders")].concat();
    settings("small", &text)
}

#[test]
fn a_table_of_settings_makes_every_object_that_a_service_has() {
    let built = build(&added());
    let kinds = |name: &str| -> BTreeSet<String> {
        let own = built.objects().iter().filter(|object| object.name() == name);
        own.map(|object| object.kind().to_owned()).collect()
    };
    let target = kinds(MOCK_TARGET_SERVER);
    assert!(target.len() >= 8, "{target:?}");
    for name in ["orders", "prices"] {
        assert_eq!(kinds(name), target, "{name}");
    }
}

#[test]
fn a_caller_may_go_out_to_what_lets_it_in_and_nowhere_else() {
    let built = build(&added());
    let policy = |name: &str| object(&built, "NetworkPolicy", name);
    let peer = |name: &str| json!([{ "podSelector": { "matchLabels": { "app.kubernetes.io/name": name } } }]);
    let port = json!([{ "port": 7000, "protocol": "TCP" }]);
    for (caller, called) in [(CORS_PROXY_SERVER, "orders"), ("orders", "prices")] {
        let out = json!({ "to": peer(called), "ports": port });
        assert!(items(policy(caller), "/spec/egress").contains(&out), "{caller}");
        assert_eq!(items(policy(called), "/spec/ingress")[0], json!({ "from": peer(caller), "ports": port }));
    }
    // `orders` resolves names and calls `prices`; `prices` calls nobody.
    assert_eq!(items(policy("orders"), "/spec/egress").len(), 2);
    assert_eq!(policy("prices").pointer("/spec/egress"), None);
}

#[test]
fn the_proxy_is_told_of_the_services_that_it_may_call() {
    let built = build(&added());
    let args = at(object(&built, "Deployment", CORS_PROXY_SERVER), "/spec/template/spec/containers/0/args");
    let told = |address: &str| args.as_array().unwrap().contains(&json!(address));
    assert!(told("orders.services.svc.cluster.local:7000"), "{args}");
    assert!(!told("prices.services.svc.cluster.local:7000"), "{args}");
}

#[test]
fn no_service_can_take_the_name_of_an_application() {
    for (settings, built) in environments() {
        let taken = built.of_kind("Application").map(|application| application.name().to_owned());
        let taken: BTreeSet<_> = taken.filter(|name| !settings.services.internal.contains_key(name)).collect();
        let reserved: BTreeSet<_> = RESERVED.into_iter().map(str::to_owned).collect();
        // What is installed only where a service needs it has its name everywhere.
        let optional = |name: &str| match name {
            "keda" => !settings.services.scale_by_keda(),
            "cert-manager" | "issuers" => !settings.cert_manager.enabled,
            "entrances" | "external-dns" => settings.domain.name.is_none(),
            EXTERNAL_SECRETS => !settings.services.ask_for_secrets(),
            // What is called so is no Application.
            "default" | "default-deny" | "project" => true,
            _ => false,
        };
        let kept = reserved.into_iter().filter(|name| name != ROOT_APPLICATION && !optional(name));
        assert_eq!(taken, kept.collect());
    }
    assert!(RESERVED.contains(&ROOT_APPLICATION));
}
