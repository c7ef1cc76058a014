//! The whole platform of one environment: every part that is synthesized, built from the same settings.

use std::fmt;

use synth_framework::{BuiltStack, Problems, Stack};

use crate::{add_ons, bootstrap, cluster, settings::Settings};

/// A part of the platform that is written to a directory of its own.
#[derive(Debug)]
pub struct Part {
    /// Its name, which is its directory's: `cluster`.
    pub name: &'static str,
    /// What it holds, in one line.
    pub summary: &'static str,
    define: fn(&Settings, &Stack),
}

/// Every part, in the order in which they are applied.
pub const PARTS: &[Part] = &[
    Part { name: "bootstrap", summary: "state bucket, image registry, and GitHub's roles", define: bootstrap::define },
    Part {
        name: "cluster",
        summary: "network, EKS, base nodes, Karpenter's AWS side and Argo CD",
        define: cluster::define,
    },
    Part {
        name: "add-ons",
        summary: "the root Application and the repository's credentials: hands the cluster to GitOps",
        define: add_ons::define,
    },
];

impl Part {
    /// The part of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        PARTS.iter().find(|part| part.name == name)
    }

    /// Builds it from settings.
    pub fn build(&self, settings: &Settings) -> Result<BuiltStack, Problems> {
        let stack = Stack::new(self.name);
        (self.define)(settings, &stack);
        stack.build()
    }
}

/// Every part of the platform, built from the same settings.
#[derive(Clone, Debug)]
pub struct Platform {
    /// The stacks, in the order in which they are applied.
    pub stacks: Vec<BuiltStack>,
}

impl Platform {
    /// Builds every part, or returns the problems of all of them.
    pub fn build(settings: &Settings) -> Result<Self, PlatformProblems> {
        let mut stacks = Vec::new();
        let mut problems = Vec::new();
        for part in PARTS {
            match part.build(settings) {
                Ok(stack) => stacks.push(stack),
                Err(found) => problems.push(found),
            }
        }
        if problems.is_empty() { Ok(Self { stacks }) } else { Err(PlatformProblems(problems)) }
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
