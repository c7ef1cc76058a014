//! Rules by which the provider refuses what the schema allows.

use std::net::{IpAddr, Ipv4Addr};

use crate::{
    problem::Problem,
    value::{Mapping, Path, Value},
};

/// One rule of a type.
#[derive(Debug)]
pub(super) enum Rule {
    /// Exactly one of these arguments (`ExactlyOneOf`).
    One(&'static [&'static str]),
    /// At most one of these (`ConflictsWith`).
    Most(&'static [&'static str]),
    /// One of these values (`StringInSlice` and the enumerations of the AWS SDK).
    In(&'static str, &'static [&'static str]),
    /// A whole number in this range (`IntBetween`).
    Between(&'static str, i64, i64),
    /// At most this long (`StringLenBetween`).
    Length(&'static str, usize),
    /// A range of IPv4 addresses whose first address it names.
    Range(&'static str),
    /// JSON (`StringIsJSON`, `IAMPolicyJSON`).
    Json(&'static str),
    /// An ARN (`verify.ValidARN`).
    Arn(&'static str),
}

use Rule::{Arn, Between, In, Json, Length, Most, One, Range};

impl Rule {
    /// All that a configuration breaks of it. What is not yet known breaks nothing.
    pub(super) fn check(&self, config: &Mapping) -> Vec<Problem> {
        match self {
            One(names) => combination(config, names, true),
            Most(names) => combination(config, names, false),
            In(path, allowed) => each(config, path, |text| {
                (!allowed.contains(&text)).then(|| format!("expected one of {allowed:?}, got \"{text}\""))
            }),
            Between(path, low, high) => each(config, path, |text| {
                let fits = text.parse::<i64>().is_ok_and(|number| (*low..=*high).contains(&number));
                (!fits).then(|| format!("expected a number from {low} to {high}, got {text}"))
            }),
            Length(path, most) => each(config, path, |text| {
                let length = text.chars().count();
                (length > *most).then(|| format!("expected at most {most} characters, got {length}"))
            }),
            Range(path) => each(config, path, |text| {
                (!is_range(text))
                    .then(|| format!("\"{text}\" is not a range of addresses (CIDR block) without host bits"))
            }),
            Json(path) => each(config, path, |text| {
                let error = serde_json::from_str::<serde_json::Value>(text).err();
                error.map(|error| format!("contains invalid JSON: {error}"))
            }),
            Arn(path) => each(config, path, |text| {
                let arn = text.starts_with("arn:") && text.splitn(6, ':').count() == 6;
                (!text.is_empty() && !arn).then(|| format!("\"{text}\" is an invalid ARN"))
            }),
        }
    }
}

fn combination(config: &Mapping, names: &[&str], exactly: bool) -> Vec<Problem> {
    let empty = |value: &Value| value.is_null() || value.as_sequence().is_some_and(<[Value]>::is_empty);
    let given: Vec<&str> =
        names.iter().copied().filter(|name| config.get(*name).is_some_and(|value| !empty(value))).collect();
    let unknown = names.iter().any(|name| config.get(*name) == Some(&Value::Unknown));
    let detail = match given.as_slice() {
        [] if exactly => format!("one of `{}` must be specified", names.join(", ")),
        [_, other, ..] if !unknown => format!("\"{}\": conflicts with {other}", given[0]),
        _ => return Vec::new(),
    };
    let place = given.first().or(names.first()).copied().unwrap_or_default();
    vec![Problem::new(Path::of(place), "Invalid combination of arguments", detail)]
}

/// Judges every known text or number at a path.
fn each(config: &Mapping, path: &str, judge: impl Fn(&str) -> Option<String>) -> Vec<Problem> {
    let mut found = Vec::new();
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    visit(config.get(first).unwrap_or(&Value::Null), rest, &Path::of(first), &mut |value, path| {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => return,
        };
        if let Some(detail) = judge(&text) {
            let detail = format!("{path}: {detail}");
            found.push(Problem::new(path.clone(), "Invalid value", detail));
        }
    });
    found
}

fn visit(value: &Value, rest: &str, path: &Path, judge: &mut impl FnMut(&Value, &Path)) {
    match value {
        Value::Sequence(elements) => {
            elements.iter().enumerate().for_each(|(index, value)| visit(value, rest, &path.index(index), judge));
        }
        Value::Mapping(members) if !rest.is_empty() => {
            let (first, rest) = rest.split_once('.').unwrap_or((rest, ""));
            visit(members.get(first).unwrap_or(&Value::Null), rest, &path.name(first), judge);
        }
        value if rest.is_empty() => judge(value, path),
        _ => {}
    }
}

fn is_range(text: &str) -> bool {
    let Some((address, length)) = text.split_once('/') else { return false };
    match (address.parse(), length.parse::<u32>()) {
        (Ok(IpAddr::V4(address)), Ok(length @ 0..=32)) => {
            let hosts = u32::MAX.checked_shr(length).unwrap_or(0);
            Ipv4Addr::from(u32::from(address) & !hosts) == address
        }
        (Ok(IpAddr::V6(_)), Ok(0..=128)) => true,
        _ => false,
    }
}
