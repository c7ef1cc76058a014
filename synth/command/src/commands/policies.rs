//! `synth policies`: the rules that `synth check` runs, without touching a project.

use std::fmt::{self, Write};

use anyhow::Result;
use clap::{Args, ValueEnum};
use serde_json::json;
use synth_project::Project;

use crate::report::{HEADING, Report, json};

#[derive(Args, Debug)]
pub struct PoliciesArgs {
    /// Format of the table
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Print JSON
    #[arg(long, conflicts_with = "format")]
    json: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// For a terminal
    Text,
    /// Markdown, as the documentation includes it
    Markdown,
}

/// Lists every policy, and why it exists.
pub fn policies<P: Project>(args: &PoliciesArgs) -> Result<Report> {
    if args.json {
        let policies = P::policies().map(|policy| {
            let severity = policy.severity.to_string();
            json!({ "code": policy.code, "name": policy.name, "severity": severity, "explanation": policy.explanation })
        });
        return Ok(Report::fine(json(&policies.collect())));
    }
    let mut text = String::new();
    match args.format {
        Format::Text => listing::<P>(&mut text)?,
        Format::Markdown => table::<P>(&mut text)?,
    }
    Ok(Report::fine(text))
}

fn listing<P: Project>(text: &mut String) -> fmt::Result {
    for policy in P::policies() {
        let style = policy.severity.style();
        let (code, name, severity) = (policy.code, policy.name, policy.severity);
        writeln!(text, "{HEADING}{code:9}{HEADING:#} {style}{severity:7}{style:#} {name}")?;
        writeln!(text, "{:9} {}", "", policy.explanation)?;
    }
    Ok(())
}

fn table<P: Project>(text: &mut String) -> fmt::Result {
    for (index, family) in P::FAMILIES.iter().enumerate() {
        let separator = if index == 0 { "" } else { "\n" };
        writeln!(
            text,
            "{separator}### {}: {}\n\n| code | name | severity | why |\n|---|---|---|---|",
            family.prefix, family.summary
        )?;
        for policy in family.policies {
            writeln!(text, "| {} | {} | {} | {} |", policy.code, policy.name, policy.severity, policy.explanation)?;
        }
    }
    Ok(())
}
