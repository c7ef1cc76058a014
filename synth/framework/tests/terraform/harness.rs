//! One directory, one Terraform: stacks are written to it and applied one after the other.

use std::{env, fs, path::PathBuf, process::Command};

use serde_json::Value as Json;
use synth_framework::Stack;
use tempfile::TempDir;

/// A directory with local state.
pub(crate) struct Terraform {
    program: PathBuf,
    directory: TempDir,
}

/// The result of a Terraform command.
pub(crate) struct Ran {
    pub(crate) worked: bool,
    pub(crate) text: String,
}

impl Terraform {
    /// Finds Terraform. `None` where it is skipped.
    pub(crate) fn find() -> Option<Self> {
        let program = synth_tools::terraform()?;
        let directory = tempfile::tempdir().expect("a temporary directory");
        fs::write(directory.path().join("cli.tfrc"), "").expect("a writable directory");
        Some(Self { program, directory })
    }

    fn folder(&self) -> PathBuf {
        self.directory.path().join("stack")
    }

    /// Replaces what was written before, and keeps the state.
    pub(crate) fn write(&self, stack: Stack) {
        let built = stack.build().unwrap_or_else(|problems| panic!("{problems}"));
        let folder = self.folder();
        if let Ok(earlier) = fs::read_dir(&folder) {
            for entry in earlier.flatten().filter(|entry| entry.path().to_string_lossy().ends_with(".tf.json")) {
                fs::remove_file(entry.path()).expect("an earlier file can be removed");
            }
        }
        for file in built.files() {
            let path = folder.join(&file.path);
            fs::create_dir_all(path.parent().unwrap_or(&folder)).expect("a writable directory");
            fs::write(path, &file.text).expect("a writable file");
        }
    }

    /// Runs a command, whatever comes of it.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        let mut command = Command::new(&self.program);
        for (name, _) in env::vars_os() {
            if name.to_string_lossy().starts_with("TF_") {
                command.env_remove(name);
            }
        }
        let output = command
            .current_dir(self.folder())
            .env("TF_CLI_CONFIG_FILE", self.directory.path().join("cli.tfrc"))
            .env("CHECKPOINT_DISABLE", "1")
            .env("TF_IN_AUTOMATION", "1")
            .args(arguments)
            .output()
            .expect("terraform runs");
        let worked = output.status.success();
        let text = if worked { output.stdout } else { [output.stdout, output.stderr].concat() };
        Ran { worked, text: String::from_utf8_lossy(&text).into_owned() }
    }

    /// Runs a command that must work, and returns what it says.
    pub(crate) fn must(&self, arguments: &[&str]) -> String {
        let Ran { worked, text } = self.run(arguments);
        assert!(worked, "terraform {} failed:\n{text}", arguments.join(" "));
        text
    }

    /// Runs a command that must work, and returns the JSON that it prints.
    pub(crate) fn json(&self, arguments: &[&str]) -> Json {
        serde_json::from_str(&self.must(arguments)).expect("terraform prints JSON")
    }

    /// Writes and initializes a stack, and applies it, which validates it too.
    pub(crate) fn apply(&self, stack: Stack) -> String {
        self.prepare(stack);
        self.must(&["apply", "-auto-approve", "-no-color"])
    }

    /// Writes and initializes a stack, plans it into `plan`, and applies the plan.
    pub(crate) fn apply_planned(&self, stack: Stack) {
        self.prepare(stack);
        self.must(&["plan", "-out=plan", "-no-color"]);
        self.must(&["apply", "-no-color", "plan"]);
    }

    /// Writes and initializes a stack.
    pub(crate) fn prepare(&self, stack: Stack) {
        self.write(stack);
        self.must(&["init", "-no-color"]);
    }

    /// The value of an output.
    pub(crate) fn outputs(&self) -> Json {
        let mut outputs = self.json(&["output", "-json"]);
        for (_, output) in outputs.as_object_mut().expect("outputs are an object") {
            *output = output["value"].take();
        }
        outputs
    }

    /// Every address in the state.
    pub(crate) fn addresses(&self) -> Vec<String> {
        self.must(&["state", "list"]).lines().map(str::to_owned).collect()
    }

    /// Is there a file of this name beside the stack?
    pub(crate) fn holds(&self, file: &str) -> bool {
        self.folder().join(file).is_file()
    }
}
