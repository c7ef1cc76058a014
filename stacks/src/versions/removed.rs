//! Versions of Kubernetes' own API that are served no more.
//!
//! They are a table in `data/`, with its source.

use std::sync::LazyLock;

const TABLE: &str = include_str!("../data/removed-apis.csv");

/// A kind under a version of its API.
#[derive(Debug)]
pub(crate) struct Removed {
    /// The first minor version of Kubernetes that does not serve it.
    pub(crate) without: u32,
    api_version: &'static str,
    kind: &'static str,
    /// The version that takes its place; empty where none does.
    pub(crate) instead: &'static str,
}

static ROWS: LazyLock<Vec<Removed>> = LazyLock::new(|| {
    let rows = TABLE.lines().filter(|line| !line.starts_with('#')).skip(1);
    let row = |row: &'static str| {
        let mut cells = row.split(',');
        let mut cell = || cells.next().expect("each row of the table is whole");
        let without = cell().parse().expect("a minor version is a number");
        Removed { without, api_version: cell(), kind: cell(), instead: cell() }
    };
    rows.map(row).collect()
});

impl Removed {
    /// What is known of a kind under a version of its API that a minor version of Kubernetes does not serve.
    pub(crate) fn by(minor: u32, api_version: &str, kind: &str) -> Option<&'static Self> {
        ROWS.iter().find(|row| row.without <= minor && (row.api_version, row.kind) == (api_version, kind))
    }
}

#[cfg(test)]
mod tests {
    use super::{ROWS, Removed};

    #[test]
    fn a_kind_is_removed_from_one_minor_version_on() {
        assert!(ROWS.len() > 80, "{}", ROWS.len());
        let without = |minor| Removed::by(minor, "flowcontrol.apiserver.k8s.io/v1beta3", "FlowSchema");
        assert!(without(31).is_none() && without(36).is_some_and(|row| row.instead.ends_with("/v1")));
        assert!(Removed::by(36, "apps/v1", "Deployment").is_none());
    }
}
