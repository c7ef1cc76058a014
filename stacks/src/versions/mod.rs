//! Which versions go together by what their makers publish, and until when AWS supports a version of Kubernetes.
//!
//! Each table says where it was read, and on which day. A row that is missing is no guess: the policies say that nothing is known.

use std::ops::RangeInclusive;

use jiff::civil::{Date, date};

use crate::{
    charts::{Values as _, argocd, karpenter},
    names::{COREDNS_ADD_ON, EBS_CSI_ADD_ON, KUBE_PROXY_ADD_ON, POD_IDENTITY_ADD_ON, VPC_CNI_ADD_ON},
    settings::{AddonVersion, KubernetesVersion},
};

/// US dollars that a cluster costs by the hour in standard support, and in extended support.
/// <https://aws.amazon.com/eks/pricing/>, 2026-11-29.
pub(crate) const DOLLARS_AN_HOUR: [f64; 2] = [0.10, 0.60];

/// The dates of a minor version of Kubernetes.
pub(crate) struct Release {
    minor: u32,
    /// The day on which Kubernetes published it.
    pub(crate) published: Date,
    /// The day on which EKS's standard support ends; extended support lasts a year longer.
    pub(crate) standard_until: Date,
}

/// Published: <https://kubernetes.io/releases/>. Support: <https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html>,
/// read 2026-11-29; that of 1.37 is reckoned, as 14 months from 2026-10-01, when EKS took it up.
const RELEASES: [Release; 3] = [
    Release { minor: 35, published: date(2025, 12, 17), standard_until: date(2027, 3, 27) },
    Release { minor: 36, published: date(2026, 4, 22), standard_until: date(2027, 8, 2) },
    Release { minor: 37, published: date(2026, 8, 26), standard_until: date(2027, 12, 1) },
];

impl Release {
    /// The dates of a version; of one that is not in the table, those of the last that is.
    pub(crate) fn of(version: KubernetesVersion) -> &'static Self {
        let known = RELEASES.iter().find(|release| release.minor == version.minor());
        known.unwrap_or(&RELEASES[RELEASES.len() - 1])
    }
}

/// Releases of a chart that were tested with the same versions of Kubernetes.
pub(crate) struct Tested {
    chart: &'static str,
    /// The first of them, and the first that is none of them: major and minor numbers.
    from: (u32, u32),
    until: (u32, u32),
    /// The program that they install and its version, as its makers call them.
    pub(crate) app: &'static str,
    /// The minor versions of Kubernetes, from 0 where nobody says an oldest; others are untested.
    pub(crate) kubernetes: RangeInclusive<u32>,
    /// Does a newer one need a later release, by its makers' own word?
    pub(crate) fails_beyond: bool,
}

const fn tested(
    chart: &'static str,
    [from, until]: [(u32, u32); 2],
    app: &'static str,
    kubernetes: RangeInclusive<u32>,
) -> Tested {
    Tested { chart, from, until, app, kubernetes, fails_beyond: false }
}

/// The same for releases of which their makers say that a newer Kubernetes needs a later one.
const fn needed(
    chart: &'static str,
    [from, until]: [(u32, u32); 2],
    app: &'static str,
    kubernetes: RangeInclusive<u32>,
) -> Tested {
    Tested { fails_beyond: true, ..tested(chart, [from, until], app, kubernetes) }
}

