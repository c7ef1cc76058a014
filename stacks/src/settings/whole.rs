//! All sections together.

use serde_json::{Value as Json, json};
use synth_project::Layer;
use synth_review::{SettingPlace, Waiver};

use super::{
    Argocd, Aws, BaseNodes, Budget, CertManager, Cluster, Domain, Edge, ExampleValue, ExternalSecrets, Github,
    Karpenter, Keda, LoadBalancerController, LoadTest, MetricsServer, Network, Observability, Registry, Repository,
    Services, State, across, edge, example, hosts,
    problem::{Problems, SettingsError},
    read::Section,
    schema::Table,
    secret,
    shape::{self, ROLE_NAME_LIMIT},
    sources::Sources,
    tree::{self, Node, Tree},
};

/// The longest of the suffixes that make names of IAM roles and event rules out of [`Settings::name`].
pub const LONGEST_NAME_SUFFIX: &str = "-aws-load-balancer-controller";

/// Everything that an environment sets, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The environment: `default`, or the name of the file that overrides it.
    pub environment: String,
    /// Name of the cluster, and the first part of the names of all that belongs to it.
    pub name: String,
    /// AWS account and region.
    pub aws: Aws,
    /// Terraform's state.
    pub state: State,
    /// Budget of the account.
    pub budget: Budget,
    /// GitHub repository of the workflows.
    pub github: Github,
    /// Image registry.
    pub registry: Registry,
    /// Git repository that Argo CD follows.
    pub repository: Repository,
    /// VPC and subnets.
    pub network: Network,
    /// Control plane and managed add-ons.
    pub cluster: Cluster,
    /// Nodes for system pods.
    pub base_nodes: BaseNodes,
    /// Names under one domain.
    pub domain: Domain,
    /// Argo CD.
    pub argocd: Argocd,
    /// Karpenter and its pools.
    pub karpenter: Karpenter,
    /// Metrics server.
    pub metrics_server: MetricsServer,
    /// KEDA.
    pub keda: Keda,
    /// The External Secrets Operator.
    pub external_secrets: ExternalSecrets,
    /// cert-manager.
    pub cert_manager: CertManager,
    /// AWS Load Balancer Controller.
    pub load_balancer_controller: LoadBalancerController,
    /// Prometheus, Alertmanager and Grafana.
    pub observability: Observability,
    /// The workloads that scale.
    pub services: Services,
    /// `CloudFront` and WAF before the proxy.
    pub edge: Edge,
    /// The load test.
    pub load_test: LoadTest,
    /// Findings of policies that are accepted.
    pub waivers: Vec<Waiver>,
    /// Every setting that holds a value of the examples.
    pub example_values: Vec<ExampleValue>,
    /// Where each of them stands.
    sources: Sources,
}

impl Settings {
    /// Reads the settings of `environment` from its layers, the one that holds everything first.
    ///
    /// # Errors
    ///
    /// All problems of all layers together; only syntax errors hide what comes after them.
    pub fn parse(environment: &str, layers: &[Layer]) -> Result<Self, SettingsError> {
        let Tree { root, places } = tree::merge(layers).map_err(|problems| SettingsError { problems })?;
        let sources = Sources::new(layers, places.clone());
        let mut problems = Problems::new(layers, places);
        let settings = Self::read(environment, &root, &mut problems).map(|settings| Self { sources, ..settings });
        if let Some(settings) = &settings {
            let role = |role: String| settings.role_arn(&role);
            let taken = [
                ("plans", role(settings.plan_role())),
                ("runs Karpenter's nodes", role(settings.karpenter_node_role())),
            ];
            across::administrators_are_others(&settings.cluster, &taken, &mut problems);
            settings.controllers_are_apart(&mut problems);
            settings.balancer_name_is_free(&mut problems);
        }
        problems.hide(&secret::find(&root));
        let problems = problems.into_sorted();
        match settings {
            Some(settings) if problems.is_empty() => Ok(settings),
            _ => Err(SettingsError { problems }),
        }
    }

    /// Where a setting stands, by its dotted key such as `karpenter.node_pools.spot.limit_cpu`: in the last file that
    /// names it, and at the table or list that would hold it where no file does.
    pub fn place(&self, key: &str) -> Option<SettingPlace> {
        self.sources.place(key)
    }

