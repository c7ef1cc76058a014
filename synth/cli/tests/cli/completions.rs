//! `synth completions`: scripts that shells take.

use std::process::Command;

use crate::project::{Project, Run, SYNTH};

#[test]
fn every_shell_is_told_every_command() {
    let project = Project::new();
    let help = project.synth(["--help"]).succeeds().stdout;
    let (_, commands) = help.split_once("Commands:\n").unwrap();
    let commands = commands
        .lines()
        .take_while(|line| !line.is_empty())
        .filter(|line| !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next());
    let commands: Vec<_> = commands.collect();
    assert!(commands.contains(&"completions") && commands.contains(&"load-report"), "{help}");
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = project.synth(["completions", shell]).succeeds().stdout;
        for command in &commands {
            assert!(script.contains(command), "{shell} does not know `{command}`");
        }
    }
}

#[test]
fn bash_completes_commands_and_the_names_of_stacks() {
    let project = Project::new();
    let completed = |words: &str| {
        let last = words.split(' ').count() - 1;
        let script = format!(
            "source <({SYNTH} completions bash) && COMP_WORDS=({words}) && COMP_CWORD={last} && \
             _synth synth \"${{COMP_WORDS[{last}]}}\" \"${{COMP_WORDS[{last}-1]}}\" && echo \"${{COMPREPLY[@]}}\""
        );
        let run = Run::of(Command::new("bash").args(["-c", &script]).current_dir(project.path("")).output().unwrap());
        run.succeeds().stdout.trim().to_owned()
    };
    assert_eq!(completed("synth des"), "destroy");
    assert_eq!(completed("synth upg"), "upgrade");
    assert_eq!(completed("synth plan boot"), "bootstrap");
    assert_eq!(completed("synth plan mani"), "");
}
