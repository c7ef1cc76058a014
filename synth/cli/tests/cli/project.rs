//! A project in a temporary folder: environments that no user edits, and no `out/` yet.

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::OnceLock,
};

use serde_json::Value as Json;
use tempfile::TempDir;

pub(crate) const SYNTH: &str = env!("CARGO_BIN_EXE_synth");

/// Some days after the images of the environments were made.
pub(crate) const TODAY: &str = "2026-10-10";

/// The workspace of this crate.
pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every stack, in the order in which they are applied.
pub(crate) const STACKS: [&str; 3] = ["bootstrap", "cluster", "add-ons"];

/// The environments of every project.
pub(crate) const ENVIRONMENTS: [&str; 3] = ["default", "production", "staging"];

/// A waiver for a finding of every project: Argo CD's makers have not tested its release with the fixtures' Kubernetes.
const ACCEPTED: &str = "
[[waivers]]
code = \"VER007\"
subject = \"helm_release.argocd with Kubernetes 1.36\"
reason = \"as the fixtures have it\"
";

pub(crate) struct Project {
    folder: TempDir,
}

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Project {
    pub(crate) fn new() -> Self {
        let project = Self { folder: TempDir::new().unwrap() };
        for name in ENVIRONMENTS {
            let file = workspace().join(format!("stacks/tests/fixtures/{name}.toml"));
            let mut text = fs::read_to_string(file).unwrap();
            if name == "default" {
                text = text.replacen("waivers = []", "", 1) + ACCEPTED;
            }
            project.write(&format!("stacks/environments/{name}.toml"), &text);
        }
        project
    }

    /// A project whose default environment has been written.
    pub(crate) fn written() -> Self {
        static WRITTEN: OnceLock<BTreeMap<String, Vec<u8>>> = OnceLock::new();
        Self::of(WRITTEN.get_or_init(|| {
            let project = Self::new();
            project.synth(["all"]).succeeds();
            project.files("")
        }))
    }

    /// A project with these files.
    pub(crate) fn of(files: &BTreeMap<String, Vec<u8>>) -> Self {
        let project = Self { folder: TempDir::new().unwrap() };
        for (path, content) in files {
            let path = project.path(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        project
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Adds lines at the end of a file.
    pub(crate) fn append(&self, path: &str, text: &str) {
        self.write(path, &(self.read(path) + text));
    }

    /// Changes a JSON file.
    pub(crate) fn edit(&self, path: &str, edit: impl FnOnce(&mut Json)) {
        let mut json = serde_json::from_str(&self.read(path)).unwrap();
        edit(&mut json);
        self.write(path, &format!("{json:#}\n"));
    }

    /// Every file below a folder, by its path.
    pub(crate) fn files(&self, folder: &str) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        collect(&self.path(folder), "", &mut files);
        files
    }

    /// The command, about to run in the project's folder.
    pub(crate) fn command<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(SYNTH);
        // No test depends on the day on which it runs.
        command.args(["--today", TODAY]).args(arguments).current_dir(self.folder.path());
        command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
        command
    }

    pub(crate) fn synth<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Run {
        Run::of(self.command(arguments).output().unwrap())
    }
}

fn collect(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            collect(&entry.path(), &format!("{name}/"), files);
        } else {
            files.insert(name, fs::read(entry.path()).unwrap());
        }
    }
}

impl Run {
    pub(crate) fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    #[track_caller]
    pub(crate) fn succeeds(self) -> Self {
        assert_eq!((self.code, self.stderr.as_str()), (0, ""), "{}", self.stdout);
        self
    }

    #[track_caller]
    pub(crate) fn finds(self) -> Self {
        assert_eq!(self.code, 1, "{self:?}");
        self
    }

    /// Fails with an error, and says nothing on standard output.
    #[track_caller]
    pub(crate) fn fails(self, message: &str) -> Self {
        assert_eq!((self.code, self.stdout.as_str()), (2, ""), "{}", self.stderr);
        assert!(self.stderr.starts_with("error: ") && self.stderr.contains(message), "{}", self.stderr);
        self
    }

    /// Asserts that standard output has these texts, one after the other.
    #[cfg(unix)]
    #[track_caller]
    pub(crate) fn says_in_order(&self, wanted: &[&str]) {
        let mut rest = self.stdout.as_str();
        for text in wanted {
            let Some((_, after)) = rest.split_once(text) else {
                panic!("no `{text}` in what is left of:\n{}{}", self.stdout, self.stderr);
            };
            rest = after;
        }
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Json {
        serde_json::from_str(&self.stdout).unwrap()
    }
}
