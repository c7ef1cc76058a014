//! The real AWS provider as the judge: for every type that has bindings, offline plans say what it says.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json, json};
use synth_offline::AwsVersion;

use crate::{
    bench::{AWS, Bench, bench_of},
    judge::{Judge, agree, stack, values},
};

/// Every type with its required arguments, and policy documents with all that they can hold.
const EVERY_TYPE: &str = include_str!("../fixtures/every-type.tf.json");

/// Changes of every argument that the real provider takes for a type: type, name of the change, and the arguments that
/// differ from those of [`EVERY_TYPE`]; null takes one away.
const EVERY_CHANGE: &str = include_str!("../fixtures/every-change.json");

/// Where plans of removals differ: what the resource's own plan modifiers keep of a lifecycle rule.
const KEPT: &[&str] = &[
    "aws_s3_bucket_lifecycle_configuration.rule-expiration-expired_object_delete_marker",
    "aws_s3_bucket_lifecycle_configuration.rule-filter-object_size_greater_than.rule[0].filter[0].object_size_greater_than",
    "aws_s3_bucket_lifecycle_configuration.rule-filter-object_size_less_than.rule[0].filter[0].object_size_less_than",
    "aws_s3_bucket_lifecycle_configuration.rule-filter.rule[0].filter[0].object_size_greater_than",
    "aws_s3_bucket_lifecycle_configuration.rule-prefix",
];

#[test]
fn every_type_that_has_bindings_has_a_line_in_both_fixtures() {
    let schemas: Json = serde_json::from_str(include_str!("../../../codegen/schemas/aws.json")).unwrap();
    let types = |json: &Json| json.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
    let wanted = types(&schemas["provider_schemas"][AWS]["resource_schemas"]);
    let every: Json = serde_json::from_str(EVERY_TYPE).unwrap();
    assert_eq!(types(&every["resource"]), wanted);
    assert_eq!(types(&serde_json::from_str(EVERY_CHANGE).unwrap()), wanted);
}

#[test]
#[ignore = "the real provider takes its time: `make judge`"]
fn every_type_is_planned_as_by_the_real_provider() {
    let Some(bench) = bench_of(AwsVersion::Oldest) else { return };
    let every: Json = serde_json::from_str(EVERY_TYPE).unwrap();
    let Some(judge) = Judge::call() else { return };
    let (real, ours) = (values(&judge.plan(&every, None)), values(&plan(&bench, &every)));
    assert!(real.len() > 400, "a plan of every type has more than {} values", real.len());
    agree(&real, &ours, &[]);
}

/// Values that are known only after apply, in plain sets and in sets of objects.
#[test]
#[ignore = "the real provider takes its time: `make judge`"]
fn references_in_sets_are_planned_as_by_the_real_provider() {
    let Some(bench) = bench_of(AwsVersion::Oldest) else { return };
    let ingress = json!({
        "description": null, "from_port": 1, "to_port": 2, "protocol": "tcp", "cidr_blocks": [], "ipv6_cidr_blocks": [],
        "prefix_list_ids": [], "security_groups": ["${aws_security_group.other.id}"], "self": null,
    });
    let stack = json!({ "resource": {
        "aws_security_group": { "other": {}, "x": { "ingress": [ingress] } },
        "aws_iam_openid_connect_provider": {
            "x": { "url": "https://example.com", "client_id_list": ["${aws_security_group.other.id}"] },
        },
        "aws_vpc_endpoint": { "x": { "vpc_id": "vpc-1", "subnet_ids": ["subnet-1", "${aws_security_group.other.id}"] } },
    } });
    let Some(judge) = Judge::call() else { return };
    agree(&values(&judge.plan(&stack, None)), &values(&plan(&bench, &stack)), &[]);
}

#[test]
#[ignore = "the real provider takes its time: `make judge`"]
fn every_argument_is_added_and_changed_as_by_the_real_provider() {
    let (without, with) = stacks();
    change(&without, &with, &[]);
}

#[test]
#[ignore = "the real provider takes its time: `make judge`"]
fn every_argument_is_taken_away_as_by_the_real_provider() {
    let (without, with) = stacks();
    change(&with, &without, KEPT);
}

/// Applies a stack offline, and lets both plan it again and plan what it becomes: what is replaced, what is changed in
/// place, what is computed anew.
fn change(before: &Json, after: &Json, accepted: &[&str]) {
    let Some(bench) = bench_of(AwsVersion::Oldest) else { return };
    let Some(judge) = Judge::call() else { return };
    bench.run(&stack(before), &["apply", "-auto-approve", "-parallelism=50"]).succeeds();
    bench.run(&stack(before), &["plan", "-detailed-exitcode"]).exits(0);
    let state = bench.folder().join("terraform.tfstate");
    judge.finds_nothing_to_do(before, &state);
    let (real, ours) = (values(&judge.plan(after, Some(&state))), values(&plan(&bench, after)));
    let replaced = real.values().filter(|what| what.starts_with("[\"delete\",\"create\"]")).count();
    assert!(replaced > 80, "{replaced} are replaced");
    agree(&real, &ours, accepted);
}

/// A resource for each change: as it is before, and as it is after.
fn stacks() -> (Json, Json) {
    let every: Json = serde_json::from_str(EVERY_TYPE).unwrap();
    let changes: Map<String, Json> = serde_json::from_str(EVERY_CHANGE).unwrap();
    let (mut before, mut after) = (json!({}), json!({}));
    for (kind, changes) in &changes {
        for (name, change) in changes.as_object().unwrap() {
            let mut body = every["resource"][kind]["x"].clone();
            before["resource"][kind][name] = body.clone();
            for (argument, value) in change.as_object().unwrap() {
                body[argument] = value.clone();
            }
            after["resource"][kind][name] = body;
        }
    }
    (before, after)
}

fn plan(bench: &Bench, rest: &Json) -> Json {
    let stack = stack(rest);
    bench.run(&stack, &["plan", "-refresh=false", "-out=plan"]).succeeds();
    serde_json::from_slice(&bench.run(&stack, &["show", "-json", "plan"]).succeeds().0.stdout).unwrap()
}
