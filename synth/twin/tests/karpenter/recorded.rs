//! Every recording of a real Karpenter.

use std::{fs, path::Path};

use synth_twin::replay::karpenter::{Report, replay};

/// Recordings that the twin does not come to whole: how many decisions it does at least, and why not all.
///
/// - `tideline-up-down`: from 372 s on, one node is replaced two looks earlier than it was, and what comes after differs with it. The record
///   tells once that a command was rejected as churn: a look that took seconds chose a node that lost a pod meanwhile, and the node that the
///   twin takes had to wait for that.
const IN_PART: [(&str, usize); 1] = [("tideline-up-down", 83)];

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/karpenter")
}

fn reports() -> Vec<Report> {
    let prices = fs::read_to_string(folder().join("prices.csv")).unwrap();
    let files = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = files.filter(|path| path.extension().is_some_and(|kind| kind == "json")).collect();
    files.sort();
    let report = |path: &std::path::PathBuf| {
        let text = fs::read_to_string(path).unwrap();
        replay(&text, Some(&prices)).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    files.iter().map(report).collect()
}

#[test]
fn the_twin_comes_to_the_recorded_decisions() {
    let (mut wrong, mut decisions, mut agreed) = (Vec::new(), 0, 0);
    let reports = reports();
    assert!(reports.len() >= 55, "only {} recordings are there", reports.len());
    for report in &reports {
        let least = IN_PART.iter().find(|(name, _)| *name == report.scenario).map(|(_, least)| *least);
        let (own, all) = (report.agreed(), report.decisions.len());
        (decisions, agreed) = (decisions + all, agreed + own);
        let first = report.first_difference().map(|first| {
            format!("{:.2} s, {}: {}", first.at, first.what, first.differs.as_deref().unwrap_or_default())
        });
        println!("{}: {own} of {all}. {}", report.scenario, first.as_deref().unwrap_or("All."));
        if own < least.unwrap_or(all) {
            wrong.push(format!("{}: {own} of {all}; {}", report.scenario, first.unwrap_or_default()));
        }
    }
    println!("{agreed} of {decisions} decisions");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn another_price_or_another_size_is_another_decision() {
    let prices = fs::read_to_string(folder().join("prices.csv")).unwrap();
    let text = fs::read_to_string(folder().join("batch-10x500m.json")).unwrap();
    let dear: String = prices
        .lines()
        .map(|line| if line.starts_with("c6g.2xlarge,") { line.replacen("0.292", "9.292", 1) } else { line.to_owned() })
        .map(|line| line + "\n")
        .collect();
    assert_ne!(dear, prices, "the price of a c6g.2xlarge is another one");
    assert_eq!(replay(&text, Some(&prices)).unwrap().first_difference(), None);
    assert!(replay(&text, Some(&dear)).unwrap().first_difference().is_some());
    let larger = text.replace(r#""cpu":"500m""#, r#""cpu":"700m""#);
    assert_ne!(larger, text);
    assert!(replay(&larger, Some(&prices)).unwrap().first_difference().is_some());
}

#[test]
fn what_cannot_be_read_is_said() {
    let prices = fs::read_to_string(folder().join("prices.csv")).unwrap();
    let text = fs::read_to_string(folder().join("empty-0s.json")).unwrap();
    let error = |text: &str| replay(text, Some(&prices)).unwrap_err();
    assert!(error("{").contains("the recording"));
    assert!(error(&text.replace("\"do\":\"scale\"", "\"do\":\"fly\"")).contains("`fly "));
    assert!(error(&text.replacen("\"cpu\":\"", "\"cpu\":\"x", 1)).contains("its requests"));
    assert!(replay(&text, Some("type,on_demand\n")).is_err());
}

/// Without prices of its own a recording is replayed at the region's: on demand they are the recorded ones, so what is bought is, too.
#[test]
fn without_prices_those_of_the_region_hold() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/karpenter/batch-10x500m.json");
    let text = fs::read_to_string(path).unwrap();
    let bought = replay(&text, None).unwrap();
    assert!(bought.decisions.iter().any(|decision| decision.what.contains("c6g.2xlarge")), "{:?}", bought.decisions);
    assert!(replay(&text, Some("")).unwrap_err().contains("prices"));
}