    /// The schema that a file of settings meets, for editors: names, types, and such rules as JSON Schema can say.
    pub fn schema() -> Json {
        let mut root = Table::new("The settings of an environment of Tideline.");
        root.field::<String>(
            "name",
            "Name of the cluster, and the first part of the names of all that belongs to it.",
            &[&name_fits],
        );
        root.field::<Aws>("aws", "AWS account and region.", &[]);
        root.field::<State>("state", "Terraform's state.", &[]);
        root.field::<Budget>("budget", "Budget of the account.", &[]);
        root.field::<Github>("github", "GitHub repository of the workflows.", &[]);
        root.field::<Registry>("registry", "Image registry.", &[]);
        root.field::<Repository>("repository", "Git repository that Argo CD follows.", &[]);
        root.field::<Network>("network", "VPC and subnets.", &[]);
        root.field::<Cluster>("cluster", "Control plane and managed add-ons.", &[]);
        root.field::<BaseNodes>("base_nodes", "Nodes for system pods.", &[]);
        root.field::<Domain>("domain", "Names under one domain.", &[]);
        root.field::<Argocd>("argocd", "Argo CD.", &[]);
        root.field::<Karpenter>("karpenter", "Karpenter and its pools.", &[]);
        root.field::<MetricsServer>("metrics_server", "Metrics server.", &[]);
        root.field::<Keda>("keda", "KEDA.", &[]);
        root.field::<ExternalSecrets>("external_secrets", "The External Secrets Operator.", &[]);
        root.field::<CertManager>(
            "cert_manager",
            "cert-manager, which signs the certificates of what lives inside the cluster.",
            &[],
        );
        root.field::<LoadBalancerController>("load_balancer_controller", "AWS Load Balancer Controller.", &[]);
        root.field::<Observability>("observability", "Prometheus, Alertmanager and Grafana.", &[]);
        root.field::<Services>("services", "The workloads that scale.", &[]);
        root.field::<Edge>("edge", "CloudFront and WAF before the proxy.", &[]);
        root.field::<LoadTest>("load_test", "The load test.", &[]);
        root.field::<Vec<Waiver>>("waivers", "Findings of policies that are accepted.", &[]);
        let mut schema =
            json!({ "$schema": "http://json-schema.org/draft-07/schema#", "title": "Tideline's settings" });
        if let (Json::Object(schema), Json::Object(root)) = (&mut schema, root.close()) {
            schema.extend(root);
        }
        schema
    }

    /// Is this nobody's environment: one of an account that documentation made up?
    pub fn is_example(&self) -> bool {
        example::is_example_account(self.aws.account_id.as_str())
    }

    /// The command that asks for this environment's own values.
    pub fn init_command(&self) -> String {
        match self.environment.as_str() {
            "default" => "synth init".to_owned(),
            environment => format!("synth init --env {environment}"),
        }
    }

    /// Is it called production, by its file or by its GitHub environment?
    pub fn is_production(&self) -> bool {
        [&self.environment, &self.github.environment].iter().any(|name| name.starts_with("prod"))
    }

