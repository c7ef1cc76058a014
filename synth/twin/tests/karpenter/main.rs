//! Karpenter's recorded decisions, replayed.

use std::{fs, path::Path};

use synth_twin::replay::karpenter::{Report, replay};

fn recordings() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/karpenter");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = files.filter(|path| path.extension().is_some_and(|kind| kind == "json")).collect();
    files.sort();
    let name = |path: &Path| path.file_stem().unwrap().to_string_lossy().into_owned();
    files.iter().map(|path| (name(path), fs::read_to_string(path).unwrap())).collect()
}

fn reports() -> Vec<Report> {
    let prices = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/karpenter/prices.csv");
    let prices = fs::read_to_string(prices).unwrap();
    let report =
        |(name, text): (String, String)| replay(&text, &prices).unwrap_or_else(|error| panic!("{name}: {error}"));
    let only = std::env::var("ONLY").ok();
    let shown = |(name, _): &(String, String)| only.as_ref().is_none_or(|only| only == name);
    recordings().into_iter().filter(shown).map(report).collect()
}

#[test]
#[ignore = "prints"]
fn all_recordings_are_shown() {
    let only = std::env::var("ONLY").ok();
    let mut whole = 0;
    let reports = reports();
    for report in &reports {
        if only.as_ref().is_some_and(|only| *only != report.scenario) {
            continue;
        }
        let first = report.first_difference();
        whole += usize::from(first.is_none());
        let said = first.map(|decision| {
            format!("{:.1} {}: {}", decision.at, decision.what, decision.differs.clone().unwrap_or_default())
        });
        println!("{} {}/{} {}", report.scenario, report.agreed(), report.decisions.len(), said.unwrap_or_default());
        if only.is_some() {
            for decision in &report.decisions {
                println!(
                    "   {:.2} {} {}",
                    decision.at,
                    decision.what,
                    decision.differs.clone().unwrap_or_else(|| "ok".to_owned())
                );
            }
        }
    }
    println!("{whole} of {}", reports.len());
}
