//! The names that more than one stack, or both layers, must agree on.
//!
//! Each is written once, here: the Terraform side declares it, the Kubernetes side refers to it.

/// The label that marks nodes of the base node group, and that system pods select.
pub const BASE_NODE_LABEL: (&str, &str) = ("karpenter.sh/controller", "true");

/// The taint of the base node group, which system pods tolerate.
pub const BASE_NODE_TAINT: (&str, &str) = ("CriticalAddonsOnly", "true");

/// The Helm release of Argo CD, from which its objects' names begin.
pub const ARGOCD_RELEASE: &str = "argocd";

/// The Secret that holds the first password of Argo CD's `admin`.
pub const ARGOCD_PASSWORD_SECRET: &str = "argocd-initial-admin-secret";

/// The project of Argo CD that bounds the platform's own Applications; the root Application has one of its own.
pub const APP_PROJECT: &str = "platform";

/// The project that bounds the services' Applications.
pub const SERVICES_PROJECT: &str = "services";

/// The project that Argo CD makes for whoever names none; here it allows nothing.
pub const DEFAULT_PROJECT: &str = "default";

/// The proxy: its Deployment, its Service, its folder of manifests.
pub const CORS_PROXY_SERVER: &str = "cors-proxy-server";

/// The target behind the proxy: its Deployment, its Service, its folder of manifests.
pub const MOCK_TARGET_SERVER: &str = "mock-target-server";

/// The External Secrets Operator: its Application, its pods, its service account.
pub const EXTERNAL_SECRETS: &str = "external-secrets";

/// The issuer of what lives inside the cluster.
pub const INSIDE_ISSUER: &str = "inside";

/// The Applications of the platform itself, and what its own objects are called among the services': no service may have such a name.
pub const RESERVED: [&str; 21] = [
    "admission",
    "aws-load-balancer-controller",
    "cert-manager",
    CORS_PROXY_SERVER,
    "default",
    "default-deny",
    "entrances",
    "external-dns",
    EXTERNAL_SECRETS,
    "issuers",
    "karpenter",
    "karpenter-crd",
    "keda",
    "kube-prometheus-stack",
    "metrics-server",
    MOCK_TARGET_SERVER,
    "node-pools",
    "observability",
    "platform",
    "project",
    "root",
];

/// The priority of what watches the services: above them, below the cluster's own pods.
pub const PLATFORM_PRIORITY: &str = "platform";

/// The priority of the services.
pub const SERVICES_PRIORITY: &str = "services";

/// Who signs the tokens of GitHub's workflow runs.
pub const GITHUB_ISSUER: &str = "token.actions.githubusercontent.com";

/// The class of Ingresses of which the load balancer controller makes application load balancers, by its chart's default.
pub const INGRESS_CLASS: &str = "alb";

/// The annotation by which Argo CD makes objects one after another.
pub const SYNC_WAVE: &str = "argocd.argoproj.io/sync-wave";

/// The label by which a service's pods are selected everywhere.
pub const NAME_LABEL: &str = "app.kubernetes.io/name";

/// Where the proxy's pods answer what comes without TLS.
pub const HTTPS_REDIRECT_PORT: u16 = 8081;

/// What listeners speak, whoever makes them: TLS 1.3 and 1.2 with forward secrecy and, for whoever can, keys that a quantum
/// computer does not find; AWS's recommendation and its console's default (Elastic Load Balancing's guide, 2026-12-01).
pub const TLS_POLICY: &str = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09";

/// The storage class of encrypted gp3 volumes.
pub const STORAGE_CLASS: &str = "gp3-encrypted";

/// The managed add-on that gives pods their addresses and holds network policies.
pub const VPC_CNI_ADD_ON: &str = "vpc-cni";

/// The managed add-on that leads what is sent to Services to their pods.
pub const KUBE_PROXY_ADD_ON: &str = "kube-proxy";

/// The managed add-on of the cluster's name servers.
pub const COREDNS_ADD_ON: &str = "coredns";

/// The managed add-on that hands pods the credentials of their roles.
pub const POD_IDENTITY_ADD_ON: &str = "eks-pod-identity-agent";

/// The managed add-on that attaches volumes.
pub const EBS_CSI_ADD_ON: &str = "aws-ebs-csi-driver";

/// The managed add-on that tells of broken nodes.
pub const NODE_MONITORING_ADD_ON: &str = "eks-node-monitoring-agent";

/// The namespaces that every cluster has.
pub const OF_KUBERNETES: [&str; 4] = ["default", "kube-node-lease", "kube-public", "kube-system"];

/// The taint that the driver of volumes takes from a node once the node's limit of volumes is known.
pub const EBS_CSI_TAINT: &str = "ebs.csi.aws.com/agent-not-ready";

/// The taints of a node that does not answer: its kubelet says so, or says nothing.
pub const DEAD_NODE_TAINTS: [&str; 2] = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];

/// The namespace of the managed add-ons.
pub const ADD_ON_NAMESPACE: &str = "kube-system";

/// The service account of the EBS CSI controller, fixed by the add-on.
pub const EBS_CSI_SERVICE_ACCOUNT: &str = "ebs-csi-controller-sa";

/// The service account of the VPC CNI, fixed by the add-on.
pub const VPC_CNI_SERVICE_ACCOUNT: &str = "aws-node";

/// What a service's role is called by, between the cluster's name and its own.
pub const SERVICE_ROLE: &str = "service-";

/// The volume of the token for which Pod Identity gives out a role, and for whom that token is. EKS puts it into a pod whose service
/// account has a role. <https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html>, 2026-12-01.
pub const POD_IDENTITY_TOKEN: (&str, &str) = ("eks-pod-identity-token", "pods.eks.amazonaws.com");

/// The address of each node at which the agent of Pod Identity gives out credentials, and its port (the same page).
pub const POD_IDENTITY_AGENT: (&str, u16) = ("169.254.170.23", 80);

/// The name from which those of Prometheus, of Alertmanager and of their Services begin.
pub const METRICS_NAME: &str = "kps";

/// Service account of Alertmanager, which Pod Identity ties to its role where a topic is told.
pub const ALERTMANAGER_ACCOUNT: &str = "kps-alertmanager";

/// As many nodes as Kubernetes is made for. While there are fewer, the scheduler counts from an empty node, as Karpenter does, which
/// could always make one: a rule over nodes then means the same number to both.
pub const MOST_NODES: u32 = 5_000;

/// The label of something named with dashes.
pub fn label(name: &str) -> String {
    name.replace('-', "_")
}
