//! `terraform test` passes on what is written, and each of its runs fails where what it guards is broken.

mod broken;

use std::{
    collections::BTreeSet,
    env, fs,
    process::{Command, Output},
};

use serde_json::Value as Json;
use synth_framework::StackFile;
use synth_offline::{AwsVersion, Provider, Run, Scratch, Session, Terraform};

use super::{platforms, terraform::AWS};

/// The Terraform of this machine. `None` where it is skipped.
pub(super) fn terraform() -> Option<Terraform> {
    synth_tools::terraform().map(|program| Terraform::at(program).expect("a Terraform that can be used"))
}

/// The result of `terraform test`.
pub(super) struct Tested {
    pub(super) worked: bool,
    pub(super) text: String,
}

impl Tested {
    pub(super) fn of(output: &Output) -> Self {
        let text = String::from_utf8_lossy(&[&*output.stdout, &*output.stderr].concat()).into_owned();
        Self { worked: output.status.success(), text }
    }

    /// The names of the runs that ended so.
    fn runs(&self, ending: &str) -> BTreeSet<String> {
        let names = self.text.lines().filter_map(|line| {
            let (name, said) = line.trim().strip_prefix("run \"")?.split_once("\"... ")?;
            (said == ending).then(|| name.to_owned())
        });
        names.collect()
    }

    #[track_caller]
    fn passes(&self, files: &[StackFile]) {
        assert!(self.worked, "{}", self.text);
        assert_eq!(self.runs("pass"), declared(files), "{}", self.text);
    }
}

/// The names of all runs of a stack.
fn declared(files: &[StackFile]) -> BTreeSet<String> {
    let tests = files.iter().filter(|file| file.path.ends_with(".tftest.json"));
    let runs = tests.flat_map(|file| {
        let file: Json = serde_json::from_str(&file.text).expect("written as JSON");
        file["run"].as_object().expect("a test file has runs").keys().cloned().collect::<Vec<_>>()
    });
    let runs: BTreeSet<_> = runs.collect();
    assert!(!runs.is_empty(), "the stack has no tests");
    runs
}

/// Tests a stack with the offline providers.
fn offline(terraform: &Terraform, files: &[StackFile]) -> Tested {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let files = files.iter().map(|file| (&*file.path, &*file.text));
    let scratch = Scratch::write(folder.path(), files).expect("a writable directory");
    let providers = [Provider::aws(AwsVersion::Newest), Provider::helm(scratch.folder())]
        .map(|provider| provider.expect("a provider"));
    let session = Session::start(providers.into()).expect("providers start");
    let run = Run::new(terraform, &session, &scratch, false);
    let init = run.output(&["init", "-input=false", "-no-color"]).expect("`terraform` runs");
    assert!(init.status.success(), "{}", Tested::of(&init).text);
    Tested::of(&run.output(&["test", "-no-color"]).expect("`terraform` runs"))
}

#[test]
fn every_stack_passes_its_tests_offline() {
    let Some(terraform) = terraform() else { return };
    for (_, platform) in platforms() {
        for stack in platform.stacks() {
            let files = stack.files();
            offline(&terraform, &files).passes(&files);
        }
    }
}

/// As a user does: without credentials, with the real AWS provider. Helm's alone is served from memory.
#[test]
#[ignore = "the real provider takes its time: `make judge`"]
fn every_stack_passes_its_tests_with_the_real_provider() {
    let Some(program) = synth_tools::terraform() else { return };
    let (_, platform) = platforms().last().expect("the widest environment");
    for stack in platform.stacks() {
        let folder = tempfile::tempdir().expect("a temporary directory");
        let configuration = folder.path().join("terraform.rc");
        fs::write(&configuration, synth_codegen::mirror::cli_configuration(AWS)).expect("a writable directory");
        let files = stack.files();
        for file in &files {
            let path = folder.path().join(&file.path);
            fs::create_dir_all(path.parent().expect("inside the directory")).expect("a folder for the file");
            fs::write(path, &file.text).expect("a writable directory");
        }
        let helm = Provider::helm(folder.path()).expect("a provider");
        let session = Session::start(vec![helm]).expect("providers start");
        let terraform = |arguments: &[&str]| {
            let output = Command::new(&program)
                .args(arguments)
                .current_dir(folder.path())
                .env_clear()
                .envs(env::vars_os().filter(|(name, _)| name == "PATH" || name == "TMPDIR"))
                .env("HOME", folder.path())
                .env("TF_CLI_CONFIG_FILE", &configuration)
                .env("TF_REATTACH_PROVIDERS", session.reattach())
                .env("CHECKPOINT_DISABLE", "1")
                .output();
            Tested::of(&output.expect("`terraform` ran before"))
        };
        let init = || terraform(&["init", "-backend=false", "-input=false", "-no-color"]);
        let installed = synth_tools::aws_provider(|| match init() {
            Tested { worked: true, .. } => Ok(()),
            Tested { text, .. } => Err(format!("{}: {text}", stack.name())),
        });
        if installed.is_none() {
            return;
        }
        terraform(&["test", "-no-color"]).passes(&files);
    }
}
