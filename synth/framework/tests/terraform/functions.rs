//! Every function of `functions.rs` is called once, and Terraform says what it gives.

use serde_json::{Value as Json, json};
use synth_framework::{
    Any, Concrete, IntoValue, Map, Set, Stack, Value,
    functions::{
        alltrue, anytrue, base64decode, base64encode, can, cidrhost, cidrsubnet, coalesce, concat, contains, distinct,
        element, endswith, file, flatten, for_in, format, join, jsondecode, jsonencode, keys, length, lookup, lower,
        max, merge, min, nonsensitive, one, path_module, replace, sensitive, sha256, slice, sort, split, startswith,
        strcontains, tolist, toset, tostring, trimprefix, trimsuffix, try_, upper, values, yamlencode,
    },
    list, map, object, output, text, variable,
};

use crate::harness::Terraform;

const SHA_OF_EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn any<T: Concrete>(value: Value<T>) -> Value<Any> {
    value.into_value()
}

/// Each function by its name here: a call, and what it must give.
fn calls(stack: &Stack) -> Vec<(&'static str, Value<Any>, Json)> {
    // Through a variable, so that Terraform and not its parser does the work.
    let letters = variable::<synth_framework::List<String>>("letters").default(["b", "a", "b"]).add_to(stack);
    let sizes = variable::<Map<String>>("sizes").default([("small", "1"), ("large", "9")]).add_to(stack);
    let names = variable::<Set<String>>("names").default(["y", "x"]).add_to(stack);
    let secret = variable::<String>("secret").default("hush").sensitive(true).add_to(stack);
    vec![
        ("alltrue", any(alltrue(for_in::<String, bool, _>("letter", &letters, |it| it.equals("b")))), json!(false)),
        ("anytrue", any(anytrue(for_in::<String, bool, _>("letter", &letters, |it| it.equals("b")))), json!(true)),
        ("base64decode", any(base64decode("aMOp")), json!("hé")),
        ("base64encode", any(base64encode("hé")), json!("aMOp")),
        ("can", any(can(jsondecode("{"))), json!(false)),
        ("cidrhost", any(cidrhost("10.0.16.0/20", 5)), json!("10.0.16.5")),
        ("cidrsubnet", any(cidrsubnet("10.0.0.0/16", 4, 1)), json!("10.0.16.0/20")),
        ("coalesce", any(coalesce("", "b")), json!("b")),
        ("concat", any(concat(&letters, list::<String>(["c"]))), json!(["b", "a", "b", "c"])),
        ("contains", any(contains::<String>(&letters, "a")), json!(true)),
        ("distinct", any(distinct(&letters)), json!(["b", "a"])),
        ("element", any(element(&letters, 4)), json!("a")),
        ("endswith", any(endswith("main.tf", ".tf")), json!(true)),
        ("file", any(file(text!("{}/note.txt", path_module()))), json!("as it is: ${x}\n")),
        ("flatten", any(flatten::<String>([list::<String>(["a"]), list::<String>(["b"])])), json!(["a", "b"])),
        ("for_in", any(for_in::<String, String, _>("letter", &letters, upper)), json!(["B", "A", "B"])),
        (
            "format",
            any(format("%s-%02d-%t", ["a".into_value(), 7.into_value(), true.into_value()])),
            json!("a-07-true"),
        ),
        ("join", any(join("-", &letters)), json!("b-a-b")),
        ("jsondecode", jsondecode(r#"{"a":[1,null]}"#), json!({ "a": [1, null] })),
        (
            "jsonencode",
            any(jsonencode(object! { "a" => [1, 2], "b" => None::<String> })),
            json!(r#"{"a":[1,2],"b":null}"#),
        ),
        ("keys", any(keys(&sizes)), json!(["large", "small"])),
        ("length", any(length(&letters)), json!(3)),
        ("lookup", any(lookup(&sizes, "medium", "5")), json!("5")),
        ("lower", any(lower("ÀB")), json!("àb")),
        ("max", any(max(1.5, -2)), json!(1.5)),
        ("merge", any(merge(&sizes, map::<String>([("small", "2")]))), json!({ "large": "9", "small": "2" })),
        ("min", any(min(1.5, -2)), json!(-2)),
        ("nonsensitive", any(nonsensitive::<String>(&secret)), json!("hush")),
        ("one", any(one(slice(&letters, 0, 1))), json!("b")),
        ("path_module", any(tostring(path_module())), json!(".")),
        ("replace", any(replace("a.b.c", ".", "/")), json!("a/b/c")),
        ("sensitive", any(length(sensitive::<String>("hush"))), json!(4)),
        ("sha256", any(sha256("")), json!(SHA_OF_EMPTY)),
        ("slice", any(slice(&letters, 1, 3)), json!(["a", "b"])),
        ("sort", any(sort(&letters)), json!(["a", "b", "b"])),
        ("split", any(split(",", "a,b")), json!(["a", "b"])),
        ("startswith", any(startswith("main.tf", "main")), json!(true)),
        ("strcontains", any(strcontains("a.b.c", "b.")), json!(true)),
        ("tolist", any(tolist(&names)), json!(["x", "y"])),
        ("tostring", any(tostring(8080)), json!("8080")),
        ("toset", any(toset(&letters)), json!(["a", "b"])),
        ("trimprefix", any(trimprefix("v1.2", "v")), json!("1.2")),
        ("trimsuffix", any(trimsuffix("main.tf", ".tf")), json!("main")),
        ("try_", any(try_::<String>(tostring(jsondecode("{")), "no JSON")), json!("no JSON")),
        ("upper", any(upper("àb")), json!("ÀB")),
        ("values", any(values(&sizes)), json!(["9", "1"])),
        ("yamlencode", any(yamlencode(object! { "a" => [1], "b" => "${x}" })), json!("\"a\":\n- 1\n\"b\": \"${x}\"\n")),
    ]
}

#[test]
fn every_function_gives_what_it_says() {
    let Some(terraform) = Terraform::find() else { return };
    let stack = &Stack::new("functions");
    let calls = calls(stack);
    let mut expected = json!({});
    for (name, value, result) in calls {
        output(name, value).sensitive(name == "sensitive").add_to(stack);
        expected[name] = result;
    }
    stack.asset("note.txt", "as it is: ${x}\n");
    terraform.apply(stack.clone());
    assert_eq!(terraform.outputs(), expected);
}

#[test]
fn no_function_is_left_out() {
    let source = include_str!("../../src/functions.rs");
    let name_of = |line: &str| -> Option<String> {
        let line =
            line.strip_prefix("pub fn ").or_else(|| line.strip_prefix("    ").filter(|line| line.ends_with(';')))?;
        let name: String =
            line.chars().take_while(|character| character.is_alphanumeric() || *character == '_').collect();
        let rest = line[name.len()..].trim_start_matches(" as \"try\"");
        (!name.is_empty() && rest.starts_with(['(', '<'])).then_some(name)
    };
    let declared: Vec<String> = source.lines().filter_map(name_of).collect();
    let called: Vec<&str> = calls(&Stack::new("functions")).iter().map(|(name, ..)| *name).collect();
    assert!(declared.len() > 40, "the declarations are no longer found: {declared:?}");
    let left_out: Vec<_> = declared.iter().filter(|name| !called.contains(&name.as_str())).collect();
    assert!(left_out.is_empty(), "{left_out:?} are declared and never called here");
}
