//! Numbers, nulls, steps, splats, conditions and repetition come out as they went in.

use serde_json::json;
use synth_framework::{
    Any, Backend, Expression, IntoValue, List, ListView, Map, MapView, Number, Ref, Set, SetView, Stack, Value, View,
    count_index, each_key, each_value, for_each_of,
    functions::{for_in, join, jsondecode, jsonencode, length, one, sort, toset},
    list, local, map, object, output, terraform as settings, text, variable,
};

use crate::{fixture::terraform_data, harness::Terraform};

#[test]
fn numbers_keep_their_value_and_whole_ones_have_no_fraction() {
    let Some(terraform) = Terraform::find() else { return };
    let stack = &Stack::new("numbers");
    let great = variable::<Number>("great").default(9_007_199_254_740_993_i64).add_to(stack);
    output("given", [443.0, 0.1, 1e300]).add_to(stack);
    output("great", great).add_to(stack);
    output("greatest", u64::MAX).add_to(stack);
    output("as_text", jsonencode(object! { "a" => 443.0, "b" => -2.5, "c" => 1e-7, "d" => u64::MAX, "e" => -0.0 }))
        .add_to(stack);
    output("compared", IntoValue::<Number>::into_value(-1).less_than(1e21)).add_to(stack);
    terraform.apply(stack.clone());
    let text = terraform.must(&["output", "-json", "given"]);
    assert_eq!(text.replace('0', "").trim(), "[443,.1,1]");
    assert_eq!(terraform.must(&["output", "-json", "great"]).trim(), "9007199254740993");
    assert_eq!(terraform.must(&["output", "-json", "greatest"]).trim(), "18446744073709551615");
    let outputs = terraform.outputs();
    assert_eq!(outputs["as_text"], r#"{"a":443,"b":-2.5,"c":0.0000001,"d":18446744073709551615,"e":0}"#);
    assert_eq!(outputs["compared"], true);
}

#[test]
fn nulls_stand_inside_lists_and_objects() {
    let Some(terraform) = Terraform::find() else { return };
    let stack = &Stack::new("nulls");
    output("list", list::<String>([Some("a"), None])).add_to(stack);
    output("object", object! { "a" => None::<String>, "//" => "no comment here", "" => true }).add_to(stack);
    output("text", jsonencode(object! { "a" => None::<bool>, "b" => [None, Some(1)] })).add_to(stack);
    output("json", json!({ "a": [null, { "b": 1.5 }] })).add_to(stack);
    output("nothing", None::<String>).add_to(stack);
    terraform.apply(stack.clone());
    assert_eq!(
        terraform.outputs(),
        json!({
            "list": ["a", null],
            "object": { "a": null, "//": "no comment here", "": true },
            "text": r#"{"a":null,"b":[null,1]}"#,
            "json": { "a": [null, { "b": 1.5 }] },
        })
    );
}

synth_framework::view! {
    /// An object with a name and parts.
    Thing
}

impl Thing {
    fn name(&self) -> Ref<String> {
        Ref::new(self.traversal().attribute("name"))
    }

    fn parts(&self) -> Ref<List<String>> {
        Ref::new(self.traversal().attribute("parts"))
    }
}

fn things<V: View>(stack: &Stack, name: &str, value: impl IntoValue<Any>) -> V {
    V::view(local::<Any>(name, value).add_to(stack).traversal().clone())
}

#[test]
fn splats_walk_lists_sets_and_maps_and_what_follows_steps_into_the_result() {
    let Some(terraform) = Terraform::find() else { return };
    let stack = &Stack::new("splats");
    let thing = |name: &str| object! { "name" => name, "parts" => [text!("{}1", name), text!("{}2", name)] };
    let in_list: ListView<Thing> = things(stack, "in_list", [thing("a"), thing("b")]);
    let set = Value::<Any>::new(toset::<Any>([thing("a"), thing("b")]).into_expression());
    let in_set: SetView<Thing> = things(stack, "in_set", set);
    let in_map: MapView<Thing> = things(stack, "in_map", object! { "x" => thing("a") });
    output("list", in_list.all(Thing::name)).add_to(stack);
    output("set", sort(in_set.all(Thing::name))).add_to(stack);
    output("map", in_map.all(Thing::name)).add_to(stack);
    output("second", in_list.all(Thing::name).at(1)).add_to(stack);
    output("parts_of_second", in_list.all(Thing::parts).at(1)).add_to(stack);
    output("part_of_second", in_list.all(Thing::parts).at(1).at(0)).add_to(stack);
    output("at", in_list.at(1).parts().at(0)).add_to(stack);
    output("under", in_map.at("x").name()).add_to(stack);
    output("only", one(in_map.all(Thing::name))).add_to(stack);
    output("decoded", Value::<List<Any>>::new(jsondecode("[1,2]").into_expression()).at(1)).add_to(stack);
    output(
        "of_literal",
        map::<String>([("k", "v")]).key(text!("{}", in_map.at("x").name()).equals("a").then_else::<String>("k", "")),
    )
    .add_to(stack);
    terraform.apply(stack.clone());
    assert_eq!(
        terraform.outputs(),
        json!({
            "list": ["a", "b"],
            "set": ["a", "b"],
            "map": ["a"],
            "second": "b",
            "parts_of_second": ["b1", "b2"],
            "part_of_second": "b1",
            "at": "b1",
            "under": "a",
            "only": "a",
            "decoded": 2,
            "of_literal": "v",
        })
    );
}

#[test]
fn operators_group_as_they_were_called() {
    let Some(terraform) = Terraform::find() else { return };
    let stack = &Stack::new("operators");
    let number = variable::<Number>("number").default(2).add_to(stack);
    let yes = variable::<bool>("yes").default(true).add_to(stack);
    let yes = || IntoValue::<bool>::into_value(&yes);
    output("not_of_and", !(yes().and(false))).add_to(stack);
    output("and_of_or", (!yes()).or(true).and(yes())).add_to(stack);
    output("nested", yes().and(!yes()).then_else::<Number>(1, number.less_than(3).then_else::<Number>(2, 3)))
        .add_to(stack);
    output("kept_type", number.at_most(2).then_else::<Number>(&number, 0)).add_to(stack);
    output("as_text", text!("{}", number)).add_to(stack);
    output(
        "in_for",
        for_in::<Number, Number, _>("n", yes().then_else::<List<Number>>([1, 5], [9, 9]), |n| {
            n.greater_than(2).then_else::<Number>(-1, n)
        }),
    )
    .add_to(stack);
    output(
        "for_in_for",
        for_in::<String, String, _>("a", ["x", "y"], |a| {
            join("", for_in::<String, String, _>("b", ["1", "2"], |b| text!("{}{}", a, b)))
        }),
    )
    .add_to(stack);
    terraform.apply(stack.clone());
    assert_eq!(
        terraform.outputs(),
        json!({
            "not_of_and": true,
            "and_of_or": true,
            "nested": 2,
            "kept_type": 2,
            "as_text": "2",
            "in_for": [1, -1],
            "for_in_for": ["x1x2", "y1y2"],
        })
    );
}

#[test]
fn resources_repeat_by_count_map_and_set() {
    let Some(terraform) = Terraform::find() else { return };
    let stack = &Stack::new("repetition");
    let teams = variable::<Set<String>>("teams").default(["blue", "red"]).add_to(stack);
    let counted = terraform_data("counted").input(text!("n{}", count_index())).count(2).add_to(stack);
    let mapped = terraform_data("mapped")
        .input(text!("{}={}", each_key(), each_value::<String>()))
        .for_each(map::<String>([("${a}", "1"), ("b", "2")]))
        .add_to(stack);
    let from_set = terraform_data("from_set").input(each_value::<String>()).for_each(for_each_of(&teams)).add_to(stack);
    let from_list = terraform_data("from_list").input(each_key()).for_each(for_each_of(["x", "y"])).add_to(stack);
    output("counted", counted.all(terraform_data::Handle::text)).add_to(stack);
    output("mapped", mapped.all(terraform_data::Handle::text)).add_to(stack);
    output("from_set", from_set.all(terraform_data::Handle::text)).add_to(stack);
    output("from_list", length(&from_list)).add_to(stack);
    output("one_of", [counted.at(1).text(), mapped.at("${a}").text(), from_set.at("red").text()]).add_to(stack);
    terraform_data("after").depends_on((&counted, [&mapped, &mapped], Some(&from_set))).add_to(stack);
    terraform.apply(stack.clone());
    assert_eq!(
        terraform.outputs(),
        json!({
            "counted": ["n0", "n1"],
            "mapped": ["${a}=1", "b=2"],
            "from_set": ["blue", "red"],
            "from_list": 2,
            "one_of": ["n1", "${a}=1", "red"],
        })
    );
}

#[test]
fn variables_of_every_type_take_their_defaults() {
    let Some(terraform) = Terraform::find() else { return };
    let stack = &Stack::new("variables");
    let in_file = &stack.file("variables");
    output("text", variable::<String>("text").default("${not} a %{template}").add_to(in_file)).add_to(stack);
    output("number", variable::<Number>("number").default(1.5).add_to(in_file)).add_to(stack);
    output("truth", variable::<bool>("truth").default(false).nullable(false).add_to(in_file)).add_to(stack);
    output("strings", variable::<List<String>>("strings").default(["${x}", "b"]).add_to(in_file)).add_to(stack);
    output("deep", variable::<Map<Set<Number>>>("deep").default([("${k}", [1, 2])]).add_to(in_file)).add_to(stack);
    output("any", variable::<Any>("any").default(object! { "a" => [1], "${b}" => "x" }).add_to(in_file)).add_to(stack);
    output("unset", variable::<String>("unset").default_null().add_to(in_file).equals("x")).add_to(stack);
    let hidden = variable::<String>("hidden").default("shh").sensitive(true).add_to(in_file);
    output("hidden", &hidden).sensitive(true).add_to(stack);
    variable::<String>("passing").default("gone").ephemeral(true).add_to(in_file);
    terraform.apply(stack.clone());
    assert_eq!(
        terraform.outputs(),
        json!({
            "text": "${not} a %{template}",
            "number": 1.5,
            "truth": false,
            "strings": ["${x}", "b"],
            "deep": { "${k}": [1, 2] },
            "any": { "a": [1], "${b}": "x" },
            "unset": false,
            "hidden": "shh",
        })
    );
}

#[test]
fn settings_of_terraform_are_literal() {
    let Some(terraform) = Terraform::find() else { return };
    let stack = &Stack::new("settings");
    let path = Expression::String("state-${x}-%{y}.tfstate".into());
    let backend = Backend { type_name: "local", arguments: vec![("path", path)] };
    settings().required_version(">= 1.11").backend(backend).add_to(stack);
    output("x", "y").add_to(stack);
    terraform.apply(stack.clone());
    assert!(terraform.holds("state-${x}-%{y}.tfstate"));
}
