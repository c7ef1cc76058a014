//! Charts, and the versions of Kubernetes that their makers tested them with.

use std::ops::RangeInclusive;

use jiff::civil::date;

use super::Source;
use crate::charts::{Values as _, argocd, cert_manager, external_dns, external_secrets, karpenter, keda};

const ARGOCD_TESTS: Source = Source {
    url: "https://github.com/argoproj/argo-cd/blob/v3.5.3/docs/operator-manual/tested-kubernetes-versions.md",
    read: date(2026, 11, 29),
};

const KARPENTER_MATRIX: Source =
    Source { url: "https://karpenter.sh/v1.14/upgrading/compatibility/", read: date(2026, 11, 22) };

const KEDA_MATRIX: Source = Source { url: "https://keda.sh/docs/2.22/operate/cluster/", read: date(2026, 11, 30) };

const EXTERNAL_SECRETS_TABLE: Source = Source {
    url: "https://github.com/external-secrets/external-secrets/blob/helm-chart-2.9.0/docs/introduction/stability-support.md",
    read: date(2026, 12, 1),
};

const EXTERNAL_DNS_TABLE: Source = Source {
    url: "https://github.com/kubernetes-sigs/external-dns/blob/v0.22.0/README.md#kubernetes-version-compatibility",
    read: date(2026, 12, 1),
};

/// The newest Kubernetes where nobody says one.
const UNSAID: u32 = u32::MAX;

/// Of 1.21 another's copy of the table was read.
const CERT_MANAGER_TABLE: Source = Source { url: "https://cert-manager.io/docs/releases/", read: date(2026, 12, 1) };

/// The first release of Karpenter's chart with the bundle of certificates in the hash of a node: who comes to it from an earlier one has
/// every node replaced once. <https://karpenter.sh/v1.14/upgrading/upgrade-guide/>, 2026-11-22.
pub(crate) const KARPENTER_DRIFTS_ONCE: (u32, u32) = (1, 12);

/// Releases of a chart that were tested with the same versions of Kubernetes.
pub(crate) struct Tested {
    chart: &'static str,
    /// The first of them, and the first that is none of them: major and minor numbers.
    pub(crate) from: (u32, u32),
    pub(crate) until: (u32, u32),
    /// The program that they install and its version, as its makers call them.
    pub(crate) app: &'static str,
    /// The minor versions of Kubernetes, from 0 where nobody says an oldest; others are untested.
    pub(crate) kubernetes: RangeInclusive<u32>,
    /// Does a newer one need a later release, by its makers' own word?
    pub(crate) fails_beyond: bool,
    /// Where it was read.
    pub(crate) source: Source,
}

const fn argocd([from, until]: [(u32, u32); 2], app: &'static str, kubernetes: RangeInclusive<u32>) -> Tested {
    let (chart, source) = (argocd::Values::CHART, ARGOCD_TESTS);
    Tested { chart, from, until, app, kubernetes, fails_beyond: false, source }
}

const fn karpenter([from, until]: [(u32, u32); 2], app: &'static str, newest: u32) -> Tested {
    let (chart, source, kubernetes) = (karpenter::Values::CHART, KARPENTER_MATRIX, 0..=newest);
    Tested { chart, from, until, app, kubernetes, fails_beyond: true, source }
}

/// Its charts have the minor version of what they install.
const fn keda(minor: u32, app: &'static str, kubernetes: RangeInclusive<u32>) -> Tested {
    let (chart, source, from, until) = (keda::Values::CHART, KEDA_MATRIX, (2, minor), (2, minor + 1));
    Tested { chart, from, until, app, kubernetes, fails_beyond: false, source }
}

/// Its charts have the version of what they install.
const fn external_secrets([from, until]: [u32; 2], app: &'static str, kubernetes: RangeInclusive<u32>) -> Tested {
    let (chart, source, from, until) = (external_secrets::Values::CHART, EXTERNAL_SECRETS_TABLE, (2, from), (2, until));
    Tested { chart, from, until, app, kubernetes, fails_beyond: false, source }
}

