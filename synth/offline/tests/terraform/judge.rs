//! The real AWS provider as the judge: it plans without an account, and its plans are compared value by value.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::{Command, Output},
};

use serde_json::{Value as Json, json};
use synth_codegen::mirror;
use tempfile::TempDir;

use crate::bench::AWS;

/// The real provider and a folder of its own.
pub(crate) struct Judge {
    folder: TempDir,
}

/// The values that plans make, by path: JSON, or `unknown`. Null values are left out.
pub(crate) type Values = BTreeMap<String, String>;

/// A stack of both providers, with credentials of nobody, and no call by which the real one would notice.
pub(crate) fn stack(rest: &Json) -> Json {
    let mut stack = rest.clone();
    stack["terraform"] =
        json!([{ "required_providers": [{ "aws": { "source": "hashicorp/aws", "version": "5.100.0" } }] }]);
    stack["provider"] = json!({ "aws": [{
        "region": "eu-north-1",
        "access_key": "none",
        "secret_key": "none",
        "skip_credentials_validation": true,
        "skip_metadata_api_check": "true",
        "skip_region_validation": true,
        "skip_requesting_account_id": true,
    }] });
    stack
}

impl Judge {
    /// The real provider, where it can be had: from a mirror on this machine, or from the registry.
    pub(crate) fn call() -> Option<Self> {
        synth_tools::aws_provider(|| {
            let judge = Self { folder: tempfile::tempdir().unwrap() };
            fs::write(judge.path().join("terraform.rc"), mirror::cli_configuration(AWS)).unwrap();
            judge.write(&json!({}));
            let init = judge.terraform(&["init", "-input=false", "-no-color"]);
            if init.status.success() { Ok(judge) } else { Err(String::from_utf8_lossy(&init.stderr).into_owned()) }
        })
    }

    /// The plan of a stack, over a state where there is one; nothing is refreshed.
    pub(crate) fn plan(&self, rest: &Json, state: Option<&Path>) -> Json {
        self.prepare(rest, state);
        let plan = self.terraform(&["plan", "-input=false", "-no-color", "-refresh=false", "-out=plan"]);
        assert!(plan.status.success(), "{}", String::from_utf8_lossy(&plan.stderr));
        serde_json::from_slice(&self.terraform(&["show", "-json", "plan"]).stdout).unwrap()
    }

    /// Fails unless a stack is what a state says; nothing is refreshed.
    pub(crate) fn finds_nothing_to_do(&self, rest: &Json, state: &Path) {
        self.prepare(rest, Some(state));
        let plan = self.terraform(&["plan", "-input=false", "-no-color", "-refresh=false", "-detailed-exitcode"]);
        let said = [&*plan.stdout, &*plan.stderr].concat();
        assert_eq!(plan.status.code(), Some(0), "{}", String::from_utf8_lossy(&said));
    }

    fn prepare(&self, rest: &Json, state: Option<&Path>) {
        self.write(rest);
        if let Some(state) = state {
            fs::copy(state, self.path().join("terraform.tfstate")).unwrap();
        }
    }

    fn write(&self, rest: &Json) {
        fs::write(self.path().join("main.tf.json"), stack(rest).to_string()).unwrap();
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn terraform(&self, arguments: &[&str]) -> Output {
        Command::new("terraform")
            .args(arguments)
            .current_dir(self.path())
            .env("TF_CLI_CONFIG_FILE", self.path().join("terraform.rc"))
            .env("CHECKPOINT_DISABLE", "1")
            .env("TF_REGISTRY_DISCOVERY_RETRY", "0")
            .env_remove("TF_REATTACH_PROVIDERS")
            .output()
            .unwrap()
    }
}

/// Fails with every value in which the plans differ, but for those below `accepted` paths, each of which must differ.
#[track_caller]
pub(crate) fn agree(real: &Values, ours: &Values, accepted: &[&str]) {
    let paths: BTreeSet<_> = real.keys().chain(ours.keys()).collect();
    let mut differences = Vec::new();
    let mut stale: BTreeSet<&str> = accepted.iter().copied().collect();
    for path in paths.into_iter().filter(|path| real.get(*path) != ours.get(*path)) {
        match accepted.iter().find(|accepted| path.starts_with(**accepted)) {
            Some(accepted) => drop(stale.remove(accepted)),
            None => differences.push(format!("{path}: real {:?}, offline {:?}", real.get(path), ours.get(path))),
        }
    }
    assert_eq!(differences, [""; 0]);
    assert_eq!(stale, BTreeSet::new(), "these do not differ any more");
}

/// Everything that a plan does and makes.
pub(crate) fn values(plan: &Json) -> Values {
    let mut values = Values::new();
    for resource in plan["resource_changes"].as_array().unwrap() {
        let (address, change) = (resource["address"].as_str().unwrap(), &resource["change"]);
        values.insert(format!("{address} is"), format!("{} by {:?}", change["actions"], replaced_by(change)));
        flatten(&change["after"], &change["after_unknown"], address, &mut values);
    }
    for (name, output) in plan["planned_values"]["outputs"].as_object().into_iter().flatten() {
        values.insert(format!("output.{name}"), output["value"].to_string());
    }
    values
}

/// The arguments and blocks for which a resource is replaced, without what is inside them.
fn replaced_by(change: &Json) -> BTreeSet<&str> {
    let paths = change["replace_paths"].as_array().into_iter().flatten();
    paths.filter_map(|path| path[0].as_str()).collect()
}

fn flatten(value: &Json, unknown: &Json, path: &str, values: &mut Values) {
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
