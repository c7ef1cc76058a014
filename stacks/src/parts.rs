//! The parts of the platform, and how each is built.

use synth_framework::{Problems, Stack};
use synth_kubernetes::BuiltManifests;

use crate::{
    add_ons, bootstrap, cluster,
    files::BuiltFiles,
    load_test, manifests, picture,
    platform::{Built, Platform, PlatformProblems},
    settings::Settings,
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

impl Platform {
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
}
