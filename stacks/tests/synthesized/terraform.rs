//! Real Terraform and the real AWS provider judge what is written.
//!
//! The Helm provider is not everywhere to be had, so what belongs to it is left out here.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use serde_json::{Map, Value as Json};
use synth_framework::StackFile;

use super::{ASKING, edge, platform, platforms};

pub(super) const AWS: &str = "registry.terraform.io/hashicorp/aws";

#[test]
fn the_aws_provider_accepts_every_stack() {
    let Some(program) = synth_tools::terraform() else { return };
    let asking = (ASKING.0, platform(ASKING.0, ASKING.1));
    let of_others = ("of-others", edge::of_others());
    for (environment, platform) in platforms().chain([asking, of_others]) {
        for stack in platform.stacks() {
            let name = format!("{environment} {}", stack.name());
            let directory = tempfile::tempdir().expect("a temporary directory");
            write_without_helm(&stack.files(), directory.path());
            let terraform = |arguments: &[&str]| terraform(&program, directory.path(), arguments);
            let installed = synth_tools::aws_provider(|| {
                let init = terraform(&["init", "-backend=false", "-input=false", "-no-color"]);
                if init.status.success() { Ok(()) } else { Err(format!("{name}: {}", said(&init))) }
            });
            if installed.is_none() {
                return;
            }
            let validate = terraform(&["validate", "-no-color"]);
            assert!(validate.status.success(), "{name}: {}", said(&validate));
        }
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned()
}

fn terraform(program: &Path, directory: &Path, arguments: &[&str]) -> Output {
    let configuration = directory.join("terraform.rc");
    fs::write(&configuration, synth_codegen::mirror::cli_configuration(AWS)).expect("a writable directory");
    Command::new(program)
        .args(arguments)
        .current_dir(directory)
        .env("TF_CLI_CONFIG_FILE", configuration)
        .env("CHECKPOINT_DISABLE", "1")
        .env_remove("TF_DATA_DIR")
        .output()
        .expect("`terraform` runs")
}

fn write_without_helm(files: &[StackFile], directory: &Path) {
    // Tests mock every provider; they are run beside an offline one for Helm.
    for file in files.iter().filter(|file| !file.path.starts_with("tests/")) {
        let path = directory.join(&file.path);
        fs::create_dir_all(path.parent().expect("inside the directory")).expect("a folder for the file");
        let text = if file.path.ends_with(".tf.json") { without_helm(&file.text) } else { file.text.clone() };
        fs::write(path, text).expect("a file in the temporary directory");
    }
}

/// Leaves out the Helm provider, its resources, and the outputs that read them.
fn without_helm(text: &str) -> String {
    let mut file: Map<String, Json> = serde_json::from_str(text).expect("written as JSON");
    let of_helm = |name: &str, value: &Json| name.starts_with("helm") || value.to_string().contains("helm_release.");
    let remove = |section: &mut Json| {
        if let Json::Object(section) = section {
            section.retain(|name, value| !of_helm(name, value));
        }
    };
    for (name, section) in &mut file {
        match name.as_str() {
            "provider" | "resource" | "output" => remove(section),
            "terraform" => section.get_mut("required_providers").into_iter().for_each(remove),
            _ => {}
        }
    }
    file.retain(|_, section| section.as_object().is_none_or(|section| !section.is_empty()));
    Json::Object(file).to_string()
}
