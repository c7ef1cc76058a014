//! Adversarial strings survive every place that a string can stand in.

use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config, FileFailurePersistence, RngSeed},
};
use serde_json::{Value as Json, json};
use synth_framework::{
    Any, Ref, Stack, Value,
    functions::{join, jsonencode, lookup},
    list, local, map, object, output, text, variable,
};
use unicode_normalization::UnicodeNormalization;

use crate::harness::Terraform;

/// Pieces that mean something to a template, to HCL, to JSON or to Unicode.
const PIECES: [&str; 46] = [
    "$",
    "%",
    "{",
    "}",
    "${",
    "%{",
    "$${",
    "%%{",
    "$$${",
    "%%%{",
    "$%{",
    "%${",
    "${~",
    "~}",
    "{{",
    "}}",
    "${local.m}",
    "%{ if true }",
    "%{ endif }",
    "\"",
    "\\",
    "\\\"",
    "\\n",
    "\\u0041",
    "\n",
    "\r",
    "\r\n",
    "\t",
    "\0",
    "\u{1}",
    "\u{1b}",
    "\u{7f}",
    "\u{85}",
    "\u{2028}",
    "\u{feff}",
    "\u{fffd}",
    "\u{301}",
    "e\u{301}",
    "é",
    "\u{1f600}",
    "\u{10ffff}",
    "<<EOT\n",
    "//",
    "#",
    "'",
    "a",
];

fn adversarial() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => proptest::sample::select(&PIECES[..]).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ];
    vec(piece, 0..7).prop_map(|pieces| pieces.concat())
}

/// Terraform normalises every string to Unicode's form NFC, so that is what comes back.
fn nfc(text: &str) -> String {
    text.nfc().collect()
}

/// One string in every place, as one value.
fn everywhere(text: &str, m: &Ref<String>, own: &Ref<String>, given: &Ref<String>) -> Value<Any> {
    object! {
        "plain" => text,
        "key" => map::<String>([(text, text)]),
        "computed_key" => map::<String>([(text!("{}{}", text, m), "found")]),
        "list" => list::<String>([text, text]),
        "nested" => object! { "deep" => list::<Any>([object! { text => object! { text => text } }]) },
        "template" => text!("{}{}{}", text, m, text),
        "template_within" => join("", [text!("{}{}{}", text, m, text)]),
        "argument" => join("", [text, text]),
        "encoded" => jsonencode(object! { text => text }),
        "chosen" => m.equals("m").then_else::<String>(text, ""),
        "looked_up" => lookup(map::<String>([(text, "found")]), text, "lost"),
        "indexed" => map::<String>([(text, "found")]).key(text),
        "local" => own,
        "default" => given,
    }
}

fn expected(text: &str) -> Json {
    let (twice, around) = (format!("{text}{text}"), format!("{text}m{text}"));
    let (text, twice, around) = (nfc(text), nfc(&twice), nfc(&around));
    let found = nfc(&format!("{text}m"));
    json!({
        "plain": text,
        "key": { text.clone(): text },
        "computed_key": { found: "found" },
        "list": [text, text],
        "nested": { "deep": [{ text.clone(): { text.clone(): text } }] },
        "template": around,
        "template_within": around,
        "argument": twice,
        "encoded": { text.clone(): text },
        "chosen": text,
        "looked_up": "found",
        "indexed": "found",
        "local": text,
        "default": text,
    })
}

/// Terraform normalises encoded text too, where a mark can join the `n` of an escape: `\n` and U+0301 become `\ń`.
fn encoding_breaks(text: &str) -> bool {
    let (normalised_after, normalised_before) = (nfc(&json!(text).to_string()), json!(nfc(text)).to_string());
    normalised_after != normalised_before
}

fn survive(texts: &[String]) -> Result<(), TestCaseError> {
    let Some(terraform) = Terraform::find() else { return Ok(()) };
    let stack = &Stack::new("strings");
    let m = local::<String>("m", "m").add_to(stack);
    for (index, text) in texts.iter().enumerate() {
        let own = local::<String>(format!("l{index}"), text).add_to(stack);
        let given =
            variable::<String>(format!("v{index}")).default(text).description(text).add_to(&stack.file("variables"));
        output(format!("o{index}"), everywhere(text, &m, &own, &given)).description(text).add_to(stack);
    }
    terraform.apply_planned(stack.clone());
    let mut outputs = terraform.outputs();
    let module = terraform.json(&["show", "-json", "plan"])["configuration"]["root_module"].take();
    for (index, text) in texts.iter().enumerate() {
        let mut output = outputs[format!("o{index}")].take();
        let mut expected = expected(text);
        let encoded = output["encoded"].take();
        match serde_json::from_str(encoded.as_str().unwrap_or_default()) {
            Ok(decoded) => output["encoded"] = decoded,
            Err(_) if encoding_breaks(text) => expected["encoded"] = Json::Null,
            Err(error) => prop_assert!(false, "{} in {} of {:?}", error, encoded, text),
        }
        prop_assert_eq!(output, expected, "of {:?}", text);
        // Descriptions are literal, and Terraform prints them as they stand in the file.
        for description in [&module["outputs"][format!("o{index}")], &module["variables"][format!("v{index}")]] {
            let description = description["description"].as_str().unwrap_or_default();
            prop_assert_eq!(nfc(description), nfc(text), "as a description");
        }
    }
    Ok(())
}

#[test]
fn known_traps_survive_everywhere() {
    let mut traps: Vec<String> = PIECES.iter().map(|piece| (*piece).to_owned()).collect();
    for first in PIECES {
        for second in ["{", "${", "%{", "\u{feff}"] {
            traps.push(format!("{first}{second}"));
        }
    }
    survive(&traps).unwrap();
}

proptest! {
    #![proptest_config(Config {
        cases: 2,
        // Each case is an apply, and a failure names its string: there is nothing to shrink.
        max_shrink_iters: 0,
        rng_seed: RngSeed::Fixed(20_260_101),
        failure_persistence: Some(Box::new(FileFailurePersistence::WithSource("regressions"))),
        ..Config::default()
    })]

    #[test]
    fn adversarial_strings_survive_everywhere(texts in vec(adversarial(), 100..150)) {
        survive(&texts)?;
    }
}
