//! Images are built again when a base image has changed, under a tag of their own, without a change of the code.

use std::{fs, os::unix::fs::PermissionsExt, process::Command};

use tempfile::TempDir;

use crate::project::{Run, workspace};

/// A repository with the Dockerfile, and a registry that answers with a digest of one digit.
struct Repository {
    folder: TempDir,
}

impl Repository {
    fn new() -> Self {
        let repository = Self { folder: tempfile::tempdir().unwrap() };
        fs::copy(workspace().join("Dockerfile"), repository.folder.path().join("Dockerfile")).unwrap();
        fs::create_dir(repository.folder.path().join("tools")).unwrap();
        repository.git(&["init", "--quiet", "--initial-branch=main", "."]);
        repository.commit("Dockerfile");
        repository
    }

    fn git(&self, arguments: &[&str]) -> String {
        let identity = ["-c", "user.name=somebody", "-c", "user.email=somebody@example.com"];
        let mut command = Command::new("git");
        let output = command.args(identity).args(arguments).current_dir(self.folder.path()).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    fn commit(&self, file: &str) -> String {
        self.git(&["add", file]);
        self.git(&["commit", "--quiet", "--message", file]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// From now on the registry answers so: a digit of which each digest consists, or a fault.
    fn registry(&self, digit: &str) {
        let file = self.folder.path().join("tools/docker");
        let digest = format!("sha256:{}", digit.repeat(64));
        let answer = if digit.is_empty() { "exit 1".to_owned() } else { format!("echo {digest}") };
        fs::write(&file, format!("#!/usr/bin/env bash\necho \"$*\" >>calls\n{answer}\n")).unwrap();
        fs::set_permissions(file, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn bases(&self, arguments: &[&str]) -> Run {
        let tools = self.folder.path().join("tools");
        let path = format!("{}:{}", tools.display(), std::env::var("PATH").unwrap());
        let mut command = Command::new("bash");
        command.arg(workspace().canonicalize().unwrap().join("scripts/bases.sh")).args(arguments);
        Run::of(command.current_dir(self.folder.path()).env("PATH", path).output().unwrap())
    }

    /// The lines that a workflow's job gets.
    #[track_caller]
    fn told(&self, bases: &str) -> Vec<String> {
        let run = self.bases(&[bases, "0.1.0"]).succeeds();
        run.stdout.lines().map(str::to_owned).collect()
    }

    fn dockerfile(&self) -> String {
        fs::read_to_string(self.folder.path().join("Dockerfile")).unwrap()
    }
}

#[test]
fn a_build_with_other_bases_has_a_tag_of_its_own_and_one_with_the_same_has_not() {
    let repository = Repository::new();
    let commit = repository.git(&["rev-parse", "HEAD"]);
    repository.registry("a");
    let pinned = repository.told("pinned");
    assert_eq!(
        pinned[..3],
        [format!("tag=0.1.0-{}", &commit[..12]), format!("revision={commit}"), "moved=false".to_owned()]
    );
    // What an image's tag cannot hold.
    assert!(repository.bases(&["pinned", "0.1.0+of.mine"]).stdout.starts_with("tag=0.1.0-of.mine-"));
    let first = repository.told("newest");
    assert!(first[0].starts_with(&format!("{}-base.", pinned[0])) && first[2] == "moved=true", "{first:?}");
    assert_eq!(repository.told("newest"), first, "the same bases are not built twice");
    repository.registry("b");
    assert_ne!(repository.told("newest")[0], first[0]);
    let runtime = format!("RUNTIME_BASE=gcr.io/distroless/cc-debian13:nonroot@sha256:{}", "a".repeat(64));
    assert!(first.contains(&runtime), "{first:?}");
}

#[test]
fn a_commit_that_changes_no_image_changes_no_tag() {
    let repository = Repository::new();
    let before = repository.told("pinned");
    fs::write(repository.folder.path().join("README.md"), "more").unwrap();
    repository.commit("README.md");
    assert_eq!(repository.told("pinned"), before);
    fs::write(repository.folder.path().join("Cargo.toml"), "[workspace]\n").unwrap();
    let commit = repository.commit("Cargo.toml");
    assert_eq!(repository.told("pinned")[1], format!("revision={commit}"));
}

#[test]
fn the_digests_of_the_day_are_written_where_the_old_ones_stood() {
    let repository = Repository::new();
    let before = repository.dockerfile();
    repository.registry("c");
    repository.bases(&["pin"]).succeeds();
    let digests = before.lines().filter_map(|line| line.strip_prefix("ARG ")?.split_once("@sha256:"));
    let expected = digests.fold(before.clone(), |text, (_, digest)| text.replace(digest, &"c".repeat(64)));
    assert_ne!(expected, before);
    assert_eq!(repository.dockerfile(), expected);
    assert_eq!(repository.told("newest")[2], "moved=false");
    repository.commit("Dockerfile");
    repository.registry("");
    assert_ne!(repository.bases(&["newest", "0.1.0"]).code, 0, "a registry that fails gives no digest");
}
