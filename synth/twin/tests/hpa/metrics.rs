//! How old the processor time is that an autoscaler sees, and whose it does not see.

use serde_json::Value as Json;
use synth_twin::{
    metrics::server::{Container, Figures, Server, Settings},
    time::{Span, Time},
};

use crate::{given::at, recordings::files};

fn seconds(seconds: i64) -> Span {
    Span::whole_seconds(seconds)
}

/// Steps a second at a time to `until`, with every container of these at an even use, and calls `seen` after each scrape.
fn run(server: &mut Server, containers: &[(Container, Time, f64)], until: i64, mut seen: impl FnMut(Time, &Server)) {
    for second in 0..=until {
        let now = Time::ZERO + seconds(second);
        for (container, started, use_of) in containers {
            if *started <= now {
                server.observe(*container, now, (now - *started).in_seconds() * use_of, 64 << 20);
            }
        }
        if server.next_scrape() <= now {
            server.scrape();
            seen(now, server);
        }
    }
}

fn figures_over_time(settings: Settings, started: Time, until: i64) -> Vec<(Time, Option<Figures>)> {
    let mut server = Server::new(settings);
    let container = server.start(started);
    let mut seen = Vec::new();
    run(&mut server, &[(container, started, 0.25)], until, |now, server| {
        seen.push((now, server.figures(&[container])));
    });
    seen
}

#[test]
fn an_even_use_is_seen_as_it_is_from_two_looks_on() {
    for seed in 0..50 {
        let settings = Settings { seed, phase: Span(i64::try_from(seed).unwrap() * 300), ..Settings::default() };
        let seen = figures_over_time(settings, at(1.0), 600);
        let first = seen.iter().position(|(_, figures)| figures.is_some()).unwrap();
        assert!(seen[first..].iter().all(|(_, figures)| figures.is_some()), "{seen:?}");
        for (now, figures) in seen.iter().filter_map(|(now, figures)| figures.map(|figures| (*now, figures))) {
            assert_eq!((figures.cpu.value, figures.memory.value), (250, (64 << 20) * 1000));
            assert_eq!((figures.cpu.at.0 % 1000, figures.cpu.at), (0, figures.memory.at));
            // A look is up to 20 s old, cut off to the second; two of them that were scraped are up to 40 s apart.
            let age = now - figures.cpu.at;
            assert!(age < seconds(22), "{age:?}");
            assert!(figures.cpu.window >= seconds(10) && figures.cpu.window <= seconds(40), "{figures:?}");
        }
    }
}

#[test]
fn a_new_pod_has_its_first_figures_10_to_35_seconds_after_its_start() {
    let mut first: Vec<_> = (0..200)
        .map(|seed| {
            let settings =
                Settings { seed, phase: Span(i64::try_from(seed % 15).unwrap() * 1000), ..Settings::default() };
            let seen = figures_over_time(settings, at(100.0), 300);
            seen.iter().find(|(_, figures)| figures.is_some()).map(|(now, _)| *now - at(100.0)).unwrap()
        })
        .collect();
    first.sort();
    assert!(first[0] >= seconds(10) && first[0] < seconds(13), "{:?}", first[0]);
    assert!(first[199] <= seconds(35) && first[199] > seconds(28), "{:?}", first[199]);
}

/// Looks are at every step, and scrapes at multiples of 15 s.
fn prompt() -> Settings {
    Settings { housekeeping: Span::ZERO, jitter: 0.0, ..Settings::default() }
}

#[test]
fn a_container_younger_than_10_seconds_waits_for_the_next_scrape_and_one_younger_than_a_resolution_counts_from_its_start()
 {
    for (started, first, window) in [(20.0, 30.0, 10), (20.001, 45.0, 15), (16.0, 30.0, 14), (15.0, 45.0, 15)] {
        let seen = figures_over_time(prompt(), at(started), 60);
        let (now, figures) = seen.iter().find_map(|(now, figures)| Some((*now, (*figures)?))).unwrap();
        assert_eq!((now, figures.cpu.window), (at(first), seconds(window)), "{started}");
        assert_eq!(figures.cpu.at, now);
    }
}

#[test]
fn the_resolution_without_a_word_of_a_minute_makes_a_pod_wait_for_it() {
    let settings = Settings { resolution: seconds(60), ..prompt() };
    let seen = figures_over_time(settings, at(55.0), 200);
    let known: Vec<_> = seen.iter().map(|(now, figures)| (*now, figures.map(|figures| figures.cpu.window))).collect();
    assert_eq!(
        known,
        [(at(0.0), None), (at(60.0), None), (at(120.0), Some(seconds(60))), (at(180.0), Some(seconds(60)))]
    );
}

#[test]
fn a_restart_loses_the_points_before_it() {
    let mut server = Server::new(prompt());
    let container = server.start(at(0.0));
    let mut known = Vec::new();
    for second in 1..=90 {
        let now = at(f64::from(second));
        if second == 50 {
            server.stop(container);
        }
        if second == 53 {
            server.restart(container, now);
        }
        let since = if second < 53 { 0.0 } else { 53.0 };
        if !(50..53).contains(&second) {
            server.observe(container, now, (f64::from(second) - since) * 0.1, 1);
        }
        if server.next_scrape() <= now {
            server.scrape();
            known.push((second, server.figures(&[container]).map(|figures| figures.cpu.value)));
        }
    }
    assert_eq!(
        known[1..],
        [(15, Some(100)), (30, Some(100)), (45, Some(100)), (60, None), (75, Some(100)), (90, Some(100))]
    );
}

