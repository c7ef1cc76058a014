//! Compares what lies in the directory of a part with what the code says, without changing anything.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, ErrorKind, Read},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use synth_framework::StackFile;

use super::{
    listing::{LISTING, Listing, is_writable},
    obstacle::{Obstacle, Obstacles},
};
use crate::synthesis::Rendered;

/// How a generated configuration begins, white space aside.
const HEADER: &str = r#"{"//":"Synthesizedfrom"#;

/// The folders of a stack in which Terraform reads files, and how those end.
const READ: [(&str, &str); 3] = [("", ".tf.json"), ("tests/", ".tftest.json"), ("tests/mocks/", ".tfmock.json")];

/// One part as the code renders it, and as it is on disk.
#[derive(Debug)]
pub(crate) struct Survey<'a> {
    /// The part as the code renders it.
    pub(crate) rendered: &'a Rendered,
    /// The directory, as it is shown and opened.
    pub(crate) directory: PathBuf,
    /// The files that the code makes, in its order, and what is there instead.
    pub(crate) files: Vec<(&'a StackFile, State)>,
    /// Files that synth wrote earlier and no longer makes: path and content.
    pub(crate) stale: Vec<(String, Vec<u8>)>,
    /// Configurations with synth's first line that neither the code nor the listing knows.
    pub(crate) strays: Vec<String>,
    /// The listing as it lies there.
    pub(crate) listed: Option<Vec<u8>>,
}

impl Survey<'_> {
    /// A warning for each stray: Terraform reads it, but nothing may be removed that is not known to be synth's.
    pub(crate) fn warnings(&self) -> impl Iterator<Item = String> {
        self.strays.iter().map(|path| {
            let path = self.directory.join(path);
            format!(
                "`{}` carries synth's header but is no longer generated: delete it, or Terraform reads it",
                path.display()
            )
        })
    }

    /// Does what lies there become something else? What is only new replaces nothing.
    pub(crate) fn replaces(&self) -> bool {
        !self.stale.is_empty() || self.files.iter().any(|(_, state)| matches!(state, State::Different(_)))
    }

    /// Is the part left out, and does what synth wrote of it still lie there?
    pub(crate) fn is_left_behind(&self) -> bool {
        self.rendered.absent.is_some() && self.listed.is_some()
    }

    /// The listing as it must be once the directory is what the code says: none where the part is left out.
    pub(crate) fn listing(&self) -> Option<StackFile> {
        if self.rendered.absent.is_some() {
            return None;
        }
        let paths = self.rendered.files.iter().map(|file| file.path.clone());
        Some(StackFile { path: LISTING.to_owned(), text: Listing(paths.collect()).text() })
    }
}

/// The state of a place where a file belongs.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Nothing.
    Missing,
    /// The same bytes.
    Unchanged,
    /// These bytes, which synth wrote earlier.
    Different(Vec<u8>),
}

/// Surveys the directory of every part under `out`, or reports what stands in the way in any of them.
pub(crate) fn survey<'a>(out: &Path, parts: &'a [Rendered]) -> Result<Vec<Survey<'a>>> {
    Obstacles::check_root(out)?;
    let mut obstacles = BTreeSet::new();
    let mut surveys = Vec::new();
    for rendered in parts {
        surveys.push(survey_part(out, rendered, &mut obstacles)?);
    }
    Obstacles::check(obstacles)?;
    Ok(surveys)
}

