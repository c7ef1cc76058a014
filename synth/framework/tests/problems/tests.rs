//! Test runs and mocked providers.

use synth_framework::{Mode, Ref, mock_provider, run, text, variable};

use crate::{
    fixture::{BuiltIn, Harbor, terraform_data},
    foreign, messages, pier, stack,
};

#[test]
fn runs_in_order_have_no_problem() {
    let stack = &stack();
    let token = variable::<String>("token").ephemeral(true).add_to(stack);
    let north = pier("north").add_to(stack);
    let named = || run("named").variable(&token, "t").assert(north.name().differs_from("south"), "south");
    named().add_to(&stack.file("piers"));
    named().add_to(&stack.file("names"));
    mock_provider::<Harbor>().default("id", str::to_owned).default_of("harbor_ship", "id", "s").add_to(stack);
    assert_eq!(messages(stack), Vec::<String>::new());
}

#[test]
fn a_run_asserts_what_can_change_of_what_is_declared_here() {
    let stack = &stack();
    let north = pier("north").add_to(stack);
    run("1st").assert(north.name().equals("n"), "n").add_to(stack);
    run("nothing").add_to(stack);
    run("twice").assert(text!("{}", "a").equals("a"), "a").add_to(stack);
    run("twice").assert(north.name().equals("n"), "n").add_to(stack);
    let far = Ref::<String>::new(foreign(Mode::Managed, "harbor_pier", "far", "other").attribute("name"));
    run("far").assert(far.equals("n"), text!("not {}", far)).add_to(stack);
    let found = messages(stack);
    let without_places: Vec<_> = found.iter().map(|text| text.split(", also at ").next().unwrap()).collect();
    let elsewhere =
        "refers to `harbor_pier.far` of stack `other`, which is not declared here: pass the value through an output";
    assert_eq!(
        without_places,
        [
            "`run.main.1st` has the invalid label `1st`: start with a letter or `_`, then use letters, digits, `_` and `-`",
            "`run.nothing` asserts nothing: add an assertion, or remove it",
            "a condition of `run.twice` refers to nothing, so its result never changes: refer to a value, or remove it",
            "`run.main.twice` is declared twice",
            elsewhere,
        ]
    );
}

#[test]
fn every_variable_without_a_default_has_one_literal_value_in_each_run() {
    let stack = &stack();
    let token = variable::<String>("token").add_to(stack);
    let user = variable::<String>("user").default("u").add_to(stack);
    let north = pier("north").add_to(stack);
    let holds = || north.name().equals("n");
    run("without").assert(holds(), "n").add_to(stack);
    run("with").variable(&token, "a").variable(&token, "b").assert(holds(), "n").add_to(stack);
    run("computed").variable(&token, &user).assert(holds(), "n").add_to(stack);
    run("no_variable").variable(&token, "a").variable(&north.name(), "a").assert(holds(), "n").add_to(stack);
    let lost = Ref::<String>::new(foreign(Mode::Variable, "", "lost", "test"));
    run("lost").variable(&token, "a").variable(&lost, "a").assert(holds(), "n").add_to(stack);
    assert_eq!(
        messages(stack),
        [
            "`run.without` does not set `var.token`, which has no default: set it by `variable`",
            "`run.with` sets `var.token` twice: keep one",
            "the value of `var.token` in `run.computed` must be a literal: Terraform reads it before it evaluates anything",
            "`run.no_variable` sets `harbor_pier.north.name`, which is not a variable: name a variable",
            "refers to `var.lost` of stack `test`, which is not declared here: add it to this stack",
        ]
    );
}

#[test]
fn mocks_are_of_what_the_stack_has() {
    let stack = &stack();
    let data = terraform_data("main").add_to(stack);
    pier("north").add_to(stack);
    mock_provider::<BuiltIn>().add_to(stack);
    mock_provider::<Harbor>().default("idd", str::to_owned).add_to(stack);
    mock_provider::<Harbor>().default_of("harbor_pier", "name", "n").add_to(stack);
    mock_provider::<Harbor>().default_of("harbor_pier", "key", data.id()).add_to(stack);
    let provider =
        "mocks the provider `terraform.io/builtin/terraform`, which the stack does not require: remove the mock";
    assert_eq!(
        messages(stack),
        [
            provider,
            "mocks `idd`, which no resource type of `harbor` in this stack computes: did you mean `id`?",
            "mocks `name`, which `harbor_pier` never computes",
            "the mocked `key` of `harbor_pier` must be a literal: Terraform reads it before it evaluates anything",
        ]
    );
}
