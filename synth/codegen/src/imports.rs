//! The imports of a module: the names of the framework that its text uses, and no other.

const FRAMEWORK: &[&str] = &[
    "Any",
    "AttributeSchema",
    "BlockSchema",
    "Body",
    "IntoBlock",
    "IntoBlocks",
    "IntoValue",
    "List",
    "ListView",
    "Map",
    "MapView",
    "Missing",
    "Mode",
    "NestedSchema",
    "Nesting",
    "Number",
    "Present",
    "ProviderConfiguration",
    "Ref",
    "Satisfies",
    "Set",
    "SetView",
    "TypeSchema",
    "Value",
];

/// The `use` lines that the text of a module needs, without its inner modules.
pub(crate) fn imports(text: &str) -> String {
    let mut lines = String::new();
    if uses(text, "PhantomData") {
        lines += "use std::marker::PhantomData;\n\n";
    }
    let used: Vec<_> = FRAMEWORK.iter().copied().filter(|name| uses(text, name)).collect();
    if !used.is_empty() {
        lines.extend(["use synth_framework::{", &used.join(", "), "};\n"]);
    }
    lines
}

/// Does the text use the name unqualified, outside of docs and strings?
fn uses(text: &str, name: &str) -> bool {
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    code.flat_map(|line| line.match_indices(name).map(move |(at, _)| (line, at))).any(|(line, at)| {
        let is_word = |character: char| character.is_alphanumeric() || character == '_';
        let before = &line[..at];
        let after = &line[at + name.len()..];
        let in_string = before.matches('"').count() % 2 == 1;
        !in_string && !before.ends_with(is_word) && !before.ends_with("::") && !after.starts_with(is_word)
    })
}

#[cfg(test)]
mod tests {
    use super::imports;

    #[test]
    fn only_unqualified_names_in_code_are_imported() {
        let text = "/// A Map.\nfn f(a: Set<String>, b: Nesting::List, c: synth_framework::View) { \"Body\" }\n";
        assert_eq!(imports(text), "use synth_framework::{Nesting, Set};\n");
    }
}
