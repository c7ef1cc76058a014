//! VPC endpoints: AWS APIs without the way over NAT.

use synth_bindings::{aws_security_group, aws_vpc_endpoint, aws_vpc_security_group_ingress_rule};
use synth_framework::Stack;

use super::{network::Network, routing::PrivateRouting};
use crate::settings::Settings;

/// Declares the free gateway to S3, and the interface endpoints that the settings name.
pub(super) fn endpoints(settings: &Settings, network: &Network, routing: &PrivateRouting, stack: &Stack) {
    let service = |name: &str| format!("com.amazonaws.{}.{name}", settings.aws.region);
    aws_vpc_endpoint("s3")
        .vpc_id(network.vpc.id())
        .service_name(service("s3"))
        .vpc_endpoint_type("Gateway")
        .route_table_ids(routing.tables.iter().map(|table| table.id()))
        .tags([("Name", settings.named("s3"))])
        .add_to(stack);
    if settings.network.interface_endpoints.is_empty() {
        return;
    }
    let group = aws_security_group("endpoints")
        .name_prefix(format!("{}-", settings.named("endpoints")))
        .description("Interface endpoints")
        .vpc_id(network.vpc.id())
        .tags([("Name", settings.named("endpoints"))])
        .lifecycle(|lifecycle| lifecycle.create_before_destroy(true))
        .add_to(stack);
    aws_vpc_security_group_ingress_rule("endpoints_from_vpc")
        .security_group_id(group.id())
        .cidr_ipv4(settings.network.cidr)
        .description("HTTPS from the VPC")
        .ip_protocol("tcp")
        .from_port(443)
        .to_port(443)
        .add_to(stack);
    for name in &settings.network.interface_endpoints {
        aws_vpc_endpoint(name.replace(['.', '-'], "_"))
            .vpc_id(network.vpc.id())
            .service_name(service(name))
            .vpc_endpoint_type("Interface")
            .private_dns_enabled(true)
            .subnet_ids(network.private.iter().map(|subnet| subnet.id()))
            .security_group_ids([group.id()])
            .tags([("Name", settings.named(&name.replace('.', "-")))])
            // Its addresses would spoil ranges.
            .depends_on(network.reservations.as_slice())
            .add_to(stack);
    }
}
