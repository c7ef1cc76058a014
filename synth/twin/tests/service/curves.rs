//! Curves of load.

use synth_twin::load::{Day, Load, Plan, Spike};

#[track_caller]
fn close(found: f64, wanted: f64) {
    assert!((found - wanted).abs() < 1e-6 * wanted.abs().max(1.0), "{found} is not {wanted}");
}

const PLAN: Plan = Plan { rate: 1000.0, ramp: 20.0, hold: 40.0, ramp_down: 10.0 };

#[test]
fn a_plan_offers_what_its_schedule_sends() {
    let load = Load::plan(PLAN).unwrap();
    for (second, due) in [
        (-1.0, 0.0),
        (0.0, 0.0),
        (10.0, 2_500.0),
        (20.0, 10_000.0),
        (60.0, 50_000.0),
        (65.0, 53_750.0),
        (1000.0, 55_000.0),
    ] {
        close(load.due_by(second), due);
    }
    close(load.ticks().sum(), 55_000.0);
    close(load.at(5.0), 250.0);
    close(load.peak(), 1000.0);
    close(load.seconds(), 70.0);
    close(Load::plan(Plan { ramp: 0.0, ramp_down: 0.0, ..PLAN }).unwrap().due_by(1.5), 1500.0);
    close(Load::plan(Plan { ramp: 0.0, ramp_down: 0.0, ..PLAN }).unwrap().at(39.9), 1000.0);
}

#[test]
fn spikes_and_days_reach_their_rate_and_no_more() {
    let spike = Load::spike(Spike::to(5000.0)).unwrap();
    close(spike.at(100.0), 500.0);
    close(spike.at(500.0), 5000.0);
    close(spike.peak(), 5000.0);
    let day = Load::day(&Day::of(1000.0)).unwrap();
    close(day.seconds(), 86_400.0);
    close(day.peak(), 1000.0);
    close(day.at(4.0 * 3600.0), 250.0);
    close(day.at(20.0 * 3600.0), 1000.0);
    close(day.at(0.0), day.at(86_400.0));
    assert!(day.ticks().all(|requests| (249.0..=1000.001).contains(&requests)));
    let week = Load::day(&Day { days: 7, begin: 20.0, ..Day::of(10.0) }).unwrap();
    close(week.requests(), day.requests() / 100.0 * 7.0);
    close(week.at(0.0), 10.0);
}

/// A test that stops at its top leaves nothing of the top behind.
#[test]
fn what_follows_a_curve_is_nothing() {
    let cut = Load::plan(Plan { ramp_down: 0.0, ..PLAN }).unwrap();
    let (requests, seconds) = (cut.requests(), cut.seconds());
    let followed = cut.and_nothing_for(30.0);
    close(followed.requests(), requests);
    close(followed.seconds(), seconds + 30.0);
    close(followed.at(seconds + 1.0), 0.0);
}

#[test]
fn a_file_is_read_whoever_wrote_it() {
    let plain = Load::csv("second,requests_per_second\n0,0\n60,100\n120,100.5\n").unwrap();
    close(plain.at(30.0), 50.0);
    close(plain.seconds(), 120.0);
    assert_eq!(
        Load::csv("\u{feff}second, requests_per_second\r\n 0 , 0\r\n60,1e2\r\n120,100.5\r\n\r\n").unwrap(),
        plain
    );
    close(plain.clone().scaled_to(201.0).unwrap().at(60.0), 200.0);
}

#[track_caller]
fn refused(text: &str, wanted: &[&str]) {
    let flaws = Load::csv(text).expect_err("a file with flaws");
    let said = flaws.of_file("load.csv");
    let lines: Vec<_> = said.lines().collect();
    assert_eq!(lines.len(), wanted.len(), "{said}");
    for (line, wanted) in lines.iter().zip(wanted) {
        assert!(line.starts_with(&format!("load.csv:{wanted}")), "`{line}` does not begin with `{wanted}`");
    }
}

