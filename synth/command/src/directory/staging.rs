//! Changes of files, prepared in full before the first of them shows.
//!
//! New content is written to temporary files beside their targets. Only when all of it is on disk are they renamed, so
//! that a full disk or a directory that cannot be written leaves everything as it was.

use std::{
    collections::{BTreeSet, VecDeque},
    fs::{self, File},
    io::{self, ErrorKind},
    path::{Path, PathBuf},
    thread,
};

use anyhow::{Context, Result};
use synth_framework::StackFile;

use super::{
    listing::{LISTING, Listing},
    obstacle::Obstacles,
    survey::{State, Survey},
};
use crate::file::{Replacement, TEMPORARY, absent};

/// Files for which a second thread is not worth its start.
const FEW: usize = 16;

/// Changes under one root. Dropped without [`Staging::commit`], it leaves no trace.
#[derive(Debug)]
pub(crate) struct Staging {
    steps: VecDeque<Step>,
    temporaries: usize,
    created: Vec<PathBuf>,
    /// Held until the end, so that other runs on the same root wait.
    lock: Option<File>,
}

#[derive(Debug)]
enum Step {
    Replace(Replacement),
    Remove { target: PathBuf, directory: PathBuf },
}

impl Staging {
    /// Begins changes under `out`, once no other run is changing it.
    pub(crate) fn begin(out: &Path) -> Result<Self> {
        let mut staging = Self { steps: VecDeque::new(), temporaries: 0, created: Vec::new(), lock: None };
        Obstacles::check_root(out)?;
        staging.create_directory(out)?;
        staging.lock = lock(out).with_context(|| format!("locking `{}`", out.display()))?;
        Ok(staging)
    }

    /// Prepares everything that makes a directory what the code says.
    pub(crate) fn prepare(&mut self, survey: &Survey<'_>) -> Result<()> {
        // What is left out goes as a whole, once everything else is written.
        let Some(listing) = survey.listing() else { return Ok(()) };
        self.sweep(survey)?;
        let stale: BTreeSet<&String> = survey.stale.iter().map(|(path, _)| path).collect();
        // While files come and go the listing names the old and the new: what a run cut short leaves, the next one knows.
        let comes = survey.files.iter().any(|(_, state)| *state == State::Missing);
        if comes && !stale.is_empty() {
            let made = survey.rendered.files.iter().map(|file| &file.path);
            let both = Listing(made.chain(stale.iter().copied()).cloned().collect());
            self.replace(&survey.directory.join(LISTING), both.text().as_bytes())?;
        } else if stale.is_empty() {
            self.update_listing(survey, &listing)?;
        }
        let changed = survey.files.iter().filter(|(_, state)| *state != State::Unchanged);
        self.replace_all(changed.map(|(file, _)| (survey.directory.join(&file.path), file.text.as_bytes())).collect())?;
        for path in &stale {
            let target = survey.directory.join(path);
            self.steps.push_back(Step::Remove { target, directory: survey.directory.clone() });
        }
        if !stale.is_empty() {
            self.update_listing(survey, &listing)?;
        }
        Ok(())
    }

    /// Removes what a run that was killed left half-written. Where there is no lock, another run may still be writing it.
    fn sweep(&self, survey: &Survey<'_>) -> Result<()> {
        if self.lock.is_none() {
            return Ok(());
        }
        let paths = survey.files.iter().map(|(file, _)| survey.directory.join(&file.path));
        let folders: BTreeSet<_> = paths.filter_map(|path| path.parent().map(Path::to_owned)).collect();
        for folder in folders {
            for temporary in temporaries(&folder).with_context(|| format!("reading `{}`", folder.display()))? {
                absent(fs::remove_file(&temporary)).with_context(|| format!("removing `{}`", temporary.display()))?;
            }
        }
        Ok(())
    }

