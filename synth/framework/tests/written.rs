//! The exact JSON of what real Terraform cannot judge here: blocks, escape blocks, providers and backends.

#[allow(dead_code, missing_docs, non_camel_case_types, unreachable_pub, unused_imports, clippy::pedantic)]
mod fixture;

use fixture::{
    Harbor, ShipId, harbor, harbor_pier,
    harbor_pier::{berth, crane, hook},
    harbor_tide,
};
use serde_json::{Value as Json, json};
use synth_framework::{
    Expression, List, Stack, Value, View as _, dynamic, each_key, functions::jsondecode, list, local, map,
    mock_provider, output, run, s3_backend, terraform, text, variable,
};

/// The files of a stack as JSON, by path. What each starts with is looked at elsewhere.
fn written(stack: &Stack) -> Json {
    let built = stack.clone().build().unwrap_or_else(|problems| panic!("{problems}"));
    let files = built.files().into_iter().map(|file| {
        let mut text: Json = serde_json::from_str(&file.text).expect("a file is JSON");
        text.as_object_mut().expect("a file is an object").shift_remove("//");
        (file.path, text)
    });
    Json::Object(files.collect())
}

fn stack() -> Stack {
    let stack = Stack::new("test");
    terraform().required_provider::<Harbor>(">= 1, < 3").add_to(&stack.file("terraform"));
    stack
}

#[test]
fn blocks_are_arrays_whatever_their_nesting_and_unset_ones_are_left_out() {
    let stack = &stack();
    harbor_pier("main")
        .name("north")
        .open(None::<bool>)
        .berth([berth().width(1), berth().width(2).note("wide")])
        .crane(crane().load(443.0).hook(Vec::<crane::Hook>::new()))
        .add_to(stack);
    harbor_pier("plain").name("p").berth(berth().width(1)).crane(None::<crane::Builder>).add_to(stack);
    assert_eq!(
        written(stack)["main.tf.json"],
        json!({ "resource": { "harbor_pier": {
            "main": {
                "name": "north",
                "berth": [{ "width": 1 }, { "width": 2, "note": "wide" }],
                "crane": [{ "load": 443 }],
            },
            "plain": { "name": "p", "berth": [{ "width": 1 }] },
        } } })
    );
}

#[test]
fn dynamic_blocks_stand_beside_static_ones_and_inside_each_other() {
    let stack = &stack();
    let widths = variable::<List<synth_framework::Number>>("widths").add_to(&stack.file("variables"));
    let sizes = variable::<List<String>>("sizes").add_to(&stack.file("variables"));
    harbor_pier("main")
        .name("north")
        .berth(berth().width(1))
        .berth(dynamic("berth", &widths, |berths| berth().width(berths.value()).note(text!("no {}", berths.key()))))
        .crane(dynamic("crane", &sizes, |cranes| {
            crane().hook(dynamic("hook", &sizes, |hooks| hook().size(text!("{}{}", cranes.value(), hooks.value()))))
        }))
        .add_to(stack);
    assert_eq!(
        written(stack)["main.tf.json"]["resource"]["harbor_pier"]["main"],
        json!({
            "name": "north",
            "berth": [{ "width": 1 }],
            "dynamic": {
                "berth": [{
                    "for_each": "${var.widths}",
                    "iterator": "berth",
                    "content": { "width": "${berth.value}", "note": "no ${berth.key}" },
                }],
                "crane": [{
                    "for_each": "${var.sizes}",
                    "iterator": "crane",
                    "content": { "dynamic": { "hook": [{
                        "for_each": "${var.sizes}",
                        "iterator": "hook",
                        "content": { "size": "${crane.value}${hook.value}" },
                    }] } },
                }],
            },
        })
    );
}

