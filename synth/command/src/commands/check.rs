//! `synth check`: do the policies hold, and is what lies in `out/` what the code says?

use std::{borrow::Cow, path::Path};

use anyhow::Result;
use clap::Args;
use serde_json::json;
use similar::TextDiff;
use synth_project::{Project, Settings as _};
use synth_review::Review;

use super::arguments::Selection;
use crate::{
    directory::{self, LISTING, State, Survey},
    project::Opened,
    report::{ADDED, Columns, HEADING, PLACE, REMOVED, Report, count, json, say},
    synthesis::review,
};

#[derive(Args, Debug)]
pub struct CheckArgs<P: Project> {
    #[command(flatten)]
    selection: Selection<P>,
}

/// Runs the policies on the whole platform, whatever the part, because they look across; then checks that part, or all of
/// them. The result is what policies find, and a patch that makes `out/` right.
pub fn check<P: Project>(project: &Opened<P>, args: &CheckArgs<P>) -> Result<Report> {
    let Selection { part, json: as_json } = &args.selection;
    let (reviewed, rendered) = review(project, *part)?;
    let surveys = directory::survey(&project.out, &rendered)?;
    let drifts: Vec<Drift> = surveys.iter().map(Drift::of).collect();
    let drifted = drifts.iter().any(|drift| !drift.files.is_empty());
    let found = drifted || !reviewed.passes();
    say(verdict(&reviewed));
    for (finding, waiver) in &reviewed.waived {
        say(format_args!("  waived  {} {}: {}", finding.code, finding.place.subject, waiver.reason));
    }
    if let Some(notice) = project.settings.notice() {
        say(notice);
    }
    let shown: Vec<_> = surveys.iter().map(|survey| survey.directory.display().to_string()).collect();
    let names = drifts.iter().map(|drift| drift.survey.rendered.name);
    let columns = Columns::of(names.zip(shown.iter().map(String::as_str)));
    for drift in &drifts {
        drift.tell(project, &columns);
    }
    if *as_json {
        let parts: Vec<_> = drifts.iter().map(Drift::json).collect();
        let result = json!({
            "environment": project.environment,
            "policies": reviewed.json(),
            "drift": drifted,
            "parts": parts,
        });
        return Ok(Report::finding(found, json(&result)));
    }
    let patch: String =
        drifts.iter().flat_map(|drift| &drift.files).flat_map(|file| file.patch.lines().map(coloured)).collect();
    Ok(Report::finding(found, format_args!("{reviewed}{patch}")))
}

/// How many policies there are, and what came of them, in one line.
fn verdict(review: &Review) -> String {
    let errors = review.errors().count();
    let results = [
        (errors, "error"),
        (review.findings.len() - errors, "warning"),
        (review.waived.len(), "waived finding"),
        (review.unused.len(), "unused waiver"),
    ];
    let results = results.into_iter().filter(|(number, _)| *number > 0).map(|(number, what)| count(number, what));
    let results = results.collect::<Vec<_>>().join(", ");
    let results = if results.is_empty() { "all hold" } else { &results };
    format!("{HEADING}policies{HEADING:#}  {} on the whole platform  {results}", review.policies)
}

/// How one directory differs from the code.
struct Drift<'a> {
    survey: &'a Survey<'a>,
    files: Vec<DriftedFile>,
}

struct DriftedFile {
    path: String,
    state: &'static str,
    patch: String,
}

impl<'a> Drift<'a> {
    fn of(survey: &'a Survey<'a>) -> Self {
        let patch = |path: &str, old: Option<&[u8]>, new| patch(&survey.directory.join(path), old, new);
        let mut files = Vec::new();
        for (file, state) in &survey.files {
            let (state, old) = match state {
                State::Unchanged => continue,
                State::Missing => ("missing", None),
                State::Different(bytes) => ("different", Some(bytes.as_slice())),
            };
            let patch = patch(&file.path, old, Some(&file.text));
            files.push(DriftedFile { path: file.path.clone(), state, patch });
        }
        let listed = survey.listed.as_deref();
        let listing = survey.listing();
        let text = listing.as_ref().map(|listing| listing.text.as_str());
        if listed != text.map(str::as_bytes) {
            let state = match (listed, text) {
                (None, _) => "missing",
                (_, None) => "stale",
                _ => "different",
            };
            files.push(DriftedFile { path: LISTING.to_owned(), state, patch: patch(LISTING, listed, text) });
        }
        for (path, bytes) in &survey.stale {
            let patch = patch(path, Some(bytes), None);
            files.push(DriftedFile { path: path.clone(), state: "stale", patch });
        }
        for path in &survey.strays {
            files.push(DriftedFile { path: path.clone(), state: "stray", patch: String::new() });
        }
        Self { survey, files }
    }

    fn tell<P: Project>(&self, project: &Opened<P>, columns: &Columns) {
        let Survey { rendered, directory, .. } = self.survey;
        let name = rendered.name;
        self.survey.warnings().for_each(say);
        let verdict = if let (true, Some(why)) = (self.files.is_empty(), rendered.absent) {
            format!("not made, because {why}")
        } else if self.files.is_empty() {
            format!("{} up to date", count(rendered.files.len(), "file"))
        } else {
            let states = ["missing", "different", "stale", "stray"].into_iter().filter_map(|state| {
                let number = self.files.iter().filter(|file| file.state == state).count();
                (number > 0).then(|| format!("{number} {state}"))
            });
            let states = states.collect::<Vec<_>>().join(", ");
            // Writing leaves strays where they are: the warning above says what to do with each.
            let mends = self.files.iter().any(|file| file.state != "stray");
            if mends { format!("{states}: run `{}`", project.command(name)) } else { states }
        };
        say(columns.line(name, &directory.display().to_string(), verdict));
    }

    fn json(&self) -> serde_json::Value {
        let files =
            self.files.iter().map(|file| json!({ "path": file.path, "state": file.state, "patch": file.patch }));
        json!({
            "name": self.survey.rendered.name,
            "directory": self.survey.directory.display().to_string(),
            "files": files.collect::<Vec<_>>(),
        })
    }
}

/// The unified diff from what lies there to what the code says, such as `patch -p1` and `git apply` take.
fn patch(path: &Path, old: Option<&[u8]>, new: Option<&str>) -> String {
    let text = old.map_or(Cow::Borrowed(""), String::from_utf8_lossy);
    let name = |side: &str, exists: bool| {
        if exists {
            format!("{side}/{}", path.display().to_string().trim_start_matches('/'))
        } else {
            "/dev/null".to_owned()
        }
    };
    let diff = TextDiff::from_lines(text.as_ref(), new.unwrap_or_default());
    diff.unified_diff().header(&name("a", old.is_some()), &name("b", new.is_some())).to_string()
}

fn coloured(line: &str) -> String {
    let style = match line.as_bytes().first() {
        _ if line.starts_with("+++ ") || line.starts_with("--- ") => HEADING,
        Some(b'+') => ADDED,
        Some(b'-') => REMOVED,
        Some(b'@') => PLACE,
        _ => return format!("{line}\n"),
    };
    format!("{style}{line}{style:#}\n")
}
