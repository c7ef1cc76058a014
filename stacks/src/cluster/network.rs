//! The network: a VPC over all zones, with public, private and intra subnets, ways out, and flow logs.

use synth_bindings::{
    aws_cloudwatch_log_group, aws_default_security_group, aws_eip, aws_flow_log, aws_internet_gateway, aws_nat_gateway,
    aws_route, aws_route_table, aws_route_table_association, aws_subnet, aws_vpc,
};
use synth_framework::{Stack, text};

use super::encryption::Keys;
use crate::{
    policy::{allow, condition, document, role_trusting, services},
    settings::{Cidr, NatGateways, Settings},
};

const ANYWHERE: &str = "0.0.0.0/0";

/// What the rest of the stack uses of the network.
pub(super) struct Network {
    /// The VPC.
    pub vpc: aws_vpc::Handle,
    /// Nodes and pods, one in each zone.
    pub private: Vec<aws_subnet::Handle>,
    /// The control plane's network interfaces, one in each zone.
    pub intra: Vec<aws_subnet::Handle>,
    /// Load balancers and NAT gateways, one in each zone.
    pub public: Vec<aws_subnet::Handle>,
    /// The route tables of the private subnets.
    pub private_routes: Vec<aws_route_table::Handle>,
}

/// Declares the network.
pub(super) fn network(settings: &Settings, keys: &Keys, stack: &Stack) -> Network {
    let vpc = aws_vpc("main")
        .cidr_block(settings.network.cidr)
        .enable_dns_support(true)
        .enable_dns_hostnames(true)
        .tags([("Name", settings.vpc_name())])
        .add_to(stack);
    // A security group without rules: what nobody configured reaches nothing.
    aws_default_security_group("main")
        .vpc_id(vpc.id())
        .tags([("Name", settings.named("default-closed"))])
        .add_to(stack);
    flow_logs(settings, &vpc, keys, stack);

    let subnets = Subnets { settings, vpc: &vpc, stack };
    let ranges = &settings.network.subnets;
    let public = subnets.tier("public", &ranges.public, &[("kubernetes.io/role/elb".to_owned(), "1".to_owned())]);
    let internal_lb = ("kubernetes.io/role/internal-elb".to_owned(), "1".to_owned());
    let private = subnets.tier("private", &ranges.private, &[internal_lb, settings.discovery_tag()]);
    let intra = subnets.tier("intra", &ranges.intra, &[]);

    let internet =
        aws_internet_gateway("main").vpc_id(vpc.id()).tags([("Name", settings.named("internet"))]).add_to(stack);
    let public_routes = subnets.route_table("public", &public);
    aws_route("public_internet")
        .route_table_id(public_routes.id())
        .destination_cidr_block(ANYWHERE)
        .gateway_id(internet.id())
        .add_to(stack);
    subnets.route_table("intra", &intra);
    let gateways = nat_gateways(settings, &public, &internet, stack);
    let private_routes = subnets.private_routes(&private, &gateways);

    Network { vpc, private, intra, public, private_routes }
}

struct Subnets<'a> {
    settings: &'a Settings,
    vpc: &'a aws_vpc::Handle,
    stack: &'a Stack,
}

