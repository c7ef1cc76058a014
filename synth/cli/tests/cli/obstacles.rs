//! Anything in the way of a write is named, and nothing at all is written.

use std::{fs, process::Command};

use crate::project::Project;

#[test]
fn a_users_own_file_in_the_way_is_refused() {
    let project = Project::new();
    project.write("out/cluster/outputs.tf.json", "{ \"output\": {} }");
    let before = project.files("out");
    project.synth(["all"]).fails("`out/cluster/outputs.tf.json` was not written by synth");
    assert_eq!(project.files("out"), before);
}

#[test]
fn a_users_own_file_with_the_same_content_is_adopted() {
    let project = Project::written();
    let fresh = project.files("out");
    fs::remove_file(project.path("out/cluster/.synth-files")).unwrap();
    project.synth(["all"]).succeeds();
    assert_eq!(project.files("out"), fresh);
}

#[test]
fn a_directory_in_the_place_of_a_file_is_refused() {
    let project = Project::new();
    fs::create_dir_all(project.path("out/cluster/outputs.tf.json")).unwrap();
    project.synth(["cluster"]).fails("`out/cluster/outputs.tf.json` is a directory where a file belongs");
    assert!(project.files("out").is_empty());
}

#[test]
fn a_file_in_the_place_of_a_directory_is_refused() {
    let project = Project::new();
    project.write("out/cluster", "");
    project.synth(["cluster"]).fails("`out/cluster` is a file where a directory belongs");
    assert_eq!(project.read("out/cluster"), "");
}

#[test]
fn a_file_in_the_place_of_out_is_refused() {
    let project = Project::new();
    project.write("out", "");
    for command in ["cluster", "check", "diff"] {
        project.synth([command]).fails("something is in the way:\n`out` is a file where a directory belongs");
        project.synth([command, "--out", "out/deeper"]).fails("`out` is a file where a directory belongs");
    }
    assert_eq!(project.read("out"), "");
}

#[cfg(unix)]
#[test]
fn a_link_to_nowhere_in_the_place_of_out_is_refused() {
    let project = Project::new();
    std::os::unix::fs::symlink("gone", project.path("out")).unwrap();
    project.synth(["cluster"]).fails("`out` is a symbolic link that leads nowhere: remove it");
    assert!(!project.path("gone").exists());
}

#[test]
fn obstacles_are_reported_together() {
    let project = Project::new();
    for path in ["outputs.tf.json", "terraform.tf.json"] {
        project.write(&format!("out/cluster/{path}"), "{}");
    }
    let run = project.synth(["cluster"]).fails("something is in the way:\n");
    assert_eq!(run.stderr.matches("was not written by synth").count(), 2, "{}", run.stderr);
}

#[test]
fn a_file_in_the_way_stops_check_and_diff_too() {
    let project = Project::new();
    project.write("out/cluster/outputs.tf.json", "{}");
    project.synth(["check"]).fails("was not written by synth");
    project.synth(["diff"]).fails("was not written by synth");
}

#[cfg(unix)]
#[test]
fn links_below_out_are_not_followed() {
    use std::os::unix::fs::symlink;
    for link in ["out/cluster/outputs.tf.json", "out/cluster/.synth-files", "out/cluster"] {
        let project = Project::new();
        project.write("elsewhere/file", "kept");
        fs::create_dir_all(project.path(link).parent().unwrap()).unwrap();
        symlink(project.path("elsewhere/file"), project.path(link)).unwrap();
        project.synth(["cluster"]).fails(&format!("`{link}` is a symbolic link"));
        assert_eq!(project.read("elsewhere/file"), "kept");
    }
}

#[cfg(unix)]
#[test]
fn out_itself_may_be_a_link() {
    let project = Project::new();
    fs::create_dir(project.path("elsewhere")).unwrap();
    std::os::unix::fs::symlink("elsewhere", project.path("out")).unwrap();
    project.synth(["cluster"]).succeeds();
    assert!(project.path("elsewhere/cluster/outputs.tf.json").is_file());
}

#[cfg(unix)]
#[test]
fn a_pipe_in_the_way_is_refused_and_not_read() {
    let project = Project::new();
    fs::create_dir_all(project.path("out/cluster")).unwrap();
    let made = Command::new("mkfifo").arg(project.path("out/cluster/outputs.tf.json")).status().unwrap();
    assert!(made.success());
    project.synth(["cluster"]).fails("`out/cluster/outputs.tf.json` is not a regular file");
}

#[cfg(unix)]
#[test]
fn a_link_that_took_the_place_of_a_stale_file_stays() {
    let project = Project::written();
    std::os::unix::fs::symlink("outputs.tf.json", project.path("out/cluster/old.tf.json")).unwrap();
    project.append("out/cluster/.synth-files", "old.tf.json\n");
    project.synth(["cluster"]).succeeds();
    assert!(project.path("out/cluster/old.tf.json").is_symlink());
}
