//! What EKS says of the sizes of a node group, in its own words. The provider leaves them to the service, so that a real plan
//! passes and the apply fails half-way; here the plan fails.

use crate::{
    problem::Problem,
    value::{Mapping, Path, Value},
};

/// Judges the sizes that a node group will have: those of the state where the configuration ignores its own.
pub(crate) fn judge(kind: &str, prior: Option<&Mapping>, planned: &Mapping) -> Result<(), Problem> {
    let scaling = planned.get("scaling_config").and_then(Value::as_sequence).and_then(<[Value]>::first);
    let Some(scaling) = scaling.filter(|_| kind == "aws_eks_node_group") else { return Ok(()) };
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
    } else if prior.is_some() {
        ("min_size", format!("Minimum capacity {min} can't be greater than desired size {desired}"))
    } else {
        ("min_size", "minSize can't be greater than desiredSize".to_owned())
    };
    Err(Problem::new(Path::of("scaling_config").index(0).name(name), "InvalidParameterException", said))
}
