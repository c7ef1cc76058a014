//! The bill of a platform of fixed settings: every line with its price and where it is from, and nothing passed over.

use std::sync::LazyLock;

use jiff::civil::{Date, date};
use stacks::{
    Platform,
    cost::{Assumed, Cost, Line, Part, Question},
    settings::Settings,
    simulated,
};
use synth_project::{Layer, Project as _};
use synth_twin::{
    cost::{HOURS_A_MONTH, Prices},
    load::Load,
    network::Bytes,
    simulation::{self, Options, setup::Setup},
};

const BASE: &str = include_str!("../fixtures/default.toml");

/// Some day in standard support of the fixtures' version.
const TODAY: Date = date(2026, 10, 10);

fn platform(overrides: &str) -> Platform {
    let layers = [("default", BASE), ("here", overrides)]
        .map(|(name, text)| Layer { path: format!("fixtures/{name}.toml"), text: text.to_owned() });
    let settings = Settings::parse("default", &layers).unwrap_or_else(|error| panic!("{error}"));
    Platform::build(&settings).unwrap_or_else(|problems| panic!("{problems}"))
}

fn at_rest() -> Load {
    Load::through([(0.0, 0.0), (3600.0, 0.0)]).expect("a curve")
}

fn bill(platform: &Platform, load: &Load, prices: &str, today: Date, assumed: &Assumed) -> Cost {
    let setup = Setup { bytes: assumed.bytes(), ..simulated::setup(platform) };
    let trace = simulation::run(&setup, load, &Options::default()).expect("it runs");
    let own = if prices.is_empty() { Prices::default() } else { Prices::read(prices).expect("prices") };
    Cost::of(platform, &trace, &Question { today, prices: &own, assumed })
}

fn resting(overrides: &str) -> Cost {
    bill(&platform(overrides), &at_rest(), "", TODAY, &Assumed::default())
}

static RESTING: LazyLock<Cost> = LazyLock::new(|| resting(""));

#[track_caller]
fn line<'a>(cost: &'a Cost, what: &str) -> &'a Line {
    let found = cost.lines.iter().find(|line| line.what == what);
    found.unwrap_or_else(|| panic!("no line `{what}`: {:?}", cost.lines.iter().map(|of| &of.what).collect::<Vec<_>>()))
}

#[track_caller]
fn close(found: f64, wanted: f64) {
    assert!((found - wanted).abs() < 1e-6, "{found} is not {wanted}");
}

/// Within a hundredth: a run has seconds, and a pod more in one zone than in another.
#[track_caller]
fn near(found: f64, wanted: f64) {
    assert!((found / wanted - 1.0).abs() < 0.01, "{found} is not {wanted}");
}

#[test]
fn every_line_says_what_it_costs_by_whose_word_and_whence_it_comes() {
    for line in &RESTING.lines {
        assert!(line.quantity > 0.0 && line.each > 0.0 && !line.unit.is_empty(), "{line:?}");
        assert!(!line.source.is_empty() && line.day.len() >= 7, "{line:?}");
        assert!(!line.from.is_empty() || !line.assumed.is_empty(), "{line:?}");
    }
    for part in [Part::ControlPlane, Part::BaseNodes, Part::Nodes, Part::Network, Part::Storage, Part::Keys, Part::Logs]
    {
        assert!(RESTING.parts().iter().any(|(of, dollars)| *of == part && *dollars > 0.0), "{part:?}");
    }
    close(RESTING.parts().iter().map(|(_, dollars)| dollars).sum(), RESTING.month());
    close(RESTING.hour() * HOURS_A_MONTH, RESTING.month());
}

/// Terraform's objects decide, whatever the settings are: three zones, four endpoints, one balancer that faces the internet.
#[test]
fn what_stands_is_counted_where_it_is_declared() {
    let units = |what: &str| line(&RESTING, what).quantity;
    close(units("EKS cluster in standard support"), HOURS_A_MONTH);
    close(units("NAT gateways"), 3.0 * HOURS_A_MONTH);
    close(units("public IPv4 addresses of NAT gateways"), 3.0 * HOURS_A_MONTH);
    close(units("interface endpoints, in each zone"), 4.0 * 3.0 * HOURS_A_MONTH);
    close(units("network load balancers"), HOURS_A_MONTH);
    close(units("public IPv4 addresses of load balancers"), 3.0 * HOURS_A_MONTH);
    close(units("volumes of Prometheus"), 2.0 * 50.0);
    close(units("volumes of Alertmanager"), 2.0 * 5.0);
    close(units("keys"), 3.0);
    assert_eq!(line(&RESTING, "keys").from, ["aws_kms_key.state", "aws_kms_key.secrets", "aws_kms_key.logs"]);
    close(units("m7i.xlarge, on demand"), 3.0 * HOURS_A_MONTH);
    close(units("disks of base nodes"), 3.0 * 50.0);
}

#[test]
fn karpenters_nodes_are_those_of_the_twin_with_a_disk_each() {
    let nodes: Vec<_> = RESTING.lines.iter().filter(|line| line.part == Part::Nodes && line.unit == "hour").collect();
    assert!(!nodes.is_empty() && nodes.iter().all(|line| line.what.ends_with("Spot")), "{nodes:?}");
    let count = nodes.iter().map(|line| line.quantity).sum::<f64>() / HOURS_A_MONTH;
    close(line(&RESTING, "disks of Karpenter's nodes").quantity, 50.0 * count);
    assert_eq!(nodes[0].from, ["NodePool/on-demand", "NodePool/spot"]);
}

