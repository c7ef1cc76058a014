//! Rules for single values. Each says what is wrong with the value in words that follow the key.

use std::collections::BTreeMap;
use std::fmt::Display;

use serde_json::Value as Json;

use super::problem::{Problems, list};
use super::tree;

/// A condition that a value must meet.
pub(super) trait Rule<T> {
    /// Reports when `value`, which stands at `key`, breaks the rule.
    fn judge(&self, value: &T, key: &str, problems: &mut Problems<'_>);

    /// Says in a schema what it can of the rule.
    fn describe(&self, _schema: &mut Json) {}
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

    fn describe(&self, schema: &mut Json) {
        self.0.describe(&mut schema["items"]);
    }
}

/// The rule holds for each name of a table that people fill; a broken one is reported at that name.
pub(super) struct Names<R>(pub(super) R);

impl<T, R: Fn(&str) -> Result<(), String>> Rule<BTreeMap<String, T>> for Names<R> {
    fn judge(&self, table: &BTreeMap<String, T>, key: &str, problems: &mut Problems<'_>) {
        for name in table.keys() {
            if let Err(message) = (self.0)(name) {
                problems.report_name(&tree::child(key, name), message);
            }
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
                problems.report(&key, format!("is `{value}`, which is in this list twice: remove one"));
            } else {
                self.rule.judge(value, &key, problems);
            }
        }
    }

    fn describe(&self, schema: &mut Json) {
        schema["uniqueItems"] = true.into();
        if !self.may_be_empty {
            schema["minItems"] = 1.into();
        }
        self.rule.describe(&mut schema["items"]);
    }
}

/// Lies in the range, ends included.
pub(super) struct Between<T>(T, T);

/// A number in the range, ends included.
pub(super) fn between<T>(low: T, high: T) -> Between<T> {
    Between(low, high)
}

impl<T: PartialOrd + Display + Copy + Into<Json>> Rule<T> for Between<T> {
    fn judge(&self, value: &T, key: &str, problems: &mut Problems<'_>) {
        let Self(low, high) = self;
        if value < low || value > high {
            problems.report(key, format!("is {value}, but must be from {low} to {high}"));
        }
    }

    fn describe(&self, schema: &mut Json) {
        schema["minimum"] = self.0.into();
        schema["maximum"] = self.1.into();
    }
}

/// Is one of a fixed few.
pub(super) struct OneOf<T: 'static>(&'static [T]);

/// One of a fixed few numbers.
pub(super) fn one_of<T>(allowed: &'static [T]) -> OneOf<T> {
    OneOf(allowed)
}

impl<T: PartialEq + Display + Copy + Into<Json>> Rule<T> for OneOf<T> {
    fn judge(&self, value: &T, key: &str, problems: &mut Problems<'_>) {
        if !self.0.contains(value) {
            problems.report(key, format!("is `{value}`: choose one of {}", list(self.0)));
        }
    }

    fn describe(&self, schema: &mut Json) {
        schema["enum"] = self.0.to_vec().into();
    }
}

/// Any value: what it refers to is judged with the section that holds that.
pub(super) struct Anything;

impl<T> Rule<T> for Anything {
    fn judge(&self, _: &T, _: &str, _: &mut Problems<'_>) {}
}

/// Is a text that `accepts`, described by `shape`.
pub(super) fn shaped(shape: &'static str, accepts: fn(&str) -> bool) -> impl Fn(&String) -> Result<(), String> {
    move |value| if accepts(value) { Ok(()) } else { Err(format!("is `{value}`, {shape} is expected")) }
}
