//! Problems of settings: collected while reading, reported all at once.

use std::{collections::HashMap, fmt};

use synth_framework::nearest;
use synth_project::Layer;

use super::position::{Position, Positions, SettingsProblem};
use super::secret::Secret;

/// Everything that is wrong with the settings of one environment, one problem a line, in the order of the files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsError {
    /// At least one problem.
    pub problems: Vec<SettingsProblem>,
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for SettingsError {}

/// The problems found so far, and the places to report them at.
pub(super) struct Problems<'a> {
    layers: &'a [Layer],
    places: HashMap<String, Positions>,
    found: Vec<(Position, SettingsProblem)>,
}

impl<'a> Problems<'a> {
    pub(super) fn new(layers: &'a [Layer], places: HashMap<String, Positions>) -> Self {
        Self { layers, places, found: Vec::new() }
    }

    /// Reports at the value of `key`.
    pub(super) fn report(&mut self, key: &str, message: impl Into<String>) {
        debug_assert!(self.places.contains_key(key), "`{key}` is read, so it stands somewhere");
        let place = self.places.get(key).map_or(Position::FIRST, |places| places.value);
        self.report_at(place, key, message.into());
    }

    /// Reports at the name of `key`.
    pub(super) fn report_name(&mut self, key: &str, message: impl Into<String>) {
        self.report_at(self.name(key), key, message.into());
    }

    /// Reports that `key` is nowhere, at the head of the table where it belongs.
    pub(super) fn report_missing(&mut self, table: &str, key: &str, message: impl Into<String>) {
        self.report_at(self.name(table), key, message.into());
    }

    /// Reports at the value of `key` of a table, or at the table where no file names the key and it has its default.
    pub(super) fn report_in(&mut self, table: &str, key: &str, message: impl Into<String>) {
        if self.places.contains_key(key) {
            self.report(key, message);
        } else {
            self.report_missing(table, key, message);
        }
    }

    /// Names `other` and its value in a message about `key`, with its place when that is in another file.
    pub(super) fn other(&self, key: &str, other: &str, value: impl fmt::Display) -> String {
        let named = format!("`{other}`, `{value}`");
        match (self.places.get(key), self.places.get(other)) {
            (Some(here), Some(there)) if here.value.layer != there.value.layer => {
                let place = there.value.problem(self.layers, "", String::new());
                format!("{named} at {}:{}", place.file, place.line)
            }
            _ => named,
        }
    }

    /// Reports secrets, and keeps them out of everything else that is reported.
    pub(super) fn hide(&mut self, secrets: &[Secret]) {
        for Secret { key, text, kind } in secrets {
            self.found.retain(|(_, problem)| problem.key != *key);
            for (_, problem) in &mut self.found {
                problem.message = problem.message.replace(text.as_str(), "…");
            }
            let elsewhere = if key.starts_with("services.") {
                "keep it in AWS, and name it in the table `secrets` of what needs it"
            } else {
                "credentials are variables of the stack `add-ons`"
            };
            let mend = format!("settings are committed to Git: remove it and revoke it; {elsewhere}");
            self.report(key, format!("looks like {kind}: {mend}"));
        }
    }

    /// The file and the line of the value of `key`.
    pub(super) fn line(&self, key: &str) -> (String, usize) {
        let place = self.places.get(key).map_or(Position::FIRST, |places| places.value);
        let place = place.problem(self.layers, key, String::new());
        (place.file, place.line)
    }

    pub(super) fn len(&self) -> usize {
        self.found.len()
    }

    /// All problems in the order of the layers and their lines.
    pub(super) fn into_sorted(mut self) -> Vec<SettingsProblem> {
        self.found.sort_by_key(|(place, _)| *place);
        self.found.into_iter().map(|(_, problem)| problem).collect()
    }

    fn name(&self, key: &str) -> Position {
        self.places.get(key).map_or(Position::FIRST, |places| places.name)
    }

    fn report_at(&mut self, place: Position, key: &str, message: String) {
        // One problem stays on one line, whatever its value holds.
        self.found.push((place, place.problem(self.layers, key, message.replace('\n', "\\n"))));
    }
}

/// Which of the known names a mistaken one was meant to be, if one is near enough.
pub(super) fn meant(mistaken: &str, known: &[&str]) -> Option<String> {
    nearest(mistaken, known.iter().copied()).map(|known| format!("did you mean `{known}`?"))
}

/// The same behind what is expected, or nothing.
pub(super) fn perhaps(mistaken: &str, known: &[&str]) -> String {
    meant(mistaken, known).map(|mend| format!(": {mend}")).unwrap_or_default()
}

/// `` `a`, `b` and `c` ``
pub(super) fn list<T: std::fmt::Display>(items: &[T]) -> String {
    let quoted: Vec<String> = items.iter().map(|item| format!("`{item}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => "none".to_owned(),
    }
}