fn survey_part<'a>(
    out: &Path,
    rendered: &'a Rendered,
    obstacles: &mut BTreeSet<(PathBuf, Obstacle)>,
) -> Result<Survey<'a>> {
    let directory = out.join(&rendered.directory);
    let place = |path: &str| format!("{}/{path}", rendered.directory);
    let listed = match look(out, &place(LISTING))? {
        Thing::File(bytes) => Some(bytes),
        Thing::Nothing => None,
        Thing::Obstacle(path, obstacle) => {
            obstacles.insert((path, obstacle));
            None
        }
    };
    let listing = listed.as_ref().map(|bytes| Listing::read(&String::from_utf8_lossy(bytes))).unwrap_or_default();
    let mut files = Vec::new();
    for file in &rendered.files {
        match state(out, &place(&file.path), file, &listing)? {
            Ok(state) => files.push((file, state)),
            Err(obstacle) => {
                obstacles.insert(obstacle);
            }
        }
    }
    let made: BTreeSet<&str> = rendered.files.iter().map(|file| file.path.as_str()).collect();
    let mut stale = Vec::new();
    for path in listing.0.iter().filter(|path| !made.contains(path.as_str())) {
        // What has become a link or a directory since is not what synth wrote.
        if let Thing::File(bytes) = look(out, &place(path))? {
            stale.push((path.clone(), bytes));
        }
    }
    let mut strays = Vec::new();
    for (folder, ending) in READ {
        let is_known = |path: &str| made.contains(path) || listing.0.contains(path);
        let found = find_strays(&directory, folder, ending, is_known);
        strays.extend(found.with_context(|| format!("reading `{}`", directory.join(folder).display()))?);
    }
    Ok(Survey { rendered, directory, files, stale, strays, listed })
}

fn state(out: &Path, place: &str, file: &StackFile, listing: &Listing) -> Result<Result<State, (PathBuf, Obstacle)>> {
    if !is_writable(&file.path) {
        return Ok(Err((out.join(place), Obstacle::Reserved)));
    }
    Ok(match look(out, place)? {
        Thing::Nothing => Ok(State::Missing),
        Thing::File(bytes) if bytes == file.text.as_bytes() => Ok(State::Unchanged),
        Thing::File(bytes) if listing.0.contains(&file.path) || has_header(&file.path, &bytes) => {
            Ok(State::Different(bytes))
        }
        Thing::File(_) => Err((out.join(place), Obstacle::Foreign)),
        Thing::Obstacle(path, obstacle) => Err((path, obstacle)),
    })
}

/// The thing at a place.
pub(super) enum Thing {
    Nothing,
    File(Vec<u8>),
    Obstacle(PathBuf, Obstacle),
}

/// The thing at `place` under `out`. Links are not followed, except for `out` itself, which is the user's choice.
pub(super) fn look(out: &Path, place: &str) -> Result<Thing> {
    let mut path = out.to_owned();
    let mut names = place.split('/').peekable();
    while let Some(name) = names.next() {
        path.push(name);
        let last = names.peek().is_none();
        let kind = match fs::symlink_metadata(&path) {
            Ok(metadata) => metadata.file_type(),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Thing::Nothing),
            Err(error) => return Err(error).with_context(|| format!("reading `{}`", path.display())),
        };
        let obstacle = if kind.is_symlink() {
            Obstacle::Link
        } else if kind.is_dir() && last {
            Obstacle::Directory
        } else if kind.is_dir() {
            continue;
        } else if !last {
            Obstacle::NoDirectory
        } else if !kind.is_file() {
            Obstacle::Special
        } else {
            return fs::read(&path).map(Thing::File).with_context(|| format!("reading `{}`", path.display()));
        };
        return Ok(Thing::Obstacle(path, obstacle));
    }
    Ok(Thing::Nothing)
}

fn has_header(path: &str, bytes: &[u8]) -> bool {
    let begins = bytes.iter().filter(|byte| !byte.is_ascii_whitespace()).take(HEADER.len());
    READ.iter().any(|(_, ending)| path.ends_with(ending)) && begins.eq(HEADER.as_bytes())
}

fn find_strays(
    directory: &Path,
    folder: &str,
    ending: &str,
    is_known: impl Fn(&str) -> bool,
) -> io::Result<Vec<String>> {
    let entries = match fs::read_dir(directory.join(folder)) {
        Ok(entries) => entries,
        // A file in the place of the directory is an obstacle already.
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut strays = Vec::new();
    for entry in entries {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let path = format!("{folder}{name}");
        if !name.ends_with(ending) || is_known(&path) || !entry.file_type()?.is_file() {
            continue;
        }
        let mut beginning = Vec::new();
        File::open(entry.path())?.take(256).read_to_end(&mut beginning)?;
        if has_header(&path, &beginning) {
            strays.push(path);
        }
    }
    strays.sort();
    Ok(strays)
}
