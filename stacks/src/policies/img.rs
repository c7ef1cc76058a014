//! IMG: whether it is known beforehand what exactly runs.

use synth_bindings::{aws_ecr_repository, helm_release};
use synth_review::{Findings, Place, Policy, Severity};

use crate::{
    Platform, base_images,
    settings::Version,
    view::{Application, NodeClass, Template},
};

pub(super) const POLICIES: &[Policy<Platform>] =
    &[PINNED_IMAGES, OWN_REGISTRY, IMMUTABLE_TAGS, PINNED_CHARTS, PINNED_NODE_IMAGES, PINNED_BASES];

/// The images of everything that runs, and where that is declared.
fn images(platform: &Platform) -> impl Iterator<Item = (Place, &str)> {
    platform.templates().flat_map(|Template { place, pod, .. }| {
        let containers = pod.containers.iter().chain(pod.init_containers.as_deref().unwrap_or_default());
        containers.map(move |container| (place.clone(), container.image.as_deref().unwrap_or_default()))
    })
}

const PINNED_IMAGES: Policy<Platform> = Policy {
    code: "IMG001",
    name: "pinned-images",
    severity: Severity::Error,
    explanation: "An image without a tag, or with `latest`, may be another one on each node that pulls it.",
    check: pinned_images,
};

fn pinned_images(platform: &Platform, findings: &mut Findings) {
    for (place, image) in images(platform) {
        let path = image.rsplit_once('/').map_or(image, |(_, name)| name);
        // A digest stands behind a colon, too.
        let tag = path.split_once(':').map(|(_, tag)| tag);
        if tag.is_none_or(|tag| tag.is_empty() || tag == "latest") {
            findings.report(
                place,
                format!("runs `{image}`, which may be another image tomorrow"),
                "use a version as the tag, or a digest",
            );
        }
    }
}

const OWN_REGISTRY: Policy<Platform> = Policy {
    code: "IMG002",
    name: "own-registry",
    severity: Severity::Error,
    explanation: "Images from a registry that is not ours are not scanned, may vanish, and may change under their tag; \
                  a repository that no stack declares has nothing to pull.",
    check: own_registry,
};

fn own_registry(platform: &Platform, findings: &mut Findings) {
    let registry = format!("{}/", platform.settings.aws.registry());
    let repositories: Vec<_> =
        platform.resources::<aws_ecr_repository::Handle>().filter_map(|of| of.text(|of| of.name())).collect();
    for (place, image) in images(platform) {
        let Some(path) = image.strip_prefix(&registry) else {
            findings.report(
                place,
                format!("runs `{image}`, which does not come from {registry}"),
                "push the image to a repository of the bootstrap stack, and name that",
            );
            continue;
        };
        let repository = path.split(['@', ':']).next().unwrap_or(path);
        if !repositories.iter().any(|declared| declared == repository) {
            findings.report(
                place,
                format!("runs an image of the repository `{repository}`, which no stack declares"),
                "declare the repository in the bootstrap stack, or name another",
            );
        }
    }
}

const IMMUTABLE_TAGS: Policy<Platform> = Policy {
    code: "IMG003",
    name: "immutable-tags",
    severity: Severity::Error,
    explanation: "If tags may move, a tag does not say which image runs.",
    check: immutable_tags,
};

fn immutable_tags(platform: &Platform, findings: &mut Findings) {
    for repository in platform.resources::<aws_ecr_repository::Handle>() {
        if repository.text(|of| of.image_tag_mutability()).as_deref() != Some("IMMUTABLE") {
            findings.report(
                repository.place(),
                "allows its tags to move",
                "set `image_tag_mutability` to \"IMMUTABLE\"",
            );
        }
    }
}

const PINNED_CHARTS: Policy<Platform> = Policy {
    code: "IMG004",
    name: "pinned-charts",
    severity: Severity::Error,
    explanation: "A chart that is named by a range of versions changes a running platform on the day of a new release.",
    check: pinned_charts,
};

fn pinned_charts(platform: &Platform, findings: &mut Findings) {
    const MEND: &str = "name an exact version, such as 1.14.1";
    for application in platform.every::<Application>() {
        let (chart, version) = (&application.spec.source.chart, &application.spec.source.target_revision);
        if let Some(chart) = chart
            && version.parse::<Version>().is_err()
        {
            let message = format!("installs the chart {chart} in version `{version}`, which is not one exact version");
            findings.report(application.place(), message, MEND);
        }
    }
    for release in
        platform.resources::<helm_release::Handle>().filter(|release| release.get(|of| of.repository()).is_some())
    {
        let version = release.text(|of| of.version()).unwrap_or_default();
        if version.parse::<Version>().is_err() {
            let chart = release.text(|of| of.chart()).unwrap_or_default();
            let message = format!("installs the chart {chart} in version `{version}`, which is not one exact version");
            findings.report(release.place(), message, MEND);
        }
    }
}

const PINNED_NODE_IMAGES: Policy<Platform> = Policy {
    code: "IMG005",
    name: "pinned-node-images",
    severity: Severity::Error,
    explanation: "With `@latest` every node is replaced on the day of an image's release, tested or not.",
    check: pinned_node_images,
};

fn pinned_node_images(platform: &Platform, findings: &mut Findings) {
    for class in platform.every::<NodeClass>() {
        for alias in class.spec.ami_selector_terms.iter().filter_map(|term| term.alias.as_deref()) {
            if alias.ends_with("@latest") {
                findings
                    .report(
                        class.place(),
                        format!("boots `{alias}`, which may be another image tomorrow"),
                        "name a dated image in `karpenter.ami_alias`, such as al2023@v20260903",
                    )
                    .set_by(["karpenter.ami_alias"]);
            }
        }
    }
}

const PINNED_BASES: Policy<Platform> = Policy {
    code: "IMG006",
    name: "pinned-bases",
    severity: Severity::Error,
    explanation: "A base image that is named by its tag alone may change from day to day: the same commit then gives \
                  another image, and nobody can say which base runs.",
    check: pinned_bases,
};

fn pinned_bases(platform: &Platform, findings: &mut Findings) {
    for base in base_images::of(&platform.dockerfile) {
        let hexadecimal = |digits: &str| digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !base.digest.as_deref().and_then(|digest| digest.strip_prefix("sha256:")).is_some_and(hexadecimal) {
            findings.report(
                base.place(),
                "names no digest, so that it may be another image tomorrow",
                "add it: `make bases` writes the digests of the day",
            );
        }
    }
}
