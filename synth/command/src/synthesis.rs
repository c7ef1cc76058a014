//! Parts of the platform, built and rendered. Nothing is read or written here.

use std::thread;

use anyhow::Result;
use synth_framework::{Mode, StackFile};
use synth_project::{Built, Part, PartProblems, Project};
use synth_review::Review;

use crate::{
    project::Opened,
    report::{count, say},
};

/// A part as text, with the directory that it belongs in.
#[derive(Debug)]
pub(crate) struct Rendered {
    /// The part's name.
    pub(crate) name: &'static str,
    /// Its contents, in one line.
    pub(crate) summary: &'static str,
    /// Its directory inside the root of everything written, with `/`.
    pub(crate) directory: String,
    /// Its files, sorted by path.
    pub(crate) files: Vec<StackFile>,
    /// How much the files declare.
    pub(crate) declared: Declared,
    /// Why there are none, if the settings leave the part out.
    pub(crate) absent: Option<&'static str>,
}

/// How much a part declares.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Declared {
    /// Managed resources.
    pub(crate) resources: usize,
    /// Data sources.
    pub(crate) data_sources: usize,
    /// Kubernetes objects.
    pub(crate) objects: usize,
}

/// Builds and renders one part, or all of them. What the settings leave out is rendered as nothing.
pub(crate) fn render<P: Project>(project: &Opened<P>, part: Option<&'static Part<P>>) -> Result<Vec<Rendered>> {
    Ok(match part {
        Some(part) if part.is_there(&project.settings) => vec![render_part(project, &part.build(&project.settings)?)],
        Some(part) => vec![render_absent(project, part)],
        None => render_all(project, &P::build(&project.settings)?, None),
    })
}

/// Builds the whole platform and runs the policies on it, and renders one part, or all of them.
pub(crate) fn review<P: Project>(
    project: &Opened<P>,
    part: Option<&'static Part<P>>,
) -> Result<(Review, Vec<Rendered>)> {
    let platform = beside_others(project)?;
    // Neither needs the other, and each takes a third of the run.
    thread::scope(|scope| {
        let reviewed = scope.spawn(|| judge(project, &platform));
        let rendered = render_all(project, &platform, part);
        let reviewed = reviewed.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        Ok((reviewed, rendered))
    })
}

/// Runs every policy; files are named as a reader of this project finds them.
fn judge<P: Project>(project: &Opened<P>, platform: &P) -> Review {
    let mut review = platform.review(project.today);
    for finding in review.all_mut() {
        // A finding about a setting is written to no one file.
        if !finding.place.file.is_empty() {
            finding.place.file = project.out.join(&finding.place.file).display().to_string();
        }
    }
    review
}

/// Builds the whole platform, and the stacks of every environment beside it.
pub fn beside_others<P: Project>(project: &Opened<P>) -> Result<P> {
    beside(project, P::build)
}

/// Builds the stacks alone, and those of every environment beside it.
pub fn stacks_beside_others<P: Project>(project: &Opened<P>) -> Result<P> {
    beside(project, P::build_stacks)
}

fn beside<P: Project>(project: &Opened<P>, build: fn(&P::Settings) -> Result<P, PartProblems>) -> Result<P> {
    thread::scope(|scope| {
        let neighbours = scope.spawn(|| neighbours(project));
        let platform = build(&project.settings);
        let neighbours = neighbours.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        Ok(platform?.beside(neighbours))
    })
}

/// The other environments, built. One that cannot be built is only named: its own commands say what is wrong with it.
fn neighbours<P: Project>(project: &Opened<P>) -> Result<Vec<P>> {
    let others = project.others()?;
    let build = |environment: &str| P::build_stacks(&project.other(environment).ok()?).ok();
    let all: Vec<Option<P>> = thread::scope(|scope| {
        let build = &build;
        let each: Vec<_> = others.iter().map(|environment| scope.spawn(move || build(environment))).collect();
        each.into_iter().map(|built| built.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    });
    for (environment, _) in others.iter().zip(&all).filter(|(_, built)| built.is_none()) {
        say(format_args!("environment `{environment}` is not compared with this one: its settings are invalid"));
    }
    Ok(all.into_iter().flatten().collect())
}

/// Renders one part, or all of them, in their order.
fn render_all<P: Project>(project: &Opened<P>, platform: &P, wanted: Option<&'static Part<P>>) -> Vec<Rendered> {
    let wanted = P::PARTS.iter().filter(|part| wanted.is_none_or(|wanted| wanted.name == part.name));
    let rendered = wanted.map(|part| match platform.parts().iter().find(|built| built.name() == part.name) {
        Some(built) => render_part(project, built),
        None => render_absent(project, part),
    });
    rendered.collect()
}

fn render_absent<P: Project>(project: &Opened<P>, part: &'static Part<P>) -> Rendered {
    Rendered {
        name: part.name,
        summary: part.summary,
        directory: project.directory(part.directory),
        files: Vec::new(),
        declared: Declared::default(),
        absent: (part.absent)(&project.settings),
    }
}

fn render_part<P: Project>(project: &Opened<P>, built: &Built) -> Rendered {
    let part = P::part(built.name()).expect("everything is built by the part of its name");
    Rendered {
        name: part.name,
        summary: part.summary,
        directory: project.directory(part.directory),
        files: built.files(),
        declared: Declared::by(built),
        absent: None,
    }
}

impl Declared {
    fn by(built: &Built) -> Self {
        match built {
            Built::Stack(stack) => {
                let resources = stack.resources().filter(|resource| resource.mode == Mode::Managed).count();
                Self { resources, data_sources: stack.resources().count() - resources, objects: 0 }
            }
            Built::Manifests(manifests) => Self { resources: 0, data_sources: 0, objects: manifests.objects().len() },
            Built::Files(_) => Self { resources: 0, data_sources: 0, objects: 0 },
        }
    }
}

/// The counts, each after a comma, since they follow a count of files. Plain files declare nothing.
impl std::fmt::Display for Declared {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { resources, data_sources, objects } = *self;
        let declared = [(resources, "resource"), (data_sources, "data source"), (objects, "object")];
        declared
            .into_iter()
            .filter(|(number, _)| *number > 0)
            .try_for_each(|(number, what)| write!(formatter, ", {}", count(number, what)))
    }
}
