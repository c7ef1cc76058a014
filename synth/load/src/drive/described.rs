//! How a test was made, for whoever reads its page: what was asked for, of what, by what, and where.

use std::{fs, thread::available_parallelism};

use crate::processes::said;

/// The first line that a command says; nothing when there is none.
pub(crate) async fn first_line(program: &str, arguments: &[&str]) -> String {
    let text = said(program, arguments).await.unwrap_or_default();
    text.lines().next().unwrap_or_default().trim().to_owned()
}

/// This machine: its processors, its memory and its system.
pub(crate) async fn machine() -> String {
    let processors = available_parallelism().map_or(0, usize::from);
    let system = first_line("uname", &["-srm"]).await;
    format!("{processors} processors, {:.0} GiB, {system}", memory().await)
}

/// The load of this machine over 1, 5 and 15 minutes.
pub(crate) async fn load_average() -> String {
    let text = match fs::read_to_string("/proc/loadavg") {
        Ok(text) => text,
        Err(_) => first_line("sysctl", &["-n", "vm.loadavg"]).await,
    };
    let loads = text.split_whitespace().filter_map(|word| word.parse().ok()).take(3);
    loads.map(|load: f64| format!("{load:.1}")).collect::<Vec<_>>().join(" ")
}

/// Memory in GiB.
async fn memory() -> f64 {
    let kibibytes = fs::read_to_string("/proc/meminfo").ok().and_then(|text| {
        let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
        line.trim().trim_end_matches(" kB").parse::<f64>().ok()
    });
    match kibibytes {
        Some(kibibytes) => kibibytes / f64::from(1 << 20),
        None => first_line("sysctl", &["-n", "hw.memsize"]).await.parse().unwrap_or(0.0) / f64::from(1 << 30),
    }
}