    fn read(environment: &str, whole: &Node, problems: &mut Problems<'_>) -> Option<Self> {
        let mut root = Section::open(whole, problems)?;
        let name: Option<String> = root.field("name", &[&name_fits]);
        let aws = root.field("aws", &[]);
        let state = root.field("state", &[]);
        let budget = root.field("budget", &[]);
        let github = root.field("github", &[]);
        let registry = root.field("registry", &[]);
        let repository = root.field("repository", &[]);
        let network = root.field("network", &[]);
        let cluster = root.field("cluster", &[]);
        let base_nodes = root.field("base_nodes", &[]);
        let domain = root.field_or("domain", &[], Some(Domain::default()));
        let argocd = root.field("argocd", &[]);
        let karpenter = root.field("karpenter", &[]);
        let metrics_server = root.field("metrics_server", &[]);
        let keda = root.field("keda", &[]);
        let external_secrets = root.field("external_secrets", &[]);
        let cert_manager = root.field_or("cert_manager", &[], Some(CertManager::none()));
        let load_balancer_controller = root.field("load_balancer_controller", &[]);
        let observability = root.field("observability", &[]);
        let services = root.field("services", &[]);
        let edge = root.field("edge", &[]);
        let load_test = root.field("load_test", &[]);
        let waivers = root.field("waivers", &[]);
        root.close();
        let example_values = example::find(whole, problems);
        if let (Some(name), Some(domain), Some(edge)) = (&name, &domain, &edge) {
            hosts::balancer_names_fit(name, domain, edge, problems);
        }
        if let (Some(domain), Some(argocd), Some(services), Some(edge)) = (&domain, &argocd, &services, &edge) {
            hosts::names_lie_in_domain(domain, argocd, services, edge, problems);
            hosts::hosts_are_free(domain, argocd, edge, services, problems);
        }
        if let (Some(aws), Some(network)) = (&aws, &network) {
            across::zones_lie_in_region(aws, network, problems);
        }
        if let (Some(aws), Some(cluster)) = (&aws, &cluster) {
            across::principals_lie_in_partition(aws, cluster, problems);
        }
        if let (Some(aws), Some(services)) = (&aws, &services) {
            across::certificates_lie_in_region(aws, services, problems);
        }
        if let (Some(name), Some(services)) = (&name, &services) {
            across::service_roles_fit(name, services, problems);
        }
        if let (Some(aws), Some(edge)) = (&aws, &edge) {
            edge::lies_where_cloudfront_looks(aws, edge, problems);
        }
        if let (Some(edge), Some(services)) = (&edge, &services) {
            edge::ends_tls_alone(edge, services, problems);
        }
        if let (Some(edge), Some(domain)) = (&edge, &domain) {
            edge::host_is_certified(edge, domain, problems);
        }
        if let (Some(network), Some(cluster)) = (&network, &cluster) {
            across::services_lie_outside_the_vpc(network, cluster, problems);
        }
        if let (Some(network), Some(base_nodes)) = (&network, &base_nodes) {
            across::base_nodes_fill_the_zones(network, base_nodes, problems);
        }
        if let (Some(cluster), Some(base_nodes)) = (&cluster, &base_nodes) {
            across::base_nodes_release_fits(cluster, base_nodes, problems);
        }
        if let (Some(aws), Some(network), Some(base_nodes)) = (&aws, &network, &base_nodes) {
            across::base_nodes_are_offered(aws, network, base_nodes, problems);
        }
        if let (Some(services), Some(argocd), Some(observability), Some(keda)) =
            (&services, &argocd, &observability, &keda)
        {
            let first = (services, argocd, observability, keda);
            namespaces_are_apart(first, external_secrets.as_ref(), cert_manager.as_ref(), problems);
        }
        Some(Self {
            environment: environment.to_owned(),
            name: name?,
            aws: aws?,
            state: state?,
            budget: budget?,
            github: github?,
            registry: registry?,
            repository: repository?,
            network: network?,
            cluster: cluster?,
            base_nodes: base_nodes?,
            domain: domain?,
            argocd: argocd?,
            karpenter: karpenter?,
            metrics_server: metrics_server?,
            keda: keda?,
            external_secrets: external_secrets?,
            cert_manager: cert_manager?,
            load_balancer_controller: load_balancer_controller?,
            observability: observability?,
            services: services?,
            edge: edge?,
            load_test: load_test?,
            waivers: waivers?,
            example_values,
            sources: Sources::default(),
        })
    }
}

/// Each of the first has a namespace, and two more have one that nobody else may have.
fn namespaces_are_apart(
    (services, argocd, observability, keda): (&Services, &Argocd, &Observability, &Keda),
    external_secrets: Option<&ExternalSecrets>,
    cert_manager: Option<&CertManager>,
    problems: &mut Problems<'_>,
) {
    across::namespaces_are_apart(services, argocd, observability, keda, problems);
    let mut others = vec![
        ("services.namespace", &services.namespace),
        ("argocd.namespace", &argocd.namespace),
        ("observability.namespace", &observability.namespace),
        ("keda.namespace", &keda.namespace),
    ];
    across::external_secrets_is_apart(external_secrets, &others, problems);
    others.extend(external_secrets.map(|of| ("external_secrets.namespace", &of.namespace)));
    across::cert_manager_is_apart(cert_manager, &others, problems);
}

fn name_fits(name: &String) -> Result<(), String> {
    if !shape::dns_label(name) {
        return Err(format!("is `{name}`: begin with a letter, use `a-z`, digits and `-`, and do not end in `-`"));
    }
    let longest = ROLE_NAME_LIMIT - LONGEST_NAME_SUFFIX.len();
    if name.len() <= longest {
        return Ok(());
    }
    let derived = format!("{name}{LONGEST_NAME_SUFFIX}");
    let (length, mend) = (derived.len(), format!("use at most {longest} characters"));
    Err(format!("makes the role name `{derived}` of {length} characters, but IAM allows {ROLE_NAME_LIMIT}: {mend}"))
}
