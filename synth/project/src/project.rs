//! A project: what it is made of, and what is the same for all of them.

use std::fmt;

use jiff::civil::Date;
use synth_framework::{Problems, Stack};
use synth_kubernetes::BuiltManifests;
use synth_review::{Policy, Review, SettingPlace, Waiver};

use crate::built::{Built, BuiltFiles, PartProblems};

/// A project as it is built from one environment's settings: every part, and all that rules look at.
pub trait Project: Clone + fmt::Debug + Send + Sync + 'static {
    /// The settings, which differ between environments.
    type Settings: Settings;

    /// The name of its program, as people type it.
    const COMMAND: &'static str;

    /// The folder of the environments' settings, from the root of the project.
    const ENVIRONMENTS: &'static str;

    /// The folder in which Terraform runs offline, from the root of the project.
    const SCRATCH: &'static str;

    /// The part that stays when all others are destroyed.
    const KEPT: Option<Kept> = None;

    /// The changes that have to be made one after the other.
    const ORDERS: &'static [Order] = &[];

    /// Every part, in the order in which they are applied.
    const PARTS: &'static [Part<Self>];

    /// Every rule, family by family.
    const FAMILIES: &'static [Family<Self>];

    /// The project of these parts, beside no others.
    fn of(settings: &Self::Settings, parts: Vec<Built>) -> Self;

    /// The settings that it was built from.
    fn settings(&self) -> &Self::Settings;

    /// The parts, in the order in which they are applied.
    fn parts(&self) -> &[Built];

    /// Adds parts that show all the others.
    fn extend(&mut self, parts: Vec<Built>);

    /// The same beside other environments, of which the stacks alone are built.
    #[must_use]
    fn beside(self, neighbours: Vec<Self>) -> Self;

    /// The part of this name.
    fn part(name: &str) -> Option<&'static Part<Self>> {
        Self::PARTS.iter().find(|part| part.name == name)
    }

    /// Every policy, family by family.
    fn policies() -> impl Iterator<Item = &'static Policy<Self>> {
        Self::FAMILIES.iter().flat_map(|family| family.policies)
    }

    /// Builds every part that the settings have, or returns the problems of all of them.
    fn build(settings: &Self::Settings) -> Result<Self, PartProblems> {
        let mut project = Self::of(settings, build_parts::<Self>(settings, |part| part.draw().is_none())?);
        let drawn = Self::PARTS.iter().filter_map(Part::draw).map(|draw| Built::Files(draw(&project)));
        let drawn = drawn.collect();
        project.extend(drawn);
        Ok(project)
    }

    /// Builds the stacks alone, which is what another environment wants to know of its neighbour.
    fn build_stacks(settings: &Self::Settings) -> Result<Self, PartProblems> {
        Ok(Self::of(settings, build_parts::<Self>(settings, Part::is_stack)?))
    }

    /// Runs every policy as of a day; what the settings waive is set apart.
    fn review(&self, today: Date) -> Review {
        self.run(Self::policies(), today)
    }

    /// Runs some of the policies.
    fn run(&self, policies: impl IntoIterator<Item = &'static Policy<Self>>, today: Date) -> Review {
        let settings = self.settings();
        let mut review = Review::run(policies, self, today, settings.waivers());
        review.locate(|key| settings.place(key));
        review
    }
}

fn build_parts<P: Project>(settings: &P::Settings, wanted: fn(&Part<P>) -> bool) -> Result<Vec<Built>, PartProblems> {
    let (mut parts, mut problems) = (Vec::new(), Vec::new());
    for part in P::PARTS.iter().filter(|part| wanted(part) && part.is_there(settings)) {
        match part.build(settings) {
            Ok(built) => parts.push(built),
            Err(found) => problems.push(found),
        }
    }
    if problems.is_empty() { Ok(parts) } else { Err(PartProblems(problems)) }
}

/// The settings of a project, which differ between its environments.
pub trait Settings: Clone + fmt::Debug + Send + Sync + 'static {
    /// The problems of settings, all of them at once.
    type Error: std::error::Error + Send + Sync + 'static;

    /// Reads the settings of an environment from its layers, the one that holds everything first.
    fn parse(environment: &str, layers: &[Layer]) -> Result<Self, Self::Error>;

    /// The name of the environment.
    fn environment(&self) -> &str;

    /// The directory of a part inside the root of everything written: `cluster`, or `production/cluster`.
    fn directory(&self, part: &str) -> String;

    /// Findings of policies that are accepted.
    fn waivers(&self) -> &[Waiver];

    /// Where a setting stands, by its dotted key.
    fn place(&self, key: &str) -> Option<SettingPlace>;

    /// A notice about the environment as a whole, for whoever checks it.
    fn notice(&self) -> Option<String> {
        None
    }
}

