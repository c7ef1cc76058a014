//! Builds of managed add-ons.

use crate::{
    names::{COREDNS_ADD_ON, EBS_CSI_ADD_ON, KUBE_PROXY_ADD_ON, POD_IDENTITY_ADD_ON, VPC_CNI_ADD_ON},
    settings::AddonVersion,
};

/// Builds of managed add-ons, and the one minor version of Kubernetes with which each was seen: AWS publishes no matrix, and answers
/// `aws eks describe-addon-versions`, which `make up` asks before it plans. Read 2026-11-22.
const BUILDS: [(&str, &str, u32); 6] = [
    (KUBE_PROXY_ADD_ON, "v1.36.0-eksbuild.25", 36),
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

/// The newest build of an add-on that was seen with a minor version of Kubernetes.
pub(crate) fn known_build(addon: &str, minor: u32) -> Option<AddonVersion> {
    let seen = BUILDS.iter().filter(|(name, _, of)| *name == addon && *of == minor);
    seen.filter_map(|(_, build, _)| build.parse().ok()).max_by_key(|build: &AddonVersion| build.version)
}

#[cfg(test)]
mod tests {
    use super::{BUILDS, known_build};
    use crate::settings::AddonVersion;

    #[test]
    fn every_build_reads_and_the_newest_is_known() {
        assert!(BUILDS.iter().all(|(_, build, _)| build.parse::<AddonVersion>().is_ok()));
        let known = |addon, minor| known_build(addon, minor).map(|build| build.to_string());
        assert_eq!(known("vpc-cni", 36).as_deref(), Some("v1.23.1-eksbuild.1"));
        assert_eq!(known("kube-proxy", 37), None);
    }
}
