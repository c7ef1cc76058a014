//! The rules of a provider's schema, and overrides.

use synth_framework::{Any, IntoValue, Stack, Value, object, terraform};

use crate::{
    fixture::{
        Harbor, harbor_pier,
        harbor_pier::{berth, crane},
    },
    messages, pier, stack,
};

#[test]
fn arguments_and_blocks_answer_to_the_schema() {
    let stack = &stack();
    let widths = || [berth().width(1), berth().width(2), berth().width(3)];
    pier("twice").name("again").add_to(stack);
    harbor_pier("null")
        .name(None::<String>)
        .berth(Vec::<berth::Builder<synth_framework::Present>>::new())
        .add_to(stack);
    harbor_pier("many").name("n").berth(widths()).crane([crane(), crane()]).add_to(stack);
    pier("old").old_name("o").light("left", "red").light("left", "green").add_to(stack);
    pier("keys").light_without_key().add_to(stack);
    pier("tags").tags([("a", "1"), ("b", "2"), ("a", "3")]).add_to(stack);
    let deprecated = "which the provider has deprecated: its documentation names the replacement";
    assert_eq!(
        messages(stack),
        [
            "`harbor_pier.twice` sets `name` twice: keep one".to_owned(),
            "`harbor_pier.null` leaves the required argument `name` null: give it a value".to_owned(),
            "`harbor_pier.null.berth` occurs 0 times, but at least 1 is needed".to_owned(),
            "`harbor_pier.many.berth` occurs 3 times, but at most 2 are allowed".to_owned(),
            "`harbor_pier.many.crane` occurs 2 times, but at most 1 is allowed".to_owned(),
            format!("`harbor_pier.old` sets `old_name`, {deprecated}"),
            format!("`harbor_pier.old` sets `light`, {deprecated}"),
            "`harbor_pier.old.light` has the key `left` twice: keep one".to_owned(),
            format!("`harbor_pier.keys` sets `light`, {deprecated}"),
            "`harbor_pier.keys.light` has a block without a key: give each block a key".to_owned(),
            "an object has the key `a` twice: keep one".to_owned(),
        ]
    );
}

#[test]
fn an_argument_that_the_oldest_accepted_version_may_not_have_is_refused() {
    let newer = |versions: &str| {
        let stack = &Stack::new("test");
        terraform().required_version(">= 1.11").required_provider::<Harbor>(versions).add_to(stack);
        pier("lit").override_argument("lamp", given("on")).override_argument("crane.reach", given(3)).add_to(stack);
        messages(stack)
    };
    let message = |place: &str, name: &str, versions: &str| {
        format!(
            "`{place}` sets `{name}`: example/harbor is known to have it since 2.1.0, but the stack accepts `{versions}`: \
             leave it out, or require 2.1.0 or newer"
        )
    };
    for refused in [">= 1", ">= 2.0.9, < 3", "< 3"] {
        assert_eq!(
            newer(refused),
            [message("harbor_pier.lit", "lamp", refused), message("harbor_pier.lit.crane", "reach", refused)]
        );
    }
    for accepted in [">= 2.1.0, < 3", "~> 2.2", ">= 1, >= 3"] {
        assert_eq!(newer(accepted), [""; 0], "{accepted}");
    }
}

fn given(value: impl IntoValue<Any>) -> Value<Any> {
    value.into_value()
}

#[test]
fn overrides_answer_to_the_schema() {
    let cases: Vec<(&str, Value<Any>, &str)> = vec![
        ("nmae", given("x"), "the schema has no `nmae`: did you mean `name`?"),
        ("zzzzzz", given("x"), "the schema has no `zzzzzz`"),
        ("id", given("x"), "`id` is computed by the provider and cannot be set"),
        ("open", given("yes"), "`open` takes a bool"),
        ("name", object! {}, "`name` takes a string"),
        ("tags", given(["a"]), "`tags` takes an object"),
        ("tags", object! { "a" => 1 }, "`tags.a` takes a string"),
        ("tags.a", given("x"), "`tags` is an argument, not a block: override it as a whole"),
        ("ship_ids", given("s"), "`ship_ids` takes a list"),
        ("ship_ids", given([1]), "`ship_ids[0]` takes a string"),
        ("rules", given([object! { "port" => 1 }]), "`rules[0]` leaves out `from`: give it, or `null`"),
        (
            "rules",
            given([object! { "port" => 1, "from" => "x", "form" => "x" }]),
            "the schema has no `form`: did you mean `from`?",
        ),
        ("master", given(["x"]), "`master` takes an object"),
        ("master", object! { "widht" => 1 }, "the schema has no `widht`: did you mean `width`?"),
        ("masters", given([object! { "width" => "w" }]), "`masters[0].width` takes a number"),
        ("masters", given(["x"]), "`masters[0]` takes an object"),
        ("berth", object! {}, "`berth` is a nested block: override one of its arguments, as `berth.argument`"),
        ("berth.wide", given(1), "the schema has no `wide`: did you mean `width`?"),
        (
            "light.color",
            given("x"),
            "there is no `light` block to override, and a new one needs a key: declare the block first",
        ),
    ];
    for (path, value, message) in cases {
        let stack = &stack();
        pier("main").override_argument(path, value).add_to(stack);
        assert_eq!(messages(stack), [format!("override `{path}` of `harbor_pier.main`: {message}")]);
    }
}

#[test]
fn an_override_to_null_of_what_is_required_is_seen() {
    let stack = &stack();
    pier("main")
        .override_argument("name", None::<String>)
        .override_argument("berth.width", None::<String>)
        .add_to(stack);
    assert_eq!(
        messages(stack),
        [
            "`harbor_pier.main` leaves the required argument `name` null: give it a value",
            "`harbor_pier.main.berth` leaves the required argument `width` null: give it a value",
        ]
    );
}
