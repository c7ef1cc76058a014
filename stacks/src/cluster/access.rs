//! Who may use the cluster's API: access entries, one for each principal.

use synth_bindings::{
    ClusterName, RoleArn, aws_eks_access_entry, aws_eks_access_policy_association as association, aws_eks_cluster,
};
use synth_framework::{IntoBlocks, IntoValue, Ref, Stack};

use crate::settings::{PrincipalArn, Settings};

/// Everything, in every namespace.
const ADMIN: &str = "AmazonEKSClusterAdminPolicy";

/// Reading everything of a namespace, Secrets too: Helm keeps its releases in Secrets, so that a plan has to read them.
const VIEW: &str = "AmazonEKSAdminViewPolicy";

/// Declares the access of administrators and of the roles that plan and apply.
pub(super) fn access(
    settings: &Settings,
    cluster: &aws_eks_cluster::Handle,
    stack: &Stack,
) -> Vec<association::Handle> {
    let entry = |label: &str, principal: &str, policy: &str| {
        let scope = association::access_scope();
        let scope = match policy {
            // Where both releases lie that plans look at.
            VIEW => scope.type_("namespace").namespaces([&settings.argocd.namespace]),
            _ => scope.type_("cluster"),
        };
        grant(settings, &cluster.name(), label, principal, (policy, scope), stack)
    };
    let applying = settings.role_arn(&settings.apply_role());
    let principals = settings.cluster.admin_principal_arns.iter();
    let principals: Vec<_> = principals.filter(|principal| principal.as_str() != applying).collect();
    let administrators = principals.iter().zip(labels(&principals));
    let mut access: Vec<_> =
        administrators.map(|(principal, label)| entry(&label, principal.as_str(), ADMIN)).collect();
    access.push(entry("plan", &settings.role_arn(&settings.plan_role()), VIEW));
    access.push(entry("apply", &applying, ADMIN));
    access
}

/// A label for each administrator: the name alone, with the kind and the path where two have the same, and with a number
/// where not even that tells them apart.
fn labels(principals: &[&PrincipalArn]) -> Vec<String> {
    let label = |name: &str| -> String {
        let letters = name.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' });
        "admin_".chars().chain(letters).collect()
    };
    let name = |principal: &&PrincipalArn| label(principal.name());
    let path = |principal: &&PrincipalArn| label(principal.resource());
    let once = |of: &dyn Fn(&&PrincipalArn) -> String, label: &str| {
        principals.iter().filter(|other| of(other) == label).count() == 1
    };
    let labels = principals.iter().enumerate().map(|(index, principal)| match (name(principal), path(principal)) {
        (name_alone, _) if once(&name, &name_alone) => name_alone,
        (_, with_path) if once(&path, &with_path) => with_path,
        (_, with_path) => format!("{with_path}_{}", index + 1),
    });
    labels.collect()
}

fn grant(
    settings: &Settings,
    cluster: &Ref<ClusterName>,
    label: &str,
    principal: impl IntoValue<String> + Clone,
    (policy, scope): (&str, impl IntoBlocks<association::access_scope::Shape>),
    stack: &Stack,
) -> association::Handle {
    let principal = RoleArn::literal(principal);
    let entry = aws_eks_access_entry(label).cluster_name(cluster).principal_arn(&principal).add_to(stack);
    let policy = format!("arn:{}:eks::aws:cluster-access-policy/{policy}", settings.aws.partition());
    association(label)
        .cluster_name(cluster)
        .principal_arn(entry.principal_arn())
        .policy_arn(policy)
        .access_scope(scope)
        .add_to(stack)
}
