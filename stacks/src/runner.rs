//! Where workflows run, and which stacks they can plan from there.
//!
//! GitHub's own runners have thousands of addresses that change every week, so no list of ranges can let them in.

use synth_framework::BuiltStack;

/// The prefixes of the labels of GitHub's own runners.
const HOSTED: [&str; 3] = ["ubuntu-", "windows-", "macos-"];

/// Is this the label of one of GitHub's own runners? Larger runners, whose addresses may be fixed, have other labels.
pub fn is_hosted(label: &str) -> bool {
    HOSTED.iter().any(|prefix| label.starts_with(prefix))
}

/// Does planning this stack ask the Kubernetes API? Helm reads its releases there.
pub fn reaches_cluster(stack: &BuiltStack) -> bool {
    stack.resources().any(|resource| resource.type_name == "helm_release")
}
