//! Where the control plane's programs are: `make cluster` finds or builds them, once for each minor version.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

/// The programs that a folder must have.
const NAMES: [&str; 6] =
    ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok", "metrics-server"];

/// A folder with every program of one version.
#[derive(Clone, Debug)]
pub struct Programs {
    folder: PathBuf,
}

impl Programs {
    /// The programs of a minor version of Kubernetes, such as `1.36`.
    pub fn of(version: &str) -> Result<Self> {
        let folder = root().join("target/cluster").join(version);
        let missing: Vec<_> = NAMES.into_iter().filter(|name| !folder.join(name).exists()).collect();
        if !missing.is_empty() {
            bail!(
                "`{}` lacks {}: `make cluster KUBERNETES={version}` puts them there, from KUBEBUILDER_ASSETS or PATH, or built by Go",
                folder.display(),
                missing.join(", ")
            );
        }
        Ok(Self { folder })
    }

    /// Where the program, or whatever else, of a name is.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

/// The minor version that tests judge by: the fixtures' own, or the one that `KUBERNETES` names.
pub fn version_under_test() -> String {
    let named = std::env::var("KUBERNETES").unwrap_or_default();
    if named.is_empty() { "1.36".to_owned() } else { named.trim_end_matches(".x").to_owned() }
}

/// The repository's own folder.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
