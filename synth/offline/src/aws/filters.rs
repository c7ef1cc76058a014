//! The filters that templates of AWS use.

use super::zones;

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
        "listener" => text.replacen(":loadbalancer/", ":listener/", 1),
        "service" => text.split('.').skip(3).collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join("."),
        "provider" => text.split_once(":oidc-provider/").map_or(text, |(_, url)| url).to_owned(),
        "zone" => zones::id(text),
        _ => return None,
    })
}
