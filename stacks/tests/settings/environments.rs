//! The shipped environments.

use stacks::settings::Settings;

use crate::layer;

const DEFAULT: &str = include_str!("../../environments/default.toml");
const STAGING: &str = include_str!("../../environments/staging.toml");
const PRODUCTION: &str = include_str!("../../environments/production.toml");

/// The keys of `default.toml` with their lines, counted from 1, and those of their tables' heads.
fn keys_of_default() -> Vec<(String, usize, usize)> {
    let (mut table, mut head, mut keys) = (String::new(), 1, Vec::new());
    for (index, line) in DEFAULT.lines().enumerate() {
        if let Some(name) = line.strip_prefix('[') {
            table = format!("{}.", name.trim_end_matches(']'));
            head = index + 1;
        } else if let Some((key, _)) = line.split_once(" = ")
            && !line.starts_with('#')
        {
            keys.push((format!("{table}{key}"), index + 1, head));
        }
    }
    keys
}

fn shipped() -> [Settings; 3] {
    [("default", ""), ("staging", STAGING), ("production", PRODUCTION)].map(|(name, text)| {
        Settings::parse(name, &[layer("default", DEFAULT), layer(name, text)]).unwrap_or_else(|error| panic!("{error}"))
    })
}

#[test]
fn the_shipped_environments_are_sound() {
    assert_eq!(shipped().map(|settings| settings.environment), ["default", "staging", "production"]);
}

#[test]
fn the_default_environment_holds_every_setting() {
    let lines: Vec<&str> = DEFAULT.lines().collect();
    for (key, line, head) in keys_of_default().into_iter().filter(|(key, ..)| !key.starts_with("aws.tags.")) {
        let rest = [&lines[..line - 1], &lines[line..]].concat().join("\n");
        let error = Settings::parse("default", &[layer("default", &rest)]).unwrap_err();
        let missing: Vec<_> =
            error.problems.iter().filter(|problem| problem.message.starts_with("is missing")).collect();
        assert_eq!(missing.len(), 1, "without `{key}`: {error}");
        assert_eq!((missing[0].key.as_str(), missing[0].line), (key.as_str(), head));
        assert_eq!(missing[0].file, "stacks/environments/default.toml");
    }
}

#[test]
fn every_setting_of_the_default_environment_is_explained() {
    let lines: Vec<&str> = DEFAULT.lines().collect();
    for (key, line, _) in keys_of_default() {
        assert!(lines[line - 2].starts_with("# "), "`{key}` on line {line} has no comment above it");
    }
}

#[test]
fn a_wrong_type_is_reported_for_every_setting_at_its_value() {
    let lines: Vec<&str> = DEFAULT.lines().collect();
    for (key, line, _) in keys_of_default() {
        let (name, _) = lines[line - 1].split_once(" = ").unwrap();
        let wrong = format!("{name} = 1.5");
        let text = [&lines[..line - 1], &[wrong.as_str()], &lines[line..]].concat().join("\n");
        let error = Settings::parse("default", &[layer("default", &text)]).unwrap_err();
        let [problem] = error.problems.as_slice() else { panic!("{error}") };
        assert_eq!((problem.key.as_str(), problem.line, problem.column), (key.as_str(), line, name.len() + 4));
        assert!(problem.message.starts_with("is a float, "), "{problem}");
    }
}
