//! The ways out of the network: an internet gateway, NAT gateways, and a route table for each private subnet.

use synth_bindings::{
    NatGatewayId, SubnetId, aws_eip, aws_internet_gateway, aws_nat_gateway, aws_route, aws_route_table,
    aws_route_table_association, aws_subnet,
};
use synth_framework::{
    Stack,
    functions::{alltrue, contains, length},
    list, run,
};

use super::network::Network;
use crate::{
    names::label,
    settings::{NatGateways, Settings},
};

const ANYWHERE: &str = "0.0.0.0/0";

/// How the private subnets leave the network.
pub(super) struct PrivateRouting {
    /// The way into and out of the public subnets.
    pub internet: aws_internet_gateway::Handle,
    /// Their route tables.
    pub tables: Vec<aws_route_table::Handle>,
    /// The associations of the private subnets with these tables.
    pub associations: Vec<aws_route_table_association::Handle>,
    /// Their routes to the internet.
    pub routes: Vec<aws_route::Handle>,
}

/// Declares gateways, route tables and routes.
pub(super) fn routing(settings: &Settings, network: &Network, stack: &Stack) -> PrivateRouting {
    let internet = aws_internet_gateway("main")
        .vpc_id(network.vpc.id())
        .tags([("Name", settings.named("internet"))])
        .add_to(stack);
    let public = route_table(settings, network, "public", stack);
    let way_out = aws_route("public_internet")
        .route_table_id(public.id())
        .destination_cidr_block(ANYWHERE)
        .gateway_id(internet.id())
        .add_to(stack);
    let intra = route_table(settings, network, "intra", stack);
    let associate_all = |tier: &str, table: &aws_route_table::Handle, subnets: &[aws_subnet::Handle]| {
        let zones = settings.zones().zip(subnets);
        zones
            .map(|((letter, _), subnet)| associate(&format!("{tier}_{letter}"), table, subnet, stack))
            .collect::<Vec<_>>()
    };
    let public_associations = associate_all("public", &public, &network.public);
    let intra_associations = associate_all("intra", &intra, &network.intra);
    let gateways = nat_gateways(settings, network, &internet, &(&way_out, &public_associations), stack);
    let private = private_routing(settings, network, (internet, &gateways), stack);
    test_private(network, &gateways, &private, stack);
    let routes = private.routes.iter().chain([&way_out]).collect::<Vec<_>>();
    test_intra(&intra, &intra_associations, &routes, stack);
    private
}

/// Every private subnet leaves through a gateway that itself has a way out.
fn test_private(network: &Network, gateways: &[aws_nat_gateway::Handle], private: &PrivateRouting, stack: &Stack) {
    let ids = list::<NatGatewayId>(gateways.iter().map(|gateway| gateway.id()));
    let public = list::<SubnetId>(network.public.iter().map(|subnet| subnet.id()));
    let associated = network.private.iter().zip(&private.associations).zip(&private.tables);
    let associated = associated.map(|((subnet, association), table)| {
        let own_table = association.route_table_id().equals(table.id());
        association.subnet_id().equals(subnet.id()).and(own_table)
    });
    let routed = private.routes.iter().zip(&private.tables).map(|(route, table)| {
        let through_nat = contains(&ids, route.nat_gateway_id());
        let default = route.destination_cidr_block().equals(ANYWHERE);
        route.route_table_id().equals(table.id()).and(default).and(through_nat)
    });
    run("every_private_subnet_leaves_through_a_nat_gateway")
        .assert(alltrue(associated), "a private subnet has no route table of its own")
        .assert(alltrue(routed), "a private route table has no default route to a NAT gateway")
        .assert(
            alltrue(gateways.iter().map(|gateway| contains(&public, gateway.subnet_id()))),
            "a NAT gateway stands where there is no way out",
        )
        .add_to(stack);
}

/// The control plane's network interfaces neither reach the internet nor are reached from it.
fn test_intra(
    intra: &aws_route_table::Handle,
    associations: &[aws_route_table_association::Handle],
    routes: &[&aws_route::Handle],
    stack: &Stack,
) {
    run("intra_subnets_have_no_way_out")
        .assert(
            alltrue(associations.iter().map(|association| association.route_table_id().equals(intra.id()))),
            "an intra subnet has the route table of others",
        )
        .assert(length(&intra.route()).equals(0), "the intra route table has a route")
        .assert(
            alltrue(routes.iter().map(|route| route.route_table_id().differs_from(intra.id()))),
            "a way out leads from the intra subnets",
        )
        .add_to(stack);
}

fn route_table(settings: &Settings, network: &Network, name: &str, stack: &Stack) -> aws_route_table::Handle {
    aws_route_table(label(name)).vpc_id(network.vpc.id()).tags([("Name", settings.named(name))]).add_to(stack)
}

fn associate(
    label: &str,
    table: &aws_route_table::Handle,
    subnet: &aws_subnet::Handle,
    stack: &Stack,
) -> aws_route_table_association::Handle {
    aws_route_table_association(label).route_table_id(table.id()).subnet_id(subnet.id()).add_to(stack)
}

/// The gateways through which private subnets reach the internet: one in each zone, or one for all.
fn nat_gateways(
    settings: &Settings,
    network: &Network,
    internet: &aws_internet_gateway::Handle,
    (way_out, associations): &(&aws_route::Handle, &Vec<aws_route_table_association::Handle>),
    stack: &Stack,
) -> Vec<aws_nat_gateway::Handle> {
    let count = match settings.network.nat_gateways {
        NatGateways::PerZone => network.public.len(),
        NatGateways::Single => 1,
    };
    let zones = settings.zones().zip(&network.public).take(count);
    zones
        .map(|((letter, _), subnet)| {
            let name = settings.named(&format!("nat-{letter}"));
            let address = aws_eip(format!("nat_{letter}"))
                .domain("vpc")
                .tags([("Name", name.as_str())])
                .depends_on(internet)
                .add_to(stack);
            // It leads somewhere only while its own subnet has a way out: nodes need that to the end.
            aws_nat_gateway(format!("main_{letter}"))
                .allocation_id(address.allocation_id())
                .subnet_id(subnet.id())
                .tags([("Name", name.as_str())])
                .depends_on((*way_out, *associations))
                .add_to(stack)
        })
        .collect()
}

/// A route table for each private subnet, so that a zone leaves through its own gateway.
fn private_routing(
    settings: &Settings,
    network: &Network,
    (internet, gateways): (aws_internet_gateway::Handle, &[aws_nat_gateway::Handle]),
    stack: &Stack,
) -> PrivateRouting {
    let mut routing = PrivateRouting { internet, tables: Vec::new(), associations: Vec::new(), routes: Vec::new() };
    let zones = settings.zones().zip(&network.private).zip(gateways.iter().cycle());
    for (((letter, _), subnet), gateway) in zones {
        let table = route_table(settings, network, &format!("private-{letter}"), stack);
        routing.associations.push(associate(&format!("private_{letter}"), &table, subnet, stack));
        let route = aws_route(format!("private_{letter}_internet"))
            .route_table_id(table.id())
            .destination_cidr_block(ANYWHERE)
            .nat_gateway_id(gateway.id())
            .add_to(stack);
        routing.routes.push(route);
        routing.tables.push(table);
    }
    routing
}
