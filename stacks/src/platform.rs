//! The whole platform of one environment: every part that is synthesized, built from the same settings.

use std::fmt;

use synth_framework::{BuiltStack, Problems, Stack, StackFile};
use synth_kubernetes::{BuiltManifests, Manifest};

use crate::{
    add_ons, base_images, bootstrap, cluster, files::BuiltFiles, load_test, manifests, picture, settings::Settings,
};

/// A part of the platform that is written to a directory of its own.
#[derive(Debug)]
pub struct Part {
    /// Its name, which is its command's: `cluster`.
    pub name: &'static str,
    /// Its directory, which has its name with one exception: `load-testing`.
    pub directory: &'static str,
    /// What it holds, in one line.
    pub summary: &'static str,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Stack(fn(&Settings, &Stack)),
    Manifests(fn(&Settings) -> Result<BuiltManifests, Problems>),
    Files(fn(&Settings) -> BuiltFiles),
    /// Files that show all the other parts.
    Picture(fn(&Platform) -> BuiltFiles),
}

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

/// Every part, in the order in which they are applied.
pub const PARTS: &[Part] = &[
    Part {
        name: "bootstrap",
        directory: "bootstrap",
        summary: "state bucket, image registry, and GitHub's roles",
        kind: Kind::Stack(bootstrap::define),
    },
    Part {
        name: "cluster",
        directory: "cluster",
        summary: "network, EKS, base nodes, Karpenter's AWS side and Argo CD",
        kind: Kind::Stack(cluster::define),
    },
    Part {
        name: "add-ons",
        directory: "add-ons",
        summary: "the root Application and the repository's credentials: hands the cluster to GitOps",
        kind: Kind::Stack(add_ons::define),
    },
    Part {
        name: "manifests",
        directory: "manifests",
        summary: "what Argo CD syncs: system charts, node pools, both services, policies and dashboards",
        kind: Kind::Manifests(manifests::build),
    },
    Part {
        name: "load-test",
        directory: "load-testing",
        summary: "the JMeter plan: requests a second rise, hold and fall, through the proxy to the mock target",
        kind: Kind::Files(load_test::build),
    },
    Part {
        name: "picture",
        directory: "picture",
        summary: "the architecture as a drawing: zones, nodes, services, the way of a request and of a change",
        kind: Kind::Picture(picture::build),
    },
];

impl Part {
    /// The part of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        PARTS.iter().find(|part| part.name == name)
    }

    /// Is it a stack, which Terraform applies?
    pub fn is_stack(&self) -> bool {
        matches!(self.kind, Kind::Stack(_))
    }

    /// Builds it from settings.
    pub fn build(&self, settings: &Settings) -> Result<Built, Problems> {
        match self.kind {
            Kind::Stack(define) => {
                let stack = Stack::new(self.name);
                define(settings, &stack);
                stack.build().map(Built::Stack)
            }
            Kind::Manifests(build) => build(settings).map(Built::Manifests),
            Kind::Files(build) => Ok(Built::Files(build(settings))),
            Kind::Picture(draw) => {
                let parts = PARTS.iter().filter(|part| !part.is_picture()).map(|part| part.build(settings));
                let parts = parts.collect::<Result<_, _>>()?;
                Ok(Built::Files(draw(&Platform::of(settings, parts))))
            }
        }
    }

    fn is_picture(&self) -> bool {
        matches!(self.kind, Kind::Picture(_))
    }
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
    fn of(settings: &Settings, parts: Vec<Built>) -> Self {
        let dockerfile = base_images::DOCKERFILE.to_owned();
        Self { settings: settings.clone(), parts, neighbours: Vec::new(), dockerfile }
    }

    /// Builds every part, or returns the problems of all of them.
    pub fn build(settings: &Settings) -> Result<Self, PlatformProblems> {
        let mut platform = Self::build_parts(settings, |part| !part.is_picture())?;
        let pictures = PARTS.iter().filter_map(|part| match part.kind {
            Kind::Picture(draw) => Some(Built::Files(draw(&platform))),
            _ => None,
        });
        let pictures: Vec<_> = pictures.collect();
        platform.parts.extend(pictures);
        Ok(platform)
    }

    /// Builds the stacks alone, which is what another platform wants to know of its neighbour.
    pub fn build_stacks(settings: &Settings) -> Result<Self, PlatformProblems> {
        Self::build_parts(settings, Part::is_stack)
    }

    fn build_parts(settings: &Settings, wanted: impl Fn(&Part) -> bool) -> Result<Self, PlatformProblems> {
        let (mut parts, mut problems) = (Vec::new(), Vec::new());
        for part in PARTS.iter().filter(|part| wanted(part)) {
            match part.build(settings) {
                Ok(built) => parts.push(built),
                Err(found) => problems.push(found),
            }
        }
        if problems.is_empty() { Ok(Self::of(settings, parts)) } else { Err(PlatformProblems(problems)) }
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
pub struct PlatformProblems(Vec<Problems>);

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