#[test]
fn arguments_named_as_meta_arguments_stand_in_the_escape_block() {
    let stack = &stack();
    let east = harbor().alias("east").version("not Terraform's").region("${literal}").add_to(stack);
    harbor().add_to(stack);
    let pier =
        harbor_pier("main").name("n").berth(berth().width(1)).provider_argument("theirs").provider(&east).add_to(stack);
    harbor_tide("now").depends_on((&pier, &pier)).add_to(stack);
    assert_eq!(
        written(stack)["main.tf.json"],
        json!({
            "provider": { "harbor": [
                { "alias": "east", "region": "$${literal}", "_": { "version": "not Terraform's" } },
                {},
            ] },
            "data": { "harbor_tide": { "now": { "depends_on": ["harbor_pier.main"] } } },
            "resource": { "harbor_pier": { "main": {
                "provider": "harbor.east",
                "name": "n",
                "berth": [{ "width": 1 }],
                "_": { "provider": "theirs" },
            } } },
        })
    );
}

#[test]
fn the_terraform_block_is_literal() {
    let stack = &Stack::new("test");
    let backend = s3_backend("bucket-${x}", "cluster.tfstate", "eu-central-1").encrypt(true).use_lockfile(true);
    let backend = backend.kms_key_id("alias/%{state}").allowed_account_ids(["123456789012"]);
    terraform().required_version(">= 1.11").required_provider::<Harbor>(">= 1").backend(backend).add_to(stack);
    assert_eq!(
        written(stack)["main.tf.json"],
        json!({ "terraform": {
            "required_version": ">= 1.11",
            "required_providers": { "harbor": { "source": "example/harbor", "version": ">= 1" } },
            "backend": { "s3": {
                "bucket": "bucket-${x}",
                "key": "cluster.tfstate",
                "region": "eu-central-1",
                "encrypt": true,
                "use_lockfile": true,
                "kms_key_id": "alias/%{state}",
                "allowed_account_ids": ["123456789012"],
            } },
        } })
    );
}

#[test]
fn attributes_written_like_blocks_are_complete_and_nested_attributes_are_not() {
    let object = |value: Expression| {
        let stack = &stack();
        output("value", Value::<synth_framework::Any>::new(value)).add_to(stack);
        written(stack)["main.tf.json"]["output"]["value"]["value"].take()
    };
    assert_eq!(object(berth().width(1).into_complete_object()), json!({ "width": 1, "depth": null, "note": null }));
    assert_eq!(object(berth().width(1).into_object()), json!({ "width": 1 }));
}

#[test]
fn an_override_keeps_the_place_of_what_it_replaces() {
    let stack = &stack();
    harbor_pier("main")
        .name("n")
        .berth([berth().width(1), berth().width(2)])
        .ship_ids([ShipId::literal("s")])
        .override_argument("name", "${m}")
        .override_argument("berth.note", "x")
        .override_argument("crane.load", 3)
        .override_argument("tags", map::<String>([("a", "b")]))
        .override_argument("ship_ids", None::<String>)
        .add_to(stack);
    let main = written(stack)["main.tf.json"]["resource"]["harbor_pier"]["main"].take();
    assert_eq!(
        main.to_string(),
        json!({
            "name": "$${m}",
            "berth": [{ "width": 1, "note": "x" }, { "width": 2, "note": "x" }],
            "crane": [{ "load": 3 }],
            "tags": { "a": "b" },
        })
        .to_string()
    );
}

#[test]
fn references_into_blocks_index_lists_and_walk_sets() {
    let stack = &stack();
    let pier =
        harbor_pier("main").name(each_key()).berth(berth().width(1)).for_each(map::<String>([("a", "")])).add_to(stack);
    let one = pier.at("a");
    output("first", one.berths().at(0).width()).add_to(stack);
    output("all", one.berths().all(harbor_pier::BerthView::width)).add_to(stack);
    output("hooks", one.hooks().all(harbor_pier::BerthView::width)).add_to(stack);
    output("everywhere", pier.all(harbor_pier::Handle::id)).add_to(stack);
    output("strings", one.ship_ids().strings()).add_to(stack);
    output("whole", one.whole()).add_to(stack);
    output("inside", jsondecode("{}").key("a").at(0)).add_to(stack);
    let outputs = written(stack)["main.tf.json"]["output"].take();
    let values: Vec<_> = outputs.as_object().into_iter().flatten().map(|(_, output)| &output["value"]).collect();
    assert_eq!(
        values,
        [
            r#"${harbor_pier.main["a"].berth[0].width}"#,
            r#"${harbor_pier.main["a"].berth[*].width}"#,
            r#"${harbor_pier.main["a"].hook[*].width}"#,
            "${values(harbor_pier.main)[*].id}",
            r#"${harbor_pier.main["a"].ship_ids}"#,
            r#"${harbor_pier.main["a"]}"#,
            r#"${jsondecode("{}")["a"][0]}"#,
        ]
    );
}

