//! Versions: of Kubernetes, of charts and of add-ons.

use std::fmt;
use std::str::FromStr;

use serde_json::{Value as Json, json};

use super::problem;
use super::text::{Text, TextError, text_values};

/// A minor version of Kubernetes that this platform is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KubernetesVersion {
    minor: u32,
}

impl KubernetesVersion {
    /// In standard support on EKS. What goes with each, and what was not tested with it, the VER policies say.
    pub const SUPPORTED: [Self; 3] = [Self { minor: 35 }, Self { minor: 36 }, Self { minor: 37 }];

    /// The number after `1.`.
    pub fn minor(self) -> u32 {
        self.minor
    }

    /// The minor version after it, if this platform is made for that.
    pub fn next(self) -> Option<Self> {
        Self::SUPPORTED.into_iter().find(|version| version.minor == self.minor + 1)
    }

    /// Is a release of Kubernetes of this minor version?
    pub fn has(self, release: Version) -> bool {
        (release.major, release.minor) == (1, self.minor)
    }
}

impl fmt::Display for KubernetesVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "1.{}", self.minor)
    }
}

impl FromStr for KubernetesVersion {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let version = Self::SUPPORTED.into_iter().find(|version| version.to_string() == text);
        version.ok_or_else(|| TextError(format!("is `{text}`: choose one of {}", problem::list(&Self::SUPPORTED))))
    }
}

impl Text for KubernetesVersion {
    fn type_name() -> String {
        "a string such as `\"1.36\"`".to_owned()
    }

    fn schema() -> Json {
        let supported = Self::SUPPORTED.map(|version| version.to_string());
        json!({ "type": "string", "enum": supported })
    }
}

/// An exact version such as `10.1.1`: three numbers, no range and no `v`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// The first number: what it changes may break who uses it.
    pub major: u32,
    /// The second number.
    pub minor: u32,
    /// The third number.
    pub patch: u32,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// A number as versions have it: digits, and no zero before others.
fn number(text: &str) -> Option<u32> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    text.parse().ok().filter(|_| digits)
}

impl FromStr for Version {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let numbers: Option<Vec<_>> = text.split('.').map(number).collect();
        match numbers.as_deref() {
            Some(&[major, minor, patch]) => Ok(Self { major, minor, patch }),
            _ => Err(TextError::expected("an exact version such as `1.14.1`", text)),
        }
    }
}

impl Text for Version {}

/// The oldest version of Terraform's AWS provider that may plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProviderFloor(Version);

impl ProviderFloor {
    /// The oldest of which the bindings know what it lacks.
    pub const OLDEST: Version = Version { major: 5, minor: 100, patch: 0 };
    /// The first version that is none: what the next major version removes is not known.
    pub const CEILING: Version = Version { major: 7, minor: 0, patch: 0 };
}

impl fmt::Display for ProviderFloor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for ProviderFloor {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let version = text.parse().ok().filter(|version| (Self::OLDEST..Self::CEILING).contains(version));
        let (oldest, ceiling) = (Self::OLDEST, Self::CEILING);
        version.map(Self).ok_or_else(|| {
            let range = format!("a version of the AWS provider from {oldest} on and below {ceiling}");
            TextError::expected(format!("{range}, such as `{oldest}`"), text)
        })
    }
}

impl Text for ProviderFloor {}

/// An exact build of a managed add-on of EKS, such as `v1.23.1-eksbuild.1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AddonVersion {
    /// The version of the add-on's program.
    pub version: Version,
    build: u32,
}

impl fmt::Display for AddonVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}-eksbuild.{}", self.version, self.build)
    }
}

impl FromStr for AddonVersion {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let read = || {
            let (version, build) = text.strip_prefix('v')?.split_once("-eksbuild.")?;
            Some(Self { version: version.parse().ok()?, build: number(build)? })
        };
        read().ok_or_else(|| TextError::expected("`\"\"` or an exact build such as `v1.23.1-eksbuild.1`", text))
    }
}

impl Text for AddonVersion {}

text_values!(KubernetesVersion, Version, ProviderFloor, AddonVersion);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_three_numbers_and_ordered_as_such() {
        let version = |text: &str| text.parse::<Version>().unwrap();
        assert!(version("10.10.0") > version("10.9.1"));
        assert_eq!(version("1.14.1").to_string(), "1.14.1");
        for text in [
            "",
            "latest",
            "1.2",
            "1.2.3.4",
            "v1.2.3",
            "1.2.x",
            "^1.2.3",
            "1.2.+3",
            "01.2.3",
            "1.2.-3",
            "1..3",
            "99999999999.0.0",
        ] {
            assert!(text.parse::<Version>().is_err(), "{text}");
        }
    }

    #[test]
    fn builds_of_addons_say_their_program() {
        let build: AddonVersion = "v1.36.0-eksbuild.25".parse().unwrap();
        assert_eq!(build.to_string(), "v1.36.0-eksbuild.25");
        assert!(KubernetesVersion::SUPPORTED[1].has(build.version));
        assert!(!KubernetesVersion::SUPPORTED[0].has(build.version));
        for text in ["1.36.0-eksbuild.25", "v1.36.0", "v1.36-eksbuild.1", "v1.36.0-eksbuild.x", "v1.36.0-eksbuild.1.2"]
        {
            assert!(text.parse::<AddonVersion>().is_err(), "{text}");
        }
    }
}
