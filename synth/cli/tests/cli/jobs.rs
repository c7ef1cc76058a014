//! The jobs of workflows: who waits for whom, and how long each may take.

use std::{collections::BTreeMap, fs};

use serde_json::Value as Json;

use crate::{
    project::{Project, workspace},
    workflows::{after, workflows},
};

/// Each job of a workflow, with its name.
fn jobs(text: &str) -> Vec<(&str, &str)> {
    let (_, mut rest) = text.split_once("\njobs:\n").unwrap();
    let mut jobs = Vec::new();
    let begins = |line: &str| line.starts_with("  ") && line.as_bytes()[2].is_ascii_lowercase() && line.ends_with(':');
    while let Some((line, after)) = rest.split_once('\n') {
        let end: usize = after.split_inclusive('\n').take_while(|line| !begins(line.trim_end())).map(str::len).sum();
        if begins(line) {
            jobs.push((line.trim().trim_end_matches(':'), &after[..end]));
        }
        rest = &after[end..];
    }
    jobs
}

/// The number that a key of a job has.
fn number(job: &str, key: &str) -> Option<u64> {
    let (_, rest) = job.split_once(&format!(" {key}: "))?;
    Some(rest.lines().next()?.parse().unwrap_or_else(|_| panic!("`{key}` is no number: {rest}")))
}

/// The longest session that a role allows by default, and the length of a session by default, in seconds.
const SESSION: u64 = 3600;

#[test]
fn no_job_outlives_its_credentials_and_no_session_what_its_role_allows() {
    let project = Project::written();
    let stack: Json = serde_json::from_str(&project.read("out/bootstrap/github.tf.json")).unwrap();
    let allowed =
        |role: &str| stack["resource"]["aws_iam_role"][role]["max_session_duration"].as_u64().unwrap_or(SESSION);
    assert!(["github_push", "github_plan"].iter().all(|role| allowed(role) >= SESSION));
    let (mut signed_in, mut longest) = (0, 0);
    for (file, text) in workflows().iter().filter(|(file, _)| file.contains(".yml")) {
        for (name, job) in jobs(text).into_iter().filter(|(_, job)| job.contains("configure-aws-credentials@")) {
            let session = number(job, "role-duration-seconds").unwrap_or(SESSION);
            let minutes = number(job, "timeout-minutes").unwrap_or_else(|| panic!("{name} of {file} never ends"));
            assert!(
                minutes * 60 <= session,
                "{name} of {file} may take {minutes} minutes, its credentials {session} s"
            );
            let role = if name == "apply" { "github_apply" } else { "github_plan" };
            assert!(session <= allowed(role), "{name} of {file} asks for {session} s, which its role refuses");
            (signed_in, longest) = (signed_in + 1, longest.max(session));
        }
    }
    assert!(signed_in >= 6, "{signed_in}");
    assert_eq!(longest, allowed("github_apply"), "the role that applies allows sessions that nobody asks for");
}

/// Terraform that is killed with its job writes no state; so its script ends it before, and still has time to keep the state.
#[test]
fn an_apply_is_ended_before_its_job_is() {
    let script = fs::read_to_string(workspace().join("scripts/saved-plans.sh")).unwrap();
    let minutes = |name: &str| after(&script, name, |char| char.is_ascii_digit())[0].parse::<u64>().unwrap();
    let apply = minutes("APPLY_MINUTES=${APPLY_MINUTES:-") + minutes("\nGRACE_MINUTES=");
    let workflow = fs::read_to_string(workspace().join(".github/workflows/terraform.yml")).unwrap();
    let job = jobs(&workflow).into_iter().find(|(name, _)| *name == "apply").unwrap().1;
    let limit = number(job, "timeout-minutes").unwrap();
    assert!(apply + 5 <= limit, "{apply} minutes of {limit}");
    assert!(job.contains("exec scripts/saved-plans.sh apply\n"), "an interrupt would end the shell and not the script");
    // Otherwise it sends its signal to Terraform and to Terraform's group: two interrupts, of which the second breaks off.
    assert!(script.contains("interruptible timeout --foreground --signal=INT "));
}

/// A pull request takes the role that plans: what an apply could not write is none of its business.
#[test]
fn the_role_that_plans_reads_no_state_that_is_kept() {
    let project = Project::written();
    let stack: Json = serde_json::from_str(&project.read("out/bootstrap/github.tf.json")).unwrap();
    let statements = stack["data"]["aws_iam_policy_document"]["github_plan_state"]["statement"].as_array().unwrap();
    let reads = statements.iter().filter(|of| of["actions"].as_array().unwrap().contains(&"s3:GetObject".into()));
    let resources: Vec<_> = reads.flat_map(|of| of["resources"].as_array().unwrap()).collect();
    assert_eq!(resources, ["${aws_s3_bucket.state.arn}/tideline/*"]);
    let script = fs::read_to_string(workspace().join("scripts/kept.sh")).unwrap();
    assert!(script.contains("\nKEPT=errored\n"), "kept states lie elsewhere");
}

