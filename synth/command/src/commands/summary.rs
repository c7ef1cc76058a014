//! The summary that `synth cluster` and `synth all` print at their end.

use std::fmt;

use serde_json::{Value as Json, json};
use synth_project::Project;

use crate::{
    directory::{State, Survey},
    project::Opened,
    report::{ADDED, Columns, REMOVED, count},
    synthesis::Declared,
};

/// The changes that a run made, part by part.
pub(super) struct Summary(Vec<Written>);

/// The changes that a run made in one directory.
struct Written {
    name: &'static str,
    directory: String,
    files: Vec<(String, Change)>,
    declared: Declared,
    absent: Option<&'static str>,
}

#[derive(Clone, Copy, PartialEq)]
enum Change {
    Written,
    Unchanged,
    Removed,
}

impl Change {
    const ALL: [Self; 3] = [Self::Written, Self::Unchanged, Self::Removed];

    fn name(self) -> &'static str {
        match self {
            Self::Written => "written",
            Self::Unchanged => "unchanged",
            Self::Removed => "removed",
        }
    }
}

impl Written {
    fn of(survey: &Survey<'_>) -> Self {
        let made = survey.files.iter().map(|(file, state)| {
            let change = if *state == State::Unchanged { Change::Unchanged } else { Change::Written };
            (file.path.clone(), change)
        });
        let removed = survey.stale.iter().map(|(path, _)| (path.clone(), Change::Removed));
        Self {
            name: survey.rendered.name,
            directory: survey.directory.display().to_string(),
            files: made.chain(removed).collect(),
            declared: survey.rendered.declared,
            absent: survey.rendered.absent,
        }
    }

    fn counted(&self, change: Change) -> usize {
        self.files.iter().filter(|(_, made)| *made == change).count()
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = Columns::of(self.0.iter().map(|written| (written.name, written.directory.as_str())));
        for written in &self.0 {
            let Written { name, directory, files, declared, absent } = written;
            if let (true, Some(why)) = (files.is_empty(), absent) {
                writeln!(formatter, "{}", columns.line(name, directory, format!("not made, because {why}")))?;
                continue;
            }
            let changes = Change::ALL.map(|change| (written.counted(change), change.name()));
            let changes = changes.iter().filter(|(number, _)| *number > 0);
            let changes: Vec<_> = changes.map(|(number, name)| format!("{number} {name}")).collect();
            let made = count(files.len() - written.counted(Change::Removed), "file");
            let holds = format!("{made} ({}){declared}", changes.join(", "));
            writeln!(formatter, "{}", columns.line(name, directory, holds))?;
            for (path, change) in files {
                match change {
                    Change::Written => writeln!(formatter, "  {ADDED}written{ADDED:#}  {path}")?,
                    Change::Removed => writeln!(formatter, "  {REMOVED}removed{REMOVED:#}  {path}")?,
                    Change::Unchanged => {}
                }
            }
        }
        Ok(())
    }
}

impl Summary {
    /// The summary of a run, from the surveys made before it writes.
    pub(super) fn of(surveys: &[Survey<'_>]) -> Self {
        Self(surveys.iter().map(Written::of).collect())
    }

    /// The environment, and every file of every part.
    pub(super) fn json<P: Project>(&self, project: &Opened<P>) -> Json {
        let parts = self.0.iter().map(|written| {
            let files = written.files.iter().map(|(path, change)| json!({ "path": path, "change": change.name() }));
            json!({
                "name": written.name,
                "directory": written.directory,
                "resources": written.declared.resources,
                "data_sources": written.declared.data_sources,
                "files": files.collect::<Vec<_>>(),
                "absent": written.absent,
            })
        });
        json!({ "environment": project.environment, "parts": parts.collect::<Vec<_>>() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(name: &'static str, resources: usize, files: &[(&str, Change)]) -> Written {
        let files = files.iter().map(|(path, change)| ((*path).to_owned(), *change)).collect();
        let declared = Declared { resources, data_sources: resources / 2, objects: 0 };
        Written { name, directory: format!("out/{name}"), files, declared, absent: None }
    }

    #[test]
    fn the_summary_names_what_changed_and_counts_the_rest() {
        let cluster = [
            ("control-plane.tf.json", Change::Unchanged),
            ("network.tf.json", Change::Written),
            ("outputs.tf.json", Change::Unchanged),
            ("old.tf.json", Change::Removed),
        ];
        let edge = Written { absent: Some("`edge.enabled` is false"), ..written("edge", 0, &[]) };
        let parts = vec![
            written("bootstrap", 1, &[("state.tf.json", Change::Unchanged)]),
            written("cluster", 4, &cluster),
            edge,
        ];
        let summary = Summary(parts).to_string();
        insta::assert_snapshot!(anstream::adapter::strip_str(&summary), @r"
        bootstrap  out/bootstrap  1 file (1 unchanged), 1 resource
        cluster    out/cluster    3 files (1 written, 2 unchanged, 1 removed), 4 resources, 2 data sources
          written  network.tf.json
          removed  old.tf.json
        edge       out/edge       not made, because `edge.enabled` is false
        ");
    }
}
