//! Connections over pods.

use synth_twin::{
    network::{Connections, Kept, Leaving, Target, Usage, busiest, carrying, draw, per_client, per_node, weights},
    random::Random,
    time::Span,
};

#[track_caller]
fn close(found: f64, wanted: f64) {
    assert!((found - wanted).abs() < 1e-6 * wanted.abs().max(1.0), "{found} is not {wanted}");
}

fn pass(connections: &mut Connections, seconds: std::ops::Range<u32>, open: f64) {
    for _ in seconds {
        connections.tick(open);
    }
}

fn targets(zones: &[(usize, bool)]) -> Vec<Target> {
    zones.iter().map(|(zone, healthy)| Target { zone: *zone, healthy: *healthy }).collect()
}

#[test]
fn zones_share_alike_unless_they_serve_each_other() {
    let five = targets(&[(0, true), (0, true), (1, true), (1, true), (2, true)]);
    for weight in weights(&five, true) {
        close(weight, 0.2);
    }
    let apart = weights(&five, false);
    close(apart[0], 1.0 / 6.0);
    close(apart[4], 1.0 / 3.0);
    // A zone without a healthy target gets nothing.
    let ill = weights(&targets(&[(0, true), (1, false), (2, true)]), false);
    assert_eq!(ill, [0.5, 0.0, 0.5]);
    // Where none is healthy, all are asked.
    close(weights(&targets(&[(0, false), (1, false)]), true)[0], 0.5);
    assert!(weights(&[], true).is_empty());
}

#[test]
fn the_busiest_pod_is_what_draws_make_it() {
    let mut random = Random::seeded(9);
    for (connections, pods) in [(250, 3), (250, 24), (1000, 10)] {
        let drawn: u64 =
            (0..2000).map(|_| draw(connections, &vec![1.0; pods], &mut random).into_iter().max().unwrap()).sum();
        #[expect(clippy::cast_precision_loss, reason = "small counts")]
        let (mean, told) = (drawn as f64 / 2000.0, busiest(connections as f64, pods as f64));
        assert!((told / mean - 1.0).abs() < 0.12, "{connections} over {pods}: {told} is not {mean}");
    }
    let all = draw(1000, &[0.5, 0.0, 0.5], &mut random);
    assert_eq!(all.iter().sum::<u64>(), 1000);
    assert_eq!(all[1], 0);
}

#[test]
fn a_new_pod_gets_its_part_as_connections_come_of_age() {
    let mut connections = Connections::new(Kept::Until(60.0));
    connections.join(3.0);
    for _ in 0..300 {
        connections.tick(240.0);
    }
    let old = 0;
    close(connections.of(old), 80.0);
    let new = connections.now();
    connections.join(1.0);
    let mut parts = Vec::new();
    for second in 1..=60 {
        let opened = connections.tick(240.0);
        assert!(opened > 0.0, "{second}");
        close(connections.all(), 240.0);
        close(connections.of(old) * 3.0 + connections.of(new), 240.0);
        parts.push(connections.of(new) / 60.0);
    }
    // Ages between half a minute and one are 45 seconds on average: of what was open, 15/45 have gone after 15 seconds.
    assert!((parts[14] - 1.0 / 3.0).abs() < 0.05, "{}", parts[14]);
    assert!(parts[44] > 0.85 && parts[59] > 0.999, "{} {}", parts[44], parts[59]);
}

#[test]
fn the_connections_of_a_pod_that_leaves_go_to_those_that_stay() {
    let mut connections = Connections::new(Kept::Until(60.0));
    connections.join(4.0);
    pass(&mut connections, 0..100, 400.0);
    connections.leave(0);
    close(connections.all(), 300.0);
    let opened = connections.tick(400.0);
    assert!(opened >= 100.0, "{opened}");
    close(connections.of(0), 400.0 / 3.0);
    (0..3).for_each(|_| connections.leave(0));
    assert_eq!((connections.tick(400.0), connections.all()), (0.0, 0.0));
}

#[test]
fn connections_that_last_for_ever_stay_where_they_are_and_ones_that_do_not_are_spread_at_once() {
    let mut forever = Connections::new(Kept::Forever);
    forever.join(1.0);
    pass(&mut forever, 0..1000, 100.0);
    let new = forever.now();
    forever.join(1.0);
    pass(&mut forever, 0..1000, 100.0);
    close(forever.of(new), 0.0);
    forever.tick(120.0);
    close(forever.of(new), 10.0);
    let mut never = Connections::new(Kept::Never);
    never.join(1.0);
    never.tick(100.0);
    let new = never.now();
    never.join(1.0);
    close(never.tick(100.0), 100.0);
    close(never.of(new), 50.0);
}

#[test]
fn a_drain_that_is_shorter_than_the_balancer_is_late_loses_connections() {
    let seconds = Span::whole_seconds;
    let of = |delay, grace| {
        Leaving::of(seconds(15), seconds(delay), seconds(30), seconds(grace), (seconds(60), seconds(90)))
    };
    close(of(45, 95).unheard(), 0.0);
    close(of(15, 95).unheard(), 30.0);
    assert_eq!(of(45, 95).gone, seconds(90));
    assert_eq!(of(45, 40).closed, seconds(40), "the kubelet waits no longer");
    assert_eq!(of(45, 95).moved(2.0), seconds(17));
    assert_eq!(of(45, 95).moved(600.0), seconds(60));
}

#[test]
fn capacity_units_are_those_of_what_there_is_most_of() {
    let of = |opened: f64, active: f64, bytes: f64| {
        let mut usage = Usage::default();
        (0..7200).for_each(|_| usage.tick(opened, active, bytes));
        usage.lcu_hours()
    };
    close(of(800.0, 1000.0, 1000.0), 2.0);
    close(of(8.0, 250_000.0, 1000.0), 5.0);
    close(of(8.0, 1000.0, 1e9 / 3600.0), 2.0);
    close(of(100_000.0, 0.0, 0.0), 250.0);
    let mut half = Usage::default();
    (0..1800).for_each(|_| half.tick(800.0, 0.0, 0.0));
    close(half.lcu_hours(), 0.5);
}

#[test]
fn the_network_has_bounds_of_its_own() {
    // An m5.large has 0.75 Gbps.
    close(per_node(0.75, 2048.0).round(), 45_776.0);
    close(per_client(3.0).round(), 3226.0);
}

#[test]
fn a_proxy_that_is_little_used_has_one_connection_to_one_pod() {
    assert!((1.0..1.2).contains(&carrying(0.1)), "{}", carrying(0.1));
    assert!((5.0..8.0).contains(&carrying(5.0)), "{}", carrying(5.0));
    assert!((95.0..112.0).contains(&carrying(99.0)), "{}", carrying(99.0));
    close(carrying(275.0), 275.0);
    close(carrying(0.0), 1.0);
}
