//! The picture shows the platform as it is built, stays inside its frame, and changes with it.

use roxmltree::{Document, Node};
use stacks::{
    Platform, picture,
    settings::{Settings, Zone},
};
use synth_project::Built;

use super::{platform, platforms};

fn svg(platform: &Platform) -> String {
    let files = platform.parts.iter().filter(|part| matches!(part, Built::Files(_))).flat_map(|part| part.files());
    files.into_iter().find(|file| file.path == picture::FILE).expect("the picture is drawn").text
}

/// The texts of a picture, title and description left out.
fn texts(svg: &str) -> Vec<String> {
    let document = Document::parse(svg).unwrap_or_else(|error| panic!("{error}\n{svg}"));
    let texts = document.descendants().filter(|node| node.has_tag_name("text"));
    texts.map(|node| node.text().unwrap_or_default().to_owned()).collect()
}

#[track_caller]
fn shows(texts: &[String], wanted: &str) {
    assert!(texts.iter().any(|text| text.contains(wanted)), "`{wanted}` is not among {texts:#?}");
}

/// The plainest platform with other settings.
fn with(overrides: &str) -> Vec<String> {
    texts(&svg(&platform("small", &format!("{}\n{overrides}", super::ENVIRONMENTS[0].1))))
}

fn number(node: Node<'_, '_>, name: &str) -> f64 {
    node.attribute(name).and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("no number `{name}`"))
}

/// The pods of a service stand as far from the edge of the first zone as from those of the others, and inside it.
#[test]
fn pods_stand_alike_in_every_zone() {
    for (_, platform) in platforms() {
        let svg = svg(&platform);
        let document = Document::parse(&svg).unwrap();
        let of_class =
            |class: &'static str| document.descendants().filter(move |node| node.attribute("class") == Some(class));
        let zones: Vec<_> = of_class("zone").map(|zone| (number(zone, "x"), number(zone, "width"))).collect();
        let marks = of_class("pod runs").map(|mark| {
            let (x, way) = mark.attribute("d").and_then(|d| d.strip_prefix('M')?.split_once(' ')).expect("a line");
            let (y, width) = way.split_once('h').expect("a level line");
            let [x, y, width] = [x, y, width].map(|text| text.parse::<f64>().expect("a number"));
            (y, x, width)
        });
        let marks: Vec<_> = marks.collect();
        let mut rows = 0;
        for (y, ..) in marks.iter().filter(|(_, x, _)| *x < zones[0].0 + zones[0].1) {
            rows += 1;
            let row: Vec<_> = marks.iter().filter(|mark| (mark.0 - y).abs() < 0.5).collect();
            let insets: Vec<_> = zones
                .iter()
                .map(|(left, width)| {
                    let inside = |mark: &&&(f64, f64, f64)| mark.1 >= *left && mark.1 + mark.2 <= left + width;
                    row.iter().find(inside).unwrap_or_else(|| panic!("no pods in the zone at {left}: {row:?}")).1 - left
                })
                .collect();
            assert!(insets.iter().all(|inset| (inset - insets[0]).abs() < 0.2), "{insets:?}");
        }
        assert!(rows >= platform.settings.services.all().count(), "{marks:?}");
    }
}

#[test]
fn everything_that_is_built_is_shown() {
    for (_, platform) in platforms() {
        let texts = texts(&svg(&platform));
        let Settings { name, aws, network, cluster, karpenter, services, repository, .. } = &platform.settings;
        let tiers = [&network.subnets.public, &network.subnets.private, &network.subnets.intra];
        for range in tiers.into_iter().flatten().chain([&network.cidr]) {
            shows(&texts, &range.to_string());
        }
        for zone in network.zones.iter().map(Zone::as_str) {
            assert_eq!(texts.iter().filter(|text| *text == zone).count(), 1, "{zone}");
        }
        for (pool, limits) in &karpenter.node_pools {
            shows(&texts, &format!("NodePool {pool}"));
            shows(&texts, &format!("at most {} vCPU and {} GiB", limits.limit_cpu, limits.limit_memory_gib));
        }
        for service in [&services.cors_proxy_server, &services.mock_target_server] {
            shows(&texts, &format!("HPA {}–{} ", service.min_replicas, service.max_replicas));
        }
        for (service, _) in services.images() {
            assert!(texts.iter().any(|text| text == service), "{service}");
        }
        shows(&texts, &format!("Kubernetes {} ", cluster.kubernetes_version));
        for wanted in [
            name.as_str(),
            aws.account_id.as_str(),
            aws.region.name,
            &repository.revision,
            &format!("SQS · {name}-karpenter"),
        ] {
            shows(&texts, wanted);
        }
        for application in platform.objects().filter(|object| object.kind() == "Application") {
            shows(&texts, application.name());
        }
        for stack in platform.stacks() {
            assert!(texts.iter().any(|text| text == stack.name()), "{}", stack.name());
        }
        let gateways = platform.stack("cluster").expect("it is built").managed("aws_nat_gateway").count();
        assert_eq!(texts.iter().filter(|text| *text == "NAT gateway").count(), gateways);
    }
}

