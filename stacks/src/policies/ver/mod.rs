//! VER: versions that grow old, or that do not fit each other. How old something is depends on the day that the review is told.

mod fit;
mod served;

use jiff::civil::Date;
use synth_bindings::{aws_eks_addon, aws_eks_node_group};
use synth_framework::{IgnoreChanges, Step};
use synth_review::{Findings, Place, Policy, Severity};

use crate::{
    Platform, base_images,
    settings::{AmiAlias, ImageRelease},
    versions::{OLD_DAYS, Release, days},
    view::{Declared, NodeClass},
};

pub(super) const POLICIES: &[Policy<Platform>] = &[
    BASE_NODES_ARE_PATCHED,
    KARPENTERS_IMAGE_IS_RECENT,
    IMAGES_KNOW_KUBERNETES,
    BASES_ARE_REBUILT,
    BUILDS_ARE_NAMED,
    fit::CHARTS_WORK_WITH_KUBERNETES,
    fit::CHARTS_ARE_TESTED_WITH_KUBERNETES,
    fit::BUILDS_ARE_OF_THIS_KUBERNETES,
    fit::KUBERNETES_IS_SUPPORTED,
    served::APIS_ARE_SERVED,
    served::NOTHING_IS_RETIRED,
    served::APIS_LAST,
];

/// Days before the end of a release from which on it is said.
const SOON: i64 = 90;

/// An image by the day that its name says, and where it is named.
struct Image<'a> {
    place: Place,
    name: String,
    made: Date,
    setting: &'a str,
}

impl Image<'_> {
    fn judge_age(self, findings: &mut Findings) {
        let age = days(self.made, findings.today());
        let mend = |of: &str| format!("set `{}` to {of}", self.setting);
        if age > OLD_DAYS {
            findings
                .report(
                    self.place,
                    format!("makes nodes of `{}`, which is {age} days old", self.name),
                    mend("a recent one (https://github.com/awslabs/amazon-eks-ami/releases)"),
                )
                .set_by([self.setting]);
        } else if age < 0 {
            findings
                .report(
                    self.place,
                    format!("makes nodes of `{}`, a day that has not come", self.name),
                    mend("one that is published"),
                )
                .set_by([self.setting]);
        }
    }
}

/// The release that a node group names.
fn release(group: &Declared<'_, aws_eks_node_group::Handle>) -> Option<String> {
    group.text(|of| of.release_version())
}

/// The images of node groups; the releases of Bottlerocket say no day.
fn base_images(platform: &Platform) -> impl Iterator<Item = Image<'static>> {
    platform.resources::<aws_eks_node_group::Handle>().filter_map(|group| {
        let name = release(&group)?;
        let made = name.parse::<ImageRelease>().ok()?.amazon_linux()?.1;
        Some(Image { place: group.place(), name, made, setting: "base_nodes.release_version" })
    })
}

/// The images of Karpenter's nodes.
fn karpenter_images(platform: &Platform) -> impl Iterator<Item = Image<'static>> {
    platform.every::<NodeClass>().flat_map(|class| {
        class.typed().spec.ami_selector_terms.iter().filter_map(move |term| {
            let name = term.alias.clone()?;
            let made = AmiAlias::day_of(&name)?;
            Some(Image { place: class.place(), name, made, setting: "karpenter.ami_alias" })
        })
    })
}

const BASE_NODES_ARE_PATCHED: Policy<Platform> = Policy {
    code: "VER001",
    name: "base-nodes-are-patched",
    severity: Severity::Warning,
    explanation: "EKS never changes the image of a node group by itself: nodes keep the vulnerabilities of the day on \
                  which they were made, until someone names a newer release.",
    check: base_nodes_are_patched,
};

fn base_nodes_are_patched(platform: &Platform, findings: &mut Findings) {
    for group in platform.resources::<aws_eks_node_group::Handle>().filter(|group| release(group).is_none()) {
        findings.report(
            group.place(),
            "names no release of its image, and keeps the one that it is made with until the Kubernetes version changes",
            "set `base_nodes.release_version`",
        )
        .set_by(["base_nodes.release_version"]);
    }
    base_images(platform).for_each(|image| image.judge_age(findings));
}

