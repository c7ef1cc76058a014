//! Answers that a template cannot give: data sources that compute, and the filters that templates of AWS use.

use super::{account::Account, policy, zones};
use crate::{
    problem::Problem,
    value::{Mapping, Path, Value},
};

/// Add-on builds for the default Kubernetes version; from `aws eks describe-addon-versions` as public files quote it.
const ADDONS: &[(&str, &str)] = &[
    ("aws-ebs-csi-driver", "v1.66.0-eksbuild.1"),
    ("coredns", "v1.14.6-eksbuild.4"),
    ("eks-node-monitoring-agent", "v1.4.0-eksbuild.2"),
    ("eks-pod-identity-agent", "v1.4.0-eksbuild.3"),
    ("kube-proxy", "v1.36.0-eksbuild.25"),
    ("metrics-server", "v0.9.0-eksbuild.11"),
    ("vpc-cni", "v1.23.2-eksbuild.1"),
];

/// Roles that AWS makes for its own services, by principal.
const SERVICE_ROLES: &[(&str, &str)] = &[
    ("autoscaling.amazonaws.com", "AutoScaling"),
    ("eks-nodegroup.amazonaws.com", "AmazonEKSNodegroup"),
    ("eks.amazonaws.com", "AmazonEKS"),
    ("elasticloadbalancing.amazonaws.com", "ElasticLoadBalancing"),
    ("spot.amazonaws.com", "EC2Spot"),
];

/// The filters beyond those that every provider's templates have.
pub(crate) fn filter(name: &str, text: &str) -> Option<String> {
    let look = |table: &[(&str, &'static str)]| table.iter().find(|(key, _)| *key == text).map(|(_, value)| *value);
    Some(match name {
        "addon" => look(ADDONS).unwrap_or("v1.0.0-eksbuild.1").to_owned(),
        "role" => look(SERVICE_ROLES).unwrap_or_else(|| text.split('.').next().unwrap_or_default()).to_owned(),
        "dashes" => text.replace('.', "-"),
        // `com.amazonaws.eu-north-1.ecr.api` is `api.ecr` in names of hosts.
        "service" => text.split('.').skip(3).collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join("."),
        "provider" => text.split_once(":oidc-provider/").map_or(text, |(_, url)| url).to_owned(),
        "zone" => zones::id(text),
        _ => return None,
    })
}

/// Answers a data source as far as templates cannot.
pub(crate) fn read(account: &Account, kind: &str, state: &mut Mapping) -> Result<(), Problem> {
    match kind {
        "data.aws_availability_zones" => zones::answer(account.region(), state),
        "data.aws_iam_policy_document" => policy::answer(state),
        "data.aws_iam_openid_connect_provider" => provider(account, state),
        "data.aws_iam_role" => {
            // A role that somebody else made trusts somebody; offline nobody can say whom.
            state.insert("assume_role_policy".to_owned(), r#"{"Version":"2012-10-17","Statement":[]}"#.into());
            Ok(())
        }
        "data.aws_ssm_parameter" => {
            parameter(state);
            Ok(())
        }
        _ => Ok(()),
    }
}

/// By ARN or by address: each tells the other.
fn provider(account: &Account, state: &mut Mapping) -> Result<(), Problem> {
    let text = |state: &Mapping, name: &str| state.get(name).and_then(Value::as_text).map(str::to_owned);
    match (text(state, "arn"), text(state, "url")) {
        (None, Some(url)) => {
            let url = url.trim_start_matches("https://").to_owned();
            let part = |name: &str| account.named(name).unwrap_or_default();
            let arn = format!("arn:{}:iam::{}:oidc-provider/{url}", part("partition"), part("account"));
            state.insert("arn".to_owned(), arn.into());
            state.insert("url".to_owned(), url.into());
            Ok(())
        }
        (Some(_), None) => Ok(()),
        _ => Err(Problem::new(Path::of("arn"), "Invalid combination of arguments", "Give one of `arn` and `url`.")),
    }
}

/// The public parameters that name images and releases answer with one; any other with a text.
fn parameter(state: &mut Mapping) {
    let name = state.get("name").and_then(Value::as_text).unwrap_or_default();
    let value = match name.rsplit('/').next() {
        Some("release_version") => {
            let version = name.split('/').find(|part| part.starts_with("1.")).unwrap_or("1.36");
            format!("{version}.0-20250101")
        }
        Some("image_version") => "1.0.0".to_owned(),
        Some("image_id" | "ami-id") => "ami-0123456789abcdef0".to_owned(),
        _ => return,
    };
    state.insert("value".to_owned(), value.into());
}
