//! The exact text of every file, folder by folder, for a reviewer to see.

use std::{collections::BTreeMap, fmt::Write};

use crate::{build, environments, settings};

#[test]
fn files_are_as_reviewed() {
    for (settings, built) in environments() {
        let mut folders: BTreeMap<String, String> = BTreeMap::new();
        for file in built.files() {
            let folder = file.path.split_once('/').map_or("applications", |(folder, _)| folder);
            let snapshot = folders.entry(folder.to_owned()).or_default();
            writeln!(snapshot, "--- {}\n{}", file.path, file.text).unwrap();
        }
        for (folder, snapshot) in folders {
            insta::with_settings!({
                snapshot_path => format!("../../../snapshots/{}/manifests", settings.environment),
                prepend_module_to_snapshot => false,
                omit_expression => true,
            }, {
                insta::assert_snapshot!(folder, snapshot);
            });
        }
    }
}

#[test]
fn two_builds_give_equal_bytes() {
    for (settings, built) in environments() {
        assert_eq!(build(&settings).files(), built.files());
    }
}

#[test]
fn each_file_is_one_object_and_names_its_source() {
    for (_, built) in environments() {
        for file in built.files() {
            let first = file.text.lines().next().unwrap();
            let source = first.strip_prefix("# Synthesized from stacks/src/manifests/");
            let source = source.and_then(|rest| rest.strip_suffix(".rs; do not edit."));
            assert!(source.is_some(), "{}: {first}", file.path);
            let documents = file.text.lines().filter(|line| line.starts_with("---")).count();
            assert_eq!(documents, 0, "{}", file.path);
            let keys: Vec<_> = file.text.lines().skip(1).filter(|line| !line.starts_with([' ', '-'])).collect();
            assert!(keys[0].starts_with("apiVersion: ") && keys[1].starts_with("kind: "), "{}: {keys:?}", file.path);
            assert_eq!(keys[2], "metadata:", "{}", file.path);
        }
    }
}

#[test]
fn yaml_reads_back_as_the_object() {
    for (_, built) in environments() {
        for manifest in built.objects() {
            let read: serde_json::Value = serde_norway::from_str(&manifest.text_of_file()).unwrap();
            assert_eq!(read, *manifest.object(), "{}", manifest.path);
        }
    }
}

#[test]
fn other_environments_have_a_folder_of_their_own() {
    let path = |environment| {
        let built = build(&settings(environment, ""));
        crate::text(crate::object(&built, "Application", "platform"), "/spec/source/path").to_owned()
    };
    assert_eq!(path("default"), "out/manifests/platform");
    assert_eq!(path("staging"), "out/staging/manifests/platform");
}
