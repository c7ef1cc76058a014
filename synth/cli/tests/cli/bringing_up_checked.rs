//! `make up`: what it asks AWS before it makes anything, and says all at once.

use serde_json::{Value as Json, json};

use crate::world::World;

const DEFAULT: &str = "stacks/environments/default.toml";

/// Runs `make up` in a world that is wrong in one thing, and asserts that it says so before it makes anything.
#[track_caller]
fn refused(edit: impl FnOnce(&mut Json), message: &str) {
    let world = World::empty();
    world.edit(edit);
    let run = world.run("up.sh", &[]);
    assert!(run.code == 1 && run.stderr.contains(message), "{message}\n{run:?}");
    assert!(!world.happened("terraform"), "{:?}", world.log());
}

#[test]
fn what_an_account_has_already_is_to_be_adopted_before_anything_is_made() {
    for (kind, found, shown, setting) in [
        (
            "oidc",
            json!("arn:aws:iam::210987654321:oidc-provider/token.actions.githubusercontent.com"),
            "",
            "github.oidc_provider",
        ),
        ("spot", json!("AWSServiceRoleForEC2Spot"), "", "karpenter.spot_service_linked_role"),
        ("scanning", json!({ "scanType": "ENHANCED", "rules": [{}] }), "ENHANCED, 1 rules", "registry.scanning"),
    ] {
        let world = World::empty();
        world.edit(|state| state[kind] = found.clone());
        let run = world.run("up.sh", &[]);
        let shown = found.as_str().unwrap_or(shown);
        let message = format!("already ({shown}): set {setting} = \"adopt\" in {DEFAULT}\n");
        assert!(run.code == 1 && run.stderr.contains(&message), "{run:?}");
        assert!(!world.happened("terraform"));
        let key = setting.split_once('.').unwrap().1;
        let text = world.project.read(DEFAULT).replace(&format!("{key} = \"create\""), &format!("{key} = \"adopt\""));
        world.project.write(DEFAULT, &text);
        let adopted = world.run("up.sh", &[]);
        assert_eq!(adopted.code, 0, "{}", adopted.stderr);
    }
}

