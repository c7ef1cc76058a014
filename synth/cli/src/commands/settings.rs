//! `synth settings`: what scripts and workflows need of an environment, so that nobody copies it by hand.

use std::collections::BTreeSet;

use anyhow::Result;
use clap::Args;
use serde_json::{Map, Value as Json, json};
use stacks::{
    Platform, add_ons, runner,
    settings::{CapacityType, Cluster, Settings},
};

use crate::{
    project::Project,
    report::{Report, json as pretty},
};

#[derive(Args, Debug)]
pub(crate) struct SettingsArgs {
    /// Print JSON instead of the `key=value` lines that a workflow's outputs take
    #[arg(long)]
    json: bool,
    /// A list of every environment, instead of the chosen one
    #[arg(long, requires = "json")]
    all: bool,
}

/// Prints the settings of one environment, or of all.
pub(crate) fn settings(project: &Project, args: &SettingsArgs) -> Result<Report> {
    if args.all {
        let all = project.siblings()?.iter().map(values).collect::<Result<Vec<_>>>()?;
        return Ok(Report::fine(pretty(&all.into_iter().map(Json::Object).collect())));
    }
    let values = values(project)?;
    if args.json {
        return Ok(Report::fine(pretty(&Json::Object(values))));
    }
    let lines = values.iter().map(|(key, value)| match value {
        Json::String(text) => format!("{key}={text}\n"),
        other => format!("{key}={other}\n"),
    });
    Ok(Report::fine(lines.collect::<String>()))
}

fn values(project: &Project) -> Result<Map<String, Json>> {
    let settings = &project.settings;
    let arn = |role: String| settings.role_arn(&role);
    let json = json!({
        "environment": settings.environment,
        "name": settings.name,
        "account_id": settings.aws.account_id,
        "region": settings.aws.region,
        "registry": settings.aws.registry(),
        "state_bucket": settings.state.bucket,
        "state_key_prefix": settings.state.key_prefix,
        "push_role_arn": arn(settings.push_role()),
        "plan_role_arn": arn(settings.plan_role()),
        "apply_role_arn": arn(settings.apply_role()),
        "github_repository": format!("{}/{}", settings.github.owner, settings.github.repository),
        "github_subjects": settings.github.subjects(),
        "github_environment": settings.github.environment,
        "github_branch": settings.github.branch,
        "runner": settings.github.runner,
        "oidc_provider": settings.github.oidc_provider.as_str(),
        "spot_service_linked_role": settings.karpenter.spot_service_linked_role.as_str(),
        "scanning": settings.registry.scanning.as_str(),
        "zones": settings.network.zones,
        "cluster": cluster(&settings.cluster),
        "nodes": nodes(settings),
        "argocd_namespace": settings.argocd.namespace,
        "root_application": add_ons::ROOT_APPLICATION,
        "repository_url": settings.repository.url,
        "repository_revision": settings.repository.revision,
        "manifests": settings.manifests_path(),
        "stacks": stacks(project)?,
        "images": images(settings),
    });
    let Json::Object(values) = json else { unreachable!("an object is written above") };
    Ok(values)
}

/// What only AWS can say is right: `make up` asks before anything is made.
fn cluster(cluster: &Cluster) -> Json {
    let builds = &cluster.addon_versions;
    let builds = [
        ("vpc-cni", &builds.vpc_cni),
        ("kube-proxy", &builds.kube_proxy),
        ("coredns", &builds.coredns),
        ("eks-pod-identity-agent", &builds.eks_pod_identity_agent),
        ("aws-ebs-csi-driver", &builds.aws_ebs_csi_driver),
        ("eks-node-monitoring-agent", &builds.eks_node_monitoring_agent),
    ];
    let builds = builds.map(|(name, build)| (name.to_owned(), json!(build.as_deref().unwrap_or_default())));
    json!({
        "kubernetes_version": cluster.kubernetes_version.to_string(),
        "admin_principal_arns": cluster.admin_principal_arns,
        "public_access_cidrs": cluster.public_access_cidrs.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "addon_versions": Map::from_iter(builds),
    })
}

/// What the nodes ask of the account: images, and vCPUs at most.
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
        "base_instance_types": settings.base_nodes.instance_types,
        "base_max_size": settings.base_nodes.max_size,
    })
}

/// Each stack with its directory, and the runner that it needs: empty where any will do.
fn stacks(project: &Project) -> Result<Vec<Json>> {
    let platform = Platform::build(&project.settings)?;
    let stacks = platform.stacks().map(|stack| {
        let runner = if runner::reaches_cluster(stack) { project.settings.github.runner.as_str() } else { "" };
        let directory = format!("out/{}", project.directory(stack.name()));
        json!({ "name": stack.name(), "directory": directory, "runner": runner })
    });
    Ok(stacks.collect())
}

fn images(settings: &Settings) -> Vec<Json> {
    let images = settings.services.images().into_iter().map(|(app, image)| {
        json!({
            "app": app,
            "repository": image.repository,
            "tag": image.tag,
            "digest": image.digest.as_deref().unwrap_or_default(),
        })
    });
    images.collect()
}
