//! What holds of all policies together.

use std::collections::BTreeSet;

use stacks::{Platform, policies, policies::FAMILIES};
use synth_framework::Severity;

use crate::fixture::{build, large, settings, small, with};

const DEFAULT: &str = include_str!("../../environments/default.toml");
const STAGING: &str = include_str!("../../environments/staging.toml");
const PRODUCTION: &str = include_str!("../../environments/production.toml");

fn errors(platform: &Platform) -> String {
    let review = policies::review(platform);
    review.errors().map(|finding| format!("{finding}\n")).collect()
}

#[test]
fn the_shipped_environments_pass_without_a_waiver() {
    for (environment, text) in [("default", ""), ("staging", STAGING), ("production", PRODUCTION)] {
        let platform = build(&settings(environment, &[DEFAULT, text]));
        assert_eq!(errors(&platform), "", "{environment}");
    }
}

#[test]
fn the_fixtures_pass() {
    for platform in [small(), large()] {
        assert_eq!(errors(&platform), "");
    }
}
