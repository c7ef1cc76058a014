//! Values as the JSON in which Terraform stores states.

use serde_json::Value as Json;
use synth_schema::Type;

use super::Value;

impl Value {
    /// A plain JSON value; the schema's open types are not looked for.
    #[must_use]
    pub fn from_json(json: Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Bool(value),
            Json::Number(number) => Self::Number(number),
            Json::String(text) => Self::String(text),
            Json::Array(elements) => Self::Sequence(elements.into_iter().map(Self::from_json).collect()),
            Json::Object(members) => {
                Self::Mapping(members.into_iter().map(|(name, value)| (name, Self::from_json(value))).collect())
            }
        }
    }

    /// The value as JSON; what is unknown is null.
    #[must_use]
    pub fn to_json(&self) -> Json {
        match self {
            Self::Unknown | Self::Null => Json::Null,
            Self::Bool(value) => Json::Bool(*value),
            Self::Number(number) => Json::Number(number.clone()),
            Self::String(text) => Json::String(text.clone()),
            Self::Sequence(elements) => Json::Array(elements.iter().map(Self::to_json).collect()),
            Self::Mapping(members) => {
                Json::Object(members.iter().map(|(name, value)| (name.clone(), value.to_json())).collect())
            }
            Self::Dynamic(_, value) => value.to_json(),
        }
    }

    /// Fits a value that was stored as JSON to a type: missing members become null, others go, open types unfold.
    pub(crate) fn fitted(self, kind: &Type) -> Self {
        match (self, kind) {
            (Self::Mapping(mut stored), Type::Dynamic) => {
                let kind = stored.remove("type").unwrap_or_default().to_json();
                let value = stored.remove("value").unwrap_or_default();
                let fitted = Type::try_from(kind.clone()).map_or(Self::Null, |kind| value.fitted(&kind));
                Self::Dynamic(kind.to_string().into_bytes(), Box::new(fitted))
            }
            (Self::Mapping(mut stored), Type::Object(members, _)) => {
                let fit = |(name, kind): (&String, &Type)| {
                    (name.clone(), stored.remove(name).unwrap_or_default().fitted(kind))
                };
                Self::Mapping(members.iter().map(fit).collect())
            }
            (Self::Mapping(stored), Type::Map(kind)) => {
                Self::Mapping(stored.into_iter().map(|(key, value)| (key, value.fitted(kind))).collect())
            }
            (Self::Sequence(stored), Type::List(kind) | Type::Set(kind)) => {
                Self::Sequence(stored.into_iter().map(|value| value.fitted(kind)).collect())
            }
            (Self::Sequence(stored), Type::Tuple(kinds)) => {
                Self::Sequence(stored.into_iter().zip(kinds).map(|(value, kind)| value.fitted(kind)).collect())
            }
            (value, _) => value,
        }
    }
}
