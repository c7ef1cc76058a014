//! The settings that are compared with: a folder's, a checkout's, or a commit's. Nothing is checked out or left behind.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail, ensure};
use stacks::Platform;
use synth_command::project::{DEFAULT, file, layers};
use synth_project::{Layer, Project as _};

/// The layers of an environment elsewhere; none where it is not there.
pub(super) fn read(named: &str, environments: &Path, environment: &str) -> Result<Option<Vec<Layer>>> {
    let folder = Path::new(named);
    if folder.is_dir() {
        return of_folder(folder, environment);
    }
    of_commit(named, environments, environment)
}

fn of_folder(folder: &Path, environment: &str) -> Result<Option<Vec<Layer>>> {
    let holds = |folder: &PathBuf| file(folder, DEFAULT).is_file();
    let Some(folder) = [folder.join(Platform::ENVIRONMENTS), folder.to_owned()].into_iter().find(holds) else {
        bail!(
            "`{}` holds no settings: name a checkout of the project, or a folder with `{DEFAULT}.toml`",
            folder.display()
        );
    };
    if !file(&folder, environment).is_file() {
        return Ok(None);
    }
    layers(&folder, environment).map(Some)
}

fn of_commit(named: &str, environments: &Path, environment: &str) -> Result<Option<Vec<Layer>>> {
    let plain = |char: char| !char.is_whitespace() && !char.is_control();
    // Git would take such a name for an option, or for a file of a commit, or for a range of them.
    ensure!(
        !named.is_empty()
            && !named.starts_with('-')
            && named.chars().all(plain)
            && !named.contains(':')
            && !named.contains(".."),
        "`{named}` is neither a folder nor a commit: name a folder, a branch, a tag or a commit"
    );
    let commit = format!("{named}^{{commit}}");
    let found = git(environments, &["rev-parse", "--verify", "--quiet", &commit])?;
    let commit = found.with_context(|| {
        format!(
            "`{named}` is neither a folder nor a commit of this repository: name one that is here, or fetch it first"
        )
    })?;
    let commit = commit.trim();
    let files = git(environments, &["ls-tree", "--name-only", "-z", commit, "./"])?.unwrap_or_default();
    let has = |name: &str| files.split('\0').any(|known| known == format!("{name}.toml"));
    ensure!(has(DEFAULT), "commit `{named}` has no `{}`", file(environments, DEFAULT).display());
    if !has(environment) {
        return Ok(None);
    }
    let wanted = if environment == DEFAULT { vec![DEFAULT] } else { vec![DEFAULT, environment] };
    let read = |name: &str| {
        let text = git(environments, &["cat-file", "blob", &format!("{commit}:./{name}.toml")])?;
        let text = text.with_context(|| format!("`{name}.toml` of commit `{named}` cannot be read"))?;
        Ok(Layer { path: format!("{named}:{}", file(environments, name).display()), text })
    };
    wanted.into_iter().map(read).collect::<Result<_>>().map(Some)
}

/// What Git says in a folder; nothing where it fails.
fn git(folder: &Path, arguments: &[&str]) -> Result<Option<String>> {
    // A folder without a name is the current one.
    let folder = fs::canonicalize(if folder.as_os_str().is_empty() { Path::new(".") } else { folder })
        .with_context(|| format!("finding `{}`", folder.display()))?;
    let output = Command::new("git")
        .args(arguments)
        .current_dir(folder)
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_TERMINAL_PROMPT", "0")
        .output()
        .context("running `git`, which reads the commit to compare with")?;
    if !output.status.success() {
        return Ok(None);
    }
    let text = String::from_utf8(output.stdout).context("what `git` printed is no UTF-8")?;
    Ok(Some(text))
}
