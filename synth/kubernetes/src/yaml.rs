//! YAML: block style, quotes only where a reader of YAML 1.1 or 1.2 needs them, literal blocks for several lines.

use serde_json::Value as Json;

/// One document, ending in a newline.
pub(crate) fn document(value: &Json) -> String {
    let options = serde_saphyr::ser_options! {
        // A long text stays on its line: folding would move its spaces.
        folded_wrap_chars: usize::MAX,
    };
    let mut text = serde_saphyr::to_string_with_options(value, options).expect("a JSON value is always serializable");
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value as Json, json};

    use super::document;

    /// Texts that one version of YAML or another takes for something else.
    const AMBIGUOUS: &[&str] = &[
        "",
        " ",
        "yes",
        "No",
        "on",
        "OFF",
        "y",
        "n",
        "true",
        "null",
        "~",
        "1e3",
        "0x1",
        "0o7",
        "0777",
        "1_000",
        ".inf",
        "-.INF",
        ".nan",
        "+1",
        "12e03",
        "1:20",
        "2001-01-01",
        "<<",
        "=",
        "---",
        "...",
        "- a",
        "? b",
        "a: b",
        "a:",
        ":a",
        "#a",
        "a #b",
        "*",
        "&a",
        "!a",
        "@a",
        "`a",
        "%a",
        "'a'",
        "\"a\"",
        "[a]",
        "{a}",
        "a, b",
        "|",
        ">",
        "a\\b",
        "\t",
        "a\n",
        "a\nb",
        "\na",
        "a\n\n",
        "  a\nb\n",
        "a \nb",
        "\u{7f}",
        "\u{feff}a",
        "\u{85}",
        "\u{2028}",
        "a\r\nb",
        "{{ $value }}",
        "100m",
        "10%",
        "0.0.0.0:8080",
        "::1",
        "a\u{a0}b",
        "\n",
        " a",
        "a ",
        "# a\n# b\n",
        "\u{1F980}",
    ];

    /// The value as another parser, of another YAML version, reads it.
    fn read_back(value: &Json) -> Json {
        let text = document(value);
        serde_norway::from_str(&text).unwrap_or_else(|error| panic!("{error} in:\n{text}"))
    }

    /// Each text as a value, a key, an item, and nested in both.
    fn everywhere(text: &str) -> Json {
        json!({ "value": text, "list": [text, [text], { "key": text }], text: { "nested": { text: text } } })
    }

    #[test]
    fn ambiguous_texts_stay_texts() {
        for text in AMBIGUOUS {
            let value = everywhere(text);
            assert_eq!(read_back(&value), value, "{text:?}");
        }
    }

    #[test]
    fn several_lines_are_a_literal_block_and_a_long_line_stays_one() {
        let long = "word ".repeat(60);
        let text = document(&json!({ "script": "one\n  two\n", "expression": long.trim_end() }));
        assert_eq!(text, format!("script: |\n  one\n    two\nexpression: {}\n", long.trim_end()));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

        // A tab that begins a line of a literal block is left out: libyaml refuses what YAML 1.2 allows.
        #[test]
        fn any_text_reads_back(text in "[ -~\\n\u{80}-\u{3000}]{0,24}|[-+0-9._eExXob:]{1,8}|[a-zA-Z~#&*!|>%@` \\n:?,\\[\\]{}'\"-]{1,16}") {
            let value = everywhere(&text);
            prop_assert_eq!(read_back(&value), value);
        }
    }
}
