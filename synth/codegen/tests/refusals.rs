//! A schema that codegen does not know is refused, with its place: codegen never panics and never guesses.

use std::collections::BTreeMap;

use synth_codegen::{analyze::analyze, identity::Rules, prune::prune, selection::Selection};

const SELECTION: &str = "[edge]\nsource = \"tideline/edge\"\nversion = \"0.0.0\"\nresources = [\"edge_odd\"]\n";

/// The whole chain of the error that a resource of this block gives.
fn refusal(block: &str) -> String {
    let text = format!(
        r#"{{ "format_version": "1.0", "provider_schemas": {{ "registry.terraform.io/tideline/edge": {{
            "provider": {{ "version": 0, "block": {{}} }},
            "resource_schemas": {{ "edge_odd": {{ "version": 0, "block": {block} }} }} }} }} }}"#
    );
    let selection = Selection::parse(SELECTION).expect("the selection is in order");
    let rules = Rules::parse("").expect("an empty table is in order");
    let analysed = prune(&text, &selection.providers["edge"]).and_then(|schemas| {
        analyze(&selection, &BTreeMap::from([("edge".to_owned(), schemas)]), &BTreeMap::new(), &rules)
    });
    format!("{:#}", analysed.expect_err("the schema is refused"))
}

#[test]
fn an_unknown_shape_is_refused_where_it_stands() {
    for (block, said) in [
        (r#"{ "attributes": { "a": { "type": "complex" } } }"#, "the resource `edge_odd`: unknown type `\"complex\"`"),
        (r#"{ "block_types": { "b": { "nesting_mode": "bag", "block": {} } } }"#, "unknown variant `bag`"),
        (r#"{ "attributes": { "a": { "type": "string", "magic": true } } }"#, "unknown field `magic`"),
        (r#"{ "attributes": { "a": { "optional": true } } }"#, "`edge_odd.a`: it has neither a type nor nested"),
        (
            r#"{ "attributes": { "a": { "nested_type": { "attributes": {}, "nesting_mode": "group" } } } }"#,
            "`edge_odd.a`: nested attributes cannot have the nesting mode `group`",
        ),
        (
            r#"{ "attributes": { "a": { "type": "bool" } },
                 "block_types": { "a": { "nesting_mode": "list", "block": {} } } }"#,
            "analysing `edge_odd`: the schema has `a` both as an argument and as a block",
        ),
    ] {
        let refusal = refusal(block);
        assert!(refusal.contains(said), "{refusal}");
    }
}

#[test]
fn a_selected_type_that_the_provider_lacks_is_named() {
    let selection = SELECTION.replace("edge_odd", "edge_none");
    let selection = Selection::parse(&selection).expect("the selection is in order");
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/edge.json"));
    let error =
        prune(&text.expect("the edge schema is there"), &selection.providers["edge"]).expect_err("it is missing");
    assert_eq!(error.to_string(), "the provider has no resource `edge_none`");
}

#[test]
fn a_type_that_is_selected_twice_is_refused() {
    let twice = SELECTION.replace("[\"edge_odd\"]", "[\"edge_odd\", \"edge_odd\"]");
    let error = Selection::parse(&twice).expect_err("it is named twice");
    assert_eq!(error.to_string(), "`edge.resources` names `edge_odd` twice: keep one");
}