#[test]
fn a_setting_moves_its_own_lines() {
    let single = resting("[network]\nnat_gateways = \"single\"\ninterface_endpoints = []\n");
    close(line(&single, "NAT gateways").quantity, HOURS_A_MONTH);
    assert!(single.lines.iter().all(|line| !line.what.contains("endpoints")));
    let saved: f64 = ["NAT gateways", "public IPv4 addresses of NAT gateways", "interface endpoints, in each zone"]
        .into_iter()
        .map(|what| {
            line(&RESTING, what).dollars()
                - single.lines.iter().filter(|line| line.what == what).map(Line::dollars).sum::<f64>()
        })
        .sum();
    close(RESTING.month() - single.month(), saved);
}

#[test]
fn a_version_costs_more_only_where_it_stays_beyond_its_standard_support() {
    let later = date(2027, 12, 24);
    let stays = platform("[cluster]\nsupport_type = \"EXTENDED\"\n");
    let of = |platform: &Platform, day| bill(platform, &at_rest(), "", day, &Assumed::default());
    close(line(&of(&stays, TODAY), "EKS cluster in standard support").dollars(), 73.0);
    close(line(&of(&stays, later), "EKS cluster in extended support").dollars(), 438.0);
    close(line(&of(&platform(""), later), "EKS cluster in standard support").dollars(), 73.0);
}

#[test]
fn prices_of_ones_own_change_the_bill_and_not_what_karpenter_buys() {
    let prices = "item,region,dollars,unit,source,read,estimated
nat_gateway,*,0.01,hour,contract,2026-11-01,
m7i.xlarge,*,0.1,hour,savings plan,2026-11-01,
";
    let own = bill(&platform(""), &at_rest(), prices, TODAY, &Assumed::default());
    close(line(&own, "NAT gateways").dollars(), 3.0 * 7.3);
    close(line(&own, "m7i.xlarge, on demand").dollars(), 3.0 * 73.0);
    assert_eq!(line(&own, "m7i.xlarge, on demand").source, "savings plan");
    let nodes = |cost: &Cost| {
        let lines = cost.lines.iter().filter(|line| line.part == Part::Nodes);
        lines.map(|line| (line.what.clone(), line.quantity.to_bits())).collect::<Vec<_>>()
    };
    assert_eq!(nodes(&own), nodes(&RESTING));
}

#[test]
fn a_load_moves_bytes_by_what_is_assumed_of_each() {
    let load = Load::through([(0.0, 1000.0), (1800.0, 1000.0)]).unwrap();
    let cost = bill(&platform(""), &load, "", TODAY, &Assumed::default());
    let (requests, bytes) = (1000.0 * 3600.0 * HOURS_A_MONTH, Bytes::LOAD_TEST);
    let answers = requests * bytes.answer / 1e9;
    let both = requests * (bytes.request + bytes.answer) / 1e9;
    near(line(&cost, "answers to the internet").quantity, answers);
    // Clients come in by three zones, and pods stand in two of them: the proxy's half in each, the target's two in one and one in the
    // other. Both ends pay.
    near(line(&cost, "requests between zones").quantity, both * 2.0 * (2.0 / 3.0 + 1.0 / 2.0));
    near(line(&cost, "capacity units of load balancers").quantity, both);
    let mut large = Assumed::default();
    large.set("answer-kb=20").unwrap();
    let cost = bill(&platform(""), &load, "", TODAY, &large);
    near(line(&cost, "answers to the internet").quantity, requests * 20_000.0 / 1e9);
}

#[test]
fn an_assumption_that_is_none_says_which_there_are() {
    let mut assumed = Assumed::default();
    for (text, said) in [
        ("answer", "write a name and a number"),
        ("answr-kb=1", "did you mean `answer-kb`?"),
        ("answer-kb=-1", "is no number from 0 on"),
        ("answer-kb=NaN", "is no number from 0 on"),
        ("weather=1", "request-kb, answer-kb"),
    ] {
        let error = assumed.set(text).unwrap_err();
        assert!(error.contains(said), "{text}: {error}");
    }
    assert_eq!(assumed, Assumed::default());
}

#[test]
fn what_has_no_line_is_said() {
    let said: Vec<_> = RESTING.left_out.iter().map(|of| of.what.as_str()).collect();
    for what in ["aws_ecr_registry_scanning_configuration", "aws_s3_bucket", "aws_backup_plan", "requests to keys"] {
        assert!(said.contains(&what), "{said:?}");
    }
    assert!(RESTING.left_out.iter().all(|of| !of.why.contains("nothing is known")), "{:?}", RESTING.left_out);
}

#[test]
fn entrances_of_one_scheme_share_a_load_balancer() {
    let entrance = |host: &str, scheme: &str, path: &str| {
        format!(
            "[services.mock_target_server]\npre_stop_seconds = 15\ndrain_delay_seconds = 45\n\
             [services.mock_target_server.entrance]\nhost = \"{host}\"\nscheme = \"{scheme}\"\npath = \"{path}\"\n"
        )
    };
    let inside = resting(&entrance("target.example.com", "internal", "/"));
    let (addresses, balancers) = ("public IPv4 addresses of load balancers", "application load balancers of entrances");
    close(line(&inside, balancers).quantity, HOURS_A_MONTH);
    close(line(&inside, addresses).quantity, line(&RESTING, addresses).quantity);
    let outside = resting(&entrance("target.example.com", "internet-facing", "/"));
    close(line(&outside, addresses).quantity, 2.0 * line(&RESTING, addresses).quantity);
    assert!(RESTING.lines.iter().all(|line| line.what != balancers));
}
