//! Settings are read from layers, and whatever is wrong is reported with its file, line, column and key, all at once.

mod domain;
mod environments;
mod problems;
mod reached;
mod renovate;
mod services;
mod values;

use stacks::settings::{Settings, SettingsProblem};
use synth_project::Layer;

/// The base that overrides of the tests stand on.
const BASE: &str = include_str!("../fixtures/default.toml");

fn layer(environment: &str, text: &str) -> Layer {
    Layer { path: format!("stacks/environments/{environment}.toml"), text: text.to_owned() }
}

/// The problems of the fixed base once `text` overrides it.
fn problems(text: &str) -> Vec<SettingsProblem> {
    match Settings::parse("staging", &[layer("default", BASE), layer("staging", text)]) {
        Ok(_) => Vec::new(),
        Err(error) => error.problems,
    }
}

/// The same as text, one problem a line, without the folder.
fn refused(text: &str) -> String {
    let lines: Vec<String> = problems(text).iter().map(ToString::to_string).collect();
    lines.join("\n").replace("stacks/environments/", "")
}
