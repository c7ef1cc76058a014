//! Every object of every environment is taken, and held as it was written.

use crate::{WORLD, record::RECORDS};

#[test]
fn every_object_is_accepted_without_a_warning_and_held_as_it_is_written() {
    let found: Vec<_> = RECORDS
        .iter()
        .flat_map(|(name, record)| record.first.all.iter().map(move |f| format!("{name}: {f}")))
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_object_of_an_environment_is_judged() {
    for (name, record) in RECORDS.iter() {
        let expected = crate::environment(name).items.len();
        assert_eq!(record.first.taken.len(), expected, "objects of `{name}`");
    }
}

#[test]
fn a_second_sync_changes_nothing() {
    let written: Vec<_> =
        RECORDS.iter().flat_map(|(name, record)| record.again.iter().map(move |it| format!("{name}: {it}"))).collect();
    assert!(written.is_empty(), "{}", written.join("\n"));
}

#[test]
fn nothing_is_out_of_sync_after_a_sync() {
    let drift = RECORDS.iter().flat_map(|(name, record)| {
        record
            .drift
            .iter()
            .filter(|(_, found)| !found.is_empty())
            .map(move |(title, found)| format!("{name}: {title}: {found:?}"))
    });
    let drift: Vec<_> = drift.collect();
    assert!(drift.is_empty(), "{}", drift.join("\n"));
}

#[test]
fn no_object_is_of_a_version_that_is_about_to_go() {
    let _ = &*RECORDS;
    let metrics = WORLD.server.get("/metrics").unwrap();
    let metrics = metrics.body.as_str().unwrap().to_owned();
    let asked: Vec<_> =
        metrics.lines().filter(|line| line.starts_with("apiserver_requested_deprecated_apis{")).collect();
    let environment = crate::environment("default");
    for item in &environment.items {
        let (group, version) = item.object["apiVersion"].as_str().unwrap().split_once('/').unwrap_or_default();
        let path = WORLD.server.collection(&item.object).unwrap();
        let resource = path.rsplit('/').next().unwrap();
        let labels =
            [format!("group=\"{group}\""), format!("resource=\"{resource}\""), format!("version=\"{version}\"")];
        let found = asked.iter().find(|line| labels.iter().all(|label| line.contains(label.as_str())));
        assert_eq!(found, None, "{} is declared at {}", cluster::title(&item.object), item.source);
    }
}
