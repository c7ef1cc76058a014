//! Where workflows run, and which stacks they can plan from there.
//!
//! GitHub's own runners have thousands of addresses that change every week, so no list of ranges can let them in.

use synth_framework::BuiltStack;

use crate::settings::Settings;

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
