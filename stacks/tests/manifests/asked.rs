//! What a service asks for in its own table.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};
use stacks::{
    names::{CORS_PROXY_SERVER, MOCK_TARGET_SERVER},
    settings::Settings,
};
use synth_project::Layer;

use crate::{BASE, ENVIRONMENTS, at, build, environments, items, object, settings};

/// The plainest environment, whose target asks for something.
fn asking(tables: &str) -> Settings {
    settings("small", &[ENVIRONMENTS[0].1, tables].concat())
}

fn container(settings: &Settings) -> Json {
    at(object(&build(settings), "Deployment", MOCK_TARGET_SERVER), "/spec/template/spec/containers/0").clone()
}

#[test]
fn variables_are_written_as_they_stand_and_secrets_by_their_names_alone() {
    let settings = asking(
        "[services.mock_target_server.environment]\nGREETING = \"$(HOME) is home\"\n\
         [services.mock_target_server.secrets]\nTOKEN = \"ssm:/target/token\"\n",
    );
    let secret = json!({ "secretKeyRef": { "name": MOCK_TARGET_SERVER, "key": "TOKEN" } });
    let variables =
        json!([{ "name": "GREETING", "value": "$$(HOME) is home" }, { "name": "TOKEN", "valueFrom": secret }]);
    assert_eq!(container(&settings)["env"], variables);
}

#[test]
fn limits_nodes_and_probes_are_those_of_the_table() {
    let plain = container(&asking(""));
    let settings = asking(
        "[services.mock_target_server.limits]\ncpu_millicores = 2000\nmemory_mib = 1024\n\
         [services.mock_target_server.nodes]\ncapacity_type = \"on-demand\"\narchitectures = [\"arm64\"]\n\
         [services.mock_target_server.probes]\nreadiness_path = \"/ready\"\nstartup_seconds = 90\n",
    );
    let asked = container(&settings);
    assert_eq!(asked["resources"]["requests"], plain["resources"]["requests"]);
    assert_eq!(
        (&asked["resources"]["limits"]["cpu"], &asked["resources"]["limits"]["memory"]),
        (&json!("2000m"), &json!("1024Mi"))
    );
    assert_eq!(plain["resources"]["limits"].get("cpu"), None);
    assert_eq!(asked["startupProbe"]["failureThreshold"], 90);
    assert_eq!(asked["readinessProbe"]["httpGet"]["path"], "/ready");
    assert_eq!(asked["livenessProbe"], plain["livenessProbe"]);
    let nodes =
        at(object(&build(&settings), "Deployment", MOCK_TARGET_SERVER), "/spec/template/spec/nodeSelector").clone();
    assert_eq!(nodes, json!({ "karpenter.sh/capacity-type": "on-demand", "kubernetes.io/arch": "arm64" }));
}

#[test]
fn an_image_of_both_architectures_goes_to_any_node() {
    let settings = asking("[services.mock_target_server.nodes]\narchitectures = [\"arm64\", \"amd64\"]\n");
    let built = build(&settings);
    assert_eq!(object(&built, "Deployment", MOCK_TARGET_SERVER).pointer("/spec/template/spec/nodeSelector"), None);
}

#[test]
fn own_arguments_come_after_those_of_the_platform() {
    let plain = container(&asking(""));
    let table = "[services.mock_target_server]\n";
    let text = ENVIRONMENTS[0].1.replacen(table, &format!("{table}arguments = [\"--latency\", \"$(LATENCY)\"]\n"), 1);
    let settings = settings("small", &text);
    let (asked, plain) = (container(&settings)["args"].clone(), plain["args"].clone());
    let own = [json!("--latency"), json!("$$(LATENCY)")];
    assert_eq!(asked.as_array().unwrap(), &[plain.as_array().unwrap().as_slice(), own.as_slice()].concat());
}

#[test]
fn every_flag_that_the_platform_gives_is_refused_in_arguments() {
    let layer = |path: &str, text: &str| Layer { path: format!("{path}.toml"), text: text.to_owned() };
    let mut flags = BTreeSet::new();
    for (_, built) in environments() {
        for service in [CORS_PROXY_SERVER, MOCK_TARGET_SERVER] {
            let args = items(object(&built, "Deployment", service), "/spec/template/spec/containers/0/args");
            let given = args.iter().filter_map(Json::as_str).filter(|arg| arg.starts_with("--"));
            flags.extend(given.map(|flag| (service.replace('-', "_"), flag.to_owned())));
        }
    }
    // A list that EDGE004 holds against the key of the edge's cache.
    flags.retain(|(_, flag)| flag != "--cache-key");
    assert!(flags.len() > 10, "{flags:?}");
    for (service, flag) in flags {
        let own = format!("[services.{service}]\narguments = [\"{flag}\"]\n");
        let refused = Settings::parse("own", &[layer("default", BASE), layer("own", &own)]).unwrap_err();
        assert!(refused.to_string().contains(&format!("gives `{flag}`")), "{flag}: {refused}");
    }
}

#[test]
fn an_entrance_is_a_rule_of_the_load_balancer_that_its_scheme_shares() {
    let settings = asking(
        "[services.mock_target_server.entrance]\nhost = \"target.example.com\"\npath = \"/posts\"\n\
         scheme = \"internet-facing\"\nfrom = [\"192.0.2.0/24\"]\n",
    );
    let built = build(&settings);
    let ingress = object(&built, "Ingress", MOCK_TARGET_SERVER);
    let rule = &items(ingress, "/spec/rules")[0];
    assert_eq!(rule["host"], "target.example.com");
    let path = &rule["http"]["paths"][0];
    assert_eq!((&path["path"], &path["backend"]["service"]["name"]), (&json!("/posts"), &json!(MOCK_TARGET_SERVER)));
    let said = |name: &str| ingress["metadata"]["annotations"][format!("alb.ingress.kubernetes.io/{name}")].clone();
    assert_eq!(said("scheme"), "internet-facing");
    assert_eq!(said("group.name"), format!("{}-internet-facing", settings.name));
    assert_eq!(said("ssl-redirect"), "443");
    let condition = said(&format!("conditions.{MOCK_TARGET_SERVER}"));
    let condition: Json = serde_json::from_str(condition.as_str().unwrap()).unwrap();
    assert_eq!(condition, json!([{ "field": "source-ip", "sourceIpConfig": { "values": ["192.0.2.0/24"] } }]));

    // It is admitted at both ports, and waited for by the pods.
    let ways_in = items(object(&built, "NetworkPolicy", MOCK_TARGET_SERVER), "/spec/ingress");
    let ranges: Vec<_> =
        settings.network.subnets.public.iter().map(|of| json!({ "ipBlock": { "cidr": of } })).collect();
    let ports = json!([{ "port": 3000, "protocol": "TCP" }, { "port": 9091, "protocol": "TCP" }]);
    assert!(ways_in.contains(&json!({ "from": ranges, "ports": ports })), "{ways_in:?}");
    let controller = object(&built, "Application", "aws-load-balancer-controller").to_string();
    assert!(controller.contains(MOCK_TARGET_SERVER), "the webhook passes its pods by");
}
