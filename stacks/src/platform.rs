//! The whole platform of one environment: every part that is synthesized, built from the same settings.

use std::fmt;

use synth_framework::{BuiltStack, Problems, StackFile};
use synth_kubernetes::{BuiltManifests, Manifest};

use crate::{base_images, files::BuiltFiles, settings::Settings};

/// A part that is complete and in order.
#[derive(Clone, Debug)]
pub enum Built {
    /// A stack, which Terraform applies.
    Stack(BuiltStack),
    /// Manifests, which Argo CD syncs.
    Manifests(BuiltManifests),
    /// Plain files, which are for people and their tools.
    Files(BuiltFiles),
}

impl Built {
    /// The name of the part.
    pub fn name(&self) -> &str {
        match self {
            Self::Stack(stack) => stack.name(),
            Self::Manifests(manifests) => manifests.name(),
            Self::Files(files) => files.name(),
        }
    }

    /// The files, sorted by path. The same part gives the same bytes.
    pub fn files(&self) -> Vec<StackFile> {
        match self {
            Self::Stack(stack) => stack.files(),
            Self::Manifests(manifests) => manifests.files(),
            Self::Files(files) => files.files().to_vec(),
        }
    }
}

/// Every part of the platform, built from the same settings.
#[derive(Clone, Debug)]
pub struct Platform {
    /// The settings that it was built from.
    pub settings: Settings,
    /// The parts, in the order in which they are applied.
    pub parts: Vec<Built>,
    /// The environments beside it, of which the stacks alone are built: what they make must not be made twice.
    pub neighbours: Vec<Platform>,
    /// What the services' images are built by.
    pub dockerfile: String,
}

impl Platform {
    /// The platform of these parts, beside no others.
    pub(crate) fn of(settings: &Settings, parts: Vec<Built>) -> Self {
        let dockerfile = base_images::DOCKERFILE.to_owned();
        Self { settings: settings.clone(), parts, neighbours: Vec::new(), dockerfile }
    }

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

/// The problems of every part that has some.
#[derive(Clone, Debug)]
pub struct PlatformProblems(pub(crate) Vec<Problems>);

impl fmt::Display for PlatformProblems {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problems) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(formatter, "{separator}{problems}")?;
        }
        Ok(())
    }
}

impl std::error::Error for PlatformProblems {}
