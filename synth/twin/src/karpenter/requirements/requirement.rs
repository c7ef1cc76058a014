//! What is left of one label.

use crate::pods::Operator;

/// What rules leave of a label: these values, or all but these, within bounds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Requirement {
    /// By name, each once.
    values: Vec<String>,
    /// All but the values are left.
    complement: bool,
    at_least: Option<i64>,
    at_most: Option<i64>,
    /// Different values that the types of a claim must still have (`minValues`).
    pub min_values: Option<usize>,
}

impl Requirement {
    /// What one rule leaves. `Gt`, `Lt`, `Gte` and `Lte` read their first value as a whole number, 0 if it is none.
    pub fn of(operator: Operator, values: &[String]) -> Self {
        let number = values.first().and_then(|value| value.parse::<i64>().ok()).unwrap_or_default();
        match operator {
            Operator::In => Self::among(values.iter().cloned()),
            Operator::NotIn => Self { complement: true, ..Self::among(values.iter().cloned()) },
            Operator::Exists => Self::any(),
            Operator::DoesNotExist => Self::none(),
            Operator::Gt => number.checked_add(1).map_or_else(Self::none, Self::at_least),
            Operator::Lt => Self { at_most: Some(number.saturating_sub(1)), ..Self::any() },
            Operator::Gte => Self::at_least(number),
            Operator::Lte => Self { at_most: Some(number), ..Self::any() },
        }
    }

    /// Any value.
    pub fn any() -> Self {
        Self { values: Vec::new(), complement: true, at_least: None, at_most: None, min_values: None }
    }

    /// No value: the label must not be there.
    pub fn none() -> Self {
        Self { complement: false, ..Self::any() }
    }

    /// This value.
    pub fn one(value: &str) -> Self {
        Self { values: vec![value.to_owned()], ..Self::none() }
    }

    /// One of these values.
    pub fn among(values: impl IntoIterator<Item = String>) -> Self {
        let mut values: Vec<String> = values.into_iter().collect();
        values.sort();
        values.dedup();
        Self { values, ..Self::none() }
    }

    fn at_least(number: i64) -> Self {
        Self { at_least: Some(number), ..Self::any() }
    }

    /// The same, with so many different values asked of a claim's types.
    #[must_use]
    pub fn with_min_values(self, min_values: Option<usize>) -> Self {
        Self { min_values, ..self }
    }

    /// May the label have this value?
    pub fn has(&self, value: &str) -> bool {
        self.complement != self.lists(value) && within(value, self.at_least, self.at_most)
    }

    /// The values that are left, if they can be counted.
    pub fn values(&self) -> Option<&[String]> {
        (!self.complement).then_some(&self.values)
    }

    /// The one value that is left.
    pub fn only(&self) -> Option<&str> {
        match self.values.as_slice() {
            [value] if !self.complement => Some(value),
            _ => None,
        }
    }

    /// Is it `NotIn` or `DoesNotExist`, which a label that is not there obeys?
    pub fn forbids(&self) -> bool {
        self.complement != self.values.is_empty()
    }

    fn lists(&self, value: &str) -> bool {
        self.values.binary_search_by(|own| own.as_str().cmp(value)).is_ok()
    }

    /// What both leave.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let (at_least, at_most) = self.bounds(other);
        let min_values = self.min_values.max(other.min_values);
        if at_least.zip(at_most).is_some_and(|(least, most)| least > most) {
            return Self::none().with_min_values(min_values);
        }
        let mut values = match (self.complement, other.complement) {
            (true, true) => {
                let mut all = self.values.clone();
                all.extend(other.values.iter().filter(|value| !self.lists(value)).cloned());
                all.sort();
                all
            }
            (true, false) => other.values.iter().filter(|value| !self.lists(value)).cloned().collect(),
            (false, true) => self.values.iter().filter(|value| !other.lists(value)).cloned().collect(),
            (false, false) => self.values.iter().filter(|value| other.lists(value)).cloned().collect::<Vec<_>>(),
        };
        values.retain(|value| within(value, at_least, at_most));
        let complement = self.complement && other.complement;
        // A list of values needs no bounds any more.
        let (at_least, at_most) = if complement { (at_least, at_most) } else { (None, None) };
        Self { values, complement, at_least, at_most, min_values }
    }

    fn bounds(&self, other: &Self) -> (Option<i64>, Option<i64>) {
        let least = self.at_most.into_iter().chain(other.at_most).min();
        (self.at_least.max(other.at_least), least)
    }

    /// Is a value left by both?
    pub fn meets(&self, other: &Self) -> bool {
        let (at_least, at_most) = self.bounds(other);
        if at_least.zip(at_most).is_some_and(|(least, most)| least > most) {
            return false;
        }
        let left = |value: &&String| within(value, at_least, at_most);
        match (self.complement, other.complement) {
            (true, true) => true,
            (true, false) => other.values.iter().filter(left).any(|value| !self.lists(value)),
            (false, true) => self.values.iter().filter(left).any(|value| !other.lists(value)),
            (false, false) => self.values.iter().filter(left).any(|value| other.lists(value)),
        }
    }

    /// Is a value left by both, or do both forbid?
    pub fn agrees(&self, other: &Self) -> bool {
        self.meets(other) || (self.forbids() && other.forbids())
    }
}

/// With bounds, only whole numbers are within.
fn within(value: &str, at_least: Option<i64>, at_most: Option<i64>) -> bool {
    if at_least.is_none() && at_most.is_none() {
        return true;
    }
    let Ok(number) = value.parse::<i64>() else { return false };
    at_least.is_none_or(|least| number >= least) && at_most.is_none_or(|most| number <= most)
}
