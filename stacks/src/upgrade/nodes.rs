//! Images of nodes for a version: those that are known, and where AWS names the others.

use jiff::civil::Date;

use super::Value;
use crate::{
    settings::{AmiAlias, Architecture, ImageRelease, KubernetesVersion, Settings},
    versions::{OLD_DAYS, Release, days},
};

/// A release of Amazon Linux that was seen for a version and is not old, and its day.
fn seen(to: KubernetesVersion, today: Date) -> Option<(ImageRelease, Date)> {
    let release: ImageRelease = Release::of(to).image?.parse().ok()?;
    let (_, day) = release.amazon_linux()?;
    (days(day, today) <= OLD_DAYS).then_some((release, day))
}

/// The alias of an image for a version: what is to be written, and one to reckon with.
pub(super) fn alias(settings: &Settings, to: KubernetesVersion, today: Date) -> (Value, AmiAlias) {
    if let Some((_, day)) = seen(to, today) {
        let alias = AmiAlias { day };
        return (Value::Known(alias.to_string()), alias);
    }
    let first = AmiAlias { day: Release::of(to).on_eks };
    let how = format!("a day from `{first}` on that has an image: that of the release");
    (Value::Published(how, amazon_linux(settings, Architecture::Amd64, to)), AmiAlias { day: today })
}

/// The release of the base nodes for a version: what is to be written, and one to reckon with.
pub(super) fn release(
    settings: &Settings,
    to: KubernetesVersion,
    today: Date,
    now: &ImageRelease,
) -> (Value, ImageRelease) {
    let image = settings.base_nodes.ami_type;
    if image.is_bottlerocket() {
        let arch = architecture(image.architecture());
        let how = format!("the newest of Bottlerocket for Kubernetes {to}");
        let name = format!("/aws/service/bottlerocket/aws-k8s-{to}/{arch}/latest/image_version");
        return (Value::Published(how, parameter(settings, &name)), now.clone());
    }
    if let Some((known, _)) = seen(to, today) {
        return (Value::Known(known.to_string()), known);
    }
    let how = format!("the newest for Kubernetes {to}");
    let some = format!("{to}.0-{:04}{:02}{:02}", today.year(), today.month(), today.day());
    let some = some.parse().unwrap_or_else(|_| now.clone());
    (Value::Published(how, amazon_linux(settings, image.architecture(), to)), some)
}

/// Where EKS names the newest release of Amazon Linux 2023 for a version.
fn amazon_linux(settings: &Settings, of: Architecture, to: KubernetesVersion) -> String {
    let arch = architecture(of);
    let folder = format!("/aws/service/eks/optimized-ami/{to}/amazon-linux-2023/{arch}/standard");
    parameter(settings, &format!("{folder}/recommended/release_version"))
}

fn parameter(settings: &Settings, name: &str) -> String {
    let region = settings.aws.region.name;
    format!("aws ssm get-parameter --region {region} --query Parameter.Value --output text --name {name}")
}

fn architecture(of: Architecture) -> &'static str {
    match of {
        Architecture::Amd64 => "x86_64",
        Architecture::Arm64 => "arm64",
    }
}
