//! Names, repeated shapes, identities and providers: what they are in Rust, and what is written.

use serde_json::json;

use crate::{
    generated::{ThingId, data, edge_flag, edge_name, edge_repeat, edge_thing, provider},
    json, resource,
};

#[test]
fn names_that_rust_or_terraform_keep_are_written_as_terraform_names_them() {
    let written = resource("edge_name", |stack| {
        edge_name("main")
            .type__("a keyword beside a block")
            .type_(edge_name::type_().name("the block"))
            .value("v")
            .list("l")
            .block("b")
            .self_("s")
            .crate_("c")
            .fn_("f")
            .static_("st")
            .count_("meta")
            .provider_("meta")
            .depends_on_("meta")
            .for_each_("meta")
            .add_to_("method")
            .clone_("method")
            .text("macro")
            .std_("crate")
            .bool_("primitive")
            .camel_case("snake")
            .camel_case_("camel")
            .dash_ed("dash")
            .lifecycle_(edge_name::lifecycle_().days(1))
            .edge_name_(edge_name::edge_name_().count(2))
            .view(edge_name::view().handle("h").into_body("i"))
            .argument(edge_name::argument().identity("i"))
            .add_to(stack);
    });
    assert_eq!(
        written,
        json!({
            "type": "a keyword beside a block",
            "type_": [{ "name": "the block" }],
            "value": "v",
            "list": "l",
            "block": "b",
            "self": "s",
            "crate": "c",
            "fn": "f",
            "static": "st",
            "add_to": "method",
            "clone": "method",
            "text": "macro",
            "std": "crate",
            "bool": "primitive",
            "camel_case": "snake",
            "camelCase": "camel",
            "dash-ed": "dash",
            "edge_name": [{ "count": 2 }],
            "view": [{ "handle": "h", "into_body": "i" }],
            "argument": [{ "identity": "i" }],
            "_": {
                "count": "meta",
                "provider": "meta",
                "depends_on": "meta",
                "for_each": "meta",
                "lifecycle": [{ "days": 1 }],
            },
        })
    );
}

#[test]
fn a_repeated_shape_is_one_type_at_every_depth() {
    let written = resource("edge_repeat", |stack| {
        let found = edge_repeat::match_().key("k").value("v");
        // The same block is accepted at the top, in a rule, and as deep as the provider unrolled it.
        let deep = edge_repeat::rule::all_of::not::all_of().match_(found.clone());
        let not = edge_repeat::rule::all_of::not().all_of(deep);
        edge_repeat("main")
            .rule(edge_repeat::rule().all_of(edge_repeat::rule::all_of().not(not)).match_(found.clone()))
            .match_(found)
            .add_to(stack);
    });
    let found = json!([{ "key": "k", "value": "v" }]);
    assert_eq!(
        written,
        json!({
            "rule": [{ "all_of": [{ "not": [{ "all_of": [{ "match": found }] }] }], "match": found }],
            "match": found,
        })
    );
}

#[test]
fn an_identity_goes_where_it_belongs_and_wherever_a_string_does() {
    let written = json(|stack| {
        let thing = edge_thing("first").name("plain text").add_to(stack);
        let found = data::edge_thing("second").name(thing.name()).add_to(stack);
        edge_flag("main").name(thing.id()).thing_id(thing.id()).thing_ids([thing.id(), found.id()]).add_to(stack);
    });
    assert_eq!(
        written["resource"]["edge_flag"]["main"],
        json!({
            "name": "${edge_thing.first.id}",
            "thing_id": "${edge_thing.first.id}",
            "thing_ids": ["${edge_thing.first.id}", "${data.edge_thing.second.id}"],
        })
    );
}

#[test]
fn a_provider_is_configured_with_an_alias_and_chosen() {
    let written = json(|stack| {
        provider::edge().region("one").kube(provider::edge::kube().host("h")).add_to(stack);
        let other = provider::edge()
            .alias("other")
            .region("two")
            .assume(provider::edge::assume().thing_id(ThingId::literal("t")))
            .add_to(stack);
        edge_thing("main").name("n").provider(&other).add_to(stack);
    });
    assert_eq!(written["resource"]["edge_thing"]["main"]["provider"], "edge.other");
    assert_eq!(written["provider"]["edge"][0], json!({ "region": "one", "kube": { "host": "h" } }));
    let other = json!({ "alias": "other", "region": "two", "assume": [{ "thing_id": "t" }] });
    assert_eq!(written["provider"]["edge"][1], other);
}
