//! What it costs.

use synth_twin::{
    catalogue::Catalogue,
    cost::{Bill, Fixed, Moved, hour, node_hours, per_hour},
    pods::{Capacity, Node},
    resources::Resources,
    time::Time,
};

fn node(capacity: Capacity, price: f64, launched: Option<f64>, gone: Option<f64>) -> Node {
    Node {
        name: String::new(),
        pool: None,
        instance_type: "m7g.large".to_owned(),
        zone: "eu-north-1a".to_owned(),
        capacity,
        labels: std::collections::BTreeMap::default(),
        taints: Vec::new(),
        allocatable: Resources::default(),
        size: Resources::default(),
        price,
        created: Time::ZERO,
        launched: launched.map(Time::seconds),
        registered: None,
        initialized: None,
        deleting: None,
        gone: gone.map(Time::seconds),
    }
}

#[track_caller]
fn close(found: f64, wanted: f64) {
    assert!((found - wanted).abs() < 1e-9, "{found} is not {wanted}");
}

#[test]
fn instances_are_paid_from_launch_until_they_are_gone_and_a_minute_at_least() {
    let nodes = [
        node(Capacity::OnDemand, 3.6, Some(-1000.0), None),
        node(Capacity::Spot, 0.36, Some(100.0), Some(460.0)),
        node(Capacity::Spot, 0.36, Some(100.0), Some(110.0)),
        node(Capacity::Spot, 0.36, None, None),
        node(Capacity::Spot, 0.36, Some(5000.0), None),
    ];
    let hours = node_hours(&nodes, Time::ZERO, Time::seconds(3600.0));
    assert_eq!(hours.len(), 2);
    let (spot, on_demand) = (&hours[0], &hours[1]);
    assert_eq!(
        (spot.capacity, spot.nodes, on_demand.capacity, on_demand.nodes),
        (Capacity::Spot, 2, Capacity::OnDemand, 1)
    );
    close(spot.hours * 3600.0, 360.0 + 60.0);
    close(spot.dollars, 0.36 * 420.0 / 3600.0);
    close(on_demand.dollars, 3.6);
    close(per_hour(&nodes, Time::seconds(99.0)), 3.6);
    close(per_hour(&nodes, Time::seconds(159.0)), 3.6 + 0.72);
    close(per_hour(&nodes, Time::seconds(161.0)), 3.6 + 0.36);
}

#[test]
fn a_bill_has_a_source_for_each_price_and_marks_what_is_estimated() {
    let nodes = node_hours(&[node(Capacity::Spot, 0.02, Some(0.0), None)], Time::ZERO, Time::seconds(730.0 * 3600.0));
    let fixed = Fixed {
        nat_gateways: 3.0,
        endpoint_zones: 12.0,
        load_balancers: 1.0,
        public_addresses: 6.0,
        ..Fixed::default()
    };
    let moved = Moved { lcu_hours: 10.0, cross_zone: 100.0, ..Moved::default() };
    let catalogue = Catalogue::of("eu-north-1").unwrap();
    let bill = Bill::of(&catalogue, 730.0, &nodes, 20.0, fixed, moved);
    let line = |what: &str| bill.lines.iter().find(|line| line.what == what).unwrap();
    close(line("control plane").dollars, 73.0);
    close(line("NAT gateways").dollars, 3.0 * 730.0 * 0.046);
    close(line("volumes of nodes").dollars, 20.0 * 0.0836);
    close(line("m7g.large, spot").dollars, 14.6);
    close(line("traffic between zones").dollars, 2.0);
    close(line("capacity units of load balancers").dollars, 0.06);
    assert!(line("interface endpoints").price.estimated && !line("NAT gateways").price.estimated);
    close(bill.dollars(), bill.lines.iter().map(|line| line.dollars).sum());
    assert!(bill.lines.iter().all(|line| !line.price.source.is_empty() && !line.price.read.is_empty()));
    assert!(bill.lines.iter().all(|line| line.what != "logs"), "what is not used has no line");
}

#[test]
fn an_hour_of_an_instance_has_a_source_and_that_of_spot_is_always_a_guess() {
    let catalogue = Catalogue::of("eu-north-1").unwrap();
    let on_demand = hour(&catalogue, "m7g.large", Capacity::OnDemand, 9.0);
    let spot = hour(&catalogue, "m7g.large", Capacity::Spot, 9.0);
    assert_eq!((on_demand.source, on_demand.read), ("AWS's price files, from ec2.shop at 74c9fd8", "2025-04-04"));
    assert_eq!((spot.source, spot.read), ("on demand less Spot Advisor's saving, spotinfo at 05e9331", "2025-06-28"));
    assert!(!on_demand.estimated && spot.estimated && spot.dollars < on_demand.dollars && on_demand.dollars < 9.0);
    let unknown = hour(&catalogue, "m7g.small-as-none-is", Capacity::OnDemand, 9.0);
    assert_eq!((unknown.dollars, unknown.source, unknown.estimated), (9.0, "no price is known", true));
    let nodes = [Capacity::OnDemand, Capacity::Spot].map(|capacity| node(capacity, 0.02, Some(0.0), None));
    let nodes = node_hours(&nodes, Time::ZERO, Time::seconds(3600.0));
    let bill = Bill::of(&catalogue, 1.0, &nodes, 0.0, Fixed::default(), Moved::default());
    let price = |what: &str| bill.lines.iter().find(|line| line.what == what).unwrap().price;
    assert_eq!([price("m7g.large, on demand"), price("m7g.large, spot")], [on_demand, spot]);
}
