//! The program as `make` runs it: what it refuses before it loads anything, and that what it started is stopped.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test stops at what it does not expect")]

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

/// The plan's properties, as `synth load-test` writes them.
const PROPERTIES: &str = "# Where requests go.
host=127.0.0.1
port=8080
scheme=http
target=127.0.0.1:3000/posts/1
origin=https://example.com
threads=250
rate=1000
ramp=20
hold=120
ramp_down=10
jmeter.save.saveservice.output_format=csv
";

/// A service that answers every request with the status in the file `status`, and leaves its number in `pids`.
const SERVICE: &str = r#"import http.server, os, pathlib, sys
here = pathlib.Path(__file__).resolve().parent
(here / "pids" / pathlib.Path(sys.argv[0]).name).write_text(str(os.getpid()))
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(int((here / "status").read_text()))
        self.end_headers()
    def log_message(self, *_):
        pass
host, port = sys.argv[sys.argv.index("--listen") + 1].split(":")
http.server.HTTPServer((host, int(port)), Handler).serve_forever()
"#;

/// A `JMeter` whose work is a process of its own, as that of the real one is.
const JMETER: &str = r#"#!/bin/sh
[ "$1" = --version ] && { echo "Version 5.5"; exit; }
while [ $# -gt 0 ]; do [ "$1" = -l ] && results=$2; shift; done
here=$(dirname "$0")
sleep "$(cat "$here/seconds")" &
echo $! > "$here/pids/jmeter"
echo timeStamp > "$results"
wait
"#;

struct Bench(TempDir);

/// How a run ended.
#[derive(Debug)]
struct Run {
    code: i32,
    stderr: String,
}

impl Run {
    fn of(output: Output) -> Self {
        Self { code: output.status.code().unwrap(), stderr: String::from_utf8(output.stderr).unwrap() }
    }
}

impl Bench {
    fn new(status: u16, seconds: u32) -> Self {
        let bench = Self(TempDir::new().unwrap());
        fs::create_dir_all(bench.path("bin/pids")).unwrap();
        bench.write("out/load-testing/RPS-test-plan.jmx", "");
        bench.write("out/load-testing/user.properties", PROPERTIES);
        let python = Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output().unwrap();
        let python = String::from_utf8(python.stdout).unwrap();
        let service = format!("#!{} -IS\n{SERVICE}", python.trim());
        for (name, text) in [("cors-proxy-server", &*service), ("mock-target-server", &*service), ("jmeter", JMETER)] {
            bench.program(&format!("bin/{name}"), text);
        }
        bench.write("bin/status", &status.to_string());
        bench.write("bin/seconds", &seconds.to_string());
        bench
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn program(&self, path: &str, text: &str) {
        self.write(path, text);
        fs::set_permissions(self.path(path), fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn start(&self, more: &[&str]) -> Child {
        // As a terminal starts it: where these tests are a job in the background, they began with signals ignored.
        self.start_by(&["env", "--default-signal"], more)
    }

    /// Starts the program by a command that says how signals are at its start.
    fn start_by(&self, starter: &[&str], more: &[&str]) -> Child {
        let mut command = Command::new(starter[0]);
        command.args(&starter[1..]).arg(SYNTH_LOAD).current_dir(self.path("."));
        command.args([
            "test",
            "--jmeter",
            "bin/jmeter",
            "--binaries",
            "bin",
            "--results",
            "results",
            "--asked",
            "make load-test",
        ]);
        command.args(more).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    fn run(&self, more: &[&str]) -> Run {
        Run::of(self.start(more).wait_with_output().unwrap())
    }

    /// The process that something started, once it has.
    fn process(&self, name: &str) -> String {
        let (file, begun) = (format!("bin/pids/{name}"), Instant::now());
        while begun.elapsed() < Duration::from_mins(1) {
            let number = fs::read_to_string(self.path(&file)).unwrap_or_default();
            if !number.trim().is_empty() {
                return number.trim().to_owned();
            }
            thread::sleep(Duration::from_millis(20));
        }
        panic!("{name} was not started");
    }

    /// The processes that `JMeter` and both services are, once all of them run.
    fn processes(&self) -> [String; 3] {
        let processes = STARTED.map(|name| self.process(name));
        assert!(processes.iter().all(|process| runs(process)), "{processes:?}");
        processes
    }
}

const SYNTH_LOAD: &str = env!("CARGO_BIN_EXE_synth-load");
const STARTED: [&str; 3] = ["jmeter", "cors-proxy-server", "mock-target-server"];

fn tell(child: &Child, signal: &str) {
    assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
}

/// How a run ends that was told to: soon, or the test fails.
#[track_caller]
fn ended(mut child: Child) -> Run {
    let begun = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if begun.elapsed() > Duration::from_mins(1) {
            child.kill().unwrap();
            panic!("it goes on a minute after the signal: {:?}", child.wait_with_output());
        }
        thread::sleep(Duration::from_millis(20));
    }
    Run::of(child.wait_with_output().unwrap())
}

fn runs(process: &str) -> bool {
    // A process that has ended, and that nobody has asked about, is not running any more.
    let status = fs::read_to_string(Path::new("/proc").join(process).join("stat")).unwrap_or_default();
    status.rsplit(") ").next().is_some_and(|state| !state.is_empty() && !state.starts_with('Z'))
}

#[test]
fn both_services_are_started_and_stopped_and_the_page_is_told_how_it_was() {
    let bench = Bench::new(200, 0);
    let run = bench.run(&["--rate", "7"]);
    assert_eq!(run.code, 0, "{run:?}");
    for name in ["cors-proxy-server", "mock-target-server"] {
        assert!(!runs(&bench.process(name)), "{name} is left");
    }
    let told = bench.read("results/run.json");
    for part in ["make load-test", "both services on this machine", "JMeter 5.5, 250 threads", "processors"] {
        assert!(told.contains(part), "{part}: {told}");
    }
}

#[test]
fn what_would_only_fail_is_not_loaded() {
    let bench = Bench::new(502, 0);
    let run = bench.run(&[]);
    assert!(run.code == 2 && run.stderr.contains("answers 502 Bad Gateway, so every request would fail"), "{run:?}");
    let nobody = bench.run(&["--host", "127.0.0.1", "--port", "1"]);
    assert!(
        nobody.code == 2 && nobody.stderr.contains("gets no answer: Connection refused (os error 111)"),
        "{nobody:?}"
    );
    assert_eq!(nobody.stderr.lines().count(), 1, "{}", nobody.stderr);
    assert!(!bench.path("bin/pids/jmeter").exists(), "JMeter was started");
}

#[test]
fn a_run_that_is_told_to_end_leaves_nothing_running() {
    for signal in ["-TERM", "-INT", "-HUP"] {
        let bench = Bench::new(200, 600);
        let child = bench.start(&[]);
        let processes = bench.processes();
        tell(&child, signal);
        let run = ended(child);
        assert!([129, 130, 143].contains(&run.code), "{signal}: {run:?}");
        for (name, process) in STARTED.iter().zip(&processes) {
            assert!(!runs(process), "{name} outlives {signal}");
        }
    }
}

#[test]
fn a_job_in_the_background_is_interrupted_and_one_under_nohup_outlives_its_terminal() {
    let bench = Bench::new(200, 600);
    let child = bench.start_by(&["sh", "-c", "trap '' INT HUP; exec \"$@\"", "sh"], &[]);
    let processes = bench.processes();
    tell(&child, "-HUP");
    thread::sleep(Duration::from_millis(500));
    assert!(processes.iter().all(|process| runs(process)), "{processes:?}");
    tell(&child, "-INT");
    let run = ended(child);
    assert_eq!(run.code, 130, "{run:?}");
    assert!(!processes.iter().any(|process| runs(process)), "{processes:?}");
}

#[test]
fn the_demo_names_at_once_what_a_machine_lacks() {
    let bench = Bench::new(200, 0);
    for (tool, says) in [("cargo", "cargo 1.95.0"), ("terraform", "Terraform v1.5.7")] {
        bench.program(&format!("bare/{tool}"), &format!("#!/bin/sh\necho '{says}'\n"));
    }
    let mut command = Command::new(SYNTH_LOAD);
    command.arg("demo").current_dir(bench.path("."));
    let run = Run::of(command.env("PATH", bench.path("bare")).output().unwrap());
    assert_eq!(run.code, 1, "{run:?}");
    for lack in ["terraform is too old (Terraform v1.5.7): install", "java is missing", "cc is missing"] {
        assert!(run.stderr.contains(lack), "{lack}: {}", run.stderr);
    }
    assert!(!run.stderr.contains("cargo is") && !bench.path("target/demo").exists(), "{run:?}");
}

/// What make would run for a target, with these variables of its caller alone.
fn planned(target: &str, variables: &[(&str, &Path)]) -> String {
    let mut make = Command::new("make");
    make.args(["--dry-run", "--no-print-directory", target]).current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    for name in ["SYNTH", "MAKEFLAGS", "MFLAGS", "BUILD", "CARGO_TARGET_DIR"] {
        make.env_remove(name);
    }
    let said = make.envs(variables.iter().copied()).output().unwrap();
    assert!(said.status.success(), "{said:?}");
    String::from_utf8(said.stdout).unwrap()
}

#[test]
fn the_demo_is_built_unless_the_caller_names_what_is_built() {
    let builds = |plan: &str| plan.contains("cargo build --locked -p synth-load");
    assert!(builds(&planned("demo", &[])));
    let folder = TempDir::new().unwrap();
    let synth = folder.path().join("debug/synth");
    let caller = [("SYNTH", &*synth), ("CARGO_TARGET_DIR", folder.path())];
    assert!(builds(&planned("demo", &caller)), "it is not there");
    fs::create_dir(folder.path().join("debug")).unwrap();
    fs::write(&synth, "").unwrap();
    assert!(builds(&planned("demo", &caller)), "the others are not there");
    for program in ["synth-load", "cors-proxy-server", "mock-target-server"] {
        fs::write(folder.path().join("debug").join(program), "").unwrap();
    }
    assert!(!builds(&planned("demo", &caller)));
}
