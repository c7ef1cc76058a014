//! Facts of `aws_eks_pod_identity_association`.

use super::Facts;

pub(super) const RESOURCE: Facts = Facts {
    newer_sdk: true,
    imported_by: Some("{cluster_name},{association_id}"),
    replaces: Some(&["cluster_name", "namespace", "service_account"]),
    templates: &[
        (
            "association_arn",
            "arn:{partition}:eks:{region}:{account}:podidentityassociation/{cluster_name}/{association_id}",
        ),
        ("association_id", "a-{lower:17}"),
        ("id", "{association_id}"),
    ],
    ..Facts::new("aws_eks_pod_identity_association")
};
