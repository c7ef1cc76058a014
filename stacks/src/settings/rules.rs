//! Rules for single values. Each says what is wrong with the value in words that follow the key.

use std::fmt::Display;

use super::problem::Problems;
use super::read::list;

/// What a value must meet.
pub(super) trait Rule<T> {
    /// Reports when `value`, which stands at `key`, breaks the rule.
    fn judge(&self, value: &T, key: &str, problems: &mut Problems<'_>);
}

impl<T, F: Fn(&T) -> Result<(), String>> Rule<T> for F {
    fn judge(&self, value: &T, key: &str, problems: &mut Problems<'_>) {
        if let Err(message) = self(value) {
            problems.report(key, message);
        }
    }
}

/// The rule holds for each item of a list; a broken one is reported at that item.
pub(super) struct Each<R>(pub(super) R);

impl<T, R: Rule<T>> Rule<Vec<T>> for Each<R> {
    fn judge(&self, values: &Vec<T>, key: &str, problems: &mut Problems<'_>) {
        for (index, value) in values.iter().enumerate() {
            self.0.judge(value, &format!("{key}[{index}]"), problems);
        }
    }
}

/// The rule holds for the value if there is one.
pub(super) struct IfSet<R>(pub(super) R);

impl<T, R: Rule<T>> Rule<Option<T>> for IfSet<R> {
    fn judge(&self, value: &Option<T>, key: &str, problems: &mut Problems<'_>) {
        if let Some(value) = value {
            self.0.judge(value, key, problems);
        }
    }
}

/// No item stands twice, and the rule holds for each.
pub(super) struct Set<R> {
    rule: R,
    may_be_empty: bool,
}

/// A list without repetition, each item of which meets the rule.
pub(super) fn set<R>(rule: R) -> Set<R> {
    Set { rule, may_be_empty: true }
}

/// A [`set`] of at least one item.
pub(super) fn filled_set<R>(rule: R) -> Set<R> {
    Set { rule, may_be_empty: false }
}

impl<T: PartialEq + Display, R: Rule<T>> Rule<Vec<T>> for Set<R> {
    fn judge(&self, values: &Vec<T>, key: &str, problems: &mut Problems<'_>) {
        if values.is_empty() && !self.may_be_empty {
            problems.report(key, "is empty: name at least one");
        }
        for (index, value) in values.iter().enumerate() {
            let key = format!("{key}[{index}]");
            if values[..index].contains(value) {
                problems.report(&key, format!("is `{value}`, which stands in this list already: remove one"));
            } else {
                self.rule.judge(value, &key, problems);
            }
        }
    }
}

/// Lies in the range, ends included.
pub(super) fn between<T: PartialOrd + Display>(low: T, high: T) -> impl Fn(&T) -> Result<(), String> {
    move |value| {
        if *value >= low && *value <= high {
            Ok(())
        } else {
            Err(format!("is {value}, it must be from {low} to {high}"))
        }
    }
}

/// Is one of a fixed few.
pub(super) fn one_of<T: PartialEq + Display + 'static>(allowed: &'static [T]) -> impl Fn(&T) -> Result<(), String> {
    move |value| {
        if allowed.contains(value) { Ok(()) } else { Err(format!("is `{value}`, allowed are {}", list(allowed))) }
    }
}

/// Is one of a fixed few words.
pub(super) fn word_of(allowed: &'static [&'static str]) -> impl Fn(&String) -> Result<(), String> {
    move |value| {
        if allowed.contains(&value.as_str()) {
            Ok(())
        } else {
            Err(format!("is `{value}`, allowed are {}", list(allowed)))
        }
    }
}

/// Is a text that `accepts`, described by `shape`.
pub(super) fn shaped(shape: &'static str, accepts: fn(&str) -> bool) -> impl Fn(&String) -> Result<(), String> {
    move |value| if accepts(value) { Ok(()) } else { Err(format!("is `{value}`, {shape} is expected")) }
}
