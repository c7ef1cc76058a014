//! Runs as the command makes them: a scratch copy, Terraform's exit codes, sessions beside each other.

use std::{fs, os::unix::fs::PermissionsExt as _};

use serde_json::json;
use synth_offline::{AwsVersion, Command, Provider, Run, Scratch, Session, Terraform, Unusable};

use crate::bench::{aws, bench, terraform};

fn stack(cidr: &str) -> String {
    aws(json!({ "resource": { "aws_vpc": { "main": { "cidr_block": cidr } } } })).to_string()
}

fn session() -> Session {
    Session::start(vec![Provider::aws(AwsVersion::Newest).unwrap(), Provider::helm(std::path::Path::new(".")).unwrap()])
        .unwrap()
}

#[test]
fn the_exit_code_is_terraforms() {
    let Some(terraform) = terraform() else { return };
    let (session, folder) = (session(), tempfile::tempdir().unwrap());
    let run = |text: &str, command, more: &[&str]| {
        let scratch = Scratch::write(folder.path(), [("terraform.tf.json", text)]).unwrap();
        Run::new(&terraform, &session, &scratch, true).run(command, more).unwrap().code
    };
    assert_eq!(run(&stack("10.0.0.0/16"), Command::Plan, &["-detailed-exitcode"]), 2);
    assert_eq!(run(&stack("10.0.0.0/16"), Command::Apply, &[]), 0);
    assert_eq!(run(&stack("10.0.0.0/16"), Command::Plan, &["-detailed-exitcode"]), 0);
    assert_eq!(run(&stack("10.0.0.1/16"), Command::Plan, &[]), 1);
    assert_eq!(run(&stack("10.0.0.0/16"), Command::Destroy, &[]), 0);
    assert_eq!(run("{", Command::Plan, &[]), 1);
}

#[test]
fn a_scratch_copy_forgets_files_that_are_gone_and_keeps_state() {
    let folder = tempfile::tempdir().unwrap();
    Scratch::write(folder.path(), [("a.tf.json", "{}"), ("charts/root/Chart.yaml", "")]).unwrap();
    fs::write(folder.path().join("terraform.tfstate"), "{}").unwrap();
    Scratch::write(folder.path(), [("b.tf.json", "{}")]).unwrap();
    let there = |name: &str| folder.path().join(name).exists();
    assert!(there("b.tf.json") && there("terraform.tfstate"));
    assert!(!there("a.tf.json") && !there("charts/root/Chart.yaml"));
}

#[test]
fn a_file_outside_of_the_copy_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let error = Scratch::write(&folder.path().join("copy"), [("../a.tf.json", "{}")]).unwrap_err();
    assert_eq!(format!("{error:#}"), "`../a.tf.json` does not lie below its stack");
}

#[test]
fn a_missing_an_old_and_a_strange_terraform_are_one_line_each() {
    let folder = tempfile::tempdir().unwrap();
    let program = |name: &str, answer: &str| {
        let path = folder.path().join(name);
        fs::write(&path, format!("#!/bin/sh\necho '{answer}'\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        Terraform::at(path).unwrap_err()
    };
    let missing = Terraform::at(folder.path().join("nowhere")).unwrap_err();
    let old = program("old", "Terraform v1.10.5\non linux_amd64");
    let strange = program("strange", "OpenTofu v1.11.1\non linux_amd64");
    assert!(matches!(missing, Unusable::Missing(_)));
    for (error, text) in [
        (missing, "does not start"),
        (old, "is 1.10.5, which is too old"),
        (strange, "prints the version `OpenTofu v1.11.1`"),
    ] {
        let said = error.to_string();
        assert!(said.contains(text) && !said.contains('\n'), "{said}");
    }
}

#[test]
fn sessions_beside_each_other_do_not_meet() {
    if terraform().is_none() {
        return;
    }
    let benches: Vec<_> = (0..3).filter_map(|_| bench()).collect();
    std::thread::scope(|scope| {
        for (number, bench) in benches.iter().enumerate() {
            scope.spawn(move || {
                let cidr = format!("10.{number}.0.0/16");
                let stack = aws(json!({ "resource": { "aws_vpc": { "main": { "cidr_block": cidr } } } }));
                assert_eq!(bench.apply(&stack)["aws_vpc.main"]["cidr_block"], cidr);
            });
        }
    });
}

#[test]
fn a_session_that_ends_takes_its_sockets_along() {
    let session = session();
    let reattach: serde_json::Value = serde_json::from_str(session.reattach()).unwrap();
    let socket = reattach["registry.terraform.io/hashicorp/aws"]["Addr"]["String"].as_str().unwrap().to_owned();
    let folder = std::path::Path::new(&socket).parent().unwrap().to_owned();
    assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
    drop(session);
    assert!(!folder.exists());
}

#[test]
fn aliases_of_a_provider_are_regions_of_their_own() {
    let Some(bench) = bench() else { return };
    let provider = |region: &str, alias: Option<&str>| {
        let mut provider = json!({ "region": region });
        if let Some(alias) = alias {
            provider["alias"] = json!(alias);
        }
        provider
    };
    let stack = json!({
        "terraform": [{ "required_providers": [{ "aws": { "source": "hashicorp/aws" } }] }],
        "provider": { "aws": [provider("eu-north-1", None), provider("us-east-1", Some("other"))] },
        "data": { "aws_region": { "here": {}, "there": { "provider": "aws.other" } } },
        "output": {
            "here": { "value": "${data.aws_region.here.name}" },
            "there": { "value": "${data.aws_region.there.name}" },
        },
    });
    bench.run(&stack, &["apply", "-auto-approve"]).succeeds();
    let here = bench.run(&stack, &["output", "-raw", "here"]).text();
    let there = bench.run(&stack, &["output", "-raw", "there"]).text();
    assert_eq!((&*here, &*there), ("eu-north-1", "us-east-1"));
}
