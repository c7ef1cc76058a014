//! Where workflows run, and which stacks they can plan from there.
//!
//! GitHub's own runners have thousands of addresses that change every week, so no list of ranges can let them in.

use synth_framework::BuiltStack;

use crate::{Platform, settings::Settings};

/// What the labels of GitHub's own runners begin with.
const HOSTED: [&str; 3] = ["ubuntu-", "windows-", "macos-"];

/// Is this the label of one of GitHub's own runners? Larger runners, whose addresses may be fixed, have other labels.
pub fn is_hosted(label: &str) -> bool {
    HOSTED.iter().any(|prefix| label.starts_with(prefix))
}

/// Does planning this stack ask the Kubernetes API? Helm reads its releases there.
pub fn reaches_cluster(stack: &BuiltStack) -> bool {
    stack.resources().any(|resource| resource.type_name == "helm_release")
}

/// Do the settings let the runner reach the Kubernetes API?
pub fn is_admitted(settings: &Settings) -> bool {
    let everyone = settings.cluster.public_access_cidrs.iter().any(|range| range.prefix_len() == 0);
    everyone || !is_hosted(&settings.github.runner)
}

/// The stacks that the settings' runner can neither plan nor apply.
pub fn out_of_reach(platform: &Platform) -> impl Iterator<Item = &BuiltStack> {
    let admitted = is_admitted(&platform.settings);
    platform.stacks().filter(move |stack| !admitted && reaches_cluster(stack))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Cidr, Layer};

    fn platform(runner: &str, ranges: &[&str]) -> Platform {
        let text = include_str!("../tests/fixtures/default.toml").to_owned();
        let mut settings = Settings::parse("default", &[Layer { path: "default.toml".to_owned(), text }]).unwrap();
        runner.clone_into(&mut settings.github.runner);
        settings.cluster.public_access_cidrs = ranges.iter().map(|range| range.parse::<Cidr>().unwrap()).collect();
        Platform::build(&settings).unwrap()
    }

    fn lost(runner: &str, ranges: &[&str]) -> Vec<String> {
        out_of_reach(&platform(runner, ranges)).map(|stack| stack.name().to_owned()).collect()
    }

    #[test]
    fn a_hosted_runner_reaches_neither_a_private_endpoint_nor_one_for_named_ranges() {
        assert_eq!(lost("ubuntu-24.04", &[]), ["cluster", "add-ons"]);
        assert_eq!(lost("ubuntu-24.04-arm", &["203.0.113.0/24"]), ["cluster", "add-ons"]);
    }

    #[test]
    fn a_hosted_runner_reaches_an_endpoint_that_everyone_reaches() {
        assert_eq!(lost("ubuntu-24.04", &["0.0.0.0/0"]), [""; 0]);
    }

    #[test]
    fn a_runner_of_our_own_is_taken_at_its_word() {
        assert_eq!(lost("tideline-vpc", &[]), [""; 0]);
    }
}
