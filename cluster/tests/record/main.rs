//! Decisions of the real scheduler and the real `ReplicaSet` controller, written down for the twin's tests: `make twin-record`.
//!
//! A situation says which nodes and pods there are and what is asked for; it is set up on the API server, and what the controllers
//! do about each step is written beside it. Nothing here judges: `synth/twin/tests/placement` does.

#![expect(clippy::unwrap_used, reason = "what helps tests may panic as they do")]

mod cases;
mod chance;
mod generated;
mod moments;
mod play;
mod replica_sets;
mod world;

use std::{fs, path::Path};

use serde_json::{Value as Json, json};

use crate::world::World;

/// Where the twin's tests read them.
const RECORDINGS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../synth/twin/tests/data/placement");

#[test]
#[ignore = "it writes recordings: `make twin-record` runs it"]
fn decisions_are_written_down() {
    let world = World::start();
    let only = std::env::var("ONLY").unwrap_or_default();
    fs::create_dir_all(RECORDINGS).unwrap();
    let all = [("scheduler", cases::all()), ("generated", generated::all()), ("replica-sets", replica_sets::all())];
    for (name, situations) in all {
        let play = if name == "replica-sets" { replica_sets::play } else { play::scheduling };
        let chosen = situations.into_iter().filter(|one| one["name"].as_str().unwrap().contains(&only));
        let recorded: Vec<_> = chosen.map(|situation| play(&world, situation)).collect();
        if recorded.is_empty() {
            continue;
        }
        let mut text = format!("{{\"kubernetes\": {},\n\"situations\": [\n", json!(world.version));
        let lines: Vec<_> = recorded.iter().map(Json::to_string).collect();
        text += &lines.join(",\n");
        text += "\n]}\n";
        let suffix = if only.is_empty() { "" } else { ".part" };
        fs::write(Path::new(RECORDINGS).join(format!("{name}.json{suffix}")), text).unwrap();
    }
}