    /// Makes every change, in the order prepared.
    pub(crate) fn commit(mut self) -> Result<()> {
        while let Some(step) = self.steps.pop_front() {
            match step {
                Step::Replace(new) => {
                    let target = new.target().to_owned();
                    new.commit().with_context(|| format!("writing `{}`", target.display()))?;
                }
                Step::Remove { target, directory } => {
                    absent(fs::remove_file(&target)).with_context(|| format!("removing `{}`", target.display()))?;
                    remove_emptied(&target, &directory);
                }
            }
        }
        self.created.clear();
        Ok(())
    }

    fn update_listing(&mut self, survey: &Survey<'_>, listing: &StackFile) -> Result<()> {
        if survey.listed.as_deref() == Some(listing.text.as_bytes()) {
            return Ok(());
        }
        self.replace(&survey.directory.join(&listing.path), listing.text.as_bytes())
    }

    fn replace(&mut self, target: &Path, content: &[u8]) -> Result<()> {
        self.replace_all(vec![(target.to_owned(), content)])
    }

    /// Prepares the new content of files. To make a file takes longer than to write it, so many of them are made in two threads.
    fn replace_all(&mut self, files: Vec<(PathBuf, &[u8])>) -> Result<()> {
        let mut marked = Vec::new();
        for (target, content) in files {
            self.create_directory(target.parent().expect("a target is a file inside a directory"))?;
            self.temporaries += 1;
            marked.push((target, self.temporaries, content));
        }
        let (one, other) = marked.split_at(if marked.len() > FEW { marked.len() / 2 } else { 0 });
        let prepared = thread::scope(|scope| {
            let one = (!one.is_empty()).then(|| scope.spawn(|| prepare(one)));
            let other = prepare(other);
            let one = one.map(|one| one.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
            one.into_iter().flatten().chain(other).collect::<Vec<_>>()
        });
        for new in prepared {
            self.steps.push_back(Step::Replace(new?));
        }
        Ok(())
    }

    fn create_directory(&mut self, directory: &Path) -> Result<()> {
        let missing = directory.ancestors().take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists());
        for folder in missing.collect::<Vec<_>>().into_iter().rev() {
            match fs::create_dir(folder) {
                Ok(()) => self.created.push(folder.to_owned()),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error).with_context(|| format!("creating `{}`", folder.display())),
            }
        }
        Ok(())
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        self.steps.clear();
        for folder in self.created.iter().rev() {
            // A directory that holds something by now stays.
            let _ = fs::remove_dir(folder);
        }
    }
}

/// Prepares the new content of files; each has a mark.
fn prepare(files: &[(PathBuf, usize, &[u8])]) -> Vec<Result<Replacement>> {
    let one = |(target, mark, content): &(PathBuf, usize, &[u8])| {
        Replacement::prepare(target, mark, content).with_context(|| format!("writing `{}`", target.display()))
    };
    files.iter().map(one).collect()
}

/// The files of a folder that were being written when a run ended.
fn temporaries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let is_ours = name.to_str().is_some_and(|name| name.starts_with('.') && name.ends_with(TEMPORARY));
        if is_ours && entry.file_type()?.is_file() {
            found.push(entry.path());
        }
    }
    Ok(found)
}

/// Removes the folders that a removed file leaves empty, up to the directory of its part.
fn remove_emptied(target: &Path, directory: &Path) {
    for folder in target.ancestors().skip(1).take_while(|folder| *folder != directory) {
        if fs::remove_dir(folder).is_err() {
            break;
        }
    }
}

/// Waits until this run alone changes `out`; where that cannot be had, renames alone keep every file whole.
#[cfg(unix)]
fn lock(out: &Path) -> io::Result<Option<File>> {
    let directory = File::open(out)?;
    match directory.lock() {
        Err(error) if error.kind() == ErrorKind::Unsupported => Ok(None),
        locked => locked.map(|()| Some(directory)),
    }
}

/// A directory can be locked on Unix only; elsewhere renames alone keep every file whole.
#[cfg(not(unix))]
fn lock(_out: &Path) -> io::Result<Option<File>> {
    Ok(None)
}
