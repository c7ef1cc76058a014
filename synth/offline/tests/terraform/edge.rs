//! A provider with every nesting mode and oddity of the protocol.

use serde_json::{Value as Json, json};

use crate::bench::{bench, edge};

fn everything(change: impl FnOnce(&mut Json)) -> Json {
    let mut one = json!({
        "name": "one",
        "password": "secret",
        "password_wo": "never stored",
        "set": [3, 1, 2],
        "object": { "a": "x", "b": [1, 2.5] },
        "tuple": ["x", 1],
        "open": { "a": ["x", true] },
        "nested_single": { "a": "x", "secret_wo": "never stored" },
        "nested_list": [
            { "a": "x", "c": "given", "deeper": { "place": "here", "secret_wo": "never stored" } },
            { "a": "y", "secret_wo": "never stored" },
        ],
        "nested_set": [{ "a": "x" }, { "a": "y" }],
        "nested_map": { "k": { "a": "x", "secret_wo": "never stored" }, "l": {} },
        "single": { "a": "x", "secret_wo": "never stored" },
        "item": [
            { "a": "x", "part": [{ "a": "p", "s": ["b", "a"] }, { "a": "q" }] },
            { "a": "y", "c": "given" },
        ],
        "member": [{ "a": "x" }, { "a": "y" }, { "a": "z" }],
        "keyed": { "k": { "a": "x", "secret_wo": "never stored" }, "l": {} },
    });
    change(&mut one);
    edge(json!({ "resource": { "edge_everything": { "one": one } } }))
}

#[test]
fn every_nesting_mode_is_applied_and_nothing_is_left_to_do() {
    let Some(bench) = bench() else { return };
    let one = &bench.apply(&everything(|_| {}))["edge_everything.one"];
    for computed in [
        &one["id"],
        &one["decided"],
        &one["nested_single"]["c"],
        &one["nested_list"][1]["c"],
        &one["nested_set"][0]["c"],
        &one["nested_map"]["l"]["c"],
        &one["nested_computed"]["a"],
        &one["single"]["c"],
        &one["group"]["c"],
        &one["item"][0]["part"][1]["c"],
        &one["member"][2]["c"],
        &one["keyed"]["l"]["c"],
    ] {
        assert!(!computed.is_null(), "{one:#}");
    }
    assert_eq!(one["item"][1]["c"], "given");
    assert_eq!(one["open"], json!({ "a": ["x", true] }));
    assert_eq!(one["object"], json!({ "a": "x", "b": [1, 2.5] }));
    bench.run(&everything(|_| {}), &["destroy", "-auto-approve"]).succeeds().says("1 destroyed");
    assert_eq!(bench.state(), json!({}));
}

#[test]
fn what_is_write_only_is_in_no_plan_and_no_state_at_any_depth() {
    let Some(bench) = bench() else { return };
    let stack = everything(|_| {});
    bench.run(&stack, &["plan", "-out=plan"]).succeeds();
    let plan = bench.run(&stack, &["show", "-json", "plan"]).succeeds();
    let plan: Json = serde_json::from_slice(&plan.0.stdout).unwrap();
    assert!(!plan["resource_changes"].to_string().contains("never stored"));
    assert!(!plan["planned_values"].to_string().contains("never stored"));
    bench.apply(&stack);
    let state = std::fs::read_to_string(bench.folder().join("terraform.tfstate")).unwrap();
    assert!(state.contains("secret") && !state.contains("never stored"), "{state}");
}

#[test]
fn what_can_be_changed_in_place_keeps_what_was_computed() {
    let Some(bench) = bench() else { return };
    let before = bench.apply(&everything(|_| {}));
    let after = everything(|one| {
        one["name"] = json!("two");
        one["item"][0]["a"] = json!("changed");
        one["nested_map"]["m"] = json!({});
        one["member"] = json!([{ "a": "z" }, { "a": "new" }]);
    });
    assert_eq!(bench.actions(&after), json!({ "edge_everything.one": ["update"] }));
    let state = bench.apply(&after);
    let (before, after) = (&before["edge_everything.one"], &state["edge_everything.one"]);
    assert_eq!(before["id"], after["id"]);
    assert_eq!(before["item"][0]["c"], after["item"][0]["c"]);
    assert_eq!(before["nested_map"]["k"], after["nested_map"]["k"]);
    let z = |state: &Json| state["member"].as_array().unwrap().iter().find(|member| member["a"] == "z").cloned();
    assert_eq!(z(before), z(after), "an element of a set that stays keeps what was computed for it");
}

