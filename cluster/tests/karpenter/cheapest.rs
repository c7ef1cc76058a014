//! The least that so many equal pods can cost, wherever they are: what is bought is measured by it.

const ALLOCATABLE: &str = include_str!("../../../stacks/tests/fixtures/karpenter-allocatable.csv");
const PRICES: &str = include_str!("../../fake/prices.csv");

/// The requests of one pod, and those of the daemons on each node: millicores, MiB and pods.
const POD: (u64, u64, u64) = (400, 256, 1);
const DAEMONS: (u64, u64, u64) = (250, 374, 6);

/// USD an hour for so many pods of the services, on Spot nodes of the pools' types; no spread is asked for.
pub(crate) fn cheapest(pods: usize) -> f64 {
    let offers: Vec<_> = PRICES.lines().skip(1).filter_map(offer).collect();
    let mut least = vec![0.0_f64];
    for wanted in 1..=pods {
        let with = |(room, price): &(usize, f64)| price + least[wanted.saturating_sub(*room)];
        least.push(offers.iter().map(with).fold(f64::INFINITY, f64::min));
    }
    least[pods]
}

/// How many pods a type takes, and what it costs in its cheapest zone.
fn offer(line: &str) -> Option<(usize, f64)> {
    let cells: Vec<_> = line.split(',').collect();
    let price = cells[3..].iter().filter_map(|cell| cell.parse::<f64>().ok()).fold(f64::INFINITY, f64::min);
    let family = cells[0].split('.').next()?;
    let generation: u32 = family.chars().find(char::is_ascii_digit)?.to_digit(10)?;
    let row = ALLOCATABLE.lines().find(|row| row.split(',').next() == Some(cells[0]))?;
    let size: Vec<u64> = row.split(',').skip(1).map(|cell| cell.parse().unwrap()).collect();
    let room = |all: u64, daemons: u64, pod: u64| all.saturating_sub(daemons) / pod;
    let pods =
        room(size[0], DAEMONS.0, POD.0).min(room(size[1], DAEMONS.1, POD.1)).min(room(size[2], DAEMONS.2, POD.2));
    let of_the_pools = family.starts_with(['c', 'm', 'r']) && generation >= 5 && (1900..16_000).contains(&size[0]);
    (of_the_pools && pods > 0 && price.is_finite()).then_some((usize::try_from(pods).ok()?, price))
}

#[test]
fn a_pod_needs_a_node_and_more_pods_cost_more() {
    assert!(cheapest(0) == 0.0 && cheapest(1) > 0.0);
    assert!(cheapest(48) > cheapest(20) && cheapest(48) < 48.0 * cheapest(1));
}
