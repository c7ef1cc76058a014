//! Real Terraform plans every stack under the schemas of both versions, and refuses what one of them lacks.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use synth_framework::StackFile;
use synth_offline::{AwsVersion, Provider, Run, Scratch, Session, Terraform};

use crate::{
    platforms,
    tested::{Tested, terraform},
};

/// Runs Terraform on files with the offline providers, AWS's of one version: `init`, and then this.
fn run(terraform: &Terraform, version: AwsVersion, files: &[(&str, &str)], arguments: &[&str]) -> (Tested, Json) {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let scratch = Scratch::write(folder.path(), files.iter().copied()).expect("a writable directory");
    let providers =
        [Provider::aws(version), Provider::helm(scratch.folder())].map(|provider| provider.expect("a provider"));
    let session = Session::start(providers.into()).expect("providers start");
    let run = Run::new(terraform, &session, &scratch, false);
    let init = run.output(&["init", "-input=false", "-no-color"]).expect("`terraform` runs");
    assert!(init.status.success(), "{}", Tested::of(&init).text);
    let said = Tested::of(&run.output(&[arguments, &["-no-color"]].concat()).expect("`terraform` runs"));
    let shown = run.output(&["show", "-json", "plan"]).expect("`terraform` runs");
    (said, serde_json::from_slice(&shown.stdout).unwrap_or_default())
}

/// The values that a plan makes, by address and attribute.
fn values(plan: &Json) -> BTreeMap<String, Json> {
    let mut values = BTreeMap::new();
    for change in plan["resource_changes"].as_array().into_iter().flatten() {
        let address = change["address"].as_str().unwrap_or_default();
        for (name, value) in change["change"]["after"].as_object().into_iter().flatten() {
            values.insert(format!("{address}.{name}"), value.clone());
        }
    }
    values
}

/// Are two values the same, but for members that one version alone has?
fn agree(oldest: &Json, newest: &Json) -> bool {
    match (oldest, newest) {
        (Json::Object(oldest), Json::Object(newest)) => {
            oldest.iter().all(|(name, value)| newest.get(name).is_none_or(|other| agree(value, other)))
        }
        (Json::Array(oldest), Json::Array(newest)) => {
            oldest.len() == newest.len() && oldest.iter().zip(newest).all(|(value, other)| agree(value, other))
        }
        _ => oldest == newest,
    }
}

#[test]
fn every_stack_is_planned_alike_under_both_versions() {
    let Some(terraform) = terraform() else { return };
    for (environment, platform) in platforms() {
        for stack in platform.stacks() {
            let files = stack.files();
            let files: Vec<_> = files.iter().map(|StackFile { path, text, .. }| (&**path, &**text)).collect();
            let plans = AwsVersion::ALL.map(|version| {
                let (said, plan) = run(&terraform, version, &files, &["plan", "-input=false", "-out=plan"]);
                assert!(said.worked, "{environment} {} under {}: {}", stack.name(), version.number(), said.text);
                values(&plan)
            });
            let [oldest, newest] = &plans;
            assert!(!oldest.is_empty(), "{environment} {}", stack.name());
            for (path, value) in oldest {
                if let Some(other) = newest.get(path) {
                    assert!(agree(value, other), "{environment} {path}: {value} and {other}");
                }
            }
        }
    }
}

#[test]
fn terraform_refuses_what_the_version_that_is_served_lacks() {
    let Some(terraform) = terraform() else { return };
    let stack = |resource: Json| {
        json!({
            "terraform": { "required_providers": { "aws": { "source": "hashicorp/aws", "version": ">= 5.100.0, < 7.0.0" } } },
            "provider": { "aws": [{ "region": "eu-north-1" }] },
            "resource": resource,
        })
        .to_string()
    };
    let region = stack(json!({ "aws_vpc": { "main": { "cidr_block": "10.0.0.0/16", "region": "eu-west-1" } } }));
    let group = stack(json!({ "aws_flow_log": { "main": { "vpc_id": "vpc-1", "log_group_name": "g" } } }));
    for (file, lacking, argument) in
        [(&region, AwsVersion::Oldest, "region"), (&group, AwsVersion::Newest, "log_group_name")]
    {
        for version in AwsVersion::ALL {
            let (said, _) = run(&terraform, version, &[("network.tf.json", file)], &["validate"]);
            assert_eq!(said.worked, version != lacking, "{} {}", version.number(), said.text);
            if version == lacking {
                let text = format!("No argument or block type is named \"{argument}\".");
                assert!(said.text.contains(&text), "{}", said.text);
            }
        }
    }
}