const KARPENTERS_IMAGE_IS_RECENT: Policy<Platform> = Policy {
    code: "VER002",
    name: "karpenters-image-is-recent",
    severity: Severity::Warning,
    explanation: "Karpenter makes new nodes from the image that is named, however old: they lack every fix since.",
    check: karpenters_image_is_recent,
};

fn karpenters_image_is_recent(platform: &Platform, findings: &mut Findings) {
    karpenter_images(platform).for_each(|image| image.judge_age(findings));
}

const IMAGES_KNOW_KUBERNETES: Policy<Platform> = Policy {
    code: "VER003",
    name: "images-know-kubernetes",
    severity: Severity::Error,
    explanation: "An image that is older than a version of Kubernetes is not published for it: a node group is refused, and \
                  Karpenter finds no image and makes no node at all.",
    check: images_know_kubernetes,
};

fn images_know_kubernetes(platform: &Platform, findings: &mut Findings) {
    let version = platform.settings.cluster.kubernetes_version;
    for image in base_images(platform).chain(karpenter_images(platform)) {
        let published = Release::of(version).published;
        if image.made < published {
            findings
                .report(
                    image.place,
                    format!(
                        "makes nodes of `{}`, which is older than Kubernetes {version} of {published}: no image of \
                         that day exists for it",
                        image.name,
                    ),
                    format!("set `{}` to a later day", image.setting),
                )
                .set_by([image.setting]);
        }
    }
}

const BASES_ARE_REBUILT: Policy<Platform> = Policy {
    code: "VER004",
    name: "bases-are-rebuilt",
    severity: Severity::Warning,
    explanation: "Base images of a release that is no longer rebuilt keep every vulnerability found from then on, and \
                  the scan refuses those that have a fix: no build passes any more.",
    check: bases_are_rebuilt,
};

fn bases_are_rebuilt(platform: &Platform, findings: &mut Findings) {
    for base in base_images::of(&platform.dockerfile) {
        let Some(release) = base.release() else {
            let mend = format!("add the release to `{}`, with its end", base_images::TABLE);
            findings.report(base.place(), "is of a release whose end of life is not known", mend);
            continue;
        };
        let (name, end, left) = (release.name, release.end, days(findings.today(), release.end));
        let message = match left {
            SOON.. => continue,
            0.. => format!("is of {name}, which is rebuilt for only {left} more days, until {end}"),
            _ => format!("is of {name}, which has not been rebuilt since {end}"),
        };
        findings.report(base.place(), message, "take a later release, with its digest");
    }
}

const BUILDS_ARE_NAMED: Policy<Platform> = Policy {
    code: "VER005",
    name: "builds-are-named",
    severity: Severity::Error,
    explanation: "A build that is read as the most recent one changes by itself, and is rolled out with whatever is \
                  applied next: production must name each build; elsewhere a build stays as it was made.",
    check: builds_are_named,
};

fn builds_are_named(platform: &Platform, findings: &mut Findings) {
    let production = platform.settings.is_production();
    for addon in platform.resources::<aws_eks_addon::Handle>() {
        let named = addon.get(|of| of.addon_version());
        let floats = addon.leads(|of| of.addon_version()).is_some();
        let ignored = match &addon.resource.lifecycle.ignore_changes {
            IgnoreChanges::All => true,
            IgnoreChanges::Some(ignored) => ignored
                .iter()
                .any(|of| matches!(of.steps.as_slice(), [Step::Attribute(name)] if name == "addon_version")),
        };
        let message = match (named, floats) {
            (Some(_), false) => continue,
            _ if production => "names no build in production, which would then get the most recent one of the day",
            (Some(_), true) if !ignored => {
                "takes the most recent build at every plan, so that any other change rolls it out"
            }
            _ => continue,
        };
        let key = addon.text(|of| of.addon_name()).unwrap_or_default().replace('-', "_");
        let setting = format!("cluster.addon_versions.{key}");
        findings.report(addon.place(), message, format!("name a build in `{setting}`")).set_by([setting]);
    }
}