#[test]
fn runs_are_written_beside_mocks_that_name_every_type() {
    let stack = &stack();
    harbor().add_to(stack);
    let east = harbor().alias("east").add_to(stack);
    let token = variable::<String>("token").add_to(stack);
    let pier = harbor_pier("main").name("north").berth(berth().width(1)).provider(&east).add_to(stack);
    harbor_tide("now").add_to(stack);
    run("north")
        .variable(&token, "${t}")
        .assert(pier.berths().every("berth", |berth| berth.width().at_least(1)), text!("{} is narrow", pier.name()))
        .assert(pier.hooks().any("hook", |hook| hook.width().equals(2)), "no hook")
        .add_to(&stack.file("piers"));
    mock_provider::<Harbor>()
        .default("id", |type_name| format!("{type_name}-0"))
        .default_of("harbor_pier", "key", "${k}")
        .default_of("harbor_ship", "key", "k")
        .add_to(stack);
    let written = written(stack);
    let mock = |alias: Json| {
        let mut mock = json!({ "alias": alias, "override_during": "plan", "source": "./tests/mocks" });
        mock.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        mock
    };
    assert_eq!(
        written["tests/piers.tftest.json"],
        json!({
            "mock_provider": { "harbor": [mock(Json::Null), mock(json!("east"))] },
            "run": { "north": {
                "command": "plan",
                "variables": { "token": "$${t}" },
                "assert": [
                    {
                        "condition": "${alltrue([for berth in harbor_pier.main.berth : berth.width >= 1])}",
                        "error_message": "${harbor_pier.main.name} is narrow",
                    },
                    {
                        "condition": "${anytrue([for hook in harbor_pier.main.hook : hook.width == 2])}",
                        "error_message": "no hook",
                    },
                ],
            } },
        })
    );
    assert_eq!(
        written["tests/mocks/harbor.tfmock.json"],
        json!({
            "mock_resource": { "harbor_pier": { "defaults": { "id": "harbor_pier-0", "key": "$${k}" } } },
            "mock_data": { "harbor_tide": { "defaults": {} } },
        })
    );
    assert!(written["main.tf.json"].get("run").is_none());
}

#[test]
fn each_file_says_where_it_comes_from_and_holds_no_empty_section() {
    let stack = &stack();
    local::<String>("a", "x").add_to(&stack.file("network"));
    stack.asset("charts/root/values.yaml", "${kept}\r\n");
    let built = stack.clone().build().unwrap();
    let texts: Vec<_> = built.files().into_iter().map(|file| (file.path, file.text)).collect();
    let source = file!().replace('\\', "/");
    let network = format!(
        "{{\n  \"//\": \"Synthesized from {source}; do not edit.\",\n  \"locals\": {{\n    \"a\": \"x\"\n  }}\n}}\n"
    );
    let paths: Vec<_> = texts.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["charts/root/values.yaml", "network.tf.json", "terraform.tf.json"]);
    assert_eq!(texts[0].1, "${kept}\r\n");
    assert_eq!(texts[1].1, network);
    assert_eq!(texts, built.files().into_iter().map(|file| (file.path, file.text)).collect::<Vec<_>>());
}

#[test]
fn a_stack_without_declarations_writes_nothing() {
    assert!(Stack::new("empty").build().unwrap().files().is_empty());
    let stack = Stack::new("empty");
    terraform().add_to(&stack);
    assert_eq!(written(&stack), json!({ "main.tf.json": {} }));
    assert_eq!(list::<String>(Vec::<String>::new()).expression(), &Expression::List(Vec::new()));
}
