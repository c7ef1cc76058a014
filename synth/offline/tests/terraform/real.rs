//! The real AWS provider as the judge: for every type that has bindings, offline plans say what it says.

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use serde_json::{Value as Json, json};
use synth_codegen::mirror;

use crate::bench::{AWS, bench};

/// Where the plans differ, and why. A line that no longer differs fails the test.
const DIFFERENCES: &[&str] = &[
    // What the rule leaves out is computed by schema, and the provider says at once that it is empty.
    "aws_s3_bucket_lifecycle_configuration.x.rule[0].expiration[0].expired_object_delete_marker",
    "aws_s3_bucket_lifecycle_configuration.x.rule[0].filter[0].object_size_greater_than",
    "aws_s3_bucket_lifecycle_configuration.x.rule[0].filter[0].object_size_less_than",
    "aws_s3_bucket_lifecycle_configuration.x.rule[0].filter[0].prefix",
    "aws_s3_bucket_lifecycle_configuration.x.rule[0].prefix",
    "aws_s3_bucket_lifecycle_configuration.x.transition_default_minimum_object_size",
];

/// Both providers plan every type with its required arguments, and policy documents with all that they can hold.
#[test]
fn every_type_is_planned_as_by_the_real_provider() {
    let Some(bench) = bench() else { return };
    let mut stack: Json = serde_json::from_str(include_str!("../fixtures/every-type.tf.json")).unwrap();
    stack["terraform"] =
        json!([{ "required_providers": [{ "aws": { "source": "hashicorp/aws", "version": "5.100.0" } }] }]);
    // Credentials of nobody, and no call by which the provider would notice.
    stack["provider"] = json!({ "aws": [{
        "region": "eu-north-1",
        "access_key": "none",
        "secret_key": "none",
        "skip_credentials_validation": true,
        "skip_metadata_api_check": "true",
        "skip_region_validation": true,
        "skip_requesting_account_id": true,
    }] });
    let folder = tempfile::tempdir().unwrap();
    let Some(real) = real_plan(folder.path(), &stack) else { return };
    bench.run(&stack, &["plan", "-out=plan"]).succeeds();
    let shown = bench.run(&stack, &["show", "-json", "plan"]).succeeds();
    let (real, ours) = (flat(&real), flat(&serde_json::from_slice(&shown.0.stdout).unwrap()));
    assert!(real.len() > 400, "a plan of every type has more than {} values", real.len());
    let paths = real.keys().chain(ours.keys()).collect::<std::collections::BTreeSet<_>>();
    let mut differences = Vec::new();
    let mut known: Vec<&str> = DIFFERENCES.to_vec();
    for path in paths.into_iter().filter(|path| real.get(*path) != ours.get(*path)) {
        match known.iter().position(|line| line == path) {
            Some(position) => drop(known.swap_remove(position)),
            None => differences.push(format!("{path}: real {:?}, offline {:?}", real.get(path), ours.get(path))),
        }
    }
    assert_eq!(differences, [""; 0]);
    assert_eq!(known, [""; 0], "these do not differ any more");
}

/// The real provider's plan, where it can be had: from a mirror on this machine, or from the registry.
fn real_plan(folder: &Path, stack: &Json) -> Option<Json> {
    fs::write(folder.join("main.tf.json"), stack.to_string()).unwrap();
    fs::write(folder.join("terraform.rc"), mirror::cli_configuration(AWS)).unwrap();
    let terraform = |arguments: &[&str]| {
        Command::new("terraform")
            .args(arguments)
            .current_dir(folder)
            .env("TF_CLI_CONFIG_FILE", folder.join("terraform.rc"))
            .env("CHECKPOINT_DISABLE", "1")
            .env("TF_REGISTRY_DISCOVERY_RETRY", "0")
            .env_remove("TF_REATTACH_PROVIDERS")
            .output()
            .unwrap()
    };
    let init = terraform(&["init", "-input=false", "-no-color"]);
    let said = String::from_utf8_lossy(&init.stderr).into_owned();
    if !init.status.success() {
        assert!(!std::env::var("CI").is_ok_and(|ci| ci == "true"), "the real provider is not to be had: {said}");
        eprintln!("skipped: the real provider is not to be had: {}", said.lines().next().unwrap_or_default());
        return None;
    }
    let plan = terraform(&["plan", "-input=false", "-no-color", "-out=plan"]);
    assert!(plan.status.success(), "{}", String::from_utf8_lossy(&plan.stderr));
    Some(serde_json::from_slice(&terraform(&["show", "-json", "plan"]).stdout).unwrap())
}

/// Every planned value by its path: JSON, or `unknown`. What is null is left out.
fn flat(plan: &Json) -> BTreeMap<String, String> {
    let mut values = BTreeMap::new();
    for change in plan["resource_changes"].as_array().unwrap() {
        let address = change["address"].as_str().unwrap();
        flatten(&change["change"]["after"], &change["change"]["after_unknown"], address, &mut values);
    }
    for (name, output) in plan["planned_values"]["outputs"].as_object().unwrap() {
        values.insert(format!("output.{name}"), output["value"].to_string());
    }
    values
}

fn flatten(value: &Json, unknown: &Json, path: &str, values: &mut BTreeMap<String, String>) {
    if *unknown == json!(true) {
        values.insert(path.to_owned(), "unknown".to_owned());
    } else if value.is_object() || unknown.is_object() {
        let names = [value, unknown].into_iter().filter_map(Json::as_object).flat_map(|object| object.keys());
        for name in names.collect::<std::collections::BTreeSet<_>>() {
            flatten(&value[name.as_str()], &unknown[name.as_str()], &format!("{path}.{name}"), values);
        }
    } else if let Some(elements) = value.as_array() {
        for (index, element) in elements.iter().enumerate() {
            flatten(element, &unknown[index], &format!("{path}[{index}]"), values);
        }
    } else if !value.is_null() {
        values.insert(path.to_owned(), value.to_string());
    }
}
