//! An apply that ends badly loses nothing: the state that Terraform could not write is kept, encrypted, and taken up.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    os::unix::fs::{PermissionsExt, symlink},
    process::Command,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use serde_json::{Value as Json, json};

use crate::{
    project::Run,
    saved_plans::{apply, applying, only, planned, script},
    world::World,
};

const KEY: &str = "errored/default/cluster-7-1.tfstate";
const LEFT: &str = "out/cluster/errored.tfstate";

/// A world in which the apply of the cluster cannot write its state, after it was tried.
fn unsaved(refuses: bool) -> (World, Run) {
    let world = planned("reviewers");
    world.edit(|state| (state["unsaved"], state["bucket_refuses"]) = ("cluster".into(), refuses.into()));
    let environment = only(&world, &[]);
    let run = apply(&world, &environment);
    assert!(run.code == 1 && run.stdout.contains("::error::Terraform could not write the state of cluster"), "{run:?}");
    assert!(!world.project.path(LEFT).exists(), "the runner still has the state");
    (world, run)
}

fn take_up(world: &World, state: &str) -> Run {
    script(world, &format!("kept.sh {state}"), &[("YES", "1")], "")
}

#[test]
fn a_state_that_could_not_be_written_is_kept_in_the_bucket_and_taken_up() {
    let (world, _) = unsaved(false);
    assert_eq!(world.state()["kept"], json!({ KEY: "the state of cluster" }));
    assert!(world.project.read("temp/summary").contains(&format!("    ENV=default scripts/kept.sh {KEY}\n")));
    let again = apply(&world, &only(&world, &[]));
    assert!(again.code == 1 && again.stdout.contains(&format!("must be taken up first: {KEY}")), "{again:?}");
    world.edit(|state| state["bucket"] = "tideline-state-210987654321".into());
    let up = world.run("up.sh", &[]);
    assert!(up.code == 1 && up.stderr.contains(&format!("take it up (ENV=default scripts/kept.sh {KEY})")), "{up:?}");
    let listed = script(&world, "kept.sh", &[], "");
    assert!(listed.code == 0 && listed.stdout.ends_with(&format!("{KEY}\n")), "{listed:?}");
    let taken = take_up(&world, KEY);
    assert_eq!(taken.code, 0, "{taken:?}");
    assert_eq!(
        (&world.state()["pushed"]["cluster"], &world.state()["kept"]),
        (&json!("the state of cluster"), &json!({}))
    );
    assert!(!world.project.path(LEFT).exists());
}

#[test]
fn a_state_that_the_bucket_does_not_take_is_kept_encrypted_in_the_run() {
    let (world, _) = unsaved(true);
    let name = "cluster-7-1.tfstate";
    assert_eq!(world.project.read(&format!("temp/kept/{name}.gpg")), "encrypted the state of cluster");
    let summary = world.project.read("temp/summary");
    for line in [
        "    gh run download 7 --name kept-default\n",
        "    gpg --output cluster-7-1.tfstate --decrypt cluster-7-1.tfstate.gpg\n",
        "    ENV=default scripts/kept.sh cluster-7-1.tfstate\n",
    ] {
        assert!(summary.contains(line), "{summary}");
    }
    world.project.write(name, "the state of cluster");
    assert_eq!(take_up(&world, name).code, 0);
    assert_eq!(world.state()["pushed"]["cluster"], json!("the state of cluster"));
}

#[test]
fn a_state_that_is_left_on_this_machine_stops_the_next_run_until_it_is_taken_up() {
    let world = World::empty();
    world.project.write(LEFT, "the state of cluster");
    let up = world.run("up.sh", &[]);
    assert!(up.code == 1 && up.stderr.contains("take it up (ENV=default scripts/kept.sh cluster)"), "{up:?}");
    assert_eq!(take_up(&world, "cluster").code, 0);
    assert_eq!(world.state()["pushed"]["cluster"], json!("the state of cluster"));
    for (state, message) in [
        ("elsewhere", "`elsewhere` is not the state of a stack of default"),
        ("cluster", "there is no out/cluster/errored"),
    ] {
        let run = take_up(&world, state);
        assert!(run.code == 1 && run.stderr.contains(message), "{run:?}");
    }
}

fn tool(world: &World, name: &str, body: &str) {
    world.project.write(&format!("tools/{name}"), &format!("#!/usr/bin/env bash\n{body}\n"));
    fs::set_permissions(world.project.path(&format!("tools/{name}")), fs::Permissions::from_mode(0o755)).unwrap();
}

