//! What is committed in `out/`.

use crate::project::{SYNTH, workspace};
use std::process::Command;

#[test]
fn out_equals_a_fresh_build() {
    let out = workspace().join("out");
    let environments = std::fs::read_dir(workspace().join("stacks/environments")).unwrap();
    for entry in environments {
        let settings = entry.unwrap().path();
        let environment = settings.file_stem().unwrap().to_str().unwrap();
        // The default environment is always committed; of the others, those that somebody has chosen to.
        if environment != "default" && !out.join(environment).exists() {
            continue;
        }
        let checked =
            Command::new(SYNTH).args(["check", "--env", environment]).current_dir(workspace()).output().unwrap();
        let (patch, talk) = (String::from_utf8_lossy(&checked.stdout), String::from_utf8_lossy(&checked.stderr));
        assert!(checked.status.success(), "{talk}\n{patch}");
    }
}
