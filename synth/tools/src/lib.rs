//! Finds the programs that tests need. A test whose program is missing fails; who wants it skipped says so by a variable,
//! and then reads which tests were. Where `CI=true` nothing is skipped.

#[cfg(test)]
mod tests;

use std::{
    env,
    io::{Write as _, stderr},
    path::PathBuf,
    process::Command,
    thread,
};

/// Terraform on the path. `None` where it is skipped by `TIDELINE_SKIP_TERRAFORM=1`.
#[track_caller]
pub fn terraform() -> Option<PathBuf> {
    TERRAFORM.find(|| on_path("terraform"))
}

/// The value of `install`, which installs the real AWS provider by Terraform or says why it cannot.
/// `None` where it is skipped by `TIDELINE_SKIP_TERRAFORM=1`.
#[track_caller]
pub fn aws_provider<T>(install: impl FnOnce() -> Result<T, String>) -> Option<T> {
    terraform()?;
    AWS_PROVIDER.find(install)
}

/// `strace`, where it may trace. `None` where it is skipped by `TIDELINE_SKIP_STRACE=1`.
#[track_caller]
pub fn strace() -> Option<PathBuf> {
    STRACE.find(|| {
        let program = on_path("strace")?;
        let tried = Command::new(&program).args(["-f", "-qq", "--seccomp-bpf", "-e", "trace=connect", "true"]).output();
        match tried {
            Ok(tried) if tried.status.success() => Ok(program),
            Ok(tried) => Err(String::from_utf8_lossy(&tried.stderr).trim().to_owned()),
            Err(error) => Err(error.to_string()),
        }
    })
}

/// A program that tests need.
struct Tool {
    name: &'static str,
    /// How to get it, as it is said to whom it fails.
    get: &'static str,
    /// The variable that skips what needs it.
    skip: &'static str,
}

const TERRAFORM: Tool = Tool {
    name: "Terraform",
    get: "install Terraform 1.11 or newer, and put it on the PATH",
    skip: "TIDELINE_SKIP_TERRAFORM",
};

const AWS_PROVIDER: Tool = Tool {
    name: "the AWS provider",
    get: "let Terraform reach its registry, or name a folder that has the provider by TIDELINE_PROVIDER_MIRROR",
    skip: "TIDELINE_SKIP_TERRAFORM",
};

const STRACE: Tool = Tool {
    name: "strace",
    get: "run `make packages`; in a container, allow it to trace",
    skip: "TIDELINE_SKIP_STRACE",
};

impl Tool {
    #[track_caller]
    fn find<T>(&self, find: impl FnOnce() -> Result<T, String>) -> Option<T> {
        match self.decide(|variable| env::var(variable).ok(), find) {
            Ok(Some(found)) => Some(found),
            Ok(None) => {
                let test = thread::current().name().unwrap_or("a test").to_owned();
                // Not `eprintln!`, which a test that passes keeps to itself; in one piece, because tests run beside each other.
                let line = format!("skipped: {test} needs {} ({}=1)\n", self.name, self.skip);
                // Nobody is there to be told of an error.
                drop(stderr().write_all(line.as_bytes()));
                None
            }
            Err(message) => panic!("{message}"),
        }
    }

    /// The program that was found, nothing where it is to be skipped, or what to say where it is missing.
    fn decide<T>(
        &self,
        variable: impl Fn(&str) -> Option<String>,
        find: impl FnOnce() -> Result<T, String>,
    ) -> Result<Option<T>, String> {
        let in_ci = variable("CI").is_some_and(|ci| ci == "true");
        if !in_ci && variable(self.skip).is_some_and(|skip| skip == "1") {
            return Ok(None);
        }
        find().map(Some).map_err(|why| {
            let Self { name, get, skip } = self;
            let or = if in_ci { "where CI=true, nothing is skipped".to_owned() } else { format!("or set {skip}=1") };
            format!("this test needs {name}: {why}; {get}; {or}")
        })
    }
}

/// The program of this name in a folder of the path.
fn on_path(name: &str) -> Result<PathBuf, String> {
    let folders = env::var_os("PATH").unwrap_or_default();
    let name = format!("{name}{}", env::consts::EXE_SUFFIX);
    let found = env::split_paths(&folders).map(|folder| folder.join(&name)).find(|program| program.is_file());
    found.ok_or_else(|| format!("`{name}` is not on the PATH"))
}