/// Its makers say from which Kubernetes on a release works, and know of none that is too new; a chart after those is not known here.
const fn external_dns([from, until]: [u32; 2], app: &'static str) -> Tested {
    let (chart, source, from, until) = (external_dns::Values::CHART, EXTERNAL_DNS_TABLE, (1, from), (1, until));
    Tested { chart, from, until, app, kubernetes: 22..=UNSAID, fails_beyond: false, source }
}

/// Its charts have the version of what they install.
const fn cert_manager(minor: u32, app: &'static str, kubernetes: RangeInclusive<u32>) -> Tested {
    let (chart, source, from, until) = (cert_manager::Values::CHART, CERT_MANAGER_TABLE, (1, minor), (1, minor + 1));
    Tested { chart, from, until, app, kubernetes, fails_beyond: false, source }
}

/// Charts of Argo CD by their `appVersion`. Karpenter names the least release for each Kubernetes, and no oldest Kubernetes; its newest
/// row is what it was tested with.
const TESTED: [Tested; 18] = [
    argocd([(10, 0), (10, 3)], "Argo CD 3.4", 32..=35),
    argocd([(10, 3), (11, 0)], "Argo CD 3.5", 33..=36),
    karpenter([(0, 0), (1, 2)], "Karpenter before 1.2", 31),
    karpenter([(1, 2), (1, 5)], "Karpenter 1.2 to 1.4", 32),
    karpenter([(1, 5), (1, 6)], "Karpenter 1.5", 33),
    karpenter([(1, 6), (1, 9)], "Karpenter 1.6 to 1.8", 34),
    karpenter([(1, 9), (1, 13)], "Karpenter 1.9 to 1.12", 35),
    Tested { fails_beyond: false, ..karpenter([(1, 13), (1, 15)], "Karpenter 1.13 to 1.14", 36) },
    keda(19, "KEDA 2.19", 32..=34),
    keda(20, "KEDA 2.20", 33..=35),
    keda(21, "KEDA 2.21", 34..=36),
    external_secrets([0, 7], "External Secrets 2.0 to 2.6", 34..=35),
    external_secrets([7, 8], "External Secrets 2.7", 35..=35),
    external_secrets([8, 9], "External Secrets 2.8", 35..=36),
    external_secrets([9, 10], "External Secrets 2.9", 36..=36),
    external_dns([14, 23], "external-dns 0.14 to 0.22"),
    cert_manager(20, "cert-manager 1.20", 32..=35),
    cert_manager(21, "cert-manager 1.21", 33..=36),
];

impl Tested {
    /// `1.32 to 1.35`, `up to 1.35`, or `1.22 and later`.
    pub(crate) fn minors(&self) -> String {
        match (self.kubernetes.start(), self.kubernetes.end()) {
            (0, newest) => format!("up to 1.{newest}"),
            (oldest, &UNSAID) => format!("1.{oldest} and later"),
            (oldest, newest) => format!("1.{oldest} to 1.{newest}"),
        }
    }

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

    /// The first releases of a chart that go with all these minor versions.
    pub(crate) fn going_with(chart: &str, minors: [u32; 2]) -> Option<&'static Self> {
        TESTED.iter().find(|row| row.chart == chart && minors.iter().all(|minor| row.kubernetes.contains(minor)))
    }
}

#[cfg(test)]
mod tests {
    use super::{TESTED, Tested};

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

    #[test]
    fn what_goes_with_two_versions_is_the_earliest_that_does() {
        let app = |chart, minors| Tested::going_with(chart, minors).map(|row| row.app);
        assert_eq!(app("karpenter", [34, 35]), Some("Karpenter 1.9 to 1.12"));
        assert_eq!(app("argo-cd", [35, 36]), Some("Argo CD 3.5"));
        assert_eq!(app("argo-cd", [36, 37]), None);
    }
}
