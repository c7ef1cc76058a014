//! Every recording of a real Karpenter.

use std::{fs, path::Path};

use synth_twin::replay::karpenter::{Report, replay};

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/karpenter")
}

fn reports() -> Vec<Report> {
    let prices = fs::read_to_string(folder().join("prices.csv")).unwrap();
    let looks = fs::read_to_string(folder().join("looks.csv")).unwrap();
    let files = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = files.filter(|path| path.extension().is_some_and(|kind| kind == "json")).collect();
    files.sort();
    let report = |path: &std::path::PathBuf| {
        let text = fs::read_to_string(path).unwrap();
        replay(&text, Some(&prices), Some(&looks)).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    files.iter().map(report).collect()
}

#[test]
fn the_twin_comes_to_the_recorded_decisions() {
    let (mut wrong, mut decisions, mut agreed) = (Vec::new(), 0, 0);
    let reports = reports();
    assert!(reports.len() >= 55, "only {} recordings are there", reports.len());
    for report in &reports {
        let (own, all) = (report.agreed(), report.decisions.len());
        (decisions, agreed) = (decisions + all, agreed + own);
        let first = report.first_difference().map(|first| {
            format!("{:.2} s, {}: {}", first.at, first.what, first.differs.as_deref().unwrap_or_default())
        });
        println!("{}: {own} of {all}. {}", report.scenario, first.as_deref().unwrap_or("All."));
        if own < all {
            wrong.push(format!("{}: {own} of {all}; {}", report.scenario, first.unwrap_or_default()));
        }
    }
    println!("{agreed} of {decisions} decisions");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// How long simulations took is an input where Karpenter's log says it: one of no time buys no node for a pod that is placed in its middle.
#[test]
fn a_simulation_that_takes_no_time_is_another_decision() {
    let prices = fs::read_to_string(folder().join("prices.csv")).unwrap();
    let text = fs::read_to_string(folder().join("tideline-ami-change.json")).unwrap();
    let mut recording: serde_json::Value = serde_json::from_str(&text).unwrap();
    recording["log"] = serde_json::json!([]);
    let report = replay(&recording.to_string(), Some(&prices), None).unwrap();
    let first = report.first_difference().expect("a difference");
    assert!(first.what.contains("claim c13"), "{first:?}");
    assert_eq!(first.differs.as_deref(), Some("the twin makes none"));
}

/// That one look took seconds is an input: where none does, a node goes two looks earlier than it went.
#[test]
fn a_look_that_takes_no_time_is_another_decision() {
    let prices = fs::read_to_string(folder().join("prices.csv")).unwrap();
    let text = fs::read_to_string(folder().join("tideline-up-down.json")).unwrap();
    let report = replay(&text, Some(&prices), None).unwrap();
    let first = report.first_difference().expect("a difference");
    assert!((370.0..=408.0).contains(&first.at), "{first:?}");
    assert!(first.differs.as_deref().unwrap_or_default().contains("one more of pool spot"), "{first:?}");
    let error = replay(&text, Some(&prices), Some("scenario,at\n")).unwrap_err();
    assert!(error.contains("looks"), "{error}");
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
    assert_eq!(replay(&text, Some(&prices), None).unwrap().first_difference(), None);
    assert!(replay(&text, Some(&dear), None).unwrap().first_difference().is_some());
    let larger = text.replace(r#""cpu":"500m""#, r#""cpu":"700m""#);
    assert_ne!(larger, text);
    assert!(replay(&larger, Some(&prices), None).unwrap().first_difference().is_some());
}

#[test]
fn what_cannot_be_read_is_said() {
    let prices = fs::read_to_string(folder().join("prices.csv")).unwrap();
    let text = fs::read_to_string(folder().join("empty-0s.json")).unwrap();
    let error = |text: &str| replay(text, Some(&prices), None).unwrap_err();
    assert!(error("{").contains("the recording"));
    assert!(error(&text.replace("\"do\":\"scale\"", "\"do\":\"fly\"")).contains("`fly "));
    assert!(error(&text.replacen("\"cpu\":\"", "\"cpu\":\"x", 1)).contains("its requests"));
    assert!(replay(&text, Some("type,on_demand\n"), None).is_err());
}

/// Without prices of its own a recording is replayed at the region's: on demand they are the recorded ones, so what is bought is, too.
#[test]
fn without_prices_those_of_the_region_hold() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/karpenter/batch-10x500m.json");
    let text = fs::read_to_string(path).unwrap();
    let bought = replay(&text, None, None).unwrap();
    assert!(bought.decisions.iter().any(|decision| decision.what.contains("c6g.2xlarge")), "{:?}", bought.decisions);
    assert!(replay(&text, Some(""), None).unwrap_err().contains("prices"));
}
