//! Problems come together, each once and in order.

use synth_framework::{Mode, Ref, Stack, list, local, output, text};

use crate::{
    fixture::{harbor, harbor_pier, harbor_pier::berth, terraform_data},
    foreign, messages, pier, stack,
};

#[test]
fn a_stack_in_order_has_no_problem() {
    let stack = &stack();
    let north = pier("north").add_to(stack);
    pier("south").ship_ids(north.ship_ids()).depends_on(&north).add_to(stack);
    harbor().region("x").add_to(stack);
    assert_eq!(messages(stack), Vec::<String>::new());
}

#[test]
fn all_problems_come_together_in_the_order_of_the_source() {
    let stack = Stack::new("cluster");
    let first = line!() + 1;
    let pier = harbor_pier("-bad").name("a").berth(berth().width(1).depth(2)).add_to(&stack);
    output("id", pier.id()).add_to(&stack);
    output("id", Ref::<String>::new(foreign(Mode::Managed, "aws_vpc", "main", "network"))).add_to(&stack);
    let file = file!().replace('\\', "/");
    let expected = [
        "stack `cluster` has 5 problems".to_owned(),
        format!(
            "{file}:{first}:16: `harbor_pier.-bad` has the invalid label `-bad`: start with a letter or `_`, then use letters, digits, `_` and `-`"
        ),
        format!(
            "{file}:{first}:16: `harbor_pier.-bad` needs the provider `example/harbor`, which the stack does not require: add it to the required providers"
        ),
        format!(
            "{file}:{first}:69: `harbor_pier.-bad.berth` sets `depth`, which the provider has deprecated: its documentation names the replacement"
        ),
        format!("{file}:{}:5: `output.id` is declared twice, also at {file}:{}:5: keep one", first + 2, first + 1),
        format!(
            "{file}:{}:5: refers to `aws_vpc.main` of stack `network`, which is not declared here: pass the value through an output",
            first + 2
        ),
    ];
    let problems = stack.build().unwrap_err();
    assert_eq!(problems.to_string().lines().map(str::trim).collect::<Vec<_>>(), expected);
    assert_eq!(problems.iter().map(|problem| &*problem.stack).collect::<Vec<_>>(), ["cluster"; 5]);
}

#[test]
fn each_cycle_is_reported_once_where_it_begins() {
    let stack = &stack();
    let later = |label: &str| foreign(Mode::Managed, "terraform_data", label, "test").attribute("id");
    let first = terraform_data("first").input(Ref::<String>::new(later("second"))).add_to(stack);
    let second = terraform_data("second").input([first.id(), first.id()]).depends_on(&first).add_to(stack);
    terraform_data("outside").input(second.id()).add_to(stack);
    terraform_data("itself").input(Ref::<String>::new(later("itself"))).add_to(stack);
    let around = Ref::<String>::new(foreign(Mode::Local, "", "around", "test"));
    local::<String>("around", text!("x{}", around)).add_to(stack);
    assert_eq!(
        messages(stack),
        [
            "dependency cycle: terraform_data.first → terraform_data.second → terraform_data.first: remove one of these references",
            "dependency cycle: terraform_data.itself → terraform_data.itself: remove one of these references",
            "dependency cycle: local.around → local.around: remove one of these references",
        ]
    );
}

#[test]
fn the_same_mistake_of_one_line_is_told_once() {
    let stack = &stack();
    let lost = Ref::<String>::new(foreign(Mode::Managed, "aws_vpc", "lost", "test"));
    output("twice", list::<String>([&lost, &lost])).add_to(stack);
    assert_eq!(messages(stack).len(), 1);
}
