//! Expressions, conditions and literal places.

use synth_framework::{
    Backend, Expression, IntoValue, List, Number, Stack, Value, check, functions::for_in, list, map, object, output,
    terraform, text, variable,
};

use crate::{fixture::terraform_data, messages, stack};

#[test]
fn conditions_refer_to_something_that_can_change() {
    let stack = &stack();
    let always = || Value::<bool>::new(Expression::Bool(true));
    let over_items =
        || synth_framework::functions::length(for_in::<Number, Number, _>("n", list::<Number>([1]), |n| n));
    variable::<String>("a").default("x").validation(|_| always(), "a").add_to(stack);
    output("b", 1).precondition(always(), "b").add_to(stack);
    check("c").add_to(stack);
    check("d").assert(over_items().equals(1), "d").add_to(stack);
    terraform_data("e").lifecycle(|it| it.precondition(always(), "e").postcondition(|_| always(), "e")).add_to(stack);
    let nothing = |place: &str| {
        format!(
            "a condition of `{place}` refers to nothing, so its result never changes: refer to a value, or remove it"
        )
    };
    assert_eq!(
        messages(stack),
        [
            nothing("var.a"),
            nothing("output.b"),
            "`check.c` asserts nothing: add an assertion, or remove it".to_owned(),
            nothing("check.d"),
            nothing("terraform_data.e"),
            nothing("terraform_data.e"),
        ]
    );
}

#[test]
fn expressions_are_ones_that_terraform_can_read() {
    let stack = &stack();
    let names = variable::<List<String>>("names").add_to(stack);
    output("infinite", f64::INFINITY).add_to(stack);
    output("not_a_number", list::<Number>([f64::NAN])).add_to(stack);
    output("null_in_text", text!("a{}", Value::<String>::new(Expression::Null))).add_to(stack);
    output("before_the_first", names.at(-1)).add_to(stack);
    output("before_the_first_again", synth_framework::functions::sort(&names).at(-2)).add_to(stack);
    output("keys", object! { "a" => object! { "k" => 1, "k" => 2, "k" => 3 } }).add_to(stack);
    output("computed", map::<String>([(names.at(0), "x"), (names.at(0), "y")])).add_to(stack);
    assert_eq!(
        messages(stack),
        [
            "Terraform has no number `inf`: give a finite one",
            "Terraform has no number `NaN`: give a finite one",
            "null cannot stand inside a longer string: give a value that has a text",
            "index -1 is negative: lists start at 0",
            "index -2 is negative: lists start at 0",
            "an object has the key `k` twice: keep one",
            "an object has a computed key twice: keep one",
        ]
    );
}

#[test]
fn literal_places_take_literals() {
    let stack = &Stack::new("test");
    let name = variable::<String>("name").add_to(stack);
    variable::<String>("other").default(&name).add_to(stack);
    variable::<String>("text").default(text!("x{}", name)).add_to(stack);
    variable::<String>("none").default_null().nullable(false).add_to(stack);
    let path = IntoValue::<String>::into_value(&name).into_expression();
    terraform().backend(Backend { type_name: "local", arguments: vec![("path", path)] }).add_to(stack);
    assert_eq!(
        messages(stack),
        [
            "the default of `var.other` must be a literal: Terraform reads it before it evaluates anything",
            "the default of `var.text` must be a literal: Terraform reads it before it evaluates anything",
            "`var.none` is not nullable, but its default is null: change one of the two",
            "the backend's `path` must be a literal: Terraform reads it before it evaluates anything",
        ]
    );
}
