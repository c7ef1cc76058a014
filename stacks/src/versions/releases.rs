//! Minor versions of Kubernetes: when EKS took each up, and until when it is supported.

use jiff::civil::{Date, date};

use crate::settings::KubernetesVersion;

/// Where something was read, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// The address.
    pub url: &'static str,
    /// The day.
    pub read: Date,
}

/// US dollars that a cluster costs in a month of 730 hours, as AWS reckons: at 0.10 an hour in standard support, and at 0.60 in
/// extended support.
pub(crate) const DOLLARS_A_MONTH: [f64; 2] = [0.10 * 730.0, 0.60 * 730.0];

/// Of those dollars.
pub(crate) const PRICES: Source = Source { url: "https://aws.amazon.com/eks/pricing/", read: date(2026, 11, 29) };

/// Standard support in months, after EKS took a version up. The page of `CALENDAR`.
pub(crate) const STANDARD_SUPPORT: i32 = 14;

/// Extended support in months, after the end of standard support.
/// <https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html>, 2026-11-29.
const EXTENDED_SUPPORT: i32 = 12;

/// Days after which an image is old: AWS publishes one every week or two.
pub(crate) const OLD_DAYS: i64 = 60;

const CALENDAR: Source = Source {
    url: "https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html",
    read: date(2026, 11, 29),
};

/// The dates of a minor version of Kubernetes.
#[derive(Debug)]
pub(crate) struct Release {
    minor: u32,
    /// The day on which Kubernetes published it: <https://kubernetes.io/releases/>, 2026-11-29.
    pub(crate) published: Date,
    /// The day on which EKS took it up; AWS has images of nodes for it from then on. <https://endoflife.date/amazon-eks>, 2026-08-22;
    /// that of 1.37 by files that others have published, 2026-11-22.
    pub(crate) on_eks: Date,
    /// The day on which EKS's standard support ends.
    pub(crate) standard_until: Date,
    /// Is that day no published one, but reckoned as 14 months after EKS took it up?
    pub(crate) reckoned: bool,
    /// Where EKS's days were read.
    pub(crate) source: Source,
    /// A release of Amazon Linux 2023 for it that was seen, 2026-11-22.
    pub(crate) image: Option<&'static str>,
}

const RELEASES: [Release; 3] = [
    Release {
        minor: 35,
        published: date(2025, 12, 17),
        on_eks: date(2026, 1, 28),
        standard_until: date(2027, 3, 27),
        reckoned: false,
        source: CALENDAR,
        image: None,
    },
    Release {
        minor: 36,
        published: date(2026, 4, 22),
        on_eks: date(2026, 6, 2),
        standard_until: date(2027, 8, 2),
        reckoned: false,
        source: CALENDAR,
        image: Some("1.36.3-20260903"),
    },
    Release {
        minor: 37,
        published: date(2026, 8, 26),
        on_eks: date(2026, 10, 1),
        standard_until: date(2027, 12, 1),
        reckoned: true,
        source: CALENDAR,
        image: None,
    },
];

impl Release {
    /// The dates of a version; of one that is not in the table, those of the last that is.
    pub(crate) fn of(version: KubernetesVersion) -> &'static Self {
        let known = RELEASES.iter().find(|release| release.minor == version.minor());
        known.unwrap_or(&RELEASES[RELEASES.len() - 1])
    }

    /// The day on which extended support ends.
    pub(crate) fn extended_until(&self) -> Date {
        self.standard_until.saturating_add(jiff::Span::new().months(EXTENDED_SUPPORT))
    }
}

/// Whole days from one to another, below zero where that is earlier.
pub(crate) fn days(from: Date, to: Date) -> i64 {
    to.duration_since(from).as_hours() / 24
}

#[cfg(test)]
mod tests {
    use super::{RELEASES, Release, STANDARD_SUPPORT};
    use crate::settings::{ImageRelease, KubernetesVersion};

    #[test]
    fn something_is_known_of_each_version_that_may_be_set() {
        let known: Vec<_> = RELEASES.iter().map(|release| release.minor).collect();
        assert_eq!(known, KubernetesVersion::SUPPORTED.map(KubernetesVersion::minor));
        for version in KubernetesVersion::SUPPORTED {
            let release = Release::of(version);
            assert!(release.published < release.on_eks && release.on_eks < release.standard_until, "{release:?}");
            let reckoned = release.on_eks.saturating_add(jiff::Span::new().months(STANDARD_SUPPORT));
            assert!(!release.reckoned || release.standard_until == reckoned, "{release:?}");
            let image = release.image.map(|image| image.parse::<ImageRelease>().unwrap().amazon_linux().unwrap());
            assert!(image.is_none_or(|(of, day)| version.has(of) && day >= release.on_eks), "{release:?}");
        }
    }
}
