//! Who makes the proxy's load balancer, where it stands, and what it is called.

use super::problem::Problems;
use super::{Cidr, Settings};

/// What begins the names of load balancers that AWS names itself.
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html>
const OF_AWS: &str = "internal-";

impl Settings {
    /// Does Terraform make the proxy's load balancer? Otherwise the controller does, for the proxy's Service.
    ///
    /// A record, a certificate and whatever else stands before it then belong to it in one plan: they are made in order, nothing of
    /// it outlives a destroy, and a drift shows.
    pub fn terraform_owns_balancer(&self) -> bool {
        self.domain.name.is_some() || self.edge.enabled
    }

    /// Is the proxy's load balancer reached from inside the VPC alone?
    pub fn balancer_is_internal(&self) -> bool {
        self.edge.enabled
    }

    /// The ranges from which the proxy's load balancer connects: the subnets that it stands in.
    pub fn balancer_ranges(&self) -> &[Cidr] {
        let subnets = &self.network.subnets;
        if self.balancer_is_internal() { &subnets.intra } else { &subnets.public }
    }

    /// The proxy's load balancer, and the target group of its traffic.
    pub fn balancer_name(&self) -> String {
        self.named("proxy")
    }

    /// The target group of what comes without TLS.
    pub fn redirect_group_name(&self) -> String {
        self.named("redirect")
    }

    /// Is what comes to the proxy without TLS sent to HTTPS? Its load balancer has a certificate then.
    pub fn redirects_to_https(&self) -> bool {
        self.domain.name.is_some() && !self.balancer_is_internal()
    }

    /// The name under which the proxy is reached: that of the edge, where there is one before it.
    pub fn proxy_host(&self) -> Option<String> {
        if self.edge.enabled { self.edge_host() } else { self.domain.host(&self.domain.proxy) }
    }

    /// The name under which viewers reach the edge, if not the one that `CloudFront` gives: its own, or the proxy's under the domain.
    pub fn edge_host(&self) -> Option<String> {
        self.edge.host.clone().or_else(|| self.domain.host(&self.domain.proxy))
    }

    /// The name under which Grafana is reached.
    pub fn grafana_host(&self) -> Option<String> {
        self.domain.host(&self.domain.grafana)
    }

    /// Reports a name of the platform by which the load balancer's would begin as no name may.
    pub(super) fn balancer_name_is_free(&self, problems: &mut Problems<'_>) {
        let name = self.balancer_name();
        if self.terraform_owns_balancer() && name.starts_with(OF_AWS) {
            let message =
                format!("makes the name `{name}` of a load balancer, but AWS refuses those that begin with `{OF_AWS}`");
            problems.report("name", format!("{message}: choose another"));
        }
    }
}
