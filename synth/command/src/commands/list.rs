//! `synth list`: the parts, without touching a file.

use std::fmt;

use anyhow::Result;
use clap::Args;
use serde_json::{Value as Json, json};
use synth_project::Project;

use crate::{
    project::Opened,
    report::{Columns, Report, count, json},
    synthesis::{Rendered, render},
};

#[derive(Args, Debug)]
pub struct ListArgs {
    /// Print JSON, with the paths of all files
    #[arg(long)]
    json: bool,
}

/// Lists every part.
pub fn list<P: Project>(project: &Opened<P>, args: &ListArgs) -> Result<Report> {
    let parts = render(project, None)?;
    let table = Table(parts.iter().map(|part| (part, directory(project, part))).collect());
    if args.json { Ok(Report::fine(json(&table.json(project)))) } else { Ok(Report::fine(table)) }
}

fn directory<P: Project>(project: &Opened<P>, part: &Rendered) -> String {
    project.out.join(&part.directory).display().to_string()
}

struct Table<'a>(Vec<(&'a Rendered, String)>);

impl fmt::Display for Table<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = Columns::of(self.0.iter().map(|(rendered, directory)| (rendered.name, directory.as_str())));
        for (Rendered { name, summary, files, declared, absent, .. }, directory) in &self.0 {
            let holds = match absent {
                Some(why) => format!("not made, because {why}"),
                None => format!("{}{declared}", count(files.len(), "file")),
            };
            writeln!(formatter, "{}", columns.line(name, directory, holds))?;
            writeln!(formatter, "{}", columns.below(summary))?;
        }
        Ok(())
    }
}

impl Table<'_> {
    fn json<P: Project>(&self, project: &Opened<P>) -> Json {
        let parts = self.0.iter().map(|(rendered, directory)| {
            json!({
                "name": rendered.name,
                "summary": rendered.summary,
                "directory": directory,
                "resources": rendered.declared.resources,
                "data_sources": rendered.declared.data_sources,
                "files": rendered.files.iter().map(|file| &file.path).collect::<Vec<_>>(),
                "absent": rendered.absent,
            })
        });
        json!({ "environment": project.environment, "parts": parts.collect::<Vec<_>>() })
    }
}