/// Argo CD: `docs/operator-manual/tested-kubernetes-versions.md` at v3.5.3, the charts by their `appVersion`, 2026-11-29.
/// Karpenter: the compatibility matrix of the documentation at v1.14, which names the least version for each Kubernetes and no oldest
/// Kubernetes, 2026-11-22.
const TESTED: [Tested; 8] = [
    tested(argocd::Values::CHART, [(10, 0), (10, 3)], "Argo CD 3.4", 32..=35),
    tested(argocd::Values::CHART, [(10, 3), (11, 0)], "Argo CD 3.5", 33..=36),
    needed(karpenter::Values::CHART, [(0, 0), (1, 2)], "Karpenter before 1.2", 0..=31),
    needed(karpenter::Values::CHART, [(1, 2), (1, 5)], "Karpenter 1.2 to 1.4", 0..=32),
    needed(karpenter::Values::CHART, [(1, 5), (1, 6)], "Karpenter 1.5", 0..=33),
    needed(karpenter::Values::CHART, [(1, 6), (1, 9)], "Karpenter 1.6 to 1.8", 0..=34),
    needed(karpenter::Values::CHART, [(1, 9), (1, 13)], "Karpenter 1.9 to 1.12", 0..=35),
    tested(karpenter::Values::CHART, [(1, 13), (1, 15)], "Karpenter 1.13 to 1.14", 0..=36),
];

impl Tested {
    /// Is anything known of the chart at all?
    pub(crate) fn knows(chart: &str) -> bool {
        TESTED.iter().any(|row| row.chart == chart)
    }

    /// The releases of a chart among which a version is, if the table has them.
    pub(crate) fn of(chart: &str, version: &str) -> Option<&'static Self> {
        let mut numbers = version.split('.').map(|number| number.parse().ok());
        let version = (numbers.next()??, numbers.next()??);
        TESTED.iter().find(|row| row.chart == chart && (row.from..row.until).contains(&version))
    }
}

/// Builds of managed add-ons, and the one minor version of Kubernetes with which each was seen: AWS publishes no matrix, and answers
/// `aws eks describe-addon-versions`, which `make up` asks before it plans. Read 2026-11-22.
const BUILDS: [(&str, &str, u32); 5] = [
    (COREDNS_ADD_ON, "v1.14.6-eksbuild.4", 36),
    (VPC_CNI_ADD_ON, "v1.23.1-eksbuild.1", 36),
    (VPC_CNI_ADD_ON, "v1.22.4-eksbuild.3", 36),
    (POD_IDENTITY_ADD_ON, "v1.3.10-eksbuild.3", 36),
    (EBS_CSI_ADD_ON, "v1.66.0-eksbuild.1", 36),
];

/// The minor version of Kubernetes with which a build of an add-on was seen, where one was.
pub(crate) fn seen_with(addon: &str, build: &str) -> Option<u32> {
    // Of this one the build itself says it.
    if addon == KUBE_PROXY_ADD_ON {
        return build.parse().ok().map(|build: AddonVersion| build.version.minor);
    }
    BUILDS.iter().find(|(name, known, _)| (*name, *known) == (addon, build)).map(|(_, _, minor)| *minor)
}

#[cfg(test)]
mod tests {
    use super::{RELEASES, Release, TESTED, Tested};
    use crate::settings::KubernetesVersion;

    #[test]
    fn something_is_known_of_each_version_that_may_be_set() {
        let known: Vec<_> = RELEASES.iter().map(|release| release.minor).collect();
        assert_eq!(known, KubernetesVersion::SUPPORTED.map(KubernetesVersion::minor));
        for version in KubernetesVersion::SUPPORTED {
            let release = Release::of(version);
            assert!(release.published < release.standard_until, "1.{}", release.minor);
        }
    }

    #[test]
    fn rows_of_a_chart_follow_each_other() {
        for pair in TESTED.windows(2).filter(|pair| pair[0].chart == pair[1].chart) {
            assert_eq!(pair[0].until, pair[1].from, "{}", pair[1].app);
        }
    }

    #[test]
    fn a_release_is_found_by_its_numbers() {
        let app = |chart, version| Tested::of(chart, version).map(|row| row.app);
        assert_eq!(app("argo-cd", "10.1.1"), Some("Argo CD 3.4"));
        assert_eq!(app("argo-cd", "10.10.0"), Some("Argo CD 3.5"), "numbers, not text");
        assert_eq!(app("argo-cd", "9.9.9"), None);
        assert_eq!(app("karpenter", "1.14.1"), Some("Karpenter 1.13 to 1.14"));
        assert_eq!(app("karpenter", "latest"), None);
    }
}