/// One file of settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// Path that problems are reported under.
    pub path: String,
    /// Content, as TOML.
    pub text: String,
}

/// A part that stays when all others are destroyed.
#[derive(Clone, Copy, Debug)]
pub struct Kept {
    /// Its name.
    pub part: &'static str,
    /// Why it stays, as a clause: "its bucket is protected".
    pub reason: &'static str,
}

/// Two attributes, one that Terraform applies and one that Argo CD syncs, that have to change one after the other.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    /// The attribute that Terraform applies.
    pub terraform: Attribute,
    /// The attribute that Argo CD syncs.
    pub argocd: Attribute,
    /// Every change of the two.
    pub steps: &'static [Step],
}

/// A change of both: the values that they become, where they change; what that is, and what to do about it.
pub type Step = ((Option<bool>, Option<bool>), &'static str, &'static str);

/// An attribute that is on or off.
#[derive(Clone, Copy, Debug)]
pub struct Attribute {
    /// The part that it is in.
    pub part: &'static str,
    /// The address of its resource, or `file` and the name of the file.
    pub address: &'static str,
    /// The end of its path.
    pub path: &'static str,
}

/// A part of a project that is written to a directory of its own.
#[derive(Debug)]
pub struct Part<P: Project> {
    /// Its name, which is its command's: `cluster`.
    pub name: &'static str,
    /// Its directory, mostly its name.
    pub directory: &'static str,
    /// Its contents, in one line.
    pub summary: &'static str,
    /// Its kind, with the function that builds it.
    pub kind: Kind<P>,
    /// Why these settings leave it out, as a clause: "`edge.enabled` is false"; [`Part::always`] for one that is always there.
    pub absent: fn(&P::Settings) -> Option<&'static str>,
}

/// The kind of a part, with the function that builds it.
#[derive(Debug)]
pub enum Kind<P: Project> {
    /// A stack, which Terraform applies.
    Stack(fn(&P::Settings, &Stack)),
    /// Manifests, which Argo CD syncs.
    Manifests(fn(&P::Settings) -> Result<BuiltManifests, Problems>),
    /// Plain files.
    Files(fn(&P::Settings) -> BuiltFiles),
    /// Files that show all the other parts.
    Picture(fn(&P) -> BuiltFiles),
}

impl<P: Project> Part<P> {
    /// Leaves a part out of no settings.
    pub fn always(_: &P::Settings) -> Option<&'static str> {
        None
    }

    /// Do these settings have it?
    pub fn is_there(&self, settings: &P::Settings) -> bool {
        (self.absent)(settings).is_none()
    }

    /// Is it a stack, which Terraform applies?
    pub fn is_stack(&self) -> bool {
        matches!(self.kind, Kind::Stack(_))
    }

    /// Builds it from settings.
    pub fn build(&self, settings: &P::Settings) -> Result<Built, Problems> {
        match self.kind {
            Kind::Stack(define) => {
                let stack = Stack::new(self.name);
                define(settings, &stack);
                stack.build().map(Built::Stack)
            }
            Kind::Manifests(build) => build(settings).map(Built::Manifests),
            Kind::Files(build) => Ok(Built::Files(build(settings))),
            Kind::Picture(draw) => {
                let parts = P::PARTS.iter().filter(|part| part.draw().is_none() && part.is_there(settings));
                let parts = parts.map(|part| part.build(settings)).collect::<Result<_, _>>()?;
                Ok(Built::Files(draw(&P::of(settings, parts))))
            }
        }
    }

    /// The function that draws it, if it shows all the others.
    fn draw(&self) -> Option<fn(&P) -> BuiltFiles> {
        match self.kind {
            Kind::Picture(draw) => Some(draw),
            _ => None,
        }
    }
}

/// The policies of one concern, whose codes begin alike.
#[derive(Debug)]
pub struct Family<P: 'static> {
    /// The letters that the codes begin with: `HA`.
    pub prefix: &'static str,
    /// The concern of the family, in one line.
    pub summary: &'static str,
    /// Its policies, in the order of their codes.
    pub policies: &'static [Policy<P>],
}