impl Subnets<'_> {
    /// One subnet in each zone.
    fn tier(&self, tier: &str, ranges: &[Cidr], tags: &[(String, String)]) -> Vec<aws_subnet::Handle> {
        let zones = self.settings.zones().zip(ranges);
        zones
            .map(|((letter, zone), range)| {
                let name = ("Name".to_owned(), self.settings.named(&format!("{tier}-{letter}")));
                aws_subnet(format!("{tier}_{letter}"))
                    .vpc_id(self.vpc.id())
                    .availability_zone(zone)
                    .cidr_block(range)
                    .tags([name].into_iter().chain(tags.iter().cloned()))
                    .add_to(self.stack)
            })
            .collect()
    }

    /// One route table for several subnets.
    fn route_table(&self, name: &str, subnets: &[aws_subnet::Handle]) -> aws_route_table::Handle {
        let label = crate::policy::label(name);
        let table = aws_route_table(label.as_str())
            .vpc_id(self.vpc.id())
            .tags([("Name", self.settings.named(name))])
            .add_to(self.stack);
        for ((letter, _), subnet) in self.settings.zones().zip(subnets) {
            let label = if subnets.len() == 1 { label.clone() } else { format!("{label}_{letter}") };
            aws_route_table_association(label).route_table_id(table.id()).subnet_id(subnet.id()).add_to(self.stack);
        }
        table
    }

    /// A route table for each private subnet, so that a zone leaves through its own gateway.
    fn private_routes(
        &self,
        private: &[aws_subnet::Handle],
        gateways: &[aws_nat_gateway::Handle],
    ) -> Vec<aws_route_table::Handle> {
        let zones = self.settings.zones().zip(private).zip(gateways.iter().cycle());
        zones
            .map(|(((letter, _), subnet), gateway)| {
                let table = self.route_table(&format!("private-{letter}"), std::slice::from_ref(subnet));
                aws_route(format!("private_{letter}_internet"))
                    .route_table_id(table.id())
                    .destination_cidr_block(ANYWHERE)
                    .nat_gateway_id(gateway.id())
                    .add_to(self.stack);
                table
            })
            .collect()
    }
}

/// The gateways through which private subnets reach the internet: one in each zone, or one for all.
fn nat_gateways(
    settings: &Settings,
    public: &[aws_subnet::Handle],
    internet: &aws_internet_gateway::Handle,
    stack: &Stack,
) -> Vec<aws_nat_gateway::Handle> {
    let count = match settings.network.nat_gateways {
        NatGateways::PerZone => public.len(),
        NatGateways::Single => 1,
    };
    let zones = settings.zones().zip(public).take(count);
    zones
        .map(|((letter, _), subnet)| {
            let name = settings.named(&format!("nat-{letter}"));
            let address = aws_eip(format!("nat_{letter}"))
                .domain("vpc")
                .tags([("Name", name.as_str())])
                .depends_on(internet)
                .add_to(stack);
            aws_nat_gateway(format!("main_{letter}"))
                .allocation_id(address.allocation_id())
                .subnet_id(subnet.id())
                .tags([("Name", name.as_str())])
                .depends_on(internet)
                .add_to(stack)
        })
        .collect()
}

/// Every connection that the VPC accepts or refuses, kept in CloudWatch.
fn flow_logs(settings: &Settings, vpc: &aws_vpc::Handle, keys: &Keys, stack: &Stack) {
    let group = aws_cloudwatch_log_group("flow_logs")
        .name(format!("/aws/vpc/{}/flow-logs", settings.name))
        .retention_in_days(settings.network.flow_log_retention_days)
        .kms_key_id(&keys.logs)
        .add_to(stack);
    let trust = allow("FlowLogs", ["sts:AssumeRole"])
        .principals(services(["vpc-flow-logs.amazonaws.com"]))
        .condition(condition("StringEquals", "aws:SourceAccount", [&settings.aws.account_id]));
    let role = role_trusting(stack, settings, "flow-logs", trust);
    let write = allow("Write", ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"])
        .resources([text!("{}:*", group.arn())]);
    let policy = document(stack, "flow_logs", write);
    synth_bindings::aws_iam_role_policy("flow_logs").name("write").role(role.name()).policy(policy).add_to(stack);
    aws_flow_log("main")
        .vpc_id(vpc.id())
        .traffic_type("ALL")
        .max_aggregation_interval(60)
        .log_destination_type("cloud-watch-logs")
        .log_destination(group.arn())
        .iam_role_arn(role.arn())
        .tags([("Name", settings.named("flow-logs"))])
        .add_to(stack);
}
