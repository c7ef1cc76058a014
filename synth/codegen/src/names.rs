//! Rust names from Terraform's: case-converted only, with an underscore where a name is taken.

use std::collections::{BTreeMap, BTreeSet};

/// Names that no function and no module can have: keywords, primitive types and the crates that generated code names.
const RESERVED: &[&str] = &[
    "Self",
    "abstract",
    "as",
    "async",
    "await",
    "become",
    "bool",
    "box",
    "break",
    "char",
    "const",
    "continue",
    "core",
    "crate",
    "do",
    "dyn",
    "else",
    "enum",
    "extern",
    "f32",
    "f64",
    "false",
    "final",
    "fn",
    "for",
    "gen",
    "i128",
    "i16",
    "i32",
    "i64",
    "i8",
    "if",
    "impl",
    "in",
    "isize",
    "let",
    "loop",
    "macro",
    "match",
    "mod",
    "move",
    "mut",
    "override",
    "priv",
    "pub",
    "ref",
    "return",
    "self",
    "static",
    "std",
    "str",
    "struct",
    "super",
    "synth_framework",
    "trait",
    "true",
    "try",
    "type",
    "typeof",
    "u128",
    "u16",
    "u32",
    "u64",
    "u8",
    "unsafe",
    "unsized",
    "use",
    "usize",
    "virtual",
    "where",
    "while",
    "yield",
];

/// Methods that every builder and every view has.
const SHARED: &[&str] = &["clone", "into_dependencies", "to_traversal", "traversal"];

/// Methods that every builder of a resource or data source has: the meta-arguments and `add_to`.
pub(crate) const RESOURCE_METHODS: &[&str] =
    &["add_to", "count", "depends_on", "for_each", "lifecycle", "override_argument", "provider"];

/// Methods that every builder of a provider configuration has.
pub(crate) const PROVIDER_METHODS: &[&str] = &["add_to", "alias"];

/// Types that generated code names, so that no type parameter may.
pub(crate) const TYPES: &[&str] = &[
    "Any",
    "AttributeSchema",
    "Block",
    "BlockSchema",
    "Body",
    "Builder",
    "Clone",
    "Configuration",
    "DataSource",
    "Debug",
    "ForEachItem",
    "Handle",
    "Into",
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
    "Object",
    "Option",
    "PhantomData",
    "Present",
    "ProviderConfiguration",
    "Ref",
    "Resource",
    "Satisfies",
    "Self",
    "Set",
    "SetView",
    "Shape",
    "String",
    "TypeSchema",
    "Value",
    "Vec",
    "View",
];

/// The Rust names of what one block holds: distinct, and free of `taken`.
pub(crate) fn distinct<'a>(names: impl Iterator<Item = &'a str>, taken: &[&str]) -> BTreeMap<String, String> {
    let names: BTreeSet<&str> = names.collect();
    let is_free = |name: &str| !RESERVED.contains(&name) && !SHARED.contains(&name) && !taken.contains(&name);
    let keeps = |name: &str| snake(name) == name && is_free(name);
    // Whoever can keep its name does; the others make way.
    let mut used: BTreeSet<String> = names.iter().filter(|name| keeps(name)).map(ToString::to_string).collect();
    let mut found: BTreeMap<String, String> = used.iter().map(|name| (name.clone(), name.clone())).collect();
    for name in names {
        if found.contains_key(name) {
            continue;
        }
        let mut candidate = snake(name);
        while used.contains(&candidate) || !is_free(&candidate) {
            candidate.push('_');
        }
        used.insert(candidate.clone());
        found.insert(name.to_owned(), candidate);
    }
    found
}

/// The name as a Rust function or module.
pub(crate) fn ident(name: &str) -> String {
    let mut name = snake(name);
    if RESERVED.contains(&name.as_str()) {
        name.push('_');
    }
    name
}

/// The name as a Rust type: `vpc_config` is `VpcConfig`, `type_` is `Type_`.
pub(crate) fn camel(name: &str) -> String {
    let mut camel = String::new();
    for part in name.trim_end_matches('_').split('_') {
        let mut characters = part.chars();
        camel.extend(characters.next().map(|first| first.to_ascii_uppercase()));
        camel.extend(characters);
    }
    camel.extend(name.chars().rev().take_while(|character| *character == '_'));
    camel
}

fn snake(name: &str) -> String {
    let mut snake = String::new();
    let mut follows_lower = false;
    for character in name.chars() {
        if character.is_ascii_uppercase() && follows_lower {
            snake.push('_');
        }
        follows_lower = character.is_ascii_lowercase() || character.is_ascii_digit();
        snake.push(if character.is_ascii_alphanumeric() { character.to_ascii_lowercase() } else { '_' });
    }
    if snake.starts_with(|first: char| first.is_ascii_digit()) {
        snake.insert(0, '_');
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::{RESOURCE_METHODS, camel, distinct, ident};

    #[test]
    fn a_keyword_gets_an_underscore() {
        assert_eq!(ident("type"), "type_");
        assert_eq!(ident("self"), "self_");
        assert_eq!(ident("vpc_id"), "vpc_id");
    }

    #[test]
    fn names_that_become_alike_stay_distinct() {
        let names = distinct(["type", "type_", "fooBar", "foo_bar", "foo-bar"].into_iter(), &[]);
        let rust: Vec<&str> = names.values().map(String::as_str).collect();
        assert_eq!(names["type_"], "type_");
        assert_eq!(names["type"], "type__");
        assert_eq!(names["foo_bar"], "foo_bar");
        assert_eq!(names["foo-bar"], "foo_bar_");
        assert_eq!(names["fooBar"], "foo_bar__");
        assert_eq!(rust.len(), 5);
    }

    #[test]
    fn a_meta_argument_makes_way() {
        assert_eq!(distinct(["count"].into_iter(), RESOURCE_METHODS)["count"], "count_");
        assert_eq!(distinct(["count"].into_iter(), &[])["count"], "count");
    }

    #[test]
    fn a_type_name_is_camel_case() {
        assert_eq!(camel("vpc_config"), "VpcConfig");
        assert_eq!(camel("type_"), "Type_");
        assert_eq!(camel("s3"), "S3");
    }
}
