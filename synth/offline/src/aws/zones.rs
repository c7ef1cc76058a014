//! Regions and their availability zones.

use crate::{
    problem::Problem,
    value::{Mapping, Path, Value},
};

/// The zones that an account sees, where they are not `a`, `b` and `c`. From AWS's documentation of regions; in the
/// oldest regions the letters are each account's own.
const ZONES: &[(&str, &str)] = &[
    ("ap-northeast-1", "acd"),
    ("ap-northeast-2", "abcd"),
    ("ca-central-1", "abd"),
    ("cn-north-1", "abd"),
    ("us-east-1", "abcdef"),
    ("us-west-1", "ac"),
    ("us-west-2", "abcd"),
];

/// Answers `aws_availability_zones`.
pub(crate) fn answer(region: &str, state: &mut Mapping) -> Result<(), Problem> {
    let wanted = |argument: &str| state.get(argument).cloned().unwrap_or_default();
    let (names, ids) = (wanted("exclude_names"), wanted("exclude_zone_ids"));
    let mut zones: Vec<(String, String)> = zones(region);
    zones.retain(|(name, id)| {
        !names.each_text().any(|other| other == name) && !ids.each_text().any(|other| other == id)
    });
    for filter in wanted("filter").as_sequence().unwrap_or_default() {
        let values = filter.member("values");
        let has = |text: &str| values.each_text().any(|value| value == text);
        match filter.member("name").as_text().unwrap_or_default() {
            "zone-name" => zones.retain(|(name, _)| has(name)),
            "zone-id" => zones.retain(|(_, id)| has(id)),
            "region-name" => zones.retain(|_| has(region)),
            "opt-in-status" => zones.retain(|_| has("opt-in-not-required")),
            "zone-type" => zones.retain(|_| has("availability-zone")),
            "state" => zones.retain(|_| has("available")),
            other => {
                let detail = format!("The offline provider does not know the filter \"{other}\".");
                return Err(Problem::new(Path::of("filter"), "Unknown filter", detail));
            }
        }
    }
    let (names, ids): (Vec<_>, Vec<_>) = zones.into_iter().unzip();
    state.insert("names".to_owned(), Value::texts(names));
    state.insert("zone_ids".to_owned(), Value::texts(ids));
    state.insert("group_names".to_owned(), Value::texts([region]));
    state.insert("id".to_owned(), region.into());
    Ok(())
}

/// Names and ids, such as `eu-north-1a` and `eun1-az1`.
fn zones(region: &str) -> Vec<(String, String)> {
    let letters = ZONES.iter().find(|(name, _)| *name == region).map_or("abc", |(_, letters)| letters);
    let short = short(region);
    let zone = |(number, letter): (usize, char)| (format!("{region}{letter}"), format!("{short}-az{}", number + 1));
    letters.chars().enumerate().map(zone).collect()
}

/// The id of a zone by its name.
pub(crate) fn id(name: &str) -> String {
    let region = name.trim_end_matches(|letter: char| letter.is_ascii_lowercase());
    zones(region).into_iter().find(|(other, _)| other == name).map_or_else(String::new, |(_, id)| id)
}

/// `eun1` for `eu-north-1`, `apse2` for `ap-southeast-2`, `usgw1` for `us-gov-west-1`.
fn short(region: &str) -> String {
    let mut parts = region.split('-');
    let mut short = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        short += match part {
            "northeast" => "ne",
            "northwest" => "nw",
            "southeast" => "se",
            "southwest" => "sw",
            other => other.get(..1).unwrap_or_default(),
        };
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zone_ids_are_those_of_aws() {
        let cases =
            [("eu-north-1", "eun1"), ("ap-southeast-2", "apse2"), ("us-gov-west-1", "usgw1"), ("us-east-1", "use1")];
        for (region, expected) in cases {
            assert_eq!(short(region), expected);
        }
    }

    #[test]
    fn excluded_zones_are_left_out() {
        let mut state = Mapping::from([("exclude_names".into(), Value::texts(["eu-north-1b"]))]);
        answer("eu-north-1", &mut state).unwrap();
        assert_eq!(state["names"], Value::texts(["eu-north-1a", "eu-north-1c"]));
        assert_eq!(state["zone_ids"], Value::texts(["eun1-az1", "eun1-az3"]));
    }
}
