//! The regions of AWS and their zones: which there are, which host EKS, and in which this platform can stand.
//!
//! Partitions and regions are those of botocore 1.44.5 (`partitions.json`, where `endpoints.json` has EKS). Zones of the
//! partition `aws` are those that offered instances in July 2026 (instance type offerings of moto 5.2.5, Apache-2.0); those of
//! `aws-us-gov` are in moto's own table of zones. Where no source names zones, any letter is taken, and AWS is asked before
//! anything is made.

use std::fmt;
use std::str::FromStr;

use synth_framework::nearest;

use super::text::{Text, TextError, text_values};

/// The zones that every environment spreads over at least, so that the loss of one leaves a majority.
pub const ZONES: usize = 3;

/// A region that hosts EKS, in a partition in which the platform can stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Region {
    /// Such as `eu-north-1`.
    pub name: &'static str,
    /// The letters of its zones that host EKS; empty where no source names them.
    pub letters: &'static str,
    /// The letters of zones in which EKS makes no control plane, in most accounts.
    pub(super) without_eks: &'static str,
}

impl Region {
    /// The partition that it belongs to, as it stands in ARNs.
    pub fn partition(&self) -> &'static str {
        if self.name.starts_with("us-gov-") { "aws-us-gov" } else { "aws" }
    }

    /// Its zones that host EKS, in order; empty where no source names them.
    pub fn zones(&self) -> impl Iterator<Item = String> {
        let name = self.name;
        self.letters.chars().map(move |letter| format!("{name}{letter}"))
    }
}

const fn region(name: &'static str, letters: &'static str) -> Region {
    Region { name, letters, without_eks: "" }
}

/// Every such region.
///
/// EKS has no control plane in the zones `use1-az3`, `usw1-az2` and `cac1-az3`
/// (<https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html>). Which letter is which zone may differ between accounts
/// in the oldest regions; in `us-east-1` it is `e` wherever it was reported.
pub const REGIONS: &[Region] = &[
    region("af-south-1", "abc"),
    region("ap-east-1", "abc"),
    region("ap-east-2", ""),
    region("ap-northeast-1", "acd"),
    region("ap-northeast-2", "abcd"),
    region("ap-northeast-3", "abc"),
    region("ap-south-1", "abc"),
    region("ap-south-2", "abc"),
    region("ap-southeast-1", "abc"),
    region("ap-southeast-2", "abc"),
    region("ap-southeast-3", "abc"),
    region("ap-southeast-4", "abc"),
    region("ap-southeast-5", "abc"),
    region("ap-southeast-6", ""),
    region("ap-southeast-7", ""),
    Region { name: "ca-central-1", letters: "abd", without_eks: "c" },
    region("ca-west-1", "abc"),
    region("eu-central-1", "abc"),
    region("eu-central-2", "abc"),
    region("eu-north-1", "abc"),
    region("eu-south-1", "abc"),
    region("eu-south-2", "abc"),
    region("eu-west-1", "abc"),
    region("eu-west-2", "abcd"),
    region("eu-west-3", "abc"),
    region("il-central-1", "abc"),
    region("me-central-1", "abc"),
    region("me-south-1", "abc"),
    region("mx-central-1", ""),
    region("sa-east-1", "abc"),
    Region { name: "us-east-1", letters: "abcdf", without_eks: "e" },
    region("us-east-2", "abc"),
    region("us-gov-east-1", "abc"),
    region("us-gov-west-1", "abc"),
    region("us-west-1", "ab"),
    region("us-west-2", "abcd"),
];

/// Beginnings of regions in which the platform cannot stand, their partitions, and why.
const REFUSED: [(&str, &str, &str); 6] = [
    (
        "cn-",
        "aws-cn",
        "registries of the charts' images cannot be relied on from there, and the platform was never tried there",
    ),
    ("eusc-", "aws-eusc", UNTRIED),
    ("us-iso-", "aws-iso", SEALED),
    ("us-isob-", "aws-iso-b", SEALED),
    ("eu-isoe-", "aws-iso-e", SEALED),
    ("us-isof-", "aws-iso-f", SEALED),
];

const UNTRIED: &str = "its services have other names under another domain, and the platform was never tried there";
const SEALED: &str = "it has no way to GitHub and to the registries of the charts' images";

/// The region of that name.
pub fn find(name: &str) -> Option<&'static Region> {
    REGIONS.iter().find(|region| region.name == name)
}

/// Such as `eu-north-1` or `us-gov-west-1`, whether there is one of that name or not.
pub(super) fn is_region(text: &str) -> bool {
    let Some((words, number)) = text.rsplit_once('-') else { return false };
    let word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
    matches!(number.as_bytes(), [digit] if digit.is_ascii_digit()) && words.contains('-') && words.split('-').all(word)
}

impl FromStr for Region {
    type Err = TextError;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        if let Some(region) = find(name) {
            return match region.letters.len() {
                few @ 1..ZONES => Err(TextError(format!(
                    "is `{name}`, where AWS gives an account only {few} zones, but the platform needs {ZONES}: choose another region"
                ))),
                _ => Ok(*region),
            };
        }
        if let Some((_, partition, why)) = REFUSED.iter().find(|(beginning, ..)| name.starts_with(beginning)) {
            let why = format!("is `{name}`, in the partition `{partition}`, which is not supported: {why}");
            return Err(TextError(why));
        }
        let near = nearest(name, REGIONS.iter().map(|region| region.name));
        let mend = near.map_or_else(
            || "a region such as `eu-north-1` is expected".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        Err(TextError(format!("is `{name}`, which is not an AWS region with EKS: {mend}")))
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl Text for Region {}

text_values!(Region);
