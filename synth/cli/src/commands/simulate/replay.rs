//! `synth simulate replay`: whether the twin decides as recordings of real controllers did.

use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, anyhow, bail};
use serde_json::{Value as Json, json};
use synth_command::report::{Report, json};
use synth_twin::replay::{File, hpa, karpenter, vectors};

use super::args::{Replay, ReplayArgs, SimulateArgs};

/// The file of prices beside recordings of Karpenter.
const PRICES: &str = "prices.csv";

/// The file of looks that took their time, likewise.
const LOOKS: &str = "looks.csv";

/// How the name of a file of syncs ends.
const SYNCS: &str = ".syncs.jsonl";

/// A recording, and how far the twin agrees with it.
struct Compared {
    name: String,
    agreeing: usize,
    recorded: usize,
    /// The first decision that differs.
    first: Option<String>,
}

/// What a replay comes to, where that is asked for: it needs no environment.
pub(crate) fn asked(args: &SimulateArgs) -> Option<Result<Report>> {
    let Some(Replay::Replay(args)) = &args.replay else { return None };
    Some(replay(args))
}

/// Replays what is named; a decision that differs is a finding.
fn replay(args: &ReplayArgs) -> Result<Report> {
    let mut all = Vec::new();
    if let Some(folder) = &args.of.hpa {
        all.extend(of_autoscalers(folder)?);
    }
    if let Some(file) = &args.of.vectors {
        let text = read(file)?;
        let reports = vectors::replay(File { path: &file.display().to_string(), text: &text })
            .map_err(|error| anyhow!("{error}"))?;
        all.extend(reports.into_iter().map(compared));
    }
    if let Some(folder) = &args.of.karpenter {
        all.extend(of_karpenter(folder)?);
    }
    let differs = all.iter().any(|one| one.agreeing < one.recorded);
    let text = if args.json { json(&json_of(&all)) } else { text(&all) };
    Ok(Report::finding(differs, text))
}

fn of_autoscalers(folder: &Path) -> Result<Vec<Compared>> {
    let mut paths = Vec::new();
    for place in [folder.to_owned(), folder.join("phases"), folder.join("services")] {
        if place == *folder || place.is_dir() {
            paths.extend(files(&place)?);
        }
    }
    if !paths.iter().any(|path| path.to_string_lossy().ends_with(SYNCS)) {
        bail!("{}", none_in(folder));
    }
    let texts = paths.iter().map(|path| Ok((path.display().to_string(), read(path)?))).collect::<Result<Vec<_>>>()?;
    let files: Vec<_> = texts.iter().map(|(path, text)| File { path, text }).collect();
    let reports = hpa::replay(&files).map_err(|error| anyhow!("{error}"))?;
    if reports.is_empty() {
        bail!("{}", none_in(folder));
    }
    Ok(reports.into_iter().map(compared).collect())
}

fn none_in(folder: &Path) -> String {
    format!("`{}` holds no recording: expected `curves.json`, and `NAME{SYNCS}` for each NAME", folder.display())
}

fn compared(report: synth_twin::replay::Report) -> Compared {
    let synth_twin::replay::Report { name, agreeing, recorded, first } = report;
    Compared { name, agreeing, recorded, first: first.map(|first| first.to_string()) }
}

fn of_karpenter(folder: &Path) -> Result<Vec<Compared>> {
    let recordings: Vec<_> =
        files(folder)?.into_iter().filter(|path| path.extension().is_some_and(|kind| kind == "json")).collect();
    if recordings.is_empty() {
        bail!("`{}` holds no recording: expected a JSON file for each scenario", folder.display());
    }
    let prices = folder.join(PRICES);
    let prices = if prices.exists() { Some(read(&prices)?) } else { None };
    let looks = folder.join(LOOKS);
    let looks = if looks.exists() { Some(read(&looks)?) } else { None };
    recordings
        .iter()
        .map(|path| {
            let report = karpenter::replay(&read(path)?, prices.as_deref(), looks.as_deref())
                .map_err(|error| anyhow!("`{}`: {error}", path.display()))?;
            let first = report.first_difference().map(|decision| {
                format!(
                    "at {:.1} s, {}: {}",
                    decision.at,
                    decision.what,
                    decision.differs.as_deref().unwrap_or_default()
                )
            });
            Ok(Compared {
                name: report.scenario.clone(),
                agreeing: report.agreed(),
                recorded: report.decisions.len(),
                first,
            })
        })
        .collect()
}

/// The files of a folder, by name.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let read = || format!("reading `{}`", folder.display());
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).with_context(read)? {
        let path = entry.with_context(read)?.path();
        if path.is_file() {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("reading `{}`", path.display()))
}

fn text(all: &[Compared]) -> String {
    let width = all.iter().map(|one| one.name.len()).max().unwrap_or_default();
    let mut text = String::new();
    for Compared { name, agreeing, recorded, first } in all {
        let _ = writeln!(text, "{name:<width$}  {agreeing} of {recorded}");
        if let Some(first) = first {
            let _ = writeln!(text, "  first that differs: {first}");
        }
    }
    let whole = all.iter().filter(|one| one.agreeing == one.recorded).count();
    let (agreeing, recorded) = all.iter().fold((0, 0), |sum, one| (sum.0 + one.agreeing, sum.1 + one.recorded));
    let _ = writeln!(text, "{whole} of {} recordings agree, {agreeing} of {recorded} decisions", all.len());
    text
}

fn json_of(all: &[Compared]) -> Json {
    let each = all.iter().map(|one| {
        json!({ "name": one.name, "agreeing": one.agreeing, "recorded": one.recorded, "first_difference": one.first })
    });
    json!({ "recordings": each.collect::<Vec<_>>() })
}
