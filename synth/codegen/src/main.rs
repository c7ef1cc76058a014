//! `synth-codegen`: reads provider schemas and writes the bindings. Without a subcommand it does both.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use synth_codegen::{
    fetch::{Fetched, fetch, fetch_floor, store},
    generate::{Layout, read, write},
    selection::Selection,
};

/// Writes typed Rust bindings from Terraform provider schemas.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Read the providers' schemas and commit the selected part of them to `schemas/`
    Fetch {
        /// Read this output of `terraform providers schema -json` instead of running Terraform
        #[arg(long, requires = "provider")]
        from: Option<PathBuf>,
        /// Read this provider alone
        #[arg(long)]
        provider: Option<String>,
    },
    /// Write the bindings from the schemas in `schemas/`
    Generate,
}

fn main() -> Result<()> {
    let layout = Layout::workspace();
    match Arguments::parse().command {
        Some(Command::Fetch { from, provider }) => run_fetch(&layout, from, provider.as_deref()),
        Some(Command::Generate) => run_generate(&layout),
        None => run_fetch(&layout, None, None).and_then(|()| run_generate(&layout)),
    }
}

fn run_fetch(layout: &Layout, from: Option<PathBuf>, only: Option<&str>) -> Result<()> {
    let selection = Selection::read(&layout.selection())?;
    if let Some(only) = only {
        selection.providers.get(only).with_context(|| format!("the selection has no provider `{only}`"))?;
    }
    for (provider, selected) in selection.providers.iter().filter(|(name, _)| only.is_none_or(|only| only == *name)) {
        // The oldest version comes first: a reading takes from it what it lost.
        if let Some(oldest) = selected.of_floor() {
            said(&layout.floor(provider, &oldest.version), fetch_floor(layout, provider, &oldest)?);
        }
        let path = layout.schema(provider);
        let fetched = match &from {
            Some(from) => store(&path, selected, &read(from)?)?,
            None => fetch(layout, provider, selected)?,
        };
        said(&path, fetched);
    }
    Ok(())
}

fn said(path: &Path, fetched: Fetched) {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    match fetched {
        Fetched::Changed => say(format_args!("schemas/{name}: written")),
        Fetched::Unchanged => say(format_args!("schemas/{name}: unchanged")),
        Fetched::Unavailable(why) => say(format_args!("schemas/{name}: kept, since {why}")),
    }
}

fn run_generate(layout: &Layout) -> Result<()> {
    let written = write(&layout.bindings.join("src"), &layout.generate()?).context("writing the bindings")?;
    say(format_args!(
        "bindings: {} written, {} unchanged, {} removed",
        written.changed, written.unchanged, written.removed
    ));
    Ok(())
}

/// Says what was done; a reader that has gone away has had enough.
fn say(message: std::fmt::Arguments<'_>) {
    let _ = writeln!(std::io::stdout(), "{message}");
}
