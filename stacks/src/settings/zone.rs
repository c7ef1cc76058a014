//! Availability zones.

use std::fmt;
use std::str::FromStr;

use super::regions::{self, Region};
use super::text::{Text, TextError, text_values};

/// An availability zone such as `eu-north-1a`: a region and a letter.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Zone(String);

impl Zone {
    /// Its name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of its region.
    pub fn region(&self) -> &str {
        &self.0[..self.0.len() - 1]
    }

    /// Its letter, as a text.
    pub fn letter(&self) -> &str {
        &self.0[self.0.len() - 1..]
    }
}

impl FromStr for Zone {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let region = text.strip_suffix(|letter: char| letter.is_ascii_lowercase());
        match region.filter(|region| regions::is_region(region)) {
            Some(_) => Ok(Self(text.to_owned())),
            None => Err(TextError::expected("a zone such as `eu-north-1a`", text)),
        }
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Text for Zone {}

text_values!(Zone);

/// The problem with a zone of `region`, which the text calls `named`; the text follows the key.
pub(super) fn problem(region: Region, named: &str, zone: &Zone) -> Option<String> {
    if zone.region() != region.name {
        let zones: Vec<_> = region.zones().collect();
        let near = synth_framework::nearest(zone.as_str(), zones.iter().map(String::as_str));
        let mend = near.map_or_else(String::new, |near| format!(": did you mean `{near}`?"));
        return Some(format!("is `{zone}`, which is not a zone of {named}{mend}"));
    }
    let others = || region.zones().map(|zone| format!("`{zone}`")).collect::<Vec<_>>().join(", ");
    if region.without_eks.contains(zone.letter()) {
        Some(format!("is `{zone}`, where EKS makes no control plane: choose from {}", others()))
    } else if region.letters.is_empty() || region.letters.contains(zone.letter()) {
        None
    } else {
        Some(format!("is `{zone}`, which is not a zone of {named}: choose from {}", others()))
    }
}
