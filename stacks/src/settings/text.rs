//! Settings that are a text of a certain form, read once into what the text says.

use std::fmt;
use std::str::FromStr;

use serde_json::{Value as Json, json};

use super::problem::Problems;
use super::read::{self, Read};
use super::tree::{Node, Value};

/// Why a text is not of the form that is expected, in words that follow what it was meant for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextError(pub(super) String);

impl TextError {
    /// The text is none of `expected`, such as "a duration such as `30m`".
    pub(super) fn expected(expected: impl fmt::Display, text: &str) -> Self {
        Self(format!("is `{text}`, {expected} is expected"))
    }
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for TextError {}

/// A type that is written as a text of a certain form: it is read of one, and shown as one.
pub(super) trait Text: FromStr<Err = TextError> + fmt::Display {
    /// The type as TOML names it.
    fn type_name() -> String {
        "a string".to_owned()
    }

    /// The form as JSON Schema has it.
    fn schema() -> Json {
        json!({ "type": "string" })
    }
}

impl<T: Text> Read for T {
    fn expected() -> String {
        T::type_name()
    }

    fn schema() -> Json {
        <T as Text>::schema()
    }

    fn read(node: &Node, problems: &mut Problems<'_>) -> Option<Self> {
        let Value::Text(text) = &node.value else {
            return read::wrong_type(node, problems);
        };
        text.parse().map_err(|TextError(message)| problems.report(&node.key, message)).ok()
    }
}

/// A text that may be left open is written `""`.
impl<T: Text> Read for Option<T> {
    fn expected() -> String {
        <T as Read>::expected()
    }

    fn schema() -> Json {
        <T as Read>::schema()
    }

    fn read(node: &Node, problems: &mut Problems<'_>) -> Option<Self> {
        match &node.value {
            Value::Text(text) if text.is_empty() => Some(None),
            _ => T::read(node, problems).map(Some),
        }
    }
}

/// In a stack and in JSON, such a setting is the text that stands in the file.
macro_rules! text_values {
    ($($setting:ty),+ $(,)?) => { $(
        impl synth_framework::IntoValue<String> for $setting {
            fn into_value(self) -> synth_framework::Value<String> {
                self.to_string().into_value()
            }
        }

        impl synth_framework::IntoValue<String> for &$setting {
            fn into_value(self) -> synth_framework::Value<String> {
                self.to_string().into_value()
            }
        }

        impl serde::Serialize for $setting {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
    )+ };
}

/// Declares the texts of one kind among those of a type: what is expected, in words, and how it is read.
macro_rules! text_of_kind {
    ($(#[$meta:meta])* pub struct $name:ident($of:ty), $expected:literal, $read:expr) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name($of);

        impl std::str::FromStr for $name {
            type Err = $crate::settings::text::TextError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let read: fn(&str) -> Option<$of> = $read;
                read(text).map(Self).ok_or_else(|| Self::Err::expected($expected, text))
            }
        }

        impl std::ops::Deref for $name {
            type Target = $of;

            fn deref(&self) -> &$of {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl $crate::settings::text::Text for $name {}

        $crate::settings::text::text_values!($name);
    };
}

pub(super) use {text_of_kind, text_values};