#[test]
fn what_is_wrong_with_a_file_is_said_with_its_line_and_all_at_once() {
    const HEADER: &str = "second,requests_per_second\n";
    refused("", &["1: the file is empty"]);
    refused(" \r\n", &["1: the file is empty"]);
    refused(HEADER, &["1: a curve needs two points"]);
    refused("time,rps\n0,1\n1,1\n", &["1: the header is `second,requests_per_second`, not `time,rps`"]);
    refused("0,1\n1,1\n2,1\n", &["1: the header is"]);
    refused(&format!("{HEADER}0,1\n"), &["2: a curve needs two points"]);
    refused(&format!("{HEADER}0,1\n\n2,1\n"), &["3: the line is empty"]);
    refused(&format!("{HEADER}0;1\n1;1\n"), &["2: `0;1` has 1 fields", "3: `1;1` has 1 fields"]);
    refused(
        &format!("{HEADER}0,1\n5,-1\n3,NaN\n3,inf\n2678401,1\nnan,1\nx,1\n7,\n-1,1e10\n"),
        &[
            "3: the rate -1 is less",
            "4: `NaN` is no rate",
            "4: second 3 comes after second 5",
            "5: `inf` is no rate",
            "5: second 3 comes after second 5",
            "6: second 2678401 is more than 31 days",
            "7: `NaN` is no second",
            "8: `x` is no number of seconds",
            "9: `` is no number of requests a second",
            "10: the rate 10000000000 is more",
            "10: second -1 lies before the start",
            "10: second -1 comes after",
        ],
    );
    refused(&format!("{HEADER}0,1\n0,2\n"), &["3: second 0 stands twice"]);
    // A file that is none has no thousand complaints.
    let prose = format!("{HEADER}{}", "word\n".repeat(1000));
    assert_eq!(Load::csv(&prose).unwrap_err().to_string().lines().last(), Some("and 980 more"));
}

#[test]
fn shapes_refuse_what_makes_no_curve() {
    for rate in [f64::NAN, f64::INFINITY, -1.0, 0.0, 1e12] {
        assert!(Load::plan(Plan { rate, ..PLAN }).is_err(), "{rate}");
        assert!(Load::spike(Spike::to(rate)).is_err(), "{rate}");
        assert!(Load::day(&Day::of(rate)).is_err(), "{rate}");
        assert!(Load::plan(PLAN).unwrap().scaled_to(rate).is_err(), "{rate}");
    }
    let said = Load::plan(Plan { ramp: -1.0, hold: f64::NAN, ramp_down: 1e9, ..PLAN }).unwrap_err().to_string();
    assert_eq!(said.lines().count(), 3, "{said}");
    assert!(Load::plan(Plan { ramp: 0.0, hold: 0.0, ramp_down: 0.0, ..PLAN }).is_err());
    assert!(Load::spike(Spike { base: 2.0, ..Spike::to(1.0) }).is_err());
    assert!(Load::day(&Day { swings: vec![(4.0, 0.1)], ..Day::of(1.0) }).is_err());
    assert!(Load::day(&Day { swings: vec![(4.0, 0.1), (3.0, 1.0)], ..Day::of(1.0) }).is_err());
    assert!(Load::day(&Day { days: 32, ..Day::of(1.0) }).is_err());
    assert!(Load::csv("second,requests_per_second\n0,0\n9,0\n").unwrap().scaled_to(5.0).is_err());
}

#[test]
fn arrivals_come_by_chance_and_follow_the_curve() {
    let load = Load::plan(PLAN).unwrap();
    let arrivals: Vec<f64> = load.arrivals(1).collect();
    assert!(arrivals.is_sorted());
    assert_eq!(arrivals, load.arrivals(1).collect::<Vec<_>>());
    assert_ne!(arrivals, load.arrivals(2).collect::<Vec<_>>());
    #[expect(clippy::cast_precision_loss, reason = "counts of requests")]
    for second in [10.0, 20.0, 60.0, 70.0] {
        let came = arrivals.iter().filter(|moment| **moment < second).count() as f64;
        assert!((came - load.due_by(second)).abs() < 4.0 * load.due_by(second).sqrt(), "{came} by {second}");
    }
    // The counts of seconds vary as those of a Poisson process do: as much as their mean.
    let level = Load::through([(0.0, 100.0), (2000.0, 100.0)]).unwrap();
    let mut counts = vec![0.0; 2000];
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "seconds")]
    level.arrivals(5).for_each(|moment| counts[moment as usize] += 1.0);
    let variance = counts.iter().map(|count: &f64| (count - 100.0).powi(2)).sum::<f64>() / 2000.0;
    assert!((variance - 100.0).abs() < 15.0, "{variance}");
}
