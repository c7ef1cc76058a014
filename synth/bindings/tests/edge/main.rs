//! Stacks of the edge provider, whose schema has every nesting mode and oddity: what is written, and what is reported.

#[allow(dead_code, unreachable_pub, unused_imports, reason = "the tests use a part of what is generated")]
mod generated;
mod names;
mod problems;
mod shapes;

use serde_json::Value;
use synth_framework::{Stack, terraform};

use generated::Edge;

/// The JSON of a stack that requires the provider, without the comment that names its source.
fn json(declare: impl FnOnce(&Stack)) -> Value {
    let stack = Stack::new("edge");
    terraform().required_provider::<Edge>("0.0.0").add_to(&stack.file("terraform"));
    declare(&stack);
    let built = stack.build().unwrap_or_else(|problems| panic!("{problems}"));
    let files = built.files();
    let main = files.iter().find(|file| file.path == "main.tf.json").expect("what is declared goes to the main file");
    let mut json: Value = serde_json::from_str(&main.text).expect("what is written is JSON");
    json.as_object_mut().expect("a file is an object").remove("//");
    json
}

/// The JSON of the one resource that is declared.
fn resource(type_name: &str, declare: impl FnOnce(&Stack)) -> Value {
    json(declare)["resource"][type_name]["main"].take()
}