/// GitHub gives a job that is cancelled ten seconds. Terraform writes its state down at the first interrupt, and breaks off at a
/// second one.
#[test]
fn an_interrupt_reaches_terraform_at_once_and_only_once() {
    let world = planned("reviewers");
    let environment = only(&world, &[]);
    let folder = world.project.path(".").display().to_string();
    tool(
        &world,
        "terraform",
        &format!(
            "[[ $* == *cluster*apply* ]] || exit 0\n\
             trap 'echo interrupt >>{folder}/temp/signals' INT TERM\ntouch {folder}/temp/begun\n\
             until [[ -e {folder}/temp/signals ]]; do sleep 0.05; done\nsleep 0.5\n\
             echo saved >{folder}/{LEFT}\nexit 1"
        ),
    );
    let child = applying(&world, &environment);
    let begun = world.project.path("temp/begun");
    for _ in 0..1000 {
        if begun.exists() {
            break;
        }
        thread::sleep(Duration::from_millis(20));
    }
    assert!(begun.exists(), "nothing is applied");
    for signal in ["-INT", "-TERM"] {
        assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
        thread::sleep(Duration::from_millis(150));
    }
    let run = Run::of(child.wait_with_output().unwrap());
    assert_eq!(run.code, 1, "{run:?}");
    assert_eq!(world.project.read("temp/signals"), "interrupt\n");
    assert_eq!(world.state()["kept"], json!({ KEY: "saved\n" }));
}

/// A backend that takes no state until it is told to.
struct Backend {
    address: String,
    takes: Arc<AtomicBool>,
}

impl Backend {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/state", listener.local_addr().unwrap());
        let takes = Arc::new(AtomicBool::new(false));
        let (state, may) = (Arc::new(Mutex::new(Vec::new())), Arc::clone(&takes));
        thread::spawn(move || {
            for stream in listener.incoming() {
                answer(stream.unwrap(), &state, may.load(Ordering::SeqCst));
            }
        });
        Self { address, takes }
    }
}

fn answer(mut stream: TcpStream, state: &Mutex<Vec<u8>>, takes: bool) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let (mut request, mut length) = (String::new(), 0);
    reader.read_line(&mut request).unwrap();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if line.trim().is_empty() {
            break;
        }
        if let Some((_, value)) = line.to_lowercase().split_once("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let mut state = state.lock().unwrap();
    let (status, body) = match request.split_whitespace().next() {
        Some("GET") if state.is_empty() => ("404 Not Found", Vec::new()),
        Some("GET") => ("200 OK", state.clone()),
        _ if takes => {
            *state = body;
            ("200 OK", Vec::new())
        }
        _ => ("403 Forbidden", Vec::new()),
    };
    write!(stream, "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len()).unwrap();
    stream.write_all(&body).unwrap();
}

fn terraform(world: &World, arguments: &[&str]) -> i32 {
    let mut command = Command::new("terraform");
    command
        .arg("-chdir=out/cluster")
        .args(arguments)
        .current_dir(world.project.path("."))
        .env("CHECKPOINT_DISABLE", "1");
    let output = command.output().unwrap();
    let code = output.status.code().unwrap();
    assert!(code != 1, "{arguments:?}: {output:?}");
    code
}

#[test]
fn what_the_real_terraform_has_made_is_known_again_once_its_state_is_taken_up() {
    if synth_tools::terraform().is_none() {
        return;
    }
    let world = planned("reviewers");
    let backend = Backend::start();
    fs::remove_dir_all(world.project.path("out/cluster")).unwrap();
    let stack = json!({
        "terraform": { "backend": { "http": { "address": backend.address, "retry_max": 0 } } },
        "resource": { "terraform_data": { "made": { "input": "once" } } },
    });
    world.project.write("out/cluster/main.tf.json", &stack.to_string());
    let artifact = world.project.path("artifacts/plan-default-cluster");
    fs::create_dir_all(&artifact).unwrap();
    let plan = artifact.join("default-cluster.tfplan.gpg").display().to_string();
    terraform(&world, &["init", "-input=false"]);
    assert_eq!(terraform(&world, &["plan", "-input=false", "-detailed-exitcode", "-out", &plan]), 2);
    tool(&world, "gh", "[[ $1 == run ]] && exec cp -r artifacts/. \"${@: -1}\"\necho plan-default-cluster");
    tool(&world, "gpg", "while [[ $1 != --output ]]; do shift; done\nexec cp \"$4\" \"$2\"");
    let found = Command::new("sh").args(["-c", "command -v terraform"]).output().unwrap();
    symlink(String::from_utf8(found.stdout).unwrap().trim(), world.project.path("tools/terraform")).unwrap();

    let run = apply(&world, &only(&world, &[]));
    assert!(run.code == 1 && run.stdout.contains("the run's summary says how to take it up"), "{run:?}");
    let kept: Json = serde_json::from_str(world.state()["kept"][KEY].as_str().unwrap()).unwrap();
    assert_eq!(kept["resources"][0]["type"], "terraform_data", "{kept:#}");
    assert_eq!(terraform(&world, &["plan", "-input=false", "-detailed-exitcode"]), 2, "it would be made again");
    backend.takes.store(true, Ordering::SeqCst);
    let taken = take_up(&world, KEY);
    assert_eq!(taken.code, 0, "{taken:?}");
    assert_eq!(terraform(&world, &["plan", "-input=false", "-detailed-exitcode"]), 0);
}
