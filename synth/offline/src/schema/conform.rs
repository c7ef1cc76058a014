//! Stored values brought to today's schema.

use super::{Attribute, Level, NestedBlock, Nesting};
use crate::value::{Mapping, Value};

impl Level<'_> {
    /// Brings a value that was stored, perhaps by an older schema, to this one: what is missing is null or empty, what
    /// the schema does not know goes.
    pub(crate) fn conform(&self, stored: &mut Mapping) -> Mapping {
        let mut conformed = Mapping::new();
        for (name, attribute) in self.attributes {
            let value = stored.remove(name).unwrap_or_default();
            conformed.insert(name.clone(), attribute.conform(value));
        }
        for (name, block) in self.blocks {
            conformed.insert(name.clone(), block.conform(stored.remove(name).unwrap_or_default()));
        }
        conformed
    }

    /// The value in which nothing is set.
    pub(crate) fn empty(&self) -> Mapping {
        self.conform(&mut Mapping::new())
    }
}

impl Attribute {
    fn conform(&self, value: Value) -> Value {
        match (&self.nested, &self.plain) {
            (Some(nested), _) => each(nested.nesting, value, |members| nested.level().conform(members)),
            (None, Some(kind)) => value.fitted(kind),
            (None, None) => value,
        }
    }
}

impl NestedBlock {
    fn conform(&self, value: Value) -> Value {
        let value = match (self.nesting, value) {
            (Nesting::Single, Value::Null) => return Value::Null,
            (Nesting::Group | Nesting::Map, Value::Null) => Value::Mapping(Mapping::new()),
            (Nesting::List | Nesting::Set, Value::Null) => Value::Sequence(Vec::new()),
            (_, value) => value,
        };
        each(self.nesting, value, |members| self.block.level().conform(members))
    }
}

/// Rewrites every object of a block or a nested attribute.
fn each(nesting: Nesting, value: Value, mut rewrite: impl FnMut(&mut Mapping) -> Mapping) -> Value {
    let mut one = |value: Value| match value {
        Value::Mapping(mut members) => Value::Mapping(rewrite(&mut members)),
        other => other,
    };
    match (nesting, value) {
        (Nesting::Single | Nesting::Group, value) => one(value),
        (Nesting::Map, Value::Mapping(members)) => {
            Value::Mapping(members.into_iter().map(|(key, value)| (key, one(value))).collect())
        }
        (_, Value::Sequence(elements)) => Value::Sequence(elements.into_iter().map(one).collect()),
        (_, other) => other,
    }
}
