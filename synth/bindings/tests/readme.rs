//! The first screen of the README: its Rust compiles, writes its JSON, and its errors are the compiler's.

use std::{fs, path::Path};

use serde_json::Value as Json;
use synth_bindings::{aws_subnet, aws_vpc, provider::Aws};
use synth_framework::{Stack, terraform};

struct Settings {
    network: Network,
}

struct Network {
    cidr: &'static str,
}

const BEGIN: &str = "fn example(settings: &Settings, stack: &Stack) {\n";

#[rustfmt::skip]
fn example(settings: &Settings, stack: &Stack) {
    let vpc = aws_vpc("main")
        .cidr_block(settings.network.cidr)
        .enable_dns_hostnames(true)
        .add_to(stack);

    aws_subnet("private_a")
        .vpc_id(vpc.id())
        .availability_zone("eu-north-1a")
        .cidr_block("10.0.0.0/18")
        .add_to(stack);
}

fn readme() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md")).expect("the README is there")
}

/// The first block of the README in a language.
fn block(language: &str) -> String {
    let readme = readme();
    let (_, rest) = readme.split_once(&format!("```{language}\n")).expect("the README has such a block");
    rest.split_once("```").expect("a block ends").0.to_owned()
}

#[test]
fn the_rust_of_the_readme_compiles() {
    let (_, rest) = include_str!("readme.rs").split_once(BEGIN).expect("the function is above");
    let (body, _) = rest.split_once("\n}\n").expect("a function ends");
    let body: Vec<_> = body.lines().map(|line| line.strip_prefix("    ").unwrap_or(line)).collect();
    assert_eq!(block("rust").trim_end(), body.join("\n"));
}

#[test]
fn the_json_of_the_readme_is_what_its_rust_writes() {
    let stack = Stack::new("readme");
    terraform().required_provider::<Aws>(">= 5.100.0").add_to(&stack.file("terraform"));
    example(&Settings { network: Network { cidr: "10.0.0.0/16" } }, &stack);
    let built = stack.build().unwrap_or_else(|problems| panic!("{problems}"));
    let files = built.files();
    let main = files.iter().find(|file| file.path == "main.tf.json").expect("resources go to the main file");
    let written: Json = serde_json::from_str(&main.text).expect("what is written is JSON");
    let shown: Json = serde_json::from_str(&format!("{{{}}}", block("json"))).expect("the README shows JSON");
    assert_eq!(shown, written["resource"]);
}

#[test]
fn the_errors_of_the_readme_are_the_compilers() {
    let cases =
        fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui/refused")).expect("the cases are there");
    let files = cases.filter_map(Result::ok).map(|case| case.path());
    let texts = files.filter(|path| path.extension().is_some_and(|extension| extension == "stderr"));
    // The README leaves out the names of the crates.
    let said: String = texts.map(|path| fs::read_to_string(path).expect("a case can be read")).collect();
    let said = said.replace("synth_framework::", "").replace("synth_bindings::", "");
    // A line that is too long for a page goes on in the next one.
    let readme = readme().replace("\n              ", " ");
    let shown: Vec<_> = readme.lines().filter(|line| line.starts_with("error[E")).collect();
    assert!(!shown.is_empty(), "the README shows no error");
    for line in shown {
        assert!(said.lines().any(|said| said == line), "no case has `{line}`");
    }
}
