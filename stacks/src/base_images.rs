//! The images that those of the services are built from: which ones the Dockerfile names, and until when they are rebuilt.
//!
//! The ends are a table in `data/`, with its sources.

use std::{collections::HashMap, sync::LazyLock};

use jiff::civil::Date;
use synth_review::Place;

/// The Dockerfile that every service's image is built by.
pub(crate) const DOCKERFILE: &str = include_str!("../../Dockerfile");

/// Where the ends of releases stand.
pub(crate) const TABLE: &str = "stacks/src/data/base-images.csv";

const ENDS: &str = include_str!("data/base-images.csv");

/// A release of Debian that images are made of.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Release {
    /// Its name, as names or tags of images have it.
    pub(crate) name: &'static str,
    /// The last day on which images of it are rebuilt.
    pub(crate) end: Date,
}

static RELEASES: LazyLock<Vec<Release>> = LazyLock::new(|| {
    let rows = ENDS.lines().filter(|line| !line.starts_with('#')).skip(1);
    let rows = rows.map(|row| row.split_once(',').expect("each row of the table is whole"));
    rows.map(|(name, end)| Release { name, end: end.parse().expect("an end is a day") }).collect()
});

/// An image that a Dockerfile takes from a registry.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct BaseImage {
    /// Its name and tag.
    pub(crate) image: String,
    /// The digest that says exactly which image it is, where there is one.
    pub(crate) digest: Option<String>,
}

impl BaseImage {
    pub(crate) fn place(&self) -> Place {
        Place { subject: format!("Dockerfile/{}", self.image), file: String::new(), location: None }
    }

    /// The release that it is made of.
    pub(crate) fn release(&self) -> Option<&'static Release> {
        let mut words = self.image.split(|letter: char| !letter.is_ascii_alphanumeric());
        words.find_map(|word| RELEASES.iter().find(|release| release.name == word))
    }
}

/// Every image that a Dockerfile takes from a registry, in its order.
pub(crate) fn of(dockerfile: &str) -> Vec<BaseImage> {
    let (mut arguments, mut stages, mut images) = (HashMap::new(), Vec::new(), Vec::new());
    for line in dockerfile.lines() {
        let mut words = line.split_whitespace();
        match words.next().unwrap_or_default().to_uppercase().as_str() {
            "#" => images.extend(words.next().and_then(|word| word.strip_prefix("syntax=")).map(str::to_owned)),
            "ARG" => arguments.extend(words.filter_map(|word| word.split_once('='))),
            "FROM" => {
                let words: Vec<_> = words.filter(|word| !word.starts_with("--")).collect();
                images.extend(words.first().map(|word| expanded(word, &arguments)));
                stages.extend(words.get(2).map(|name| (*name).to_owned()));
            }
            _ => {
                let sources = words.filter(|word| word.starts_with("--from=") || word.starts_with("--mount="));
                let sources = sources.filter_map(|word| word.split_once("from=")).map(|(_, rest)| rest);
                images.extend(sources.map(|rest| expanded(rest.split(',').next().unwrap_or(rest), &arguments)));
            }
        }
    }
    let taken = |image: &String| {
        image != "scratch" && image.parse::<usize>().is_err() && !stages.iter().any(|stage| stage == image)
    };
    images.into_iter().filter(taken).map(read).collect()
}

/// A word with the argument that it stands for: `${BASE}` or `$BASE`.
fn expanded(word: &str, arguments: &HashMap<&str, &str>) -> String {
    let name = word.strip_prefix('$').map(|name| name.trim_matches(['{', '}']));
    name.and_then(|name| arguments.get(name)).map_or(word, |value| value.trim_matches('"')).to_owned()
}

fn read(reference: String) -> BaseImage {
    match reference.split_once('@') {
        Some((image, digest)) => BaseImage { image: image.to_owned(), digest: Some(digest.to_owned()) },
        None => BaseImage { image: reference, digest: None },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_found_wherever_a_dockerfile_takes_them_from() {
        let dockerfile = "\
            # syntax=docker/dockerfile:1\n# Made of two.\nARG BASE=example.com/a-trixie:1@sha256:12\nARG OTHER\n\
            FROM --platform=$BUILDPLATFORM ${BASE} AS build\nCOPY --from=example.com/tools:2 /a /b\n\
            RUN --mount=type=bind,from=example.com/data:3,target=/data true\nFROM scratch AS bare\nFROM debian\n\
            COPY --from=build /a /a\ncopy --from=0 /a /a\nARG from\n";
        let found: Vec<_> = of(dockerfile).into_iter().map(|base| (base.image, base.digest)).collect();
        let pinned = ("example.com/a-trixie:1".to_owned(), Some("sha256:12".to_owned()));
        let others = ["example.com/tools:2", "example.com/data:3", "debian"].map(|image| (image.to_owned(), None));
        let expected = [vec![("docker/dockerfile:1".to_owned(), None), pinned], others.to_vec()].concat();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_release_is_a_word_of_a_name_or_a_tag() {
        let release = |image: &str| read(image.to_owned()).release().map(|release| release.name);
        assert_eq!(release("gcr.io/distroless/cc-debian13:nonroot"), Some("debian13"));
        assert_eq!(release("docker.io/library/rust:1.95-slim-trixie"), Some("trixie"));
        assert_eq!(release("example.com/debian130:1"), None);
    }

    /// A build stage ships nothing but what the compiler makes of the sources: it is the one that CI tests with.
    #[test]
    fn the_images_are_built_by_the_compiler_that_the_workspace_asks_for() {
        let manifest = include_str!("../../Cargo.toml");
        let (_, named) = manifest.split_once("\nrust-version = \"").expect("the workspace names its compiler");
        let version = named.split('"').next().expect("a version is quoted");
        let compiler = of(DOCKERFILE).into_iter().find(|base| base.image.contains("/rust:")).expect("a stage compiles");
        assert!(compiler.image.contains(&format!("/rust:{version}-")), "{} is not Rust {version}", compiler.image);
    }
}
