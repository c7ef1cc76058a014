//! The whole platform of one environment: every part that is synthesized, built from the same settings.

use synth_framework::BuiltStack;
use synth_kubernetes::Manifest;
use synth_project::Built;

use crate::settings::Settings;

/// Every part of the platform, built from the same settings.
#[derive(Clone, Debug)]
pub struct Platform {
    /// The settings that it was built from.
    pub settings: Settings,
    /// The parts, in the order in which they are applied.
    pub parts: Vec<Built>,
    /// The environments beside it, of which the stacks alone are built: what they make must not be made twice.
    pub neighbours: Vec<Platform>,
    /// The Dockerfile that the services' images are built by.
    pub dockerfile: String,
}

impl Platform {
    /// Every stack, in the order in which they are applied.
    pub fn stacks(&self) -> impl Iterator<Item = &BuiltStack> {
        self.parts.iter().filter_map(|part| match part {
            Built::Stack(stack) => Some(stack),
            Built::Manifests(_) | Built::Files(_) => None,
        })
    }

    /// The stack of this name.
    pub fn stack(&self, name: &str) -> Option<&BuiltStack> {
        self.stacks().find(|stack| stack.name() == name)
    }

    /// Every Kubernetes object.
    pub fn objects(&self) -> impl Iterator<Item = &Manifest> {
        let manifests = self.parts.iter().filter_map(|part| match part {
            Built::Manifests(manifests) => Some(manifests.objects()),
            Built::Stack(_) | Built::Files(_) => None,
        });
        manifests.flatten()
    }
}
