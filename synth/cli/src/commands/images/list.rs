//! `synth images list`: the image of each service.

use std::fmt;

use clap::Args;
use serde_json::{Value as Json, json};
use stacks::settings::Image;
use synth_command::report::{HEADING, PLACE, Report, json as pretty};

use crate::project::Project;

#[derive(Args, Debug)]
pub(super) struct ListArgs {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Lists the images of an environment.
pub(super) fn list(project: &Project, args: &ListArgs) -> Report {
    let settings = &project.settings;
    let images = settings.services.images().into_iter();
    let images: Vec<_> = images.map(|(app, image)| (app, settings.image_repository(app), image)).collect();
    if args.json {
        return Report::fine(pretty(&images.iter().map(object).collect()));
    }
    Report::fine(Table(&images))
}

type Row<'a> = (&'a str, String, &'a Image);

fn object((app, repository, image): &Row<'_>) -> Json {
    json!({ "app": app, "repository": repository, "tag": image.tag, "digest": image.digest })
}

struct Table<'a>(&'a [Row<'a>]);

impl fmt::Display for Table<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.0.iter().map(|(app, ..)| app.len()).max().unwrap_or_default();
        for (app, repository, Image { tag, digest }) in self.0 {
            let digest = digest.as_deref().unwrap_or("no digest: the tag is what runs");
            writeln!(formatter, "{HEADING}{app:width$}{HEADING:#}  {PLACE}{repository}:{tag}{PLACE:#}  {digest}")?;
        }
        Ok(())
    }
}
