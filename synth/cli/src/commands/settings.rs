//! `synth settings`: what scripts and workflows need of an environment, so that nobody copies it by hand.

use std::collections::BTreeSet;

use anyhow::Result;
use clap::Args;
use serde_json::{Map, Value as Json, json};
use stacks::{
    Platform, add_ons, names, policies, runner,
    settings::{CapacityType, Cluster, Settings},
};
use synth_command::{
    report::{Report, json as pretty, say},
    synthesis::stacks_beside_others,
};

use crate::project::Project;

#[derive(Args, Debug)]
pub(crate) struct SettingsArgs {
    /// Print JSON instead of the `key=value` lines that a workflow's outputs take
    #[arg(long)]
    json: bool,
    /// A list of every environment, instead of the chosen one
    #[arg(long, requires = "json")]
    all: bool,
    /// The JSON Schema by which editors complete and judge files of settings
    #[arg(long, conflicts_with_all = ["json", "all"])]
    schema: bool,
}

/// Prints the settings of one environment, or of all. Where two collide nothing is printed: whoever reads this brings them up.
pub(crate) fn settings(project: &Project, args: &SettingsArgs) -> Result<Report> {
    if args.schema {
        return Ok(Report::fine(pretty(&Settings::schema())));
    }
    if args.all {
        let projects = project.siblings()?;
        let platforms = projects.iter().map(stacks_beside_others).collect::<Result<Vec<_>>>()?;
        if collide(project, &platforms) {
            return Ok(Report::finding(true, String::new()));
        }
        let all = projects.iter().zip(&platforms).map(|(project, platform)| Json::Object(values(project, platform)));
        return Ok(Report::fine(pretty(&all.collect())));
    }
    let platform = stacks_beside_others(project)?;
    if collide(project, std::slice::from_ref(&platform)) {
        return Ok(Report::finding(true, String::new()));
    }
    let values = values(project, &platform);
    if args.json {
        return Ok(Report::fine(pretty(&Json::Object(values))));
    }
    let lines = values.iter().map(|(key, value)| match value {
        Json::String(text) => format!("{key}={text}\n"),
        other => format!("{key}={other}\n"),
    });
    Ok(Report::fine(lines.collect::<String>()))
}

/// Says where an environment collides with another.
fn collide(project: &Project, platforms: &[Platform]) -> bool {
    let reviews: Vec<_> = platforms.iter().map(|platform| policies::compare(platform, project.today)).collect();
    let collisions = reviews.iter().flat_map(|review| review.errors());
    collisions.inspect(|finding| say(finding)).count() > 0
}

fn values(project: &Project, platform: &Platform) -> Map<String, Json> {
    let settings = &project.settings;
    let arn = |role: String| settings.role_arn(&role);
    let json = json!({
        "environment": settings.environment,
        "name": settings.name,
        "account_id": settings.aws.account_id,
        "region": settings.aws.region,
        "registry": settings.aws.registry(),
        "state_bucket": settings.state_bucket(),
        "state_key_prefix": settings.state.key_prefix,
        "push_role_arn": arn(settings.push_role()),
        "plan_role_arn": arn(settings.plan_role()),
        "apply_role_arn": arn(settings.apply_role()),
        "github_repository": format!("{}/{}", settings.github.owner, settings.github.repository),
        "github_subjects": settings.github.subjects(),
        "github_environment": settings.github.environment,
        "github_guard": settings.github.guard.as_str(),
        "attestations": settings.github.attestations.as_str(),
        "github_branch": settings.github.branch,
        "runner": settings.github.runner,
        "oidc_provider": settings.github.oidc_provider.as_str(),
        "registry_scanning": settings.registry.scanning.as_str(),
        "spot_service_linked_role": settings.karpenter.spot_service_linked_role.as_str(),
        "zones": settings.network.zones,
        "cluster": cluster(&settings.cluster),
        "nodes": nodes(settings),
        "argocd_namespace": settings.argocd.namespace,
        "root_application": add_ons::ROOT_APPLICATION,
        "repository_url": settings.repository.url,
        "repository_revision": settings.repository.revision,
        "manifests": settings.manifests_path(),
        "stacks": stacks(project, platform),
        "images": images(settings),
        "example_values": examples(settings),
    });
    let Json::Object(values) = json else { unreachable!("an object is written above") };
    values
}

/// A setting that may be left open, as it stands in the file.
fn open(setting: Option<&impl ToString>) -> String {
    setting.map(ToString::to_string).unwrap_or_default()
}

/// The cluster's settings that only AWS can confirm: `make up` asks before anything is made.
fn cluster(cluster: &Cluster) -> Json {
    let builds = &cluster.addon_versions;
    let builds = [
        (names::VPC_CNI_ADD_ON, &builds.vpc_cni),
        (names::KUBE_PROXY_ADD_ON, &builds.kube_proxy),
        (names::COREDNS_ADD_ON, &builds.coredns),
        (names::POD_IDENTITY_ADD_ON, &builds.eks_pod_identity_agent),
        (names::EBS_CSI_ADD_ON, &builds.aws_ebs_csi_driver),
        (names::NODE_MONITORING_ADD_ON, &builds.eks_node_monitoring_agent),
    ];
    let builds = builds.map(|(name, build)| (name.to_owned(), json!(open(build.as_ref()))));
    json!({
        "kubernetes_version": cluster.kubernetes_version.to_string(),
        "admin_principal_arns": cluster.admin_principal_arns,
        "public_access_cidrs": cluster.public_access_cidrs.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "addon_versions": Map::from_iter(builds),
    })
}

/// The images that the nodes need of the account, and the vCPUs that they use at most.
fn nodes(settings: &Settings) -> Json {
    let pools = || settings.karpenter.node_pools.values();
    let vcpus =
        |of: CapacityType| pools().filter(|pool| pool.capacity_type == of).map(|pool| pool.limit_cpu).sum::<u32>();
    let architectures: BTreeSet<_> = pools().flat_map(|pool| &pool.architectures).map(ToString::to_string).collect();
    json!({
        "ami_alias": settings.karpenter.ami_alias,
        "architectures": architectures,
        "on_demand_vcpus": vcpus(CapacityType::OnDemand),
        "spot_vcpus": vcpus(CapacityType::Spot),
        "base_ami_type": settings.base_nodes.ami_type,
        "base_release_version": open(settings.base_nodes.release_version.as_ref()),
        "base_instance_types": settings.base_nodes.instance_types,
        "base_max_size": settings.base_nodes.max_size,
    })
}

/// Each stack with its directory, and the runner that it needs: empty where any will do.
fn stacks(project: &Project, platform: &Platform) -> Vec<Json> {
    let stacks = platform.stacks().map(|stack| {
        let runner = if runner::reaches_cluster(stack) { project.settings.github.runner.as_str() } else { "" };
        let directory = format!("out/{}", project.directory(stack.name()));
        json!({ "name": stack.name(), "directory": directory, "runner": runner })
    });
    stacks.collect()
}

/// The settings that still hold a value of the examples: `make up` makes nothing with them.
fn examples(settings: &Settings) -> Vec<Json> {
    let examples = settings.example_values.iter();
    examples.map(|example| json!({ "key": example.key, "value": example.value })).collect()
}

fn images(settings: &Settings) -> Vec<Json> {
    let images = settings.services.images().into_iter().map(|(app, image)| {
        json!({
            "app": app,
            "repository": settings.image_repository(app),
            "tag": image.tag,
            "digest": image.digest.as_deref().unwrap_or_default(),
        })
    });
    images.collect()
}
