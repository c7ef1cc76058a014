//! Errors: exit code 2, and everything on disk as it was.

use std::{fs, process::Command};

use crate::project::{Project, Run, SYNTH, TODAY};

#[test]
fn invalid_settings_are_reported_together_and_nothing_is_written() {
    let project = Project::new();
    project.write("stacks/environments/broken.toml", "nam = \"x\"\n\n[network]\nzones = [\"eu-north-1a\"]\n");
    let run = project.synth(["all", "--env", "broken"]).fails("the settings of environment `broken` are invalid:\n");
    let lines: Vec<_> = run.stderr.lines().collect();
    assert!(lines[1].starts_with("stacks/environments/broken.toml:1:1: `nam` is not a setting"), "{}", run.stderr);
    let zones =
        |line: &&str| line.starts_with("stacks/environments/broken.toml:4:") && line.contains("`network.zones`");
    assert!(lines.iter().any(zones), "{}", run.stderr);
    assert!(!project.path("out").exists());
}

#[test]
fn invalid_settings_leave_what_was_written() {
    let project = Project::written();
    let before = project.files("out");
    project.append("stacks/environments/default.toml", "[x\n");
    project.synth(["all"]).fails("stacks/environments/default.toml:");
    assert_eq!(project.files("out"), before);
}

#[test]
fn a_wrong_command_line_is_an_error() {
    let project = Project::new();
    for arguments in [&["nope"][..], &["graph"], &["graph", "nope"], &["check", "nope"], &["all", "--nope"], &[]] {
        let run = project.synth(arguments);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{arguments:?}: {}", run.stderr);
    }
}

/// Root may write anywhere, so the run is nobody's there, with a copy of the binary that nobody can reach.
#[cfg(unix)]
#[test]
fn a_directory_that_cannot_be_written_leaves_the_old_files() {
    use std::os::unix::{
        fs::{MetadataExt, PermissionsExt},
        process::CommandExt,
    };
    let project = Project::written();
    project.append("stacks/environments/default.toml", "# changed\n");
    let text = project.read("stacks/environments/default.toml").replace("tideline", "seaside");
    project.write("stacks/environments/default.toml", &text);
    let before = project.files("out");
    let mode = |path: &str, mode| fs::set_permissions(project.path(path), fs::Permissions::from_mode(mode)).unwrap();
    mode("", 0o755);
    mode("out/cluster", 0o555);
    fs::copy(SYNTH, project.path("synth")).unwrap();
    let mut command = Command::new(project.path("synth"));
    command.args(["--today", TODAY, "cluster"]).current_dir(project.path(""));
    if fs::metadata(project.path("out")).unwrap().uid() == 0 {
        command.uid(65_534).gid(65_534);
    }
    let run = Run::of(command.output().unwrap());
    mode("out/cluster", 0o755);
    run.fails("writing `out/cluster/").fails("Permission denied");
    assert_eq!(project.files("out"), before);
}

/// A limit of the size of files stands for a disk without room: the first byte already fails.
#[cfg(unix)]
#[test]
fn a_full_disk_leaves_the_old_files() {
    let full = |project: &Project| {
        let script = "trap '' XFSZ; ulimit -f 0; exec \"$0\" --today \"$1\" cluster";
        let output = Command::new("sh").args(["-c", script, SYNTH, TODAY]).current_dir(project.path("")).output();
        Run::of(output.unwrap()).fails("writing `out/cluster/").fails("File too large");
    };
    let project = Project::new();
    full(&project);
    assert!(!project.path("out").exists(), "the folders made for nothing are gone");

    let project = Project::written();
    project.append("out/cluster/outputs.tf.json", "edited");
    let before = project.files("out");
    full(&project);
    assert_eq!(project.files("out"), before);
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_is_an_error() {
    let project = Project::written();
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let run = Run::of(project.command(["list"]).stdout(full).output().unwrap());
    run.fails("writing to standard output: No space left on device");
}

#[test]
fn a_reader_that_goes_away_ends_the_run_quietly() {
    let project = Project::new();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    Run::of(project.command(["graph", "cluster"]).stdout(writer).output().unwrap()).succeeds();
}

#[test]
fn a_reader_that_goes_away_does_not_hide_a_finding() {
    let project = Project::new();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    Run::of(project.command(["check"]).stdout(writer).output().unwrap()).finds();
}
