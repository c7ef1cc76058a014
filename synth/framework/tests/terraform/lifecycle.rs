//! `lifecycle`, conditions and checks do what they say.

use serde_json::json;
use synth_framework::{Map, Number, Stack, check, each_key, functions::length, map, output, text, variable};

use crate::{fixture::terraform_data, harness::Terraform};

#[test]
fn an_ignored_key_is_ignored_even_if_it_looks_like_a_template() {
    let Some(terraform) = Terraform::find() else { return };
    for value in ["before", "after"] {
        let stack = &Stack::new("ignored");
        // Terraform ignores keys of maps only, and an object that is written out is none.
        let tags = variable::<Map<String>>("tags")
            .default([("${", value), ("a\"\\", value), ("watched", value)])
            .add_to(stack);
        let data = terraform_data("main")
            .input(tags)
            .lifecycle(|lifecycle| {
                lifecycle
                    .ignore_changes(|data| data.input().key("${"))
                    .ignore_changes(|data| data.input().key("a\"\\"))
                    .create_before_destroy(true)
            })
            .add_to(stack);
        output("seen", data.output()).add_to(stack);
        terraform.apply(stack.clone());
    }
    assert_eq!(terraform.outputs(), json!({ "seen": { "${": "before", "a\"\\": "before", "watched": "after" } }));
}

#[test]
fn all_changes_can_be_ignored() {
    let Some(terraform) = Terraform::find() else { return };
    for value in ["before", "after"] {
        let stack = &Stack::new("all-ignored");
        let data = terraform_data("main").input(value).lifecycle(|it| it.ignore_all_changes()).add_to(stack);
        output("seen", data.output()).add_to(stack);
        terraform.apply(stack.clone());
    }
    assert_eq!(terraform.outputs(), json!({ "seen": "before" }));
}

#[test]
fn a_change_elsewhere_replaces() {
    let Some(terraform) = Terraform::find() else { return };
    let mut ids = Vec::new();
    for value in ["before", "after"] {
        let stack = &Stack::new("replaced");
        let cause = terraform_data("cause").input(value).for_each(map::<String>([("${k}", "")])).add_to(stack);
        let main = terraform_data("main")
            .lifecycle(|it| it.replace_triggered_by(&cause.at("${k}").output()).replace_triggered_by(&cause))
            .add_to(stack);
        output("id", main.id()).add_to(stack);
        terraform.apply(stack.clone());
        ids.push(terraform.outputs());
    }
    assert_ne!(ids[0], ids[1]);
}

#[test]
fn what_is_guarded_is_not_destroyed() {
    let Some(terraform) = Terraform::find() else { return };
    let stack = &Stack::new("guarded");
    terraform_data("main").lifecycle(|it| it.prevent_destroy(true)).add_to(stack);
    terraform.apply(stack.clone());
    let destroyed = terraform.run(&["destroy", "-auto-approve", "-no-color"]);
    assert!(!destroyed.worked && destroyed.text.contains("Instance cannot be destroyed"), "{}", destroyed.text);
}

/// A stack with one condition of each kind on a number, and a text that no template may touch.
fn conditions(number: i64) -> Stack {
    let stack = &Stack::new("conditions");
    let limit = variable::<Number>("limit")
        .default(number)
        .validation(|limit| limit.differs_from(1), "validation: ${limit} \"is\" %{1}")
        .add_to(stack);
    let data = terraform_data("main")
        .input(&limit)
        .lifecycle(|it| {
            it.precondition(limit.differs_from(2), text!("precondition: ${limit} \"is\" {}", limit))
                .postcondition(|data| text!("{}", data.text()).differs_from("3"), "postcondition: ${limit} %{is} 3")
        })
        .add_to(stack);
    output("value", data.output()).precondition(limit.differs_from(4), "output: ${limit} is 4").add_to(stack);
    check("soft").assert(limit.differs_from(5), text!("check: $${limit} is {}", limit)).add_to(stack);
    stack.clone()
}

#[test]
fn conditions_stop_what_they_are_about_and_say_why() {
    let Some(terraform) = Terraform::find() else { return };
    let messages = [
        "validation: ${limit} \"is\" %{1}",
        "precondition: ${limit} \"is\" 2",
        "postcondition: ${limit} %{is} 3",
        "output: ${limit} is 4",
    ];
    terraform.prepare(conditions(0));
    for (number, message) in (1..).zip(messages) {
        terraform.write(conditions(number));
        let applied = terraform.run(&["apply", "-auto-approve", "-no-color"]);
        let text = applied.text.replace("\n│ ", " ");
        assert!(!applied.worked && text.contains(message), "{message} is not in:\n{text}");
    }
}

#[test]
fn a_check_warns_and_stops_nothing() {
    let Some(terraform) = Terraform::find() else { return };
    terraform.apply(conditions(5));
    let state = terraform.json(&["show", "-json"]);
    assert_eq!(state["checks"].as_array().map(Vec::len), Some(4), "every condition is one for Terraform: {state}");
    assert!(state["checks"].to_string().contains("check: $${limit} is 5"), "{}", state["checks"]);
}

#[test]
fn conditions_on_each_are_allowed_where_there_is_an_each() {
    let Some(terraform) = Terraform::find() else { return };
    let stack = &Stack::new("each");
    let entries = map::<String>([("a", "1")]);
    terraform_data("main")
        .lifecycle(|it| it.precondition(length(each_key()).at_least(1), "no key"))
        .for_each(entries)
        .add_to(stack);
    terraform.apply(stack.clone());
}
