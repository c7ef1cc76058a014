//! Problems that types cannot catch: found by the schema that the bindings carry, and reported all at once.

use serde_json::json;
use synth_framework::{Missing, Present, Stack, terraform};

use crate::generated::{Edge, ThingId, edge_block, edge_flag, edge_nested, edge_object, edge_thing};

/// Declares, builds, and finds for each expectation the one problem that has all of its parts.
#[track_caller]
fn assert_problems<const N: usize>(expected: [&[&str]; N], declare: impl FnOnce(&Stack)) {
    let stack = Stack::new("edge");
    terraform().required_provider::<Edge>("0.0.0").add_to(&stack);
    declare(&stack);
    let problems = stack.build().expect_err("the stack has problems");
    let messages: Vec<_> = problems.iter().map(ToString::to_string).collect();
    for parts in expected {
        let is_meant = |message: &&String| parts.iter().all(|part| message.contains(part));
        assert_eq!(messages.iter().filter(is_meant).count(), 1, "{parts:?} in {messages:#?}");
    }
    assert_eq!(messages.len(), N, "{messages:#?}");
}

#[track_caller]
fn flag(label: &str) -> edge_flag::Builder<Present, Present> {
    edge_flag(label).name("n").thing_id(ThingId::literal("t"))
}

#[track_caller]
fn block(label: &str) -> edge_block::Builder<Present> {
    edge_block(label).sole(edge_block::sole().port(edge_block::sole::port().number(1)))
}

#[test]
fn problems_of_several_resources_are_reported_together_with_their_places() {
    let line = line!();
    assert_problems(
        [
            &[&format!("problems.rs:{}:27:", line + 8), "`edge_flag.first`", "`old`", "deprecated"],
            &[&format!("problems.rs:{}:13:", line + 9), "`edge_flag.first`", "twice"],
            &[&format!("problems.rs:{}:27:", line + 9), "`edge_flag.first`", "`name`", "twice"],
        ],
        |stack| {
            flag("first").old("x").add_to(stack);
            flag("first").name("m").add_to(stack);
        },
    );
}

#[test]
fn deprecated_arguments_and_blocks_are_reported() {
    assert_problems([&["`old`", "deprecated"], &["`older`", "deprecated"]], |stack| {
        flag("main").old("x").older(edge_flag::older().name("y")).add_to(stack);
    });
}

#[test]
fn too_few_and_too_many_blocks_are_reported() {
    let expected: [&[&str]; 4] = [
        &["`edge_block.main.member` occurs 3 times, but at most 2 are allowed"],
        &["`edge_block.main.one` occurs 2 times, but at most 1 is allowed"],
        &["`edge_block.main.sole` occurs 2 times, but at most 1 is allowed"],
        &["`edge_block.main.sole.port` occurs 0 times, but at least 1 is needed"],
    ];
    assert_problems(expected, |stack| {
        let no_port: [edge_block::sole::port::Block<Present>; 0] = [];
        block("main")
            .member((1..=3).map(|number| edge_block::member().number(number)))
            .one([edge_block::one().name("a"), edge_block::one().name("b")])
            .sole(edge_block::sole().port(no_port))
            .add_to(stack);
    });
}

#[test]
fn a_required_argument_that_turns_out_null_is_reported() {
    assert_problems([&["`edge_flag.main`", "required argument `name` null"]], |stack| {
        edge_flag("main").name(None::<String>).thing_id(ThingId::literal("t")).add_to(stack);
    });
}

#[test]
fn an_override_is_checked_against_the_schema() {
    let expected: [&[&str]; 6] = [
        &["override `enabeld`", "did you mean `enabled`"],
        &["override `enabled`", "takes a bool"],
        &["override `result`"],
        &["override `sole.nmae`", "did you mean `name`"],
        &["override `numbers`", "`numbers"],
        &["override `many`", "takes a list of objects"],
    ];
    assert_problems(expected, |stack| {
        flag("main")
            .override_argument("enabeld", true)
            .override_argument("enabled", "yes")
            .override_argument("result", "only computed")
            .add_to(stack);
        block("main").override_argument("sole.nmae", "x").add_to(stack);
        edge_object("main").override_argument("numbers", json!(["one"])).add_to(stack);
        edge_nested("main")
            .keyed([("web", edge_nested::keyed().port(80))])
            .override_argument("many", json!({ "name": "not a list" }))
            .add_to(stack);
    });
}

#[test]
fn an_override_that_fits_the_schema_is_written() {
    let stack = Stack::new("edge");
    terraform().required_provider::<Edge>("0.0.0").add_to(&stack);
    block("main").override_argument("sole.name", "o").override_argument("one.name", "p").add_to(&stack);
    let built = stack.build().unwrap_or_else(|problems| panic!("{problems}"));
    let written: serde_json::Value = serde_json::from_str(&built.files()[0].text).expect("what is written is JSON");
    assert_eq!(
        written["resource"]["edge_block"]["main"],
        json!({ "sole": [{ "port": [{ "number": 1 }], "name": "o" }], "one": [{ "name": "p" }] })
    );
}

#[test]
fn a_key_that_occurs_twice_is_reported() {
    assert_problems([&["`cpu` twice"]], |stack| {
        edge_object("main").limits([("cpu", 1), ("cpu", 2)]).add_to(stack);
    });
}

#[test]
fn a_provider_that_is_not_required_is_reported() {
    let stack = Stack::new("edge");
    edge_thing("main").name("n").add_to(&stack);
    let found = stack.build().expect_err("the stack has problems").to_string();
    assert!(found.contains("needs the provider `tideline/edge`, which the stack does not require"), "{found}");
}

#[test]
fn a_builder_can_be_started_once_and_finished_twice() {
    let start: edge_flag::Builder<Present, Missing> = edge_flag("main").name("n");
    let finish = |id: &str| start.clone().thing_id(ThingId::literal(id));
    let stack = Stack::new("edge");
    terraform().required_provider::<Edge>("0.0.0").add_to(&stack);
    finish("a").add_to(&stack);
    assert!(stack.clone().build().is_ok());
    let stack = Stack::new("other");
    terraform().required_provider::<Edge>("0.0.0").add_to(&stack);
    finish("b").enabled(true).add_to(&stack);
    assert!(stack.build().is_ok());
}
