//! The arguments by which AWS tells things of a type apart, so that whoever asks for a thing by name finds what its
//! resource has made: a data source in another stack, or the same stack after a change.

/// Names that are unique in an account and region, or everywhere.
const IDENTITIES: &[(&str, &[&str])] = &[
    ("aws_backup_vault", &["name"]),
    ("aws_cloudwatch_event_rule", &["name", "event_bus_name"]),
    ("aws_cloudwatch_log_group", &["name"]),
    ("aws_ecr_repository", &["name"]),
    ("aws_eks_access_entry", &["cluster_name", "principal_arn"]),
    ("aws_eks_addon", &["cluster_name", "addon_name"]),
    ("aws_eks_cluster", &["name"]),
    ("aws_eks_cluster_auth", &["name"]),
    ("aws_eks_node_group", &["cluster_name", "node_group_name"]),
    ("aws_iam_instance_profile", &["name"]),
    ("aws_iam_openid_connect_provider", &["url", "arn"]),
    ("aws_iam_policy", &["name", "path"]),
    ("aws_iam_role", &["name"]),
    ("aws_kms_alias", &["name"]),
    ("aws_s3_bucket", &["bucket"]),
    ("aws_sqs_queue", &["name"]),
];

/// What imports take, where it is not the id. From the provider's documentation of each type.
const IMPORTS: &[(&str, &str)] = &[
    ("aws_backup_selection", "{plan_id}|{id}"),
    ("aws_cloudwatch_event_target", "{event_bus_name}/{rule}/{target_id}"),
    ("aws_eks_pod_identity_association", "{cluster_name},{association_id}"),
    ("aws_iam_role_policy_attachment", "{role}/{policy_arn}"),
    ("aws_route", "{route_table_id}_{destination_cidr_block}"),
    ("aws_route_table_association", "{subnet_id}/{route_table_id}"),
];

/// The template of what an import of a type takes, where it is not the id.
pub(crate) fn imported_by(kind: &str) -> Option<&'static str> {
    IMPORTS.iter().find(|(name, _)| *name == kind).map(|(_, template)| *template)
}

/// The telling arguments of a type; none where all of them tell.
pub(crate) fn identity(kind: &str) -> &'static [&'static str] {
    let kind = kind.trim_start_matches("data.");
    IDENTITIES.iter().find(|(name, _)| *name == kind).map_or(&[], |(_, arguments)| arguments)
}
