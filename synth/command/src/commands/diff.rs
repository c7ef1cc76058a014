//! `synth diff`: what the code declares against what lies in `out/`, by address.

use anyhow::Result;
use clap::Args;
use serde_json::{Value as Json, json};
use synth_project::Project;

use super::arguments::Selection;
use crate::{
    difference::{Change, Difference, Order, difference},
    directory,
    project::Opened,
    report::{ADDED, CHANGED, Columns, REMOVED, Report, json},
    synthesis::render,
};

#[derive(Args, Debug)]
pub struct DiffArgs<P: Project> {
    #[command(flatten)]
    selection: Selection<P>,
}

/// Compares one part, or all of them.
pub fn diff<P: Project>(project: &Opened<P>, args: &DiffArgs<P>) -> Result<Report> {
    let Selection { part, json: as_json } = &args.selection;
    let rendered = render(project, *part)?;
    let mut parts = Vec::new();
    for survey in directory::survey(&project.out, &rendered)? {
        let differences = difference(&survey)?;
        let directory = survey.directory.display().to_string();
        parts.push(PartDifference { name: survey.rendered.name, directory, differences });
    }
    let found = parts.iter().any(|part| !part.differences.is_empty());
    let order = Order::of::<P>(parts.iter().map(|part| (part.name, part.differences.as_slice())));
    if *as_json {
        let parts: Vec<_> = parts.iter().map(PartDifference::json).collect();
        let order: Vec<_> = order.iter().map(Order::json).collect();
        let shown = json!({ "environment": project.environment, "parts": parts, "order": order });
        return Ok(Report::finding(found, json(&shown)));
    }
    let columns = Columns::of(parts.iter().map(|part| (part.name, part.directory.as_str())));
    let parts = parts.iter().map(|part| part.text(&columns));
    Ok(Report::finding(found, parts.chain(order.map(|order| format!("{order}\n"))).collect::<String>()))
}

struct PartDifference {
    name: &'static str,
    directory: String,
    differences: Vec<Difference>,
}

impl PartDifference {
    fn json(&self) -> Json {
        let of = |kind: &str| -> Vec<&Difference> {
            self.differences.iter().filter(|difference| difference.change.kind() == kind).collect()
        };
        let addresses =
            |kind: &str| -> Vec<&String> { of(kind).iter().map(|difference| &difference.address).collect() };
        let changed: Vec<_> = of("changed").into_iter().map(Difference::json).collect();
        json!({
            "name": self.name,
            "directory": self.directory,
            "added": addresses("added"),
            "changed": changed,
            "removed": addresses("removed"),
        })
    }

    fn text(&self, columns: &Columns) -> String {
        let counts = ["added", "changed", "removed"].into_iter().filter_map(|kind| {
            let number = self.differences.iter().filter(|difference| difference.change.kind() == kind).count();
            (number > 0).then(|| format!("{number} {kind}"))
        });
        let counts: Vec<_> = counts.collect();
        let verdict = if counts.is_empty() { "no differences".to_owned() } else { counts.join(", ") };
        let Self { name, directory, .. } = self;
        let mut lines = vec![columns.line(name, directory, verdict)];
        for Difference { address, change } in &self.differences {
            match change {
                Change::Added => lines.push(format!("  {ADDED}+{ADDED:#} {address}")),
                Change::Removed => lines.push(format!("  {REMOVED}-{REMOVED:#} {address}")),
                Change::Changed(attributes) => {
                    lines.push(format!("  {CHANGED}~{CHANGED:#} {address}"));
                    lines.extend(attributes.iter().map(|attribute| format!("      {attribute}")));
                }
            }
        }
        lines.join("\n") + "\n"
    }
}
