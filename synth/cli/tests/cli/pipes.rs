//! A reader that has gone away (`synth --help | head`) has had enough: nothing panics, and nothing is said about it.

use std::{io, process::Stdio};

use crate::project::{Project, Run};

/// The write end of a pipe that nobody reads.
fn closed() -> Stdio {
    let (reader, writer) = io::pipe().unwrap();
    drop(reader);
    writer.into()
}

#[test]
fn a_reader_that_has_gone_away_is_no_error() {
    let project = Project::written();
    project.write("out/cluster/outputs.tf.json", "{}\n");
    for (arguments, code) in [
        (&["--help"][..], 0),
        (&["--version"], 0),
        (&["plan", "--help"], 0),
        (&["completions", "zsh"], 0),
        (&["policies"], 0),
        (&["settings"], 0),
        (&["images", "list"], 0),
        (&["list"], 0),
        (&["graph", "cluster"], 0),
        (&["diff"], 1),
        (&["check"], 1),
        (&["cluster"], 0),
    ] {
        let run = Run::of(project.command(arguments).stdout(closed()).output().unwrap());
        assert_eq!(run.code, code, "{arguments:?}: {}", run.stderr);
        let quiet = !run.stderr.contains("panicked") && !run.stderr.to_lowercase().contains("broken pipe");
        assert!(quiet, "{arguments:?}: {}", run.stderr);
    }
}

#[test]
fn an_error_that_nobody_hears_still_decides_the_exit_code() {
    let project = Project::new();
    for arguments in [&["--nonsense"][..], &["list", "--env", "nowhere"]] {
        let status = project.command(arguments).stdout(closed()).stderr(closed()).status().unwrap();
        assert_eq!(status.code(), Some(2), "{arguments:?}");
    }
}
