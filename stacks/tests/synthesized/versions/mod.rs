//! All that is written exists in both the oldest and the newest accepted version of the AWS provider: every argument,
//! block and reference, of the fixed environments and of what lies in `out/`.

mod judge;
mod planned;
mod references;

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::{Value as Json, json};
use synth_bindings::aws_vpc;
use synth_framework::{Stack, StackFile};

use self::judge::Judge;
use super::platforms;

/// The files that Terraform reads.
const KINDS: [&str; 3] = [".tf.json", ".tftest.json", ".tfmock.json"];

fn is_terraform(path: &str) -> bool {
    KINDS.iter().any(|kind| path.ends_with(kind))
}

/// The faults in the files of a stack, under each version that its constraint accepts.
fn asked(judges: &[Judge], stack: &str, files: &[(String, String)]) -> Vec<String> {
    let constraint = files.iter().find_map(|(_, text)| {
        let json: Json = serde_json::from_str(text).ok()?;
        json["terraform"]["required_providers"]["aws"]["version"].as_str().map(str::to_owned)
    });
    let constraint = constraint.unwrap_or_else(|| panic!("{stack} requires no version of AWS"));
    let accepted = judges.iter().filter(|judge| judge.is_accepted(&constraint));
    let found =
        accepted.flat_map(|judge| files.iter().flat_map(|(path, text)| judge.file(&format!("{stack}/{path}"), text)));
    found.collect()
}

#[test]
fn every_stack_asks_for_what_both_versions_have() {
    let judges = Judge::both();
    let mut count = 0;
    for (environment, platform) in platforms() {
        for stack in platform.stacks() {
            let files: Vec<StackFile> = stack.files();
            let files = files.into_iter().map(|file| (file.path, file.text));
            let files: Vec<_> = files.filter(|(path, _)| is_terraform(path)).collect();
            count += files.len();
            assert_eq!(asked(&judges, &format!("{environment}/{}", stack.name()), &files), [""; 0]);
        }
    }
    assert!(count > 60, "{count}");
}

/// However little of it there is: it is somebody's own, and what is wrong in it was edited by hand or not synthesized again.
#[test]
fn all_that_is_synthesized_in_out_asks_for_what_both_versions_have() {
    let judges = Judge::both();
    let files = below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../out"));
    for folder in files.keys().filter_map(|path| path.strip_suffix("/terraform.tf.json")) {
        let own = files.iter().filter_map(|(path, text)| Some((path.strip_prefix(folder)?.strip_prefix('/')?, text)));
        let own: Vec<_> = own.map(|(path, text)| (path.to_owned(), text.clone())).collect();
        assert_eq!(asked(&judges, &format!("out/{folder}"), &own), [""; 0]);
    }
}

/// The files for Terraform below a folder, by path.
fn below(root: &Path) -> BTreeMap<String, String> {
    let (mut folders, mut files) = (vec![root.to_path_buf()], BTreeMap::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.strip_prefix(root).expect("inside").to_string_lossy().into_owned();
            if path.is_dir() {
                folders.push(path);
            } else if is_terraform(&name) {
                let text = fs::read_to_string(&path).expect("a readable file");
                if text.contains("Synthesized from ") {
                    files.insert(name, text);
                }
            }
        }
    }
    files
}

