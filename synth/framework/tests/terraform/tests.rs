//! Test runs pass and fail as they say, under the real Terraform.

use synth_framework::{List, Stack, functions::length, run, text, variable};

use crate::{fixture::terraform_data, harness::Terraform};

fn stack(asserted: &str) -> Stack {
    let stack = Stack::new("tested");
    let token = variable::<String>("token").sensitive(true).ephemeral(true).add_to(&stack);
    let names = variable::<List<String>>("names").add_to(&stack);
    let data = terraform_data("main").input("%{${x}").add_to(&stack);
    let tests = stack.file("data");
    run("values_arrive_as_they_are")
        .variable(&token, "${t}")
        .variable(&names, ["%{n}", "m"])
        .assert(length(&token).equals(4), "the token is another")
        .assert(names.at(0).equals("%{n}"), text!("the first name is {}", names.at(0)))
        .assert(length(&names).equals(2), "there are other names")
        .add_to(&tests);
    run("the_input_is_literal")
        .variable(&token, "t")
        .variable(&names, ["n"])
        .assert(data.input_text().equals(asserted), text!("it is {}", data.input_text()))
        .add_to(&tests);
    stack
}

#[test]
fn runs_pass_where_all_holds_and_fail_by_their_names_where_not() {
    let Some(terraform) = Terraform::find() else { return };
    terraform.prepare(stack("%{${x}"));
    let passed = terraform.must(&["test", "-no-color"]);
    assert!(passed.contains("Success! 2 passed, 0 failed."), "{passed}");
    terraform.prepare(stack("%{y}"));
    let failed = terraform.run(&["test", "-no-color"]);
    assert!(!failed.worked, "{}", failed.text);
    for said in ["run \"values_arrive_as_they_are\"... pass", "run \"the_input_is_literal\"... fail", "it is %{${x}"] {
        assert!(failed.text.contains(said), "`{said}` is not in:\n{}", failed.text);
    }
}
