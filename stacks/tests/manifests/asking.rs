//! A service that asks for what it may do in AWS, and for secrets.

use serde_json::{Value as Json, json};
use stacks::settings::Settings;

use crate::{at, build, items, object, settings};

const ASKING: &str = include_str!("../fixtures/asking.toml");

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
