//! Recorded syncs of a real controller of 1.36.

use std::{collections::BTreeMap, fs, path::PathBuf};

use serde_json::Value as Json;
use synth_twin::{
    hpa::conditions::Condition,
    replay::{
        File,
        hpa::{decide, replay},
    },
};

/// Every file of the recordings, by its path below their folder.
pub(crate) fn files() -> BTreeMap<String, String> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/hpa/recorded");
    let mut files = BTreeMap::new();
    for folder in ["", "phases/", "services/"] {
        for entry in fs::read_dir(root.join(folder)).expect("the folder is there") {
            let path = entry.expect("it is listed").path();
            if path.is_file() {
                let name = path.file_name().and_then(|name| name.to_str()).expect("it is a name");
                let text = fs::read_to_string(&path).expect("it is readable");
                files.insert(format!("{folder}{name}"), text);
            }
        }
    }
    files
}

pub(crate) fn as_files(files: &BTreeMap<String, String>) -> Vec<File<'_>> {
    files.iter().map(|(path, text)| File { path, text }).collect()
}

#[test]
fn every_recorded_sync_agrees_the_warm_up_too() {
    let files = files();
    let reports = replay(&as_files(&files)).unwrap();
    for report in &reports {
        assert!(report.agrees(), "{report}");
    }
    assert_eq!(reports.len(), 14);
    assert_eq!(reports.iter().map(|report| report.recorded).sum::<usize>(), 945);
}

#[test]
fn the_status_agrees_after_every_sync() {
    let mut files = files();
    // At 8 s `services/mock-target-server` is not held at 3, though it was found with 3 less than a window before.
    let curves = files.get_mut("services/curves.json").unwrap();
    *curves = curves.replacen('{', "{\"older\":true,", 1);
    let decided = decide(&as_files(&files)).unwrap();
    let mut compared = 0;
    for folder in ["", "phases/", "services/"] {
        let all: Json = serde_json::from_str(&files[&format!("{folder}status.json")]).unwrap();
        for (name, statuses) in all.as_object().unwrap() {
            let statuses = statuses.as_array().unwrap();
            let syncs = &decided[&format!("{folder}{name}")];
            for sync in syncs.iter().filter(|sync| sync.at.in_seconds() > 0.0) {
                // A status is written within a second or so of its sync, if it differs from the one before it.
                let written = |status: &&Json| status[0].as_f64().unwrap() < sync.at.in_seconds() + 5.0;
                let Some(status) = statuses.iter().rev().find(written) else { continue };
                let conditions = sync.decision.conditions;
                let shown = |condition: Option<Condition>| condition.map(|condition| condition.to_string());
                let decided =
                    [conditions.able_to_scale, conditions.scaling_active, conditions.scaling_limited].map(shown);
                let recorded = [2, 3, 4].map(|place| status[place].as_str().map(str::to_owned));
                assert_eq!(decided, recorded, "{name} at {}", sync.at);
                let utilization = status[1].as_i64().map(|percent| i32::try_from(percent).unwrap());
                assert_eq!(sync.decision.utilization(), utilization, "{name} at {}", sync.at);
                compared += 1;
            }
        }
    }
    assert_eq!(compared, 688);
}