/// A file with a fault, what the oldest version says of it, and what the newest does.
fn faults() -> Vec<(Json, &'static str, &'static str)> {
    let policy = |text: &str| json!({ "output": { "x": { "value": text } } });
    vec![
        (
            json!({ "resource": { "aws_vpc": { "main": { "cidr_block": "10.0.0.0/16", "region": "eu-west-1" } } } }),
            "network.tf.json: `aws_vpc.main` sets `region`, which hashicorp/aws 5.100.0 does not take",
            "",
        ),
        (
            json!({ "resource": { "aws_flow_log": { "main": { "vpc_id": "v", "log_group_name": "g" } } } }),
            "",
            "network.tf.json: `aws_flow_log.main` sets `log_group_name`, which hashicorp/aws 6.66.0 does not take",
        ),
        (
            json!({ "resource": { "aws_launch_template": { "x": { "elastic_gpu_specifications": [{ "type": "t" }] } } } }),
            "",
            "network.tf.json: `aws_launch_template.x` sets `elastic_gpu_specifications`, which hashicorp/aws 6.66.0 does not take",
        ),
        (
            json!({ "resource": { "aws_eks_node_group": { "x": {
                "cluster_name": "c", "node_role_arn": "r", "subnet_ids": [],
                "scaling_config": [{ "min_size": 1, "max_size": 1, "desired_size": 1 }],
                "update_config": [{ "update_strategy": "MINIMAL" }],
            } } } }),
            "network.tf.json: `aws_eks_node_group.x.update_config` sets `update_strategy`, which hashicorp/aws 5.100.0 does not take",
            "",
        ),
        (
            policy("${data.aws_region.here.region}"),
            "network.tf.json: `output.x.value` reads `data.aws_region.here.region`, which hashicorp/aws 5.100.0 does not have",
            "",
        ),
        (
            policy("${aws_eip.nat[0].vpc}"),
            "",
            "network.tf.json: `output.x.value` reads `aws_eip.nat[0].vpc`, which hashicorp/aws 6.66.0 does not have",
        ),
    ]
}

#[test]
fn what_one_version_lacks_is_named_with_file_address_argument_and_version() {
    let [oldest, newest] = Judge::both();
    for (file, of_oldest, of_newest) in faults() {
        let said = |judge: &Judge| judge.file("network.tf.json", &file.to_string()).join("\n");
        assert_eq!((said(&oldest), said(&newest)), (of_oldest.to_owned(), of_newest.to_owned()));
    }
}

/// The same by the typed bindings, at the line that sets it, and before anything is written.
#[test]
fn a_typed_argument_of_the_newest_version_is_refused_until_the_floor_has_it() {
    let problems = |floor: &str| {
        let fixture = super::settings("small", &format!("[aws]\nprovider_floor = \"{floor}\"\n"));
        let stack = Stack::new("cluster");
        stacks::terraform::aws(&fixture, &stack);
        aws_vpc("main").cidr_block("10.0.0.0/16").region("eu-west-1").add_to(&stack);
        stack.build().err().map(|problems| problems.to_string()).unwrap_or_default()
    };
    for floor in ["5.100.0", "6.2.0"] {
        let known = format!("is known to have it since 6.66.0, but the stack accepts `>= {floor}, < 7.0.0`");
        let said =
            format!("`aws_vpc.main` sets `region`: hashicorp/aws {known}: leave it out, or require 6.66.0 or newer");
        assert!(problems(floor).contains(&said), "{}", problems(floor));
    }
    assert_eq!(problems("6.66.0"), "");
    let [oldest, newest] = Judge::both();
    let accepted = |versions: &str| (oldest.is_accepted(versions), newest.is_accepted(versions));
    assert_eq!(accepted(">= 5.100.0, < 7.0.0"), (true, true));
    assert_eq!(accepted(">= 6.66.0, < 7.0.0"), (false, true));
    assert_eq!(problems("6.70.1"), "");
}

#[test]
fn what_neither_has_and_what_is_left_out_is_named_by_both() {
    let file = json!({
        "resource": {
            "aws_vpc": { "main": { "cidr_blok": "10.0.0.0/16", "lifecycle": { "ignore_changes": ["tagz[\"x\"]"] } } },
            "aws_subnet": { "x": { "tags": { "a": "${aws_vpc.main.tags.a}", "b": "${aws_vpc.main.idd}" } } },
        },
    });
    let said = [
        ("x.tf.json: `aws_subnet.x` does without `vpc_id`, which", "demands"),
        ("x.tf.json: `aws_vpc.main` sets `cidr_blok`, which", "does not take"),
        ("x.tf.json: `aws_vpc.main` ignores changes of `tagz[\"x\"]`, which", "does not have"),
        ("x.tf.json: `resource.aws_subnet.x.tags.b` reads `aws_vpc.main.idd`, which", "does not have"),
    ];
    for (judge, version) in Judge::both().iter().zip(["5.100.0", "6.66.0"]) {
        let mut found = judge.file("x.tf.json", &file.to_string());
        found.sort();
        let mut wanted = said.map(|(asked, not)| format!("{asked} hashicorp/aws {version} {not}"));
        wanted.sort();
        assert_eq!(found, wanted);
    }
}
