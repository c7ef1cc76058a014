//! Templates of computed values: `arn:{partition}:ec2:{region}:{account}:vpc/{id}`.
//!
//! A placeholder is made from the resource's seed (`{hex:17}`, `{upper:21}`, `{digits:12}`, `{byte:0}`, `{uuid}`), is
//! `{next}` (the number before, plus one), a fact of the cloud, or another attribute of the resource. Attributes that
//! share a made text name it: `{hex:32:issuer}`. Filters: `{url|bare}` drops the scheme, `{role_arn|last}` keeps what
//! follows the last slash, `{path|or:/}` puts another text for an empty one; the cloud may have more.

use sha2::{Digest, Sha256};

use crate::{
    cloud::Cloud,
    value::{Mapping, Value},
};

/// A resource or data source that is being filled.
pub(crate) struct Resource<'a> {
    pub(crate) cloud: &'a dyn Cloud,
    /// Its type; with `data.` before that of a data source.
    pub(crate) kind: &'a str,
    /// The seed of all its made values.
    pub(crate) seed: String,
    /// Its known values.
    pub(crate) known: &'a Mapping,
    /// Its values before, if it is being changed.
    pub(crate) prior: Option<&'a Mapping>,
}

/// Templates name attributes that have templates; deeper than this they only name each other.
const DEPTH: usize = 4;

impl Resource<'_> {
    /// The text of a computed attribute that has a template.
    pub(crate) fn made(&self, path: &str) -> Option<String> {
        self.expand(path, DEPTH)
    }

    /// A text for an attribute of which nothing is known.
    pub(crate) fn anything(&self, path: &str) -> String {
        self.draw(path, 16, b"0123456789abcdef")
    }

    fn expand(&self, path: &str, depth: usize) -> Option<String> {
        let template = self.cloud.template(self.kind, path)?;
        let mut text = String::new();
        for (literal, placeholder) in pieces(template) {
            text.push_str(literal);
            if let Some(placeholder) = placeholder {
                text.push_str(&self.placeholder(placeholder, path, depth));
            }
        }
        Some(text)
    }

    fn placeholder(&self, placeholder: &str, path: &str, depth: usize) -> String {
        let (name, filter) = placeholder.split_once('|').unwrap_or((placeholder, ""));
        let text = self.source(name, path, depth);
        match filter.split_once(':').unwrap_or((filter, "")) {
            ("bare", _) => text.trim_start_matches("https://").trim_end_matches('/').to_owned(),
            ("last", _) => text.rsplit('/').next().unwrap_or_default().to_owned(),
            ("or", other) if text.is_empty() => other.to_owned(),
            (name, _) => self.cloud.filter(name, &text).unwrap_or(text),
        }
    }

    fn source(&self, name: &str, path: &str, depth: usize) -> String {
        if let Some((alphabet, rest)) = name.split_once(':') {
            let (length, salt) = rest.split_once(':').unwrap_or((rest, path));
            let length = length.parse().unwrap_or_default();
            let alphabet: &[u8] = match alphabet {
                "byte" => return (u16::from(self.digest(path, 0)[length % 32]) % 254 + 1).to_string(),
                "digits" => b"0123456789",
                "lower" => b"abcdefghijklmnopqrstuvwxyz0123456789",
                "upper" => b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
                "hexupper" => b"0123456789ABCDEF",
                _ => b"0123456789abcdef",
            };
            return self.draw(salt, length, alphabet);
        }
        match name {
            "uuid" => {
                let hex = self.draw(path, 32, b"0123456789abcdef");
                let cut = |range: std::ops::Range<usize>| &hex[range];
                format!("{}-{}-4{}-a{}-{}", cut(0..8), cut(8..12), cut(13..16), cut(17..20), cut(20..32))
            }
            "next" => {
                let mut names = path.split('.');
                let first = self.prior.and_then(|prior| prior.get(names.next().unwrap_or_default()));
                let before = names.fold(first.unwrap_or(&Value::Null), |value, name| value.member(name));
                (before.to_json().as_i64().unwrap_or_default() + 1).to_string()
            }
            _ => self.cloud.fact(name).unwrap_or_else(|| self.attribute(name, depth)),
        }
    }

    /// Another attribute of the resource: as known, else as it will be made.
    fn attribute(&self, path: &str, depth: usize) -> String {
        let mut names = path.split('.');
        let first = names.next().unwrap_or_default();
        let mut value = self.known.get(first).unwrap_or(&Value::Null);
        for name in names {
            let object = value.as_sequence().and_then(<[Value]>::first).unwrap_or(value);
            value = object.member(name);
        }
        match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Sequence(elements) => elements.iter().filter_map(Value::as_text).collect::<Vec<_>>().join(","),
            Value::Unknown if depth > 0 => self.expand(path, depth - 1).unwrap_or_else(|| self.anything(path)),
            _ => String::new(),
        }
    }

    /// Characters of an alphabet, decided by the seed and the attribute's path alone.
    fn draw(&self, path: &str, length: usize, alphabet: &[u8]) -> String {
        let mut text = String::with_capacity(length);
        for round in 0_u32.. {
            for byte in self.digest(path, round) {
                if text.len() == length {
                    return text;
                }
                text.push(char::from(alphabet[usize::from(byte) % alphabet.len()]));
            }
        }
        text
    }

    fn digest(&self, path: &str, round: u32) -> [u8; 32] {
        let hash = Sha256::new().chain_update(self.seed.as_bytes()).chain_update([0]).chain_update(path.as_bytes());
        hash.chain_update(round.to_be_bytes()).finalize().into()
    }
}

/// Cuts a template into literals, each with the placeholder that follows it.
pub(crate) fn pieces(template: &str) -> impl Iterator<Item = (&str, Option<&str>)> {
    let mut rest = Some(template);
    std::iter::from_fn(move || {
        let text = rest?;
        let Some((literal, after)) = text.split_once('{') else {
            rest = None;
            return Some((text, None));
        };
        let (placeholder, after) = after.split_once('}').unwrap_or((after, ""));
        rest = Some(after);
        Some((literal, Some(placeholder)))
    })
}
