//! An environment that holds every setting, as `default.toml` does.

use stacks::settings::Settings;

use crate::{BASE, layer};

/// The keys of the base with their lines, counted from 1, and those of their tables' heads.
fn keys_of_base() -> Vec<(String, usize, usize)> {
    let (mut table, mut head, mut keys) = (String::new(), 1, Vec::new());
    for (index, line) in BASE.lines().enumerate() {
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

#[test]
fn a_missing_setting_is_reported_for_every_setting_at_its_table() {
    let lines: Vec<&str> = BASE.lines().collect();
    for (key, line, head) in keys_of_base().into_iter().filter(|(key, ..)| !key.starts_with("aws.tags.")) {
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
fn a_wrong_type_is_reported_for_every_setting_at_its_value() {
    let lines: Vec<&str> = BASE.lines().collect();
    for (key, line, _) in keys_of_base() {
        let (name, _) = lines[line - 1].split_once(" = ").unwrap();
        let wrong = format!("{name} = 1.5");
        let text = [&lines[..line - 1], &[wrong.as_str()], &lines[line..]].concat().join("\n");
        let error = Settings::parse("default", &[layer("default", &text)]).unwrap_err();
        let [problem] = error.problems.as_slice() else { panic!("{error}") };
        assert_eq!((problem.key.as_str(), problem.line, problem.column), (key.as_str(), line, name.len() + 4));
        assert!(problem.message.starts_with("is a float, "), "{problem}");
    }
}
