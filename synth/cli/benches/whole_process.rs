//! Wall time and peak memory of `synth all`, and wall time of `synth check`, as users run them: the release binary, from start to exit,
//! with the four environments that the repository is shipped with beside each other.
//!
//! New files go into a folder of their own each time. Where many files were deleted in the last minutes, ext4 searches long for the number
//! of an inode that was not, up to twelve milliseconds for one run's files: wait five minutes between two runs of this bench.
//!
//! Peak memory is Linux's own count (`VmHWM`), read while the process waits at its very end to print its summary.

#![expect(clippy::print_stdout, reason = "a measurement that nobody reads may end")]

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use toml_edit::{DocumentMut, Item, TableLike};

const RUNS: usize = 51;

fn main() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let (environments, out) = (folder.join("environments"), folder.join("out"));
    fs::create_dir_all(&environments).expect("Cargo's folder can be written");
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../stacks/tests/fixtures");
    for name in ["default", "development", "production", "staging"].map(|name| format!("{name}.toml")) {
        fs::copy(fixtures.join(&name), environments.join(&name)).expect("the repository holds the fixtures");
    }
    // A run that was cut short may have left it.
    let _ = fs::remove_dir_all(&out);
    let each = folder.join("each");
    let mut run = 0;
    let fresh = median(|| {
        run += 1;
        timed("all", &environments, &each.join(run.to_string()))
    });
    let whole = folder.join("everything");
    fs::create_dir_all(&whole).expect("Cargo's folder can be written");
    let read = |name: &str| -> DocumentMut {
        let text = fs::read_to_string(fixtures.join(name)).expect("the repository holds the fixtures");
        text.parse().expect("a fixture is TOML")
    };
    let mut all = read("default.toml");
    lay(all.as_table_mut(), read("everything.toml").as_table());
    fs::write(whole.join("default.toml"), all.to_string()).expect("Cargo's folder can be written");
    let everything = median(|| {
        run += 1;
        timed("all", &whole, &each.join(run.to_string()))
    });
    let _ = fs::remove_dir_all(&each);
    timed("all", &environments, &out);
    let unchanged = median(|| timed("all", &environments, &out));
    let checked = median(|| timed("check", &environments, &out));
    println!("synth all, every file new   {:>6.1} ms wall, median of {RUNS}", milliseconds(fresh));
    println!("synth all, everything on    {:>6.1} ms wall, median of {RUNS}", milliseconds(everything));
    println!("synth all, nothing changed  {:>6.1} ms wall, median of {RUNS}", milliseconds(unchanged));
    println!("synth check                 {:>6.1} ms wall, median of {RUNS}", milliseconds(checked));
    let _ = fs::remove_dir_all(&out);
    match peak(&environments, &out) {
        Some(kibibytes) => println!("synth all, every file new   {:>6.1} MiB peak memory", kibibytes / 1024.0),
        None => println!("peak memory is measured on Linux only"),
    }
}

/// Lays settings over others, table by table.
fn lay(base: &mut dyn TableLike, over: &dyn TableLike) {
    for (key, value) in over.iter() {
        match (base.get_mut(key).and_then(Item::as_table_like_mut), value.as_table_like()) {
            (Some(inner), Some(more)) => lay(inner, more),
            _ => {
                base.insert(key, value.clone());
            }
        }
    }
}

fn synth(command: &str, environments: &Path, out: &Path, stdout: impl Into<Stdio>) -> Child {
    let mut process = Command::new(env!("CARGO_BIN_EXE_synth"));
    process.arg(command).arg("--out").arg(out).arg("--environments").arg(environments);
    process.stdout(stdout).stderr(Stdio::null()).spawn().expect("cargo has built the binary")
}

fn timed(command: &str, environments: &Path, out: &Path) -> Duration {
    let start = Instant::now();
    let status = synth(command, environments, out, Stdio::null()).wait().expect("the child is ours");
    assert!(status.success(), "synth {command}: {status}");
    start.elapsed()
}

fn median(run: impl FnMut() -> Duration) -> Duration {
    let mut times: Vec<_> = std::iter::repeat_with(run).take(RUNS).collect();
    times.sort();
    times[RUNS / 2]
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// In KiB. The pipe is full, so the process waits for a reader before it can end.
fn peak(environments: &Path, out: &Path) -> Option<f64> {
    let capacity = 65_536;
    let (reader, mut writer) = std::io::pipe().expect("a pipe can be made");
    writer.write_all(&vec![b' '; capacity]).expect("an empty pipe holds its capacity");
    let mut child = synth("all", environments, out, writer);
    thread::sleep(Duration::from_millis(500));
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).ok();
    drop(reader);
    child.wait().expect("the child is ours");
    let line = status?.lines().find_map(|line| line.strip_prefix("VmHWM:").map(str::to_owned))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}
