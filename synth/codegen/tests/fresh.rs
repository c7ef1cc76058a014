//! What is committed is what generation gives: the bindings, the pruned schemas and the edge provider's bindings.

use std::{collections::BTreeMap, fs, path::Path};

use synth_codegen::{
    emit::Place,
    generate::{Layout, generate, read, stale, write},
    identity::Rules,
    prune::{prune, to_text},
    selection::Selection,
    terraform::{Schema, schema},
};

fn assert_fresh(folder: &Path, files: &BTreeMap<String, String>, command: &str) {
    let differs = |(path, text): &(&String, &String)| fs::read_to_string(folder.join(path)).ok().as_ref() != Some(*text);
    let different: Vec<_> = files.iter().filter(differs).map(|(path, _)| path).collect();
    let stale = stale(folder, files).unwrap();
    let folder = folder.display();
    assert!(different.is_empty(), "not as generated in {folder}: {different:?}; run `{command}`");
    assert!(stale.is_empty(), "no longer generated in {folder}: {stale:?}; run `{command}`");
}

#[test]
fn the_bindings_are_generated_from_the_committed_schemas() {
    let layout = Layout::workspace();
    assert_fresh(&layout.bindings, &layout.generate().unwrap(), "cargo run -p synth-codegen");
}

#[test]
fn generation_gives_the_same_bytes_twice() {
    let layout = Layout::workspace();
    assert_eq!(layout.generate().unwrap(), layout.generate().unwrap());
}

#[test]
fn the_committed_schemas_are_pruned_and_sorted() {
    let layout = Layout::workspace();
    let selection = Selection::read(&layout.selection()).unwrap();
    for (provider, selected) in &selection.providers {
        let committed = read(&layout.schema(provider)).unwrap();
        assert_eq!(to_text(&prune(&committed, selected).unwrap()).unwrap(), committed, "schemas/{provider}.json");
    }
}

#[test]
fn the_committed_aws_schema_is_that_of_the_provider() {
    let layout = Layout::workspace();
    let selected = &Selection::read(&layout.selection()).unwrap().providers["aws"];
    match schema("aws", selected).unwrap() {
        Schema::Text(text) => {
            let pruned = to_text(&prune(&text, selected).unwrap()).unwrap();
            let committed = read(&layout.schema("aws")).unwrap();
            assert!(pruned == committed, "schemas/aws.json is stale: run `cargo run -p synth-codegen`");
        }
        Schema::Unavailable(why) => {
            assert!(std::env::var("CI").as_deref() != Ok("true"), "this must run in CI, but {why}");
            println!("skipped: {why}");
        }
    }
}

/// Written anew by `BLESS=1 cargo test -p synth-codegen`.
#[test]
fn the_edge_bindings_are_generated_from_the_edge_schema() {
    let layout = Layout::workspace();
    let tests = layout.codegen.join("tests");
    let selection = Selection::read(&tests.join("edge.toml")).unwrap();
    let schemas = prune(&read(&tests.join("edge.json")).unwrap(), &selection.providers["edge"]).unwrap();
    let schemas = BTreeMap::from([("edge".to_owned(), schemas)]);
    let rules = Rules::parse(&read(&tests.join("edge-identities.toml")).unwrap()).unwrap();
    let place = Place { root: "crate::generated", file: "mod.rs" };
    let files = generate(&selection, &schemas, &rules, place).unwrap();
    let folder = layout.bindings.with_file_name("tests/edge/generated");
    if std::env::var_os("BLESS").is_some() {
        write(&folder, &files).unwrap();
    }
    assert_fresh(&folder, &files, "BLESS=1 cargo test -p synth-codegen");
}
