//! The cluster stack.

use synth_framework::{Stack, output, terraform};

use crate::settings::Settings;

/// Declares the cluster stack.
pub fn define(settings: &Settings, stack: &Stack) {
    terraform().required_version(">= 1.11").add_to(&stack.file("terraform"));
    output("cluster_name", &settings.name).description("Name of the EKS cluster.").add_to(&stack.file("outputs"));
}