/// The gate is asked for before anything is planned that could be applied, and every job comes after it.
#[test]
fn nothing_is_planned_or_applied_on_main_before_github_was_asked_for_the_gate() {
    let workflow = fs::read_to_string(workspace().join(".github/workflows/terraform.yml")).unwrap();
    let jobs: BTreeMap<_, _> = jobs(&workflow).into_iter().collect();
    let (_, step) =
        jobs["environments"].split_once("# Nothing is planned here that would be applied unasked.\n").unwrap();
    let main = "if: github.ref == 'refs/heads/main' && github.event_name != 'pull_request'\n";
    assert!(step.trim_start().starts_with(&format!("- {main}")) && step.contains("run: scripts/gate.sh <<< \"$ALL\""));
    for (job, needs) in [("plan", "environments"), ("changed", "[environments, plan]"), ("apply", "changed")] {
        assert!(jobs[job].contains(&format!("needs: {needs}\n")), "{job}");
    }
    assert!(jobs["changed"].contains("needs.environments.result == 'success'"));
    assert!(jobs["apply"].contains("needs.changed.result == 'success'"));
}

/// Private repositories have attestations on Enterprise Cloud only: what waits for them never runs elsewhere.
#[test]
fn nothing_waits_for_an_attestation_and_images_are_signed_without() {
    let mut attested = 0;
    for (file, text) in workflows().iter().filter(|(file, _)| file.contains(".yml")) {
        let jobs = jobs(text);
        for (name, job) in jobs.iter().filter(|(_, job)| job.contains("uses: actions/attest")) {
            attested += 1;
            assert!(job.contains("if: needs.settings.outputs.attest == 'true'\n"), "{name} of {file} attests unasked");
            assert!(
                !job.contains("cosign") && !job.contains("upload-artifact"),
                "{name} of {file} does more than attest"
            );
            for (other, text) in &jobs {
                let needs: Vec<_> = text.lines().filter(|line| line.trim().starts_with("needs:")).collect();
                assert!(!needs.iter().any(|line| line.contains(name)), "{other} of {file} waits for {name}: {needs:?}");
            }
        }
    }
    assert_eq!(attested, 1);
}

/// The sources and bases of a build decide when it is made, and its tag is named after them.
#[test]
fn images_are_built_when_what_their_tag_names_has_changed_and_every_night_with_newer_bases() {
    let workflow = fs::read_to_string(workspace().join(".github/workflows/images.yml")).unwrap();
    let paths = after(&workflow, "paths: [", |char| char != ']')[0].split(", ");
    let paths: Vec<_> = paths.map(|path| path.trim_matches('"').trim_end_matches("/**")).collect();
    let script = fs::read_to_string(workspace().join("scripts/bases.sh")).unwrap();
    let sources = after(&script, "SOURCES=(", |char| char != ')')[0].split_whitespace();
    assert_eq!(sources.map(|source| source.trim_matches('\'')).collect::<Vec<_>>(), paths);
    assert!(workflow.contains("  schedule:\n    - cron: "), "nobody builds when only a base has changed");
    let jobs: BTreeMap<_, _> = jobs(&workflow).into_iter().collect();
    assert!(jobs["settings"].contains("BASES: ${{ github.event_name == 'push' && 'pinned' || 'newest' }}"));
    assert!(jobs["build"].contains("if: github.event_name != 'schedule' || needs.settings.outputs.moved == 'true'\n"));
    assert!(jobs["build"].contains("            ${{ needs.settings.outputs.bases }}\n"), "the build takes other bases");
    // Every argument that the script prints is one of the Dockerfile, which stages begin with.
    let dockerfile = fs::read_to_string(workspace().join("Dockerfile")).unwrap();
    let stages: Vec<_> = dockerfile.lines().filter_map(|line| line.strip_prefix("FROM ")).collect();
    let of_argument = |stage: &&str| {
        let name = stage.trim_start_matches("${").split('}').next().unwrap();
        dockerfile.contains(&format!("\nARG {name}=")) && name.ends_with("_BASE")
    };
    assert!(stages.len() == 2 && stages.iter().all(of_argument), "{stages:?}");
}
