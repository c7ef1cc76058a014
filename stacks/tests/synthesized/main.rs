//! The stacks under fixed settings, which no user's settings change: shown to reviewers, and judged by Terraform.

mod argocd;
mod edge;
mod invariants;
mod load_test;
mod picture;
mod snapshots;
mod terraform;
mod tested;
mod versions;

use stacks::{Platform, settings::Settings};
use synth_project::{Layer, Project as _};

const BASE: &str = include_str!("../fixtures/default.toml");

/// The fixed environments: the cheapest, the widest, one whose parts have names of a domain, and one behind an edge.
const ENVIRONMENTS: [(&str, &str); 4] = [
    ("small", include_str!("../fixtures/small.toml")),
    ("large", include_str!("../fixtures/large.toml")),
    ("named", include_str!("../fixtures/named.toml")),
    ("fronted", include_str!("../fixtures/edge.toml")),
];

/// An environment in which a service asks for what others do not.
const ASKING: (&str, &str) = ("asking", include_str!("../fixtures/asking.toml"));

fn settings(environment: &str, overrides: &str) -> Settings {
    let layers = [("default", BASE), (environment, overrides)]
        .map(|(name, text)| Layer { path: format!("fixtures/{name}.toml"), text: text.to_owned() });
    Settings::parse(environment, &layers).unwrap_or_else(|error| panic!("{error}"))
}

fn platform(environment: &str, overrides: &str) -> Platform {
    Platform::build(&settings(environment, overrides)).unwrap_or_else(|problems| panic!("{problems}"))
}

/// The platforms, by the name of their environment.
fn platforms() -> impl Iterator<Item = (&'static str, Platform)> {
    ENVIRONMENTS.into_iter().map(|(environment, overrides)| (environment, platform(environment, overrides)))
}