#[test]
fn another_setting_is_another_picture() {
    let before = with("");
    for (overrides, gone, come) in [
        ("[base_nodes]\nmin_size = 6\ndesired_size = 6\nmax_size = 12", "3–6 × ", "6–12 × "),
        ("[metrics_server]\nchart_version = \"3.14.0\"", "metrics-server 3.13.1", "metrics-server 3.14.0"),
        ("[repository]\nurl = \"https://example.com/group/sub/other.git\"", "example-org/tideline", "sub/other"),
        (
            "[services.proxy]\ncertificate_arn = \"arn:aws:acm:eu-north-1:111122223333:certificate/11111111-2222-3333-4444-555555555555\"",
            "zones · TCP 80",
            "zones · TCP 443",
        ),
    ] {
        let after = with(overrides);
        shows(&before, gone);
        shows(&after, come);
        assert!(!after.iter().any(|text| text.contains(gone)), "{gone}");
    }
}

#[test]
fn it_can_be_read_without_being_seen() {
    for (_, platform) in platforms() {
        let svg = svg(&platform);
        let document = Document::parse(&svg).expect("the picture is well-formed");
        let root = document.root_element();
        assert_eq!(root.attribute("role"), Some("img"));
        for id in root.attribute("aria-labelledby").expect("it has a name").split(' ') {
            let said = document.descendants().find(|node| node.attribute("id") == Some(id));
            assert!(said.and_then(|node| node.text()).is_some_and(|text| !text.is_empty()), "{id}");
        }
    }
}

#[test]
fn its_description_knows_the_edge_and_what_nobody_calls() {
    let said = |environment: &str, overrides: &str| {
        let svg = svg(&platform(environment, overrides));
        let document = Document::parse(&svg).expect("the picture is well-formed");
        let said = document.descendants().find(|node| node.attribute("id") == Some("description"));
        said.and_then(|node| node.text()).expect("it is described").to_owned()
    };
    let (small, fronted) = (said(super::ENVIRONMENTS[0].0, super::ENVIRONMENTS[0].1), super::ENVIRONMENTS[3]);
    assert!(small.contains("a network load balancer; the pods run"), "{small}");
    assert!(!small.contains("Beside them"), "{small}");
    let fronted = said(fronted.0, fronted.1);
    assert!(fronted.contains("a network load balancer, behind ") && fronted.contains("CloudFront, WAF"), "{fronted}");
    let working = said("working", include_str!("../fixtures/working.toml"));
    let (_, beside) = working.split_once(" Beside them run ").expect("nobody calls a worker or a job");
    for name in ["mailer (", "indexer (", "report (CronJob "] {
        assert!(beside.contains(name), "{name}: {beside}");
    }
}

/// A rectangle as left, top, right and bottom.
fn corners(node: Node<'_, '_>) -> [f64; 4] {
    let number = |name| node.attribute(name).and_then(|value| value.parse::<f64>().ok()).expect("a number");
    [number("x"), number("y"), number("x") + number("width"), number("y") + number("height")]
}

#[test]
fn nothing_leaves_the_picture_and_no_two_cards_overlap() {
    let longest = 64 - stacks::settings::LONGEST_NAME_SUFFIX.len();
    let long = platform("small", &format!("name = \"{}\"", "n".repeat(longest)));
    for platform in platforms().map(|(_, platform)| platform).chain([long]) {
        let svg = svg(&platform);
        let document = Document::parse(&svg).expect("the picture is well-formed");
        let [_, _, width, height] = document
            .root_element()
            .attribute("viewBox")
            .expect("it has one")
            .split(' ')
            .map(|number| number.parse::<f64>().expect("a number"))
            .collect::<Vec<_>>()[..]
        else {
            panic!("four numbers")
        };
        let areas = document.descendants().filter(|node| node.has_tag_name("rect"));
        let areas: Vec<_> = areas.map(|node| (node.attribute("class").expect("it has one"), corners(node))).collect();
        for (class, [left, top, right, bottom]) in &areas {
            assert!(*left >= 0.0 && *top >= 0.0 && *right <= width && *bottom <= height, "{class}");
        }
        let cards = areas.iter().filter(|(class, _)| class.starts_with("card") || class.starts_with("pill"));
        let cards: Vec<_> = cards.collect();
        for (index, (one, a)) in cards.iter().enumerate() {
            for (other, b) in &cards[index + 1..] {
                let apart = a[2] <= b[0] || b[2] <= a[0] || a[3] <= b[1] || b[3] <= a[1];
                assert!(apart, "`{one}` {a:?} and `{other}` {b:?}");
            }
        }
    }
}
