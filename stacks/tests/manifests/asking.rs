//! A service that asks for what it may do in AWS, and for secrets.

use serde_json::{Value as Json, json};
use stacks::settings::Settings;

use crate::{at, build, items, object, settings, text};

pub(crate) const ASKING: &str = include_str!("../fixtures/asking.toml");

/// The environment of the fixture, with settings laid over it.
fn asking(overrides: &str) -> Settings {
    settings("asking", &[ASKING, overrides].concat())
}

/// The part of a service's table that says what it may do.
fn without_permissions() -> String {
    let (before, _) = ASKING.split_once("[services.internal.orders.permissions]").expect("the fixture says so");
    before.to_owned()
}

fn ways_out(settings: &Settings) -> Vec<Json> {
    let built = build(settings);
    let policy = object(&built, "NetworkPolicy", "orders");
    policy.pointer("/spec/egress").and_then(Json::as_array).cloned().unwrap_or_default()
}

/// The ranges that a rule of the ways out names, for the ports that it does.
fn to(rule: &Json) -> (Vec<&str>, Vec<u64>) {
    let ranges = rule["to"].as_array().into_iter().flatten().filter_map(|peer| peer.pointer("/ipBlock/cidr")?.as_str());
    let ports = rule["ports"].as_array().into_iter().flatten().filter_map(|port| port["port"].as_u64());
    (ranges.collect(), ports.collect())
}

#[test]
fn pods_with_a_role_reach_its_agent_and_aws_and_are_told_the_region() {
    let settings = asking("");
    let out = ways_out(&settings);
    let out: Vec<_> = out.iter().map(to).filter(|(ranges, _)| !ranges.is_empty()).collect();
    assert_eq!(out, [(vec!["169.254.170.23/32"], vec![80]), (vec!["0.0.0.0/0"], vec![443])]);
    let built = build(&settings);
    let env = items(object(&built, "Deployment", "orders"), "/spec/template/spec/containers/0/env");
    assert!(env.contains(&json!({ "name": "AWS_REGION", "value": settings.aws.region.name })), "{env:?}");
}

#[test]
fn pods_without_a_role_reach_neither() {
    let settings = settings("asking", &without_permissions());
    assert_eq!(ways_out(&settings), Vec::<Json>::new());
    let built = build(&settings);
    let env = items(object(&built, "Deployment", "orders"), "/spec/template/spec/containers/0/env");
    assert!(env.iter().all(|variable| variable["name"] != "AWS_REGION"), "{env:?}");
}

#[test]
fn an_endpoint_in_the_vpc_is_reached_where_it_is_one_that_the_service_calls() {
    let with = |endpoint: &str| asking(&format!("[network]\ninterface_endpoints = [\"{endpoint}\"]"));
    let ranges = |settings: &Settings| {
        let out = ways_out(settings);
        let (ranges, ports) = to(out.last().expect("there are ways out"));
        assert_eq!(ports, [443]);
        ranges.len()
    };
    let zones = asking("").network.zones.len();
    assert_eq!((ranges(&with("sqs")), ranges(&with("sts"))), (1 + zones, 1));
}

#[test]
fn a_token_of_pod_identity_is_admitted_for_accounts_that_have_a_role() {
    let rule = |settings: &Settings, kinds: &str| {
        let built = build(settings);
        let policy = object(&built, "ValidatingAdmissionPolicy", &format!("services-{kinds}"));
        at(policy, "/spec/validations").to_string()
    };
    let (with, without) = (asking(""), settings("asking", &without_permissions()));
    assert!(rule(&with, "pods").contains(r#"in [\"orders\"]"#), "{}", rule(&with, "pods"));
    assert!(!rule(&with, "templates").contains("eks-pod-identity-token"));
    assert!(!rule(&without, "pods").contains("eks-pod-identity-token"));
}

#[test]
fn every_secret_of_the_settings_becomes_the_key_that_a_variable_reads() {
    let built = build(&asking(""));
    let listed = items(object(&built, "ExternalSecret", "orders"), "/spec/data");
    let entry = |variable: &str| {
        let entry = listed.iter().find(|entry| entry["secretKey"] == variable);
        let entry = entry.unwrap_or_else(|| panic!("`{variable}` is not listed"));
        (entry["remoteRef"].clone(), text(entry, "/sourceRef/storeRef/name").to_owned())
    };
    let whole = |key: &str| json!({ "key": key });
    let part = |property: &str| json!({ "key": "orders/database", "property": property });
    let (secrets, parameters) = ("orders-secretsmanager".to_owned(), "orders-parameterstore".to_owned());
    assert_eq!(entry("DATABASE_PASSWORD"), (part("password"), secrets.clone()));
    assert_eq!(entry("DATABASE_USER"), (part("user"), secrets.clone()));
    assert_eq!(entry("LICENCE"), (whole("orders/licence"), secrets));
    assert_eq!(entry("PAYMENT_TOKEN"), (whole("/orders/payment-token"), parameters));
    let env = items(object(&built, "Deployment", "orders"), "/spec/template/spec/containers/0/env");
    for variable in listed.iter().map(|entry| text(entry, "/secretKey")) {
        let key = json!({ "name": "orders", "key": variable });
        let read = json!({ "name": variable, "valueFrom": { "secretKeyRef": key } });
        assert!(env.contains(&read), "{variable} is not among {env:?}");
    }
}

#[test]
fn secrets_are_there_before_the_pods_that_read_them() {
    let built = build(&asking(""));
    let wave = |kind: &str, name: &str| -> i64 {
        let annotations = object(&built, kind, name).pointer("/metadata/annotations/argocd.argoproj.io~1sync-wave");
        annotations.and_then(Json::as_str).map_or(0, |wave| wave.parse().unwrap())
    };
    let external = wave("ExternalSecret", "orders");
    for store in ["orders-secretsmanager", "orders-parameterstore"] {
        assert!(wave("SecretStore", store) < external);
    }
    assert!(external < wave("Deployment", "orders"));
    assert!(wave("Application", "platform") < wave("Application", "external-secrets"), "its namespace is there");
    assert!(wave("Application", "external-secrets") < wave("Application", "orders"), "its kinds are there");
}

#[test]
fn an_operator_comes_with_the_first_secret_alone() {
    let (before, _) = ASKING.split_once("[services.internal.orders.secrets]").unwrap();
    let built = build(&settings("asking", before));
    assert!(built.of_kind("Application").all(|of| of.name() != "external-secrets"));
    assert!(built.objects().iter().all(|of| !["ExternalSecret", "SecretStore"].contains(&of.kind())));
    let by_hand = at(object(&built, "ValidatingAdmissionPolicy", "services-by-hand"), "/spec").to_string();
    assert!(!by_hand.contains("secrets"), "{by_hand}");
}

#[test]
fn the_operator_writes_its_secrets_and_nothing_else() {
    let built = build(&asking(""));
    let expression =
        text(object(&built, "ValidatingAdmissionPolicy", "services-by-hand"), "/spec/validations/0/expression");
    let own = r#"(request.userInfo.username == "system:serviceaccount:external-secrets:external-secrets" && request.name in ["orders"] && request.resource.resource in ["secrets", "externalsecrets"])"#;
    assert!(expression.contains(own), "{expression}");
}
