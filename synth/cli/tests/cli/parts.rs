//! The parts are listed once, in `stacks/src/project.rs`: whoever has a list of stacks of its own has the same, in the same order.

use std::fs;

use stacks::{Platform, settings::Settings};
use synth_project::{Layer, Project as _};

use crate::project::{Project, STACKS, workspace};

fn read(path: &str) -> String {
    fs::read_to_string(workspace().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The stacks that a script makes ready, in its order.
fn made_ready(script: &str) -> Vec<String> {
    let text = read(script);
    let ready = text.lines().filter_map(|line| line.trim_start().strip_prefix("init ")?.split_whitespace().next());
    let mut ready: Vec<_> = ready.map(str::to_owned).collect();
    ready.dedup();
    ready
}

#[test]
fn every_list_of_stacks_is_that_of_the_parts() {
    let settings = read("stacks/tests/fixtures/default.toml");
    let layer = Layer { path: "default.toml".to_owned(), text: settings };
    let settings = Settings::parse("default", &[layer]).unwrap();
    let parts = || Platform::PARTS.iter().filter(|part| part.is_stack());
    let usual: Vec<_> = parts().filter(|part| part.is_there(&settings)).map(|part| part.name).collect();
    assert_eq!(usual, STACKS);
    let listed = format!("\nSTACKS = [\"{}\"]\n", usual.join("\", \""));
    let stacks: Vec<_> = parts().map(|part| part.name).collect();
    assert!(read("e2e/settings.py").contains(&listed), "e2e/settings.py lists other stacks than{listed}");
    assert_eq!(made_ready("scripts/up.sh"), stacks);
    let kept = Platform::KEPT.map(|kept| kept.part);
    let gone: Vec<_> = stacks.into_iter().rev().filter(|stack| Some(*stack) != kept).collect();
    assert_eq!(made_ready("scripts/down.sh"), gone);
}

#[test]
fn an_edge_that_is_off_is_not_made_and_says_so() {
    let project = Project::new();
    for command in [["edge"].as_slice(), &["check", "edge"], &["list"]] {
        let run = project.synth(command.iter().copied()).succeeds();
        let said = [run.stdout.as_str(), run.stderr.as_str()].concat();
        assert!(said.contains("not made, because `edge.enabled` is false"), "{command:?}: {said}");
    }
    assert!(!project.path("out/edge").exists());
    for stack in project.synth(["settings", "--json"]).succeeds().json()["stacks"].as_array().unwrap() {
        assert_ne!(stack["name"], "edge", "workflows and scripts take what is listed");
    }
}
