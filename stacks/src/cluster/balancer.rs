//! The proxy's load balancer, where Terraform makes it: what stands before it needs its name, and what it leads to finds its target
//! groups by theirs.
//!
//! Who fills the target groups is the load balancer controller, by a `TargetGroupBinding` for each; no ARN goes from here to Git.

use synth_bindings::{
    aws_lb, aws_lb_listener, aws_lb_target_group, aws_security_group, aws_vpc_security_group_egress_rule as egress,
    aws_vpc_security_group_ingress_rule as ingress, data,
};
use synth_framework::{IntoValue, Stack, Value};

use super::{names::Names, network::Network, routing::PrivateRouting, security_groups::SecurityGroups};
use crate::{
    names::{HTTPS_REDIRECT_PORT, TLS_POLICY},
    settings::Settings,
};

/// AWS's list of the addresses by which `CloudFront` reaches origins.
const CLOUDFRONT_SERVERS: &str = "com.amazonaws.global.cloudfront.origin-facing";

/// What a target group's port is good for where each target says its own: nothing. Another one would replace the group, whose name is
/// taken for as long as its listener has it.
const PORT: u16 = 80;

/// Declares the load balancer, its listeners and target groups, and the ways to its targets.
pub(super) fn balancer(
    settings: &Settings,
    network: &Network,
    routing: &PrivateRouting,
    groups: &SecurityGroups,
    names: Option<&Names>,
    stack: &Stack,
) -> aws_lb::Handle {
    let group = aws_security_group("balancer")
        .name_prefix(format!("{}-", settings.named("balancer")))
        .description("Load balancer of the proxy")
        .vpc_id(network.vpc.id())
        .tags([("Name", settings.named("balancer"))])
        .lifecycle(|lifecycle| lifecycle.create_before_destroy(true))
        .add_to(stack);
    let subnets = if settings.balancer_is_internal() { &network.intra } else { &network.public };
    let balancer = aws_lb("proxy")
        .name(settings.balancer_name())
        .load_balancer_type("network")
        .internal(settings.balancer_is_internal())
        .security_groups([group.id()])
        .subnets(subnets.iter().map(|subnet| subnet.id()))
        // A zone without a ready pod, as rollouts and lost nodes leave one for a while, is served by the others.
        .enable_cross_zone_load_balancing(true)
        .enable_zonal_shift(settings.cluster.zonal_shift.in_aws())
        // An address on the internet needs the network to have a way there, also while it goes.
        .depends_on(&routing.internet)
        .add_to(stack);

    let traffic = target_group(settings, network, "proxy", settings.balancer_name(), stack);
    let own = settings.services.proxy.certificate_arn.as_ref().map(|arn| arn.to_string().into_value());
    // Behind an edge nobody but CloudFront reaches it, which ends TLS.
    let certificate = own.or_else(|| Some((&names?.certificate).into_value()));
    let certificate = certificate.filter(|_| !settings.balancer_is_internal());
    let port = if certificate.is_some() { 443 } else { 80 };
    listener("proxy", &balancer, (port, certificate), &traffic, stack);
    if settings.redirects_to_https() {
        let redirect = target_group(settings, network, "redirect", settings.redirect_group_name(), stack);
        listener("redirect", &balancer, (80, None), &redirect, stack);
    }
    ways(settings, groups, &group, port, stack);
    balancer
}

/// A group of the proxy's pods, with the attributes of the one that the controller would make.
fn target_group(
    settings: &Settings,
    network: &Network,
    label: &str,
    name: String,
    stack: &Stack,
) -> aws_lb_target_group::Handle {
    let server = &settings.services.cors_proxy_server;
    aws_lb_target_group(label)
        .name(name)
        .target_type("ip")
        .protocol("TCP")
        .port(PORT)
        .vpc_id(network.vpc.id())
        // Kept across zones, a client's address and port can reach one pod by two of the load balancer's addresses at once.
        .preserve_client_ip("false")
        .proxy_protocol_v2(true)
        .deregistration_delay(settings.services.proxy.deregistration_delay_seconds.to_string())
        .connection_termination(true)
        // Zonal shift across zones asks for this, and so do pods that drain: checks fail by then.
        .target_health_state(aws_lb_target_group::target_health_state().enable_unhealthy_connection_termination(false))
        .health_check(
            aws_lb_target_group::health_check()
                .protocol("HTTP")
                .port(server.admin_port.to_string())
                .path("/readyz")
                .interval(5)
                .timeout(2)
                .healthy_threshold(2)
                .unhealthy_threshold(2),
        )
        .add_to(stack)
}

/// A port of the load balancer, which speaks TLS where it has a certificate.
fn listener(
    label: &str,
    balancer: &aws_lb::Handle,
    (port, certificate): (u16, Option<Value<String>>),
    to: &aws_lb_target_group::Handle,
    stack: &Stack,
) {
    let forward = aws_lb_listener::default_action().type_("forward").target_group_arn(to.arn());
    let listener = aws_lb_listener(label).load_balancer_arn(balancer.arn()).port(port).default_action(forward);
    match certificate {
        Some(certificate) => {
            listener.protocol("TLS").certificate_arn(certificate).ssl_policy(TLS_POLICY).add_to(stack);
        }
        None => {
            listener.protocol("TCP").add_to(stack);
        }
    }
}

/// Everybody to the load balancer, and it to the pods.
fn ways(settings: &Settings, groups: &SecurityGroups, group: &aws_security_group::Handle, port: u16, stack: &Stack) {
    let server = &settings.services.cors_proxy_server;
    let redirects = settings.redirects_to_https();
    let from = if settings.balancer_is_internal() {
        // The servers by which CloudFront reaches its origins; of them, a VPC origin of this account alone leads here. The group that
        // CloudFront makes for VPC origins would be as narrow, but is there only once the first of them is.
        let servers = data::aws_ec2_managed_prefix_list("cloudfront").name(CLOUDFRONT_SERVERS).add_to(stack);
        ingress(format!("balancer_from_cloudfront_{port}"))
            .security_group_id(group.id())
            .prefix_list_id(servers.id())
            .description("CloudFront")
            .ip_protocol("tcp")
            .from_port(port)
            .to_port(port)
            .add_to(stack);
        Vec::new()
    } else {
        [port].into_iter().chain(redirects.then_some(80)).collect()
    };
    for port in from {
        ingress(format!("balancer_from_anywhere_{port}"))
            .security_group_id(group.id())
            .cidr_ipv4("0.0.0.0/0")
            .description("clients")
            .ip_protocol("tcp")
            .from_port(port)
            .to_port(port)
            .add_to(stack);
    }
    let redirect = redirects.then_some((HTTPS_REDIRECT_PORT, "what comes without TLS"));
    for (to, purpose) in [(server.port, "traffic"), (server.admin_port, "health checks")].into_iter().chain(redirect) {
        egress(format!("balancer_to_nodes_{to}"))
            .security_group_id(group.id())
            .referenced_security_group_id(groups.nodes.id())
            .description(format!("{purpose} of the proxy"))
            .ip_protocol("tcp")
            .from_port(to)
            .to_port(to)
            .add_to(stack);
        ingress(format!("nodes_from_balancer_{to}"))
            .security_group_id(groups.nodes.id())
            .referenced_security_group_id(group.id())
            .description(format!("{purpose} of the proxy"))
            .ip_protocol("tcp")
            .from_port(to)
            .to_port(to)
            .add_to(stack);
    }
}
