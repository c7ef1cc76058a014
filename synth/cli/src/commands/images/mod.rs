//! `synth images`: which build of each service runs where. A change is made in the environment's file, where a reviewer
//! sees it, and touches nothing there but the tag and the digest.

mod list;
mod pinning;
mod reference;

use anyhow::{Context, Result, ensure};
use clap::{Args, Subcommand};
use stacks::settings::Image;
use synth_command::{
    project::{DEFAULT, ProjectArgs},
    report::Report,
};

use self::{pinning::Pinning, reference::Reference};
use crate::project::Project;

#[derive(Args, Debug)]
pub(crate) struct ImagesArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Pin the image of a service by its digest
    Set(SetArgs),
    /// List the image of each service
    List(list::ListArgs),
    /// Pin in one environment the images that another runs
    Promote(PromoteArgs),
}

#[derive(Args, Debug)]
struct SetArgs {
    /// Service and digest, such as `cors-proxy-server@sha256:…`; several change together or not at all
    #[arg(required = true, value_name = "APP@DIGEST")]
    images: Vec<Reference>,
    /// Tag of the builds, for people; the digest is what runs
    #[arg(long)]
    tag: Option<String>,
}

#[derive(Args, Debug)]
struct PromoteArgs {
    /// Environment whose images are taken
    #[arg(long, value_name = "NAME")]
    from: String,
    /// Environment that gets them
    #[arg(long, value_name = "NAME")]
    to: String,
    /// Services; all of them if left out
    #[arg(value_name = "APP")]
    apps: Vec<String>,
}

/// Does what is asked of the images.
pub(crate) fn images(project: &Project, chosen: &ProjectArgs, args: &ImagesArgs) -> Result<Report> {
    match &args.action {
        Action::Set(args) => set(project, args),
        Action::List(args) => Ok(list::list(project, args)),
        Action::Promote(args) => promote(chosen, args),
    }
}

fn set(project: &Project, args: &SetArgs) -> Result<Report> {
    let mut pinning = Pinning::begin(project)?;
    for Reference { app, digest } in &args.images {
        ensure_own(project, app)?;
        pinning.pin(app, args.tag.as_deref(), digest)?;
    }
    pinning.commit()
}

fn promote(chosen: &ProjectArgs, args: &PromoteArgs) -> Result<Report> {
    let PromoteArgs { from, to, apps } = args;
    ensure!(from != to, "`--from` and `--to` are both `{from}`: name two environments");
    let source = Project::open(&ProjectArgs { env: from.clone(), ..chosen.clone() })?;
    let target = Project::open(&ProjectArgs { env: to.clone(), ..chosen.clone() })?;
    let all: Vec<_> = source.settings.services.images().into_iter().map(|(app, _)| app.to_owned()).collect();
    let mut pinning = Pinning::begin(&target)?;
    for app in if apps.is_empty() { all.as_slice() } else { apps } {
        let Image { tag, digest, .. } = image(&source, app)?;
        let digest = digest.as_deref().with_context(|| {
            format!(
                "`{app}` has no digest in environment `{from}`: pin it there with `synth images set {app}@DIGEST --env {from}`"
            )
        })?;
        ensure_own(&target, app)?;
        pinning.pin(app, Some(tag), digest)?;
    }
    pinning.commit()
}

/// The image of a service by the service's name.
fn image<'a>(project: &'a Project, app: &str) -> Result<&'a Image> {
    let images = project.settings.services.images();
    let found = images.iter().find(|(name, _)| *name == app);
    found.map(|(_, image)| *image).with_context(|| {
        let names: Vec<_> = images.iter().map(|(name, _)| *name).collect();
        format!("there is no service `{app}`: choose one of `{}`", names.join("`, `"))
    })
}

/// Others build on the default environment: what one of them does not name would change there unseen, to a build that is
/// not in its registry.
fn ensure_own(project: &Project, app: &str) -> Result<()> {
    image(project, app)?;
    if project.environment != DEFAULT {
        return Ok(());
    }
    for other in project.siblings()?.iter().filter(|other| other.environment != DEFAULT) {
        let environment = &other.environment;
        ensure!(
            Pinning::begin(other)?.names(app),
            "environment `{environment}` has no image of its own for `{app}`, so it would change too: write `tag` and \
             `digest` under `[{}]` in `{}`",
            pinning::path(project, app).join("."),
            other.file().display(),
        );
    }
    Ok(())
}