#[test]
fn a_new_place_replaces_at_every_depth() {
    let Some(bench) = bench() else { return };
    let replaced = json!({ "edge_everything.one": ["delete", "create"] });
    bench.apply(&everything(|_| {}));
    for change in [
        (|one: &mut Json| one["place"] = json!("there")) as fn(&mut Json),
        |one| one["item"][1]["place"] = json!("there"),
        |one| one["nested_list"][0]["deeper"]["place"] = json!("there"),
    ] {
        assert_eq!(bench.actions(&everything(change)), replaced);
    }
    bench.apply(&everything(|one| one["place"] = json!("there")));
}

#[test]
fn what_is_known_only_at_apply_is_applied_as_planned() {
    let Some(bench) = bench() else { return };
    let stack = edge(json!({
        "resource": {
            "edge_plain": { "first": { "text": "x" } },
            "edge_everything": { "second": {
                "name": "${edge_plain.first.id}",
                "list": ["${edge_plain.first.id}", "known"],
                "map": { "a": "${edge_plain.first.id}" },
                "nested_set": [{ "a": "${edge_plain.first.id}" }],
                "dynamic": { "item": { "for_each": "${toset([edge_plain.first.id])}", "content": { "a": "${item.value}" } } },
            } },
        },
        "data": { "edge_lookup": { "late": { "key": "${edge_plain.first.id}" } } },
        "output": { "late": { "value": "${data.edge_lookup.late.value}" } },
    }));
    // The keys of the blocks are known only after the first resource is there, so the plan has to say so.
    bench.run(&stack, &["plan"]).succeeds().says("(known after apply)");
    let state = bench.apply(&stack);
    assert_eq!(state["edge_everything.second"]["item"][0]["a"], state["edge_plain.first"]["id"]);
    assert_eq!(state["edge_everything.second"]["list"], json!([state["edge_plain.first"]["id"], "known"]));
}

#[test]
fn equal_resources_have_ids_of_their_own_and_two_runs_agree() {
    let Some(bench) = bench() else { return };
    let stack =
        |count: u8| edge(json!({ "resource": { "edge_plain": { "all": { "count": count, "text": "same" } } } }));
    let ids = |state: Json| {
        let mut ids: Vec<String> = (state.as_object().unwrap().values()).map(|one| one["id"].to_string()).collect();
        ids.sort();
        ids
    };
    let three = ids(bench.apply(&stack(3)));
    let four = ids(bench.apply(&stack(4)));
    let distinct = |ids: &[String]| ids.windows(2).all(|pair| pair[0] != pair[1]);
    assert!(distinct(&three) && distinct(&four), "{three:?} {four:?}");
    let again = crate::bench::bench().unwrap();
    assert_eq!(ids(again.apply(&stack(3))), three);
}

#[test]
fn an_import_is_completed_and_then_changed_in_place() {
    let Some(bench) = bench() else { return };
    let stack = edge(json!({
        "import": [{ "to": "edge_plain.old", "id": "from-elsewhere" }],
        "resource": { "edge_plain": { "old": { "place": "here", "text": "x" } } },
    }));
    bench.run(&stack, &["plan"]).succeeds().says("1 to import").says("1 to change").says("0 to destroy");
    let state = bench.apply(&stack);
    assert_eq!(state["edge_plain.old"]["id"], "from-elsewhere");
    let moved = edge(json!({ "resource": { "edge_plain": { "old": { "place": "there", "text": "x" } } } }));
    assert_eq!(bench.actions(&moved), json!({ "edge_plain.old": ["delete", "create"] }));
}

#[test]
fn a_moved_resource_stays_as_it_is() {
    let Some(bench) = bench() else { return };
    bench.apply(&edge(json!({ "resource": { "edge_plain": { "old": { "text": "x" } } } })));
    let moved = edge(json!({
        "moved": [{ "from": "edge_plain.old", "to": "edge_plain.new" }],
        "resource": { "edge_plain": { "new": { "text": "x" } } },
    }));
    assert_eq!(bench.actions(&moved), json!({ "edge_plain.new": ["no-op"] }));
}

#[test]
fn findings_name_the_attribute() {
    let Some(bench) = bench() else { return };
    for (change, finding) in [
        (
            (|one: &mut Json| drop(one.as_object_mut().unwrap().remove("name"))) as fn(&mut Json),
            "argument \"name\" is required",
        ),
        (|one| one["item"] = json!([]), "item"),
        (|one| one["item"] = json!([{ "a": "1" }, { "a": "2" }, { "a": "3" }, { "a": "4" }]), "item"),
        (|one| one["nested_list"] = json!([{ "c": "x" }]), "attribute \"a\" is required"),
        (|one| one["set"] = json!("x"), "set"),
        (|one| one["unknown"] = json!(1), "unknown"),
    ] {
        bench.run(&everything(change), &["validate"]).exits(1).says(finding);
    }
}

#[test]
fn deprecated_arguments_warn() {
    let Some(bench) = bench() else { return };
    bench.run(&everything(|one| one["old"] = json!("x")), &["validate"]).succeeds().says("deprecated");
}
