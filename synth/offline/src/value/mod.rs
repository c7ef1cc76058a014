//! Terraform values: known, null or not yet known, in the two shapes that travel on the wire.
//!
//! Lists, sets and tuples are sequences, objects and maps are mappings: which of them a value is, its schema says.

mod json;
mod msgpack;
mod path;

use std::collections::BTreeMap;

pub use path::{Path, Step};

/// The members of an object or a map.
pub type Mapping = BTreeMap<String, Value>;

/// One value.
#[derive(Clone, Debug, PartialEq, Default)]
pub enum Value {
    /// Known after apply.
    Unknown,
    /// Absent.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(serde_json::Number),
    /// Text, or a number that has more digits than a machine number.
    String(String),
    /// A list, a set or a tuple.
    Sequence(Vec<Value>),
    /// An object or a map.
    Mapping(Mapping),
    /// A value whose schema leaves its type open: the type as JSON, then the value.
    Dynamic(Vec<u8>, Box<Value>),
}

impl Value {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::String(text.into())
    }

    /// A whole number.
    #[must_use]
    pub fn whole(number: i64) -> Self {
        Self::Number(number.into())
    }

    /// A list or set of texts.
    pub fn texts<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Self {
        Self::Sequence(texts.into_iter().map(Self::text).collect())
    }

    /// Is it absent?
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Is it absent, or a list, a set or a map without anything in it?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Sequence(elements) => elements.is_empty(),
            Self::Mapping(members) => members.is_empty(),
            _ => false,
        }
    }

    /// Is anything in it known only after apply?
    #[must_use]
    pub fn has_unknown(&self) -> bool {
        match self {
            Self::Unknown => true,
            Self::Sequence(elements) => elements.iter().any(Self::has_unknown),
            Self::Mapping(members) => members.values().any(Self::has_unknown),
            Self::Dynamic(_, value) => value.has_unknown(),
            _ => false,
        }
    }

    /// The text, if it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The elements, if it is a list, a set or a tuple.
    #[must_use]
    pub fn as_sequence(&self) -> Option<&[Value]> {
        match self {
            Self::Sequence(elements) => Some(elements),
            _ => None,
        }
    }

    /// The members, if it is an object or a map.
    #[must_use]
    pub fn as_mapping(&self) -> Option<&Mapping> {
        match self {
            Self::Mapping(members) => Some(members),
            _ => None,
        }
    }

    /// The member of that name; null where there is none.
    #[must_use]
    pub fn member(&self, name: &str) -> &Value {
        static NULL: Value = Value::Null;
        self.as_mapping().and_then(|members| members.get(name)).unwrap_or(&NULL)
    }

    /// The texts of a list or set.
    pub fn each_text(&self) -> impl Iterator<Item = &str> {
        self.as_sequence().unwrap_or_default().iter().filter_map(Value::as_text)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}