#[test]
fn a_container_that_stands_still_at_a_scrape_is_not_known_until_two_later() {
    let mut server = Server::new(prompt());
    let container = server.start(at(0.0));
    let mut known = Vec::new();
    for second in 1..=105 {
        let now = at(f64::from(second));
        match second {
            55 => server.stop(container),
            67 => server.restart(container, now),
            _ => {}
        }
        if !(55..67).contains(&second) {
            server.observe(container, now, f64::from(if second < 55 { second } else { second - 67 }), 1);
        }
        if server.next_scrape() <= now {
            server.scrape();
            known.push((second, server.figures(&[container]).is_some()));
        }
    }
    assert_eq!(known[2..], [(30, true), (45, true), (60, false), (75, false), (90, true), (105, true)]);
}

#[test]
fn a_pod_is_left_out_while_one_of_its_containers_has_no_figures() {
    let mut server = Server::new(prompt());
    let (web, late) = (server.start(at(0.0)), server.start(at(37.0)));
    let mut known = Vec::new();
    run(&mut server, &[(web, at(0.0), 0.2), (late, at(37.0), 0.0501)], 75, |now, server| {
        known.push((now, server.figures(&[web]).map(|figures| figures.cpu.value), server.figures(&[web, late])));
    });
    let [.., (_, alone, both), (_, _, later)] = known.as_slice() else { panic!("{known:?}") };
    assert_eq!(known[3].2, None);
    assert_eq!(
        (alone, both.map(|both| (both.cpu.value, both.memory.value))),
        (&Some(200), Some((251, (128 << 20) * 1000)))
    );
    assert!(later.is_some());
}

#[test]
fn the_use_of_a_pod_is_the_mean_of_the_window_and_not_what_it_is_now() {
    let mut server = Server::new(prompt());
    let container = server.start(at(0.0));
    let mut used = 0.0;
    let mut known = Vec::new();
    for second in 1..=60 {
        used += if second > 37 { 1.0 } else { 0.1 };
        server.observe(container, at(f64::from(second)), used, 1);
        if server.next_scrape() <= at(f64::from(second)) {
            server.scrape();
            known.push(server.figures(&[container]).map(|figures| figures.cpu.value));
        }
    }
    // 7 s of 0.1 and 8 s of 1: 580 and the rest of a thousandth, which counts as a whole one.
    assert!(matches!(known[2..], [Some(100), Some(580 | 581), Some(1000 | 1001)]), "{known:?}");
}

#[test]
fn where_nothing_new_was_looked_at_the_older_points_stay() {
    let mut same = 0;
    for seed in 0..50 {
        let seen = figures_over_time(Settings { seed, ..Settings::default() }, at(0.0), 900);
        for pair in seen.windows(2) {
            let (Some(before), Some(after)) = (pair[0].1, pair[1].1) else { continue };
            assert!(after.cpu.at >= before.cpu.at);
            same += usize::from(after == before);
        }
    }
    // A wait is longer than 15 s half of the time.
    assert!(same > 100, "{same}");
}

#[test]
fn a_removed_containers_place_is_taken_by_a_new_one_without_its_past() {
    let mut server = Server::new(prompt());
    let first = server.start(at(0.0));
    run(&mut server, &[(first, at(0.0), 1.0)], 45, |_, _| {});
    assert!(server.figures(&[first]).is_some());
    server.remove(first);
    assert!(server.figures(&[first]).is_none());
    assert_eq!(server.start(at(46.0)), first);
    assert!(server.figures(&[first]).is_none());
    assert_ne!(server.start(at(46.0)), first);
}

#[test]
fn recorded_pods_have_figures_when_recorded_and_of_that_window() {
    let files = files();
    let mut compared = 0;
    for name in ["step-up", "ramp-up", "slow-decline", "phases/phase-00s-step", "services/cors-proxy-server"] {
        let curves =
            name.rsplit_once('/').map_or("curves.json".to_owned(), |(folder, _)| format!("{folder}/curves.json"));
        let curves: Json = serde_json::from_str(&files[&curves]).unwrap();
        // Scrapes were at multiples of 15 s of the clock.
        let phase = (-curves["t0"].as_f64().unwrap()).rem_euclid(15.0);
        for line in files[&format!("{name}.syncs.jsonl")].lines() {
            let sync: Json = serde_json::from_str(line).unwrap();
            let last = ((sync["time_s"].as_f64().unwrap() - phase) / 15.0).floor() * 15.0 + phase;
            for pod in sync["pods"].as_array().unwrap() {
                let start = pod["start"].as_f64().unwrap();
                let age = last - (start + 3.0);
                // A pod ran 3 s after its start, of which the whole second is known.
                if pod["deleting"] == true || [10.0, 15.0].iter().any(|edge| (age - edge).abs() < 1.5) || age < 0.0 {
                    continue;
                }
                let mut server = Server::new(Settings { phase: Span::seconds(age.rem_euclid(15.0)), ..prompt() });
                let container = server.start(Time::ZERO);
                let mut figures = None;
                while server.next_scrape() <= at(age.min(200.0)) {
                    let now = server.next_scrape();
                    server.observe(container, now, now.in_seconds(), 1);
                    server.scrape();
                    figures = server.figures(&[container]);
                }
                assert_eq!(figures.is_some(), !pod["cpu_m"].is_null(), "{name}: {pod}");
                if let Some(figures) = figures.filter(|_| age < 200.0) {
                    let recorded = pod["window"].as_f64().unwrap();
                    assert!((figures.cpu.window.in_seconds() - recorded).abs() < 2.1, "{name}: {figures:?}, {pod}");
                }
                compared += 1;
            }
        }
    }
    assert!(compared > 3_000, "{compared}");
}

#[test]
fn a_seed_gives_the_same_figures_each_time_and_another_seed_others() {
    let run = |seed| figures_over_time(Settings { seed, ..Settings::default() }, at(3.0), 600);
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}