#[test]
fn what_this_stack_has_made_itself_is_not_to_be_adopted() {
    let world = World::empty();
    world.edit(|state| {
        (state["oidc"], state["spot"]) = ("arn".into(), "AWSServiceRoleForEC2Spot".into());
        state["scanning"]["scanType"] = "ENHANCED".into();
        state["bucket"] = "tideline-state-210987654321".into();
        (state["applied"], state["objects"]) = (json!(["bootstrap"]), json!(["tideline/bootstrap.tfstate"]));
        state["state"] = json!([
            "aws_iam_openid_connect_provider.github",
            "aws_iam_service_linked_role.spot",
            "aws_ecr_registry_scanning_configuration.main",
        ]);
    });
    let run = world.run("up.sh", &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
}

#[test]
fn whoever_would_not_administer_the_cluster_is_told_before_it_stands() {
    let caller = |arn: &'static str| move |state: &mut Json| state["caller"] = arn.into();
    let mend = "which would not be an administrator of the cluster";
    state_of_a_role("AWSReservedSSO_Admin_0123", "/aws-reserved/sso.amazonaws.com/eu-north-1/", mend);
    refused(
        caller("arn:aws:iam::210987654321:user/somebody"),
        &format!("you are arn:aws:iam::210987654321:user/somebody, {mend}"),
    );
    refused(caller("arn:aws:iam::210987654321:root"), &format!("you are arn:aws:iam::210987654321:root, {mend}"));
    let world = World::empty();
    world.edit(|state| {
        state["caller"] = "arn:aws:sts::210987654321:assumed-role/tideline-github-apply/run".into();
        state["principals"]["tideline-github-apply"] = "arn:aws:iam::210987654321:role/tideline-github-apply".into();
    });
    assert_eq!(world.run("up.sh", &[]).code, 0, "the role that applies administers the cluster");
}

/// A session does not say the path of its role: the role is asked for it.
#[track_caller]
fn state_of_a_role(name: &str, path: &str, mend: &str) {
    let arn = format!("arn:aws:iam::210987654321:role{path}{name}");
    let edit = |state: &mut Json| {
        state["caller"] = format!("arn:aws:sts::210987654321:assumed-role/{name}/somebody").into();
        state["principals"][name] = arn.clone().into();
    };
    refused(edit, &format!("you are {arn}, {mend}"));
    let world = World::empty();
    world.edit(edit);
    let admin = "\"arn:aws:iam::210987654321:role/platform-admin\"";
    let text = world.project.read(DEFAULT).replace(admin, &format!("\"{arn}\""));
    world.project.write(DEFAULT, &text);
    let run = world.run("up.sh", &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
}

#[test]
fn administrators_that_eks_would_refuse_are_named() {
    let world = World::empty();
    let account = "arn:aws:iam::210987654321";
    let list = [
        format!("{account}:role/platform-admin"),
        format!("{account}:role/AWSReservedSSO_Admin_0123"),
        format!("{account}:role/aws-service-role/spot.amazonaws.com/AWSServiceRoleForEC2Spot"),
        format!("{account}:user/nobody"),
        "arn:aws:iam::999922223333:role/elsewhere".to_owned(),
    ];
    let text = world.project.read(DEFAULT).replace(&format!("[\"{}\"]", list[0]), &format!("{list:?}"));
    world.project.write(DEFAULT, &text);
    let path = "role/aws-reserved/sso.amazonaws.com/eu-north-1/AWSReservedSSO_Admin_0123";
    world.edit(|state| state["principals"]["AWSReservedSSO_Admin_0123"] = format!("{account}:{path}").into());
    let run = world.run("up.sh", &[]);
    for message in [
        format!(
            "error: 3 to mend before anything is made; run this again afterwards:\n  {} is {account}:{path} in AWS: write it with its path",
            list[1]
        ),
        format!("\n  {} is a service-linked role", list[2]),
        format!("\n  {} does not exist", list[3]),
    ] {
        assert!(run.code == 1 && run.stderr.contains(&message), "{message}\n{}", run.stderr);
    }
}

#[test]
fn zones_that_are_not_there_or_host_no_eks_are_named() {
    let zones = |zones: Json| move |state: &mut Json| state["zones"] = zones;
    refused(
        zones(json!({ "eu-north-1a": "eun1-az1", "eu-north-1b": "eun1-az2", "eu-north-1d": "eun1-az4" })),
        "this account has no zone eu-north-1c: name others of eu-north-1a eu-north-1b eu-north-1d in network.zones",
    );
    refused(
        zones(json!({ "eu-north-1a": "eun1-az1", "eu-north-1b": "use1-az3", "eu-north-1c": "eun1-az3" })),
        "zone eu-north-1b is use1-az3 in this account, where EKS makes no control plane",
    );
}

#[test]
fn quotas_below_what_the_pools_may_grow_to_are_named_with_the_request() {
    // Six base nodes of four vCPUs, and the pool.
    refused(
        |state| state["quotas"]["L-1216C47A"] = "119.0".into(),
        "119 vCPUs of Standard On-Demand instances, but the node pools and base nodes go up to 120",
    );
    refused(
        |state| state["quotas"] = json!({ "L-1216C47A": "120.0" }),
        "5 vCPUs of Standard Spot instances, but the node pools and base nodes go up to 96: ask for more (aws service-quotas \
         request-service-quota-increase --service-code ec2 --quota-code L-34B43A08 --desired-value 96)",
    );
}

#[test]
fn builds_and_images_that_aws_does_not_have_are_named() {
    refused(
        |state| state["builds"]["coredns"] = json!(["v1.99.0-eksbuild.1", "v1.98.0-eksbuild.1"]),
        "EKS has no build v1.14.6-eksbuild.4 of coredns for Kubernetes 1.36: set cluster.addon_versions.coredns to v1.99.0-eksbuild.1",
    );
    refused(
        |state| state["builds"]["eks-node-monitoring-agent"] = json!([]),
        "EKS has no build of eks-node-monitoring-agent for Kubernetes 1.36 here",
    );
    refused(
        |state| state["image_version"] = "1.35".into(),
        "AWS has no node image al2023@v20260903 of arm64 for Kubernetes 1.36",
    );
}

/// Settings of other base nodes than those of the examples: their image, its release and their instance types.
fn base_nodes(settings: &str, ami_type: &str, release: &str, instance_types: &str) -> String {
    let types = "[\"m7i.xlarge\", \"m6i.xlarge\", \"m5.xlarge\"]";
    assert!(settings.contains(types));
    let settings = settings.replace("AL2023_x86_64_STANDARD", ami_type).replace("1.36.3-20260903", release);
    settings.replace(types, instance_types)
}

#[test]
fn a_release_of_the_base_nodes_that_aws_does_not_have_is_named_with_the_newest() {
    let (amazon, arm, intel) = ("AL2023_x86_64_STANDARD", "[\"m7g.xlarge\"]", "[\"m7i.xlarge\"]");
    let world = World::empty();
    let settings = world.project.read(DEFAULT);
    for (ami_type, release, types, gone, message) in [
        (
            amazon,
            "1.36.3-20260910",
            intel,
            "standard-1.36-v20260910",
            "AWS has no release 1.36.3-20260910 of AL2023_x86_64_STANDARD for Kubernetes 1.36: \
             set base_nodes.release_version to 1.36.3-20260903, the newest one\n",
        ),
        (
            "AL2023_ARM_64_STANDARD",
            "1.36.3-20260910",
            arm,
            "amazon-linux-2023/arm64/standard/amazon-eks-node-al2023-arm64-standard-1.36-v20260910",
            "AWS has no release 1.36.3-20260910 of AL2023_ARM_64_STANDARD",
        ),
        (
            "BOTTLEROCKET_x86_64",
            "1.62.1-5d9ac849",
            intel,
            "/aws/service/bottlerocket/aws-k8s-1.36/x86_64/1.62.1-5d9ac849/image_id",
            "AWS has no release 1.62.1-5d9ac849 of BOTTLEROCKET_x86_64",
        ),
        (
            "BOTTLEROCKET_ARM_64",
            "",
            arm,
            "/aws/service/bottlerocket/aws-k8s-1.36/arm64/latest",
            "AWS has no image of BOTTLEROCKET_ARM_64 for Kubernetes 1.36 here",
        ),
        // The day is right, the patch is another's.
        (
            amazon,
            "1.36.4-20260903",
            intel,
            "nothing",
            "AWS calls the image of AL2023_x86_64_STANDARD of that day 1.36.3-20260903, not 1.36.4-20260903: \
             set base_nodes.release_version to 1.36.3-20260903\n",
        ),
    ] {
        world.project.write(DEFAULT, &base_nodes(&settings, ami_type, release, types));
        world.edit(|state| state["no_image"] = json!([gone]));
        let run = world.run("up.sh", &[]);
        assert!(run.code == 1 && run.stderr.contains(message), "{message}\n{run:?}");
        assert!(run.stderr.contains("error: 1 to mend") && !world.happened("terraform"), "{run:?}");
    }
    for (ami_type, release, known) in [
        (amazon, "1.36.3-20260903", "1.36.3-20260903"),
        (amazon, "", "1.36.4-20260930"),
        ("BOTTLEROCKET_x86_64", "1.62.1-5d9ac849", "1.62.1-5d9ac849"),
    ] {
        world.project.write(DEFAULT, &base_nodes(&settings, ami_type, release, intel));
        world.edit(|state| (state["release"], state["no_image"]) = (known.into(), json!([])));
        let run = world.run("up.sh", &[]);
        assert_eq!(run.code, 0, "{ami_type} {release}: {}", run.stderr);
    }
}

#[test]
fn a_log_group_that_eks_made_again_is_to_be_deleted_or_imported() {
    let group = "/aws/eks/tideline/cluster";
    refused(
        |state| state["log_group"] = group.into(),
        &format!(
            "delete it (aws logs delete-log-group --log-group-name {group}), or keep what it holds (terraform -chdir=out/cluster init,"
        ),
    );
    let world = World::empty();
    world.edit(|state| {
        (state["log_group"], state["bucket"]) = (group.into(), "tideline-state-210987654321".into());
        (state["applied"], state["state"]) = (json!(["bootstrap"]), json!(["aws_cloudwatch_log_group.control_plane"]));
        state["objects"] = json!(["tideline/bootstrap.tfstate", "tideline/cluster.tfstate"]);
    });
    let run = world.run("up.sh", &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
}

#[test]
fn a_machine_that_the_endpoint_will_not_admit_is_told_before_it_stands() {
    refused(
        |state| state["address"] = "51.15.1.0".into(),
        "this machine reaches AWS from 51.15.1.0, which is in none of cluster.public_access_cidrs: name it there",
    );
    refused(|state| state["cluster"] = "tideline".into(), "the Kubernetes API of tideline does not answer here");
}

#[test]
fn all_problems_are_said_at_once_and_what_nobody_answers_is_no_problem() {
    let world = World::empty();
    world.edit(|state| {
        state["zones"] = json!({});
        state["quotas"] = json!({});
        state["principals"] = json!({});
        state["builds"] = "no list".into();
    });
    let run = world.run("up.sh", &[]);
    let lines: Vec<_> = run.stderr.lines().filter(|line| line.starts_with("  ")).collect();
    assert!(lines.len() == 7 && run.stderr.contains("error: 7 to mend before anything is made"), "{run:?}");
    assert!(run.stdout.contains("not checked, because there was no answer: check the builds: "), "{run:?}");
}
