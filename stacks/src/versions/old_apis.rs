//! Versions of Kubernetes' own API that are deprecated, and those that are served no more.
//!
//! They are a table in `data/`, with its sources.

use std::sync::LazyLock;

const TABLE: &str = include_str!("../data/old-apis.csv");

/// A kind under a version of its API.
#[derive(Debug)]
pub(crate) struct OldApi {
    /// The first minor version of Kubernetes that does not serve it.
    pub(crate) without: u32,
    /// The first that calls it deprecated.
    pub(crate) deprecated: u32,
    api_version: &'static str,
    kind: &'static str,
    /// The version that takes its place; empty where none does.
    pub(crate) instead: &'static str,
}

static ROWS: LazyLock<Vec<OldApi>> = LazyLock::new(|| {
    let rows = TABLE.lines().filter(|line| !line.starts_with('#')).skip(1);
    let row = |row: &'static str| {
        let mut cells = row.split(',');
        let mut cell = || cells.next().expect("each row of the table is whole");
        let [without, deprecated] = [(); 2].map(|()| cell().parse().expect("a minor version is a number"));
        OldApi { without, deprecated, api_version: cell(), kind: cell(), instead: cell() }
    };
    rows.map(row).collect()
});

impl OldApi {
    /// What is known of a kind under a version of its API that a minor version of Kubernetes calls deprecated, or does not serve.
    pub(crate) fn by(minor: u32, api_version: &str, kind: &str) -> Option<&'static Self> {
        let old = |row: &&Self| row.deprecated <= minor && (row.api_version, row.kind) == (api_version, kind);
        ROWS.iter().find(old)
    }

    /// Does a minor version of Kubernetes still serve it?
    pub(crate) fn served_by(&self, minor: u32) -> bool {
        minor < self.without
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{OldApi, ROWS};

    #[test]
    fn a_kind_is_deprecated_then_gone() {
        let of = |minor| OldApi::by(minor, "networking.k8s.io/v1beta1", "ServiceCIDR");
        assert!(of(33).is_none());
        assert!(of(34).is_some_and(|row| row.served_by(36) && !row.served_by(37) && row.instead.ends_with("/v1")));
        assert!(OldApi::by(37, "apps/v1", "Deployment").is_none());
    }

    #[test]
    fn each_kind_stands_once_and_is_deprecated_before_it_goes() {
        let kinds: HashSet<_> = ROWS.iter().map(|row| (row.api_version, row.kind)).collect();
        assert_eq!(kinds.len(), ROWS.len());
        for row in ROWS.iter() {
            assert!(row.deprecated <= row.without && row.instead != row.api_version, "{row:?}");
        }
    }
}
