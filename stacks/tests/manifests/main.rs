//! The manifests under fixed environments: the least and the most of everything, one under names of a domain, and one behind an edge.

#![expect(clippy::unwrap_used, reason = "what helps tests may panic as they do")]

mod agreement;
mod asked;
mod asking;
mod certified;
mod decoded;
mod delivery;
mod files;
mod health;
mod internal;
mod metrics;
mod observability;
mod schema;
mod schemas;
mod working;
mod workloads;

use serde_json::Value as Json;
use stacks::settings::Settings;
use synth_kubernetes::{BuiltManifests, Manifest};
use synth_project::Layer;

const BASE: &str = include_str!("../fixtures/default.toml");
const ENVIRONMENTS: [(&str, &str); 4] = [
    ("small", include_str!("../fixtures/small.toml")),
    ("large", include_str!("../fixtures/large.toml")),
    ("named", include_str!("../fixtures/named.toml")),
    ("fronted", include_str!("../fixtures/edge.toml")),
];

/// The settings of a fixture, over the fixed base.
fn settings(environment: &str, text: &str) -> Settings {
    let layer = |path: &str, text: &str| Layer { path: format!("{path}.toml"), text: text.to_owned() };
    Settings::parse(environment, &[layer("default", BASE), layer(environment, text)])
        .unwrap_or_else(|error| panic!("{error}"))
}

fn build(settings: &Settings) -> BuiltManifests {
    stacks::manifests::build(settings).unwrap_or_else(|problems| panic!("{problems}"))
}

/// The environments: their settings and their manifests.
fn environments() -> impl Iterator<Item = (Settings, BuiltManifests)> {
    ENVIRONMENTS.into_iter().map(|(environment, text)| {
        let settings = settings(environment, text);
        let built = build(&settings);
        (settings, built)
    })
}

/// The one object of a kind and a name.
fn object<'a>(built: &'a BuiltManifests, kind: &'a str, name: &str) -> &'a Json {
    let mut found = built.of_kind(kind).filter(|manifest| manifest.name() == name);
    let manifest: &Manifest = found.next().unwrap_or_else(|| panic!("there is no {kind} `{name}`"));
    manifest.object()
}

/// The value at a JSON pointer, which must exist.
fn at<'a>(value: &'a Json, pointer: &str) -> &'a Json {
    value.pointer(pointer).unwrap_or_else(|| panic!("nothing at {pointer} of {value:#}"))
}

/// The text at a JSON pointer.
fn text<'a>(value: &'a Json, pointer: &str) -> &'a str {
    at(value, pointer).as_str().unwrap_or_else(|| panic!("no text at {pointer} of {value:#}"))
}

/// The items at a JSON pointer.
fn items<'a>(value: &'a Json, pointer: &str) -> &'a [Json] {
    at(value, pointer).as_array().unwrap_or_else(|| panic!("no list at {pointer} of {value:#}"))
}
