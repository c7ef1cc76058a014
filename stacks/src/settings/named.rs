//! The names that follow from settings, for all stacks and both layers.

use super::{Queue, Scheme, Service, Settings, Zone};
use crate::names::{METRICS_NAME, MOCK_TARGET_SERVER, SERVICE_ROLE};

impl Settings {
    /// A name of this platform: `<name>-<role>`, such as `tideline-karpenter`.
    pub fn named(&self, role: &str) -> String {
        format!("{}-{role}", self.name)
    }

    /// The tag by which Karpenter finds subnets and security groups: declared on them, selected by the `EC2NodeClass`.
    pub fn discovery_tag(&self) -> (String, String) {
        ("karpenter.sh/discovery".to_owned(), self.name.clone())
    }

    /// The tag by which the load balancer controller finds the nodes' one security group.
    pub fn cluster_tag(&self) -> (String, String) {
        (format!("kubernetes.io/cluster/{}", self.name), "owned".to_owned())
    }

    /// The role of the nodes that Karpenter makes.
    pub fn karpenter_node_role(&self) -> String {
        self.named("karpenter-node")
    }

    /// Name of the account's budget.
    pub fn budget_name(&self) -> String {
        self.named("month")
    }

    /// The queue that tells Karpenter of interruptions.
    pub fn interruption_queue(&self) -> String {
        self.named("karpenter")
    }

    /// The name of the VPC, as its `Name` tag.
    pub fn vpc_name(&self) -> String {
        self.name.clone()
    }

    /// The role that pushes images from GitHub.
    pub fn push_role(&self) -> String {
        self.named("github-push")
    }

    /// The role that plans from GitHub.
    pub fn plan_role(&self) -> String {
        self.named("github-plan")
    }

    /// The role that applies from GitHub.
    pub fn apply_role(&self) -> String {
        self.named("github-apply")
    }

    /// The role of the pods of a service, a worker or a job that may do something in AWS.
    pub fn service_role(&self, service: &str) -> String {
        self.named(&format!("{SERVICE_ROLE}{service}"))
    }

    /// The ARN of one of this account's roles.
    pub fn role_arn(&self, role: &str) -> String {
        format!("arn:{}:iam::{}:role/{role}", self.aws.partition(), self.aws.account_id)
    }

    /// The ARN of the cluster.
    pub fn cluster_arn(&self) -> String {
        self.arn("eks", &format!("cluster/{}", self.name))
    }

    /// The ARN of something of a service of AWS in this account and region, such as `sqs` and the name of a queue.
    pub fn arn(&self, service: &str, resource: &str) -> String {
        let aws = &self.aws;
        format!("arn:{}:{service}:{}:{}:{resource}", aws.partition(), aws.region, aws.account_id)
    }

    /// The command that gives kubectl access to the cluster.
    pub fn kubeconfig_command(&self) -> String {
        format!("aws eks update-kubeconfig --region {} --name {}", self.aws.region, self.name)
    }

    /// The ARN of an IAM policy that AWS keeps.
    pub fn aws_policy_arn(&self, path: &str) -> String {
        format!("arn:{}:iam::aws:policy/{path}", self.aws.partition())
    }

    /// The bucket of Terraform's state: names of buckets are unique in all of AWS, hence the account.
    pub fn state_bucket(&self) -> String {
        let derived = || format!("{}-{}", self.named("state"), self.aws.account_id);
        self.state.bucket.clone().unwrap_or_else(derived)
    }

    /// The bucket of static content behind the edge.
    pub fn pages_bucket(&self) -> String {
        format!("{}-{}", self.named("pages"), self.aws.account_id)
    }

    /// The bucket of the edge's access logs.
    pub fn edge_log_bucket(&self) -> String {
        format!("{}-{}", self.named("edge-logs"), self.aws.account_id)
    }

    /// The bucket of who read and wrote the state.
    pub fn state_log_bucket(&self) -> String {
        format!("{}-logs", self.state_bucket())
    }

    /// The prefix of the ARN of every state of this platform.
    pub fn state_objects(&self) -> String {
        format!("arn:{}:s3:::{}/{}/", self.aws.partition(), self.state_bucket(), self.state.key_prefix)
    }

    /// The alias of the key that encrypts the state.
    pub fn state_key_alias(&self) -> String {
        format!("alias/{}", self.named("state"))
    }

    /// The repository of a service's images, without the registry's host.
    pub fn image_repository(&self, service: &str) -> String {
        format!("{}/{service}", self.name)
    }

    /// The directory of a part inside `out/`: `cluster`, or `production/cluster`.
    pub fn directory(&self, part: &str) -> String {
        match self.environment.as_str() {
            "default" => part.to_owned(),
            environment => format!("{environment}/{part}"),
        }
    }

    /// A file of a part inside `out/`.
    pub fn file(&self, part: &str, path: &str) -> String {
        format!("{}/{path}", self.directory(part))
    }

    /// The folder of this environment's manifests in the repository, which Argo CD follows.
    pub fn manifests_path(&self) -> String {
        format!("out/{}", self.directory("manifests"))
    }

    /// The group of Ingresses that share the application load balancer of a scheme.
    pub fn entrance_group(&self, scheme: Scheme) -> String {
        self.named(scheme.as_str())
    }

    /// A service's address inside the cluster, as `host:port`.
    pub fn service_address(&self, name: &str, service: &Service) -> String {
        format!("{name}.{}.svc.cluster.local:{}", self.services.namespace, service.port)
    }

    /// Where SQS answers for a queue.
    pub fn queue_url(&self, queue: &Queue) -> String {
        format!("https://sqs.{}.amazonaws.com/{}/{}", self.aws.region, self.aws.account_id, queue.name())
    }

    /// The ARN of a queue.
    pub fn queue_arn(&self, queue: &Queue) -> String {
        let (aws, queue) = (&self.aws, queue.name());
        format!("arn:{}:sqs:{}:{}:{queue}", aws.partition(), aws.region, aws.account_id)
    }

    /// Prometheus' address inside the cluster, for whoever asks it there.
    pub fn prometheus_address(&self) -> String {
        format!("http://{METRICS_NAME}-prometheus.{}.svc.cluster.local:9090", self.observability.namespace)
    }

    /// The target's address inside the cluster: the load test asks the proxy for it.
    pub fn mock_target_address(&self) -> String {
        self.service_address(MOCK_TARGET_SERVER, &self.services.mock_target_server)
    }

    /// The letter of each zone with the zone's name: `("a", "eu-north-1a")`.
    pub fn zones(&self) -> impl Iterator<Item = (&str, &Zone)> {
        self.network.zones.iter().map(|zone| (zone.letter(), zone))
    }
}
