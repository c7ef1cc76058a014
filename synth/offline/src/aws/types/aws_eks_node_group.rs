//! Facts of `aws_eks_node_group`.

use super::{
    Facts,
    Rule::{Arn, Between, In, Length, Most},
};
use crate::{
    cloud::Change,
    problem::Problem,
    value::{Mapping, Path, Value},
};

pub(super) const RESOURCE: Facts = Facts {
    identity: &["cluster_name", "node_group_name"],
    rules: &[
        Arn("node_role_arn"),
        Between("scaling_config.min_size", 0, i64::MAX),
        Between("update_config.max_unavailable", 1, 100),
        Between("update_config.max_unavailable_percentage", 1, 100),
        In("capacity_type", &["CAPACITY_BLOCK", "ON_DEMAND", "SPOT"]),
        In("taint.effect", &["NO_EXECUTE", "NO_SCHEDULE", "PREFER_NO_SCHEDULE"]),
        Length("node_group_name", 63),
        Most(&["node_group_name", "node_group_name_prefix"]),
        Most(&["launch_template", "remote_access"]),
    ],
    replaces: Some(&[
        "ami_type",
        "capacity_type",
        "cluster_name",
        "disk_size",
        "instance_types",
        "launch_template.id",
        "launch_template.name",
        "node_group_name",
        "node_group_name_prefix",
        "node_role_arn",
        "remote_access",
        "subnet_ids",
    ]),
    computed_blocks: &["node_repair_config", "update_config"],
    templates: &[
        ("ami_type", "AL2023_x86_64_STANDARD"),
        ("arn", "arn:{partition}:eks:{region}:{account}:nodegroup/{cluster_name}/{node_group_name}/{uuid}"),
        ("capacity_type", "ON_DEMAND"),
        ("disk_size", "20"),
        ("id", "{cluster_name}:{node_group_name}"),
        ("instance_types", "t3.medium"),
        ("launch_template.id", "lt-0{hex:16}"),
        ("launch_template.name", "terraform-{hex:26}"),
        ("node_group_name", "{node_group_name_prefix|or:terraform-}{hex:26}"),
        ("release_version", "{version}.0-20250101"),
        ("resources.autoscaling_groups.name", "eks-{node_group_name}-{uuid}"),
        ("resources.remote_access_security_group_id", ""),
        ("status", "ACTIVE"),
        ("version", "{kubernetes}"),
    ],
    refuses: Some(sizes),
    ..Facts::new("aws_eks_node_group")
};

/// Judges the sizes that a node group will have: those of the state where the configuration ignores its own.
///
/// The words are those of EKS. The provider leaves sizes to the service, so that a real plan passes and the apply fails
/// half-way; here the plan fails.
fn sizes(change: &Change<'_>, planned: &Mapping) -> Result<(), Problem> {
    let scaling = planned.get("scaling_config").and_then(Value::as_sequence).and_then(<[Value]>::first);
    let Some(scaling) = scaling else { return Ok(()) };
    let size = |name: &str| match scaling.member(name) {
        Value::Number(number) => number.as_u64(),
        _ => None,
    };
    let (Some(min), Some(desired), Some(max)) = (size("min_size"), size("desired_size"), size("max_size")) else {
        return Ok(());
    };
    let (name, said) = if min > max {
        ("min_size", "minSize can't be greater than maxSize".to_owned())
    } else if desired > max {
        ("desired_size", "desiredSize can't be greater than maxSize".to_owned())
    } else if min <= desired {
        return Ok(());
    } else if change.prior.is_some() {
        ("min_size", format!("Minimum capacity {min} can't be greater than desired size {desired}"))
    } else {
        ("min_size", "minSize can't be greater than desiredSize".to_owned())
    };
    Err(Problem::new(Path::of("scaling_config").index(0).name(name), "InvalidParameterException", said))
}
