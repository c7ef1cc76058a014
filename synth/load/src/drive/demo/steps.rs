//! The steps that take longer than a line.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
};

use anyhow::{Result, anyhow};

use super::{
    DEMO, PAGE, STATE,
    commands::{cargo, command, lines, make, run, start, succeeded},
    page,
};
use crate::{
    leftovers::remove,
    processes::{Started, log_to, words},
    talk::say,
};

/// The load test, where the caller's variables do not say it.
const PROFILE: [(&str, &str); 6] = [
    ("RATE", "1000"),
    ("RAMP", "10"),
    ("HOLD", "45"),
    ("RAMP_DOWN", "5"),
    ("OBJECTIVES", "--max-p99 1000"),
    ("BUILD", "release"),
];

fn demo(path: &str) -> PathBuf {
    Path::new(DEMO).join(path)
}

fn profile() -> [(&'static str, String); 6] {
    PROFILE.map(|(name, own)| (name, env::var(name).ok().filter(|given| !given.is_empty()).unwrap_or(own.to_owned())))
}

/// Both services, built beside all else, which leaves processors idle.
pub(super) struct Services(Option<(Started, String, PathBuf)>);

/// Begins to build them. In the profile of the command one build would only wait for the other, and `make load-test`
/// builds them.
pub(super) fn build_services_beside() -> Result<Services> {
    let [.., (_, profile)] = profile();
    if profile == "dev" {
        return Ok(Services(None));
    }
    let services = ["--package", "cors-proxy-server", "--package", "mock-target-server", "--bins"];
    let mut build = cargo(["build", "--profile", &profile, "--locked"].into_iter().chain(services));
    let log = demo("services.log");
    log_to(&mut build, &log)?;
    Ok(Services(Some((start(&mut build)?, words(&build), log))))
}

impl Services {
    /// Waits until they are there.
    pub(super) async fn built(self) -> Result<()> {
        match self.0 {
            Some((mut process, words, log)) => succeeded(process.ended().await?, &words, &log),
            None => Ok(()),
        }
    }
}

/// Builds the command, unless `SYNTH` names it, and says where it is.
pub(super) async fn build() -> Result<PathBuf> {
    if let Some(built) = env::var_os("SYNTH").map(PathBuf::from).filter(|program| program.is_file()) {
        return Ok(built);
    }
    run(cargo(["build", "--locked", "--package", "synth"])).await?;
    Ok(env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), PathBuf::from).join("debug/synth"))
}

/// Writes the platform, and shows each part's line.
pub(super) async fn synthesize(synth: &Path) -> Result<()> {
    let out = demo("out");
    remove(&out)?;
    let synth = command(synth, ["all".into(), "--out".into(), out.into_os_string()]);
    let show = |line: &str| if line.starts_with(' ') { Ok(()) } else { say(format_args!("  {line}")) };
    lines(&demo("synthesis.log"), synth, show).await
}

/// Checks the platform, and shows the sum.
pub(super) async fn check(synth: &Path) -> Result<()> {
    let synth = command(synth, ["check".into(), "--out".into(), demo("out").into_os_string()] as [OsString; 3]);
    let show = |line: &str| if line.starts_with("policies") { say(format_args!("  {line}")) } else { Ok(()) };
    lines(&demo("policies.log"), synth, show).await
}

/// Shows of each stack what Terraform would do, has done, and finds left to do.
pub(super) async fn apply(synth: &Path) -> Result<()> {
    remove(Path::new(STATE))?;
    let log = demo("terraform.log");
    let (mut stack, mut made) = (String::new(), 0);
    let show = |line: &str| {
        made += usize::from(line.contains(": Creation complete"));
        if is_heading(line) {
            line.clone_into(&mut stack);
        } else if ["Plan: ", "Apply complete!", "No changes."].iter().any(|beginning| line.starts_with(beginning)) {
            say(format_args!("  {stack}: {line}"))?;
        }
        Ok(())
    };
    lines(&log, command(synth, ["apply", "--all"]), show).await?;
    let log = log.display();
    say(format_args!("  {made} resources are in `{STATE}`, and nowhere else; Terraform's output is in `{log}`"))
}

/// `apply cluster`, `plan again cluster`.
fn is_heading(line: &str) -> bool {
    let stack = line.strip_prefix("apply ").or_else(|| line.strip_prefix("plan again "));
    let named = |char: char| char.is_alphanumeric() || char == '-' || char == '_';
    stack.is_some_and(|stack| !stack.is_empty() && stack.chars().all(named))
}

/// Tests both services of this machine, whatever other proxy the caller's variables name.
pub(super) async fn load() -> Result<()> {
    remove(Path::new(PAGE))?;
    let profile = profile().map(|(name, value)| format!("{name}={value}"));
    let arguments = ["load-test".to_owned(), "HOST=".to_owned()].into_iter().chain(profile);
    let Err(failure) = make(arguments).await else { return Ok(()) };
    if !Path::new(PAGE).exists() {
        return Err(failure);
    }
    let hint = "another program may keep this machine busy: `make demo RATE=200` asks for less load";
    Err(anyhow!("the load test missed an objective, which is named above; {hint}\n  its page: {}", page()?))
}
