//! Where the platform's controllers run, and as whom: what one of them may do is for its own pods alone.

use super::Settings;
use super::problem::Problems;
use super::tree;
use crate::{
    charts::{Values as _, keda, metrics_server},
    names::{
        ADD_ON_NAMESPACE, ALERTMANAGER_ACCOUNT, EBS_CSI_SERVICE_ACCOUNT, EXTERNAL_SECRETS, OF_KUBERNETES,
        VPC_CNI_SERVICE_ACCOUNT,
    },
};

/// The account of pods that name none.
const OF_EVERYBODY: &str = "default";

/// A controller, by the table that says where it runs.
struct Controller<'a> {
    table: &'static str,
    namespace: &'a str,
    /// The service account that its settings name, which gets a role.
    account: Option<&'a str>,
}

impl Controller<'_> {
    fn key(&self, name: &str) -> String {
        tree::child(self.table, name)
    }
}

/// The controllers whose namespace may be that of others.
fn controllers(settings: &Settings) -> Vec<Controller<'_>> {
    let (karpenter, balancers) = (&settings.karpenter, &settings.load_balancer_controller);
    let mut all = vec![
        Controller { table: "metrics_server", namespace: &settings.metrics_server.namespace, account: None },
        Controller { table: "karpenter", namespace: &karpenter.namespace, account: Some(&karpenter.service_account) },
        Controller {
            table: "load_balancer_controller",
            namespace: &balancers.namespace,
            account: Some(&balancers.service_account),
        },
    ];
    if settings.domain.name.is_some() {
        let Settings { domain, .. } = settings;
        let (namespace, account) = (&domain.external_dns.namespace, Some(domain.external_dns.service_account.as_str()));
        all.push(Controller { table: "domain.external_dns", namespace, account });
    }
    all
}

impl Settings {
    /// Reports controllers that share an account, or a namespace with the services.
    pub(super) fn controllers_are_apart(&self, problems: &mut Problems<'_>) {
        let settings = self;
        let all = controllers(settings);
        let services = &settings.services.namespace;
        // Namespaces of Kubernetes' own are refused for the services already.
        let shared = !OF_KUBERNETES.contains(&services.as_str());
        for controller in all.iter().filter(|controller| shared && controller.namespace == services.as_str()) {
            let key = controller.key("namespace");
            let other = problems.other(&key, "services.namespace", services);
            let message =
                format!("is taken by {other}, where only services may run and reach what they name: choose another");
            problems.report_in(controller.table, &key, message);
        }
        // The charts name these, and the add-ons of EKS.
        let taken = [
            (ADD_ON_NAMESPACE, EBS_CSI_SERVICE_ACCOUNT),
            (ADD_ON_NAMESPACE, VPC_CNI_SERVICE_ACCOUNT),
            (settings.metrics_server.namespace.as_str(), metrics_server::Values::CHART),
            (settings.keda.namespace.as_str(), keda::OPERATOR),
            (settings.external_secrets.namespace.as_str(), EXTERNAL_SECRETS),
            (settings.observability.namespace.as_str(), ALERTMANAGER_ACCOUNT),
        ];
        for (index, controller) in all.iter().enumerate() {
            let Some(account) = controller.account else { continue };
            let (key, own) = (controller.key("service_account"), (controller.namespace, controller.account));
            let twin = all[..index].iter().find(|other| (other.namespace, other.account) == own);
            let why = if account == OF_EVERYBODY {
                "the account of all pods of its namespace that name none, which would get the role, too".to_owned()
            } else if let Some(twin) = twin {
                let other = problems.other(&key, &twin.key("service_account"), account);
                format!("which {other} has in the same namespace, and an account has one role")
            } else if taken.contains(&(controller.namespace, account)) {
                format!(
                    "which another part of the platform has in `{}`, and an account has one role",
                    controller.namespace
                )
            } else {
                continue;
            };
            problems.report_in(controller.table, &key, format!("is `{account}`, {why}: choose another"));
        }
    }
}
