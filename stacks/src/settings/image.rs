//! Images of nodes.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;

use super::declare::choice;
use super::text::{Text, TextError, text_values};
use super::version::Version;

choice! {
    /// The architecture of a machine, as Kubernetes calls it.
    pub enum Architecture {
        /// 64 bits of Intel's and AMD's.
        Amd64 = "amd64",
        /// 64 bits of ARM's, such as Graviton.
        Arm64 = "arm64",
    }
}

choice! {
    /// The node images that the base nodes are built for.
    pub enum AmiType {
        /// Amazon Linux 2023.
        AmazonLinuxAmd64 = "AL2023_x86_64_STANDARD",
        /// Amazon Linux 2023 for ARM.
        AmazonLinuxArm64 = "AL2023_ARM_64_STANDARD",
        /// Bottlerocket.
        BottlerocketAmd64 = "BOTTLEROCKET_x86_64",
        /// Bottlerocket for ARM.
        BottlerocketArm64 = "BOTTLEROCKET_ARM_64",
    }
}

impl AmiType {
    /// The machines that it runs on.
    pub fn architecture(self) -> Architecture {
        match self {
            Self::AmazonLinuxAmd64 | Self::BottlerocketAmd64 => Architecture::Amd64,
            Self::AmazonLinuxArm64 | Self::BottlerocketArm64 => Architecture::Arm64,
        }
    }

    /// Is it Bottlerocket, rather than Amazon Linux?
    pub fn is_bottlerocket(self) -> bool {
        matches!(self, Self::BottlerocketAmd64 | Self::BottlerocketArm64)
    }
}

/// A release of the image of a node group: `1.36.3-20260903` of Amazon Linux, which says the kubelet's version and a day, or
/// `1.62.1-5d9ac849` of Bottlerocket, which says its own version and a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageRelease {
    version: Version,
    build: String,
}

impl ImageRelease {
    /// The kubelet's version and the day, if it is a release of Amazon Linux.
    pub fn amazon_linux(&self) -> Option<(Version, Date)> {
        Some((self.version, compact_day(&self.build)?))
    }

    /// Can it be a release of Bottlerocket?
    pub fn is_bottlerocket(&self) -> bool {
        self.build.len() == 8 && self.build.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    }

    /// Is it a release of such an image?
    pub fn is_of(&self, image: AmiType) -> bool {
        if image.is_bottlerocket() { self.is_bottlerocket() } else { self.amazon_linux().is_some() }
    }
}

impl fmt::Display for ImageRelease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.version, self.build)
    }
}

impl FromStr for ImageRelease {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let read = || {
            let (version, build) = text.split_once('-')?;
            let release = Self { version: version.parse().ok()?, build: build.to_owned() };
            Some(release).filter(|release| release.is_bottlerocket() || release.amazon_linux().is_some())
        };
        read().ok_or_else(|| {
            TextError(format!(
                "is `{text}`, no release of an image: write a version of Kubernetes and a day such as `1.36.3-20260903` for \
                 Amazon Linux, a version and a commit such as `1.62.1-5d9ac849` for Bottlerocket, or `\"\"`"
            ))
        })
    }
}

impl Text for ImageRelease {}

/// A dated image of Amazon Linux 2023, such as `al2023@v20260903`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AmiAlias {
    /// The day on which it was made.
    pub day: Date,
}

impl AmiAlias {
    /// The day of a dated alias of any family of images, such as `bottlerocket@v20260903`.
    pub(crate) fn day_of(alias: &str) -> Option<Date> {
        compact_day(alias.split_once("@v")?.1)
    }
}

impl fmt::Display for AmiAlias {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "al2023@v{:04}{:02}{:02}", self.day.year(), self.day.month(), self.day.day())
    }
}

impl FromStr for AmiAlias {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let day = Self::day_of(text).filter(|_| text.starts_with("al2023@"));
        day.map(|day| Self { day }).ok_or_else(|| TextError::expected("a dated image such as `al2023@v20260903`", text))
    }
}

impl Text for AmiAlias {}

text_values!(ImageRelease, AmiAlias);

/// A day of the calendar without separators, as AWS writes it in names of images: `20260903`.
fn compact_day(text: &str) -> Option<Date> {
    let digits = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit());
    let part = |from, to| text.get(from..to).and_then(|part| part.parse::<i16>().ok());
    Date::new(part(0, 4).filter(|_| digits)?, i8::try_from(part(4, 6)?).ok()?, i8::try_from(part(6, 8)?).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alias_says_a_day_of_the_calendar() {
        for text in ["al2023@v20260903", "al2023@v20240229"] {
            assert_eq!(text.parse::<AmiAlias>().unwrap().to_string(), text);
        }
        for text in ["al2023@latest", "al2023@v20260931", "al2@v20260903", "bottlerocket@v20260903", "al2023@v2026093"]
        {
            assert!(text.parse::<AmiAlias>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_release_fits_the_image_that_it_is_of() {
        let fits = |text: &str| {
            let release: ImageRelease = text.parse().unwrap();
            assert_eq!(release.to_string(), text);
            [AmiType::AmazonLinuxAmd64, AmiType::BottlerocketArm64].map(|image| release.is_of(image))
        };
        assert_eq!(fits("1.62.1-5d9ac849"), [false, true]);
        // Eight digits may be a commit, too.
        assert_eq!(fits("1.36.3-20260903"), [true, true]);
        assert_eq!(fits("1.36.3-20261303"), [false, true]);
        for text in ["1.36.3", "1.36-20260903", "1.36.3-2026-09-03", "1.62.1-5D9AC849", "latest"] {
            assert!(text.parse::<ImageRelease>().is_err(), "{text}");
        }
    }
}
