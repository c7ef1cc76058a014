//! The committed files are what generation gives: the bindings, the pruned schemas and the edge provider's bindings.

use std::{collections::BTreeMap, fs, path::Path};

use synth_codegen::{
    emit::Destination,
    fetch::read_in_place,
    generate::{Layout, Source, read, stale, write},
    prune::{prune, to_text},
    selection::{Selected, Selection},
    terraform::{Schema, schema},
};

fn assert_fresh(folder: &Path, files: &BTreeMap<String, String>, command: &str) {
    let differs =
        |(path, text): &(&String, &String)| fs::read_to_string(folder.join(path)).ok().as_ref() != Some(*text);
    let different: Vec<_> = files.iter().filter(differs).map(|(path, _)| path).collect();
    let stale = stale(folder, files).expect("the folder can be listed");
    let folder = folder.display();
    assert!(different.is_empty(), "not as generated in {folder}: {different:?}; run `{command}`");
    assert!(stale.is_empty(), "no longer generated in {folder}: {stale:?}; run `{command}`");
}

#[test]
fn the_bindings_are_generated_from_the_committed_schemas() {
    let layout = Layout::workspace();
    assert_fresh(&layout.bindings.join("src"), &layout.generate().unwrap(), "cargo run -p synth-codegen");
}

#[test]
fn the_committed_schemas_are_pruned_and_sorted() {
    let layout = Layout::workspace();
    let check = |path: &Path, selected: &Selected| {
        let committed = read(path).unwrap();
        assert_eq!(to_text(&prune(&committed, selected).unwrap()).unwrap(), committed, "{}", path.display());
    };
    for (provider, selected) in &Selection::read(&layout.selection()).unwrap().providers {
        check(&layout.schema(provider), selected);
        if let Some(oldest) = selected.of_floor() {
            check(&layout.floor(provider, &oldest.version), &oldest);
        }
    }
}

#[test]
fn the_committed_aws_schema_is_the_reading_with_what_it_lost() {
    let layout = Layout::workspace();
    let selected = &Selection::read(&layout.selection()).unwrap().providers["aws"];
    let wanted = to_text(&read_in_place(&layout, "aws", selected).unwrap()).unwrap();
    let committed = read(&layout.schema("aws")).unwrap();
    assert!(wanted == committed, "schemas/aws.json is stale: run `cargo run -p synth-codegen`");
}

#[test]
fn the_committed_schema_of_the_oldest_aws_is_that_of_the_provider() {
    let layout = Layout::workspace();
    let oldest = Selection::read(&layout.selection()).unwrap().providers["aws"].of_floor().unwrap();
    let Some(text) = synth_tools::aws_provider(|| match schema("aws", &oldest).unwrap() {
        Schema::Text(text) => Ok(text),
        Schema::Unavailable(why) => Err(why),
    }) else {
        return;
    };
    let pruned = to_text(&prune(&text, &oldest).unwrap()).unwrap();
    let path = layout.floor("aws", &oldest.version);
    let stale = format!("{} is stale: run `cargo run -p synth-codegen`", path.display());
    assert!(pruned == read(&path).unwrap(), "{stale}");
}

fn edge() -> (Source, Destination) {
    let tests = Layout::workspace().codegen.join("tests");
    let schema = |provider: &str| tests.join(format!("{provider}.json"));
    let floor = |provider: &str, version: &str| tests.join(format!("{provider}-{version}.json"));
    let source = Source::read(&tests.join("edge.toml"), &tests.join("edge-identities.toml"), schema, floor);
    (source.expect("the edge provider can be read"), Destination { root: "crate::generated", file: "mod.rs" })
}

/// Written anew by `BLESS=1 cargo test -p synth-codegen`.
#[test]
fn the_edge_bindings_are_generated_from_the_edge_schema() {
    let (source, place) = edge();
    let files = source.generate(place).unwrap();
    let folder = Layout::workspace().bindings.join("tests/edge/generated");
    if std::env::var_os("BLESS").is_some() {
        write(&folder, &files).unwrap();
    }
    assert_fresh(&folder, &files, "BLESS=1 cargo test -p synth-codegen");
}

#[test]
fn generation_gives_the_same_bytes_twice() {
    let (source, place) = edge();
    assert_eq!(source.emit(place).unwrap(), source.emit(place).unwrap());
}
