//! Addresses of subnets: what nodes and pods take of them, and what happens when none is left.

use synth_twin::{
    catalogue::{Catalogue, InstanceType},
    network::{Addresses, Subnet},
    pods::NodeId,
    time::Time,
};

const ZONE: &str = "eu-north-1a";

fn large() -> InstanceType {
    let catalogue = Catalogue::of("eu-north-1").expect("a region that is known");
    catalogue.get(catalogue.named("m7g.large").expect("a known type")).clone()
}

fn subnet(singles: u64, ranges: u64) -> Addresses {
    Addresses::new(vec![Subnet { zone: ZONE.to_owned(), singles, ranges, warm: 1 }])
}

fn at(seconds: f64) -> Time {
    Time::seconds(seconds)
}

#[test]
fn a_node_holds_the_ranges_that_its_pods_need_and_a_warm_one() {
    let (mut addresses, of) = (subnet(100, 100), large());
    addresses.launch(NodeId(0), ZONE, &of);
    assert_eq!(addresses.ranges_left(ZONE), Some(100), "an instance has one address until its CNI begins");
    addresses.join(NodeId(0), at(1.0));
    assert_eq!(addresses.ranges_left(ZONE), Some(99));
    for (pods, left) in [(1, 98), (16, 98), (17, 97), (33, 96)] {
        let mut again = addresses.clone();
        assert!((0..pods).all(|_| again.take(NodeId(0), at(2.0))));
        assert_eq!(again.ranges_left(ZONE), Some(left), "{pods} pods");
        (0..pods).for_each(|_| again.release(NodeId(0), at(3.0)));
        assert_eq!(again.ranges_left(ZONE), Some(99), "{pods} pods, gone again");
        again.gone(NodeId(0));
        assert_eq!(again.ranges_left(ZONE), Some(100));
    }
}

#[test]
fn interfaces_beyond_the_first_take_an_address_each() {
    // An m7g.large has 3 interfaces of 9 ranges each beside their own address.
    let (mut addresses, of) = (subnet(2, 100), large());
    assert_eq!((of.interfaces, of.addresses_per_interface), (3, 10));
    addresses.launch(NodeId(0), ZONE, &of);
    let got = (0..400).filter(|_| addresses.take(NodeId(0), at(1.0))).count();
    assert_eq!(got, 18 * 16, "two interfaces, since the third finds no address");
    assert!(!addresses.has(ZONE));
    addresses.gone(NodeId(0));
    assert!(addresses.has(ZONE));
}

#[test]
fn a_pod_without_a_range_waits_until_one_is_free_and_the_node_asks_again() {
    let (mut addresses, of) = (subnet(10, 3), large());
    for node in [0, 1] {
        addresses.launch(NodeId(node), ZONE, &of);
        addresses.join(NodeId(node), at(0.0));
    }
    // The third range is the first node's, which then uses its warm one.
    assert_eq!((0..40).filter(|_| addresses.take(NodeId(0), at(1.0))).count(), 32);
    assert_eq!((0..40).filter(|_| addresses.take(NodeId(1), at(1.0))).count(), 16);
    (0..16).for_each(|_| addresses.release(NodeId(0), at(10.0)));
    addresses.gone(NodeId(0));
    assert!(!addresses.take(NodeId(1), at(60.0)), "EC2 is asked again after two minutes");
    assert!(addresses.take(NodeId(1), at(122.0)));
}

#[test]
fn a_zone_without_a_subnet_has_no_bound() {
    let (mut addresses, of) = (subnet(0, 0), large());
    assert!(!addresses.has(ZONE) && addresses.has("eu-north-1b"));
    addresses.launch(NodeId(0), "eu-north-1b", &of);
    assert!((0..1000).all(|_| addresses.take(NodeId(0), at(0.0))));
}
