//! Stands for aws, curl, docker, gh, git, gpg, kubectl and terraform, by whose name it is called: one world in a JSON file, and a log
//! of every call.
//!
//! Where `REAL_TERRAFORM` or `REAL_GIT` names a program, those calls are its own.
#![expect(clippy::unwrap_used, reason = "a test stops at what it does not expect")]
#![expect(clippy::print_stdout, reason = "a fake says what the tool would say")]

mod aws;
mod call;
mod kubectl;
mod terraform;
mod tools;

use std::{
    env, fs,
    io::{self, Read},
    process::{Command, ExitCode},
};

use serde_json::Value as Json;

use call::Call;

/// How a call ends: a code, or what it complains of.
type Ended = Result<u8, String>;

fn main() -> ExitCode {
    let call = Call::read();
    if call.tool == "docker" && call.is(&["login"]) {
        // It runs beside the command that gives the password, which has to end before the world is read.
        io::stdin().read_to_end(&mut Vec::new()).unwrap();
    }
    let file = call.folder.join("world.json");
    let mut world: Json = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    call.log(&call.line());
    if let Some(real) = env::var_os(format!("REAL_{}", call.tool.to_uppercase())) {
        let code = Command::new(real).args(&call.arguments).status().unwrap().code().unwrap();
        return ExitCode::from(u8::try_from(code).unwrap());
    }
    let mut ended = Ok(0);
    match call.tool.as_str() {
        "aws" => ended = aws::answer(&call, &mut world),
        "curl" => ended = tools::curl(&call, &mut world),
        "docker" => tools::docker(&call, &mut world),
        "gh" => ended = tools::gh(&call, &world),
        "git" => tools::git(&call, &mut world),
        "gpg" => tools::gpg(&call),
        "kubectl" => ended = kubectl::answer(&call, &mut world),
        "terraform" => ended = terraform::answer(&call, &mut world),
        other => panic!("nothing stands for `{other}`"),
    }
    match ended {
        Ok(code) => {
            fs::write(file, world.to_string()).unwrap();
            ExitCode::from(code)
        }
        Err(complaint) => {
            eprintln!("{complaint}");
            ExitCode::FAILURE
        }
    }
}
