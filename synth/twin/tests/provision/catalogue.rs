use synth_twin::{
    catalogue::{Band, Catalogue, Error, Eviction, NodeClass, Origin, TypeId, TypeSet, Unavailable, ZoneId, on_demand},
    pods::Capacity::{OnDemand, Spot},
    resources::{MEBIBYTE, Resources},
    time::{Span, Time},
};

const PRICES: &str = include_str!("../data/karpenter/prices.csv");
const ALLOCATABLE: &str = include_str!("../data/karpenter-allocatable.csv");

fn near(price: f64, expected: f64) -> bool {
    (price - expected).abs() < 1e-9
}

#[test]
fn pods_get_what_karpenter_says_of_every_type() {
    let regions = ["us-east-1", "us-west-2", "eu-north-1"].map(|region| Catalogue::of(region).unwrap());
    let mut compared = 0;
    for row in ALLOCATABLE.lines().skip(1) {
        let cells: Vec<&str> = row.split(',').collect();
        let said: Vec<i64> = cells[1..].iter().map(|cell| cell.parse().unwrap()).collect();
        let of = regions.iter().find_map(|known| Some(known.get(known.named(cells[0])?)));
        let of = of.unwrap_or_else(|| panic!("{} is in no region", cells[0]));
        let Resources { cpu, memory, pods } = of.allocatable;
        assert_eq!([cpu, memory / MEBIBYTE, pods], said[..], "{}", cells[0]);
        compared += 1;
    }
    assert_eq!(compared, 995);
}

#[test]
fn every_type_and_region_is_there() {
    let Err(Error::Region(_, known)) = Catalogue::of("moon-1") else { panic!("there is no such region") };
    assert_eq!(known.len(), 30);
    let mut all = std::collections::BTreeSet::new();
    for region in known {
        let catalogue = Catalogue::of(region).unwrap();
        assert!(catalogue.types().is_sorted_by_key(|of| &of.name));
        assert!(catalogue.zones().len() >= 2 && catalogue.zones()[0].starts_with(region));
        all.extend(catalogue.types().iter().map(|of| of.name.clone()));
    }
    assert_eq!(all.len(), 1043);
    let error = Catalogue::of("moon-1").unwrap_err().to_string();
    assert!(error.starts_with("no instance types are known of region `moon-1`, but of af-south-1,"), "{error}");
}

#[test]
fn a_node_class_decides_what_nodes_hold() {
    let allocatable = |class: NodeClass| {
        let catalogue = Catalogue::for_class("eu-north-1", &class).unwrap();
        let of = catalogue.get(catalogue.named("m5.large").unwrap()).allocatable;
        (of.cpu, of.memory / MEBIBYTE, of.pods)
    };
    let class = NodeClass::default;
    assert_eq!(allocatable(class()), (1930, 6903, 29));
    // AL2023 keeps memory for 29 pods all the same; Bottlerocket for those that the kubelet takes.
    assert_eq!(allocatable(NodeClass { max_pods: Some(110), ..class() }), (1930, 6903, 110));
    assert_eq!(
        allocatable(NodeClass { max_pods: Some(110), bottlerocket: true, ..class() }),
        (1930, 6903 - 81 * 11, 110)
    );
    assert_eq!(allocatable(NodeClass { pods_per_core: Some(10), ..class() }), (1930, 6903, 20));
    assert_eq!(allocatable(NodeClass { pods_per_core: Some(10), bottlerocket: true, ..class() }).2, 29);
    assert_eq!(allocatable(NodeClass { reserved_interfaces: 1, ..class() }), (1930, 6903, 20));
    assert_eq!(allocatable(NodeClass { memory_overhead: 0.0, ..class() }), (1930, 6903 + 615, 29));
    assert_eq!(
        allocatable(NodeClass { kube_reserved: (Some(200), Some(MEBIBYTE)), ..class() }),
        (1800, 6903 + 573, 29)
    );
    assert_eq!(allocatable(NodeClass { system_reserved: Resources::of(100, 200), ..class() }), (1830, 6703, 29));
    assert_eq!(allocatable(NodeClass { eviction: Eviction::Percent(100.0), ..class() }), (1930, 7003, 29));
    assert_eq!(allocatable(NodeClass { eviction: Eviction::Percent(10.0), ..class() }).1, 7003 - 758);
}

#[test]
fn subnets_decide_the_zones() {
    let class =
        NodeClass { zones: Some(vec!["eu-north-1c".to_owned(), "eu-north-1a".to_owned()]), ..NodeClass::default() };
    let catalogue = Catalogue::for_class("eu-north-1", &class).unwrap();
    assert_eq!(catalogue.zones(), ["eu-north-1a", "eu-north-1c"]);
    let id = catalogue.named("c5.large").unwrap();
    let zones: Vec<_> = catalogue.get(id).offerings.iter().map(|at| catalogue.zone_name(at.zone)).collect();
    assert_eq!(zones, ["eu-north-1a", "eu-north-1a", "eu-north-1c", "eu-north-1c"]);
}

#[test]
fn types_have_the_labels_that_karpenter_gives_them() {
    let catalogue = Catalogue::of("eu-north-1").unwrap();
    let of = |name: &str| -> Vec<(&str, String)> {
        let labels = catalogue.node_labels(catalogue.named(name).unwrap());
        let short = |key: &'static str| key.strip_prefix("karpenter.k8s.aws/instance-").unwrap_or(key);
        labels.map(|(key, value)| (short(key), value.to_owned())).collect()
    };
    let expected = [
        ("capability-flex", "false"),
        ("category", "m"),
        ("cpu", "8"),
        ("cpu-manufacturer", "intel"),
        ("cpu-sustained-clock-speed-mhz", "3100"),
        ("ebs-bandwidth", "4750"),
        ("family", "m5d"),
        ("generation", "5"),
        ("hypervisor", "nitro"),
        ("local-nvme", "300"),
        ("memory", "32768"),
        ("network-bandwidth", "2500"),
        ("size", "2xlarge"),
        ("kubernetes.io/arch", "amd64"),
        ("kubernetes.io/os", "linux"),
        ("node.kubernetes.io/instance-type", "m5d.2xlarge"),
        ("topology.kubernetes.io/region", "eu-north-1"),
    ];
    assert_eq!(of("m5d.2xlarge"), expected.map(|(key, value)| (key, value.to_owned())));
    assert!(of("c7i-flex.large").contains(&("capability-flex", "true".to_owned())));
    assert!(of("c6g.metal").contains(&("size", "metal".to_owned())));
    assert!(of("m6g.large").contains(&("cpu-manufacturer", "aws".to_owned())));
    assert!(catalogue.label("karpenter.k8s.aws/instance-gpu-name").unwrap().values.is_empty());
    assert!(catalogue.label("example.com/own").is_none());
}

#[test]
fn prices_say_where_they_are_from() {
    let catalogue = Catalogue::of("eu-north-1").unwrap();
    let at = |name: &str, capacity| {
        let id = catalogue.named(name).unwrap();
        *catalogue.get(id).offerings.iter().find(|at| at.capacity == capacity).unwrap()
    };
    let listed = at("c5.2xlarge", OnDemand);
    assert_eq!((listed.price, listed.origin), (0.364, Origin::Listed));
    // 70 % less.
    let spot = at("c5.2xlarge", Spot);
    assert!(near(spot.price, 0.364 * 0.3) && spot.origin == Origin::Saving, "{spot:?}");
    let estimated = at("c8i.4xlarge", OnDemand);
    assert_eq!((estimated.price, estimated.origin), (0.80261, Origin::Estimated));
    let median = at("c8i.4xlarge", Spot);
    assert!(near(median.price, 0.80261 * 0.25) && median.origin == Origin::MedianSaving, "{median:?}");
    assert!(Origin::Estimated.is_estimate() && !Origin::Listed.is_estimate());
    let of_a_type_that_differs = Catalogue::of("eu-central-2").unwrap();
    let id = of_a_type_that_differs.named("c5.12xlarge").unwrap();
    assert_eq!(of_a_type_that_differs.price(id, ZoneId(0), OnDemand), Some(2.561));
}

#[test]
fn the_table_of_a_recording_agrees_with_the_lists() {
    let lists = Catalogue::of("eu-north-1").unwrap();
    let given = lists.clone().with_prices(PRICES).unwrap();
    assert_eq!(given.types().len(), 519);
    for (number, of) in given.types().iter().enumerate() {
        let id = lists.named(&of.name).unwrap();
        for at in &of.offerings {
            let listed = lists.price(id, at.zone, at.capacity).unwrap();
            // The recording scattered Spot prices by 4 % so that no two are equal.
            let off = if at.capacity == Spot { 0.0401 } else { 1e-9 };
            assert!((at.price / listed - 1.0).abs() < off, "{} {at:?} {listed}", of.name);
        }
        assert!(given.label("kubernetes.io/os").unwrap().values[0].1.has(TypeId(number)));
    }
    // The recording has no types without a hypervisor as Spot.
    let offers = |catalogue: &Catalogue| -> usize {
        let types = catalogue.types().iter().filter(|of| !of.is_metal());
        types.map(|of| of.offerings.len()).sum()
    };
    assert_eq!(offers(&given), offers(&lists));
}

#[test]
fn a_bad_table_of_prices_is_refused_with_its_line() {
    let catalogue = Catalogue::of("eu-north-1").unwrap();
    let error = |table: &str| catalogue.clone().with_prices(table).unwrap_err().to_string();
    let header = "type,on_demand,source,spot_a\n";
    assert_eq!(error("type,price\n"), "line 1 of the prices: the header is not `type,on_demand,source,spot_a,…`");
    assert_eq!(error(&format!("{header}c5.large,0.1,l\n")), "line 2 of the prices: has 3 columns, the header 4");
    assert_eq!(error(&format!("{header}c5.large,NaN,l,0.1\n")), "line 2 of the prices: `NaN` is no price");
    assert_eq!(error(&format!("{header}c5.large,0.1,l,-1\n")), "line 2 of the prices: `-1` is no price");
    let unknown = format!("{header}c5.large,0.1,l,\nz9.large,0.1,l,\n");
    assert_eq!(error(&unknown), "line 3 of the prices: `z9.large` is no instance type of eu-north-1 that is known");
    let twice = format!("{header}c5.large,0.1,l,\nc5.large,0.1,l,\n");
    assert_eq!(error(&twice), "line 3 of the prices: `c5.large` has a line above");
}

#[test]
fn a_band_is_a_rate_of_being_taken_back() {
    let catalogue = Catalogue::of("eu-north-1").unwrap();
    let band = |name: &str| catalogue.get(catalogue.named(name).unwrap()).band;
    assert_eq!(
        (band("c5.large"), band("c5.2xlarge"), band("c8i.large")),
        (Some(Band::Below10), Some(Band::Below20), None)
    );
    // 7.5 % in a month of 730 hours.
    let survives = (-Band::Below10.hazard() * 730.0).exp();
    assert!((survives - 0.925).abs() < 1e-12);
}

#[test]
fn an_offering_that_was_refused_comes_back_at_the_first_cleaning_after_three_minutes() {
    let mut unavailable = Unavailable::default();
    let (id, other) = (TypeId(1), TypeId(2));
    let at = |seconds| Time::ZERO + Span::whole_seconds(seconds);
    unavailable.refuse(id, ZoneId(0), Spot, at(5));
    assert!(unavailable.has(id, ZoneId(0), Spot));
    assert!(!unavailable.has(id, ZoneId(1), Spot) && !unavailable.has(id, ZoneId(0), OnDemand));
    assert!(!unavailable.clean(at(180)));
    assert!(unavailable.has(id, ZoneId(0), Spot));
    // Karpenter looks at a type's offerings anew only when one of them changes.
    unavailable.refuse(other, ZoneId(0), Spot, at(186));
    assert!(unavailable.has(id, ZoneId(0), Spot));
    assert!(unavailable.clean(at(190)));
    assert!(!unavailable.has(id, ZoneId(0), Spot) && unavailable.has(other, ZoneId(0), Spot));
    unavailable.refuse(other, ZoneId(1), Spot, at(367));
    assert_eq!(unavailable.iter().map(|(_, zone, ..)| zone).collect::<Vec<_>>(), [ZoneId(1)]);
    // A second refusal begins anew.
    unavailable.refuse(other, ZoneId(1), Spot, at(400));
    unavailable.clean(at(570));
    assert!(!unavailable.is_empty());
}

#[test]
fn a_zone_without_addresses_is_not_tried() {
    let mut unavailable = Unavailable::default();
    let at = |seconds| Time::ZERO + Span::whole_seconds(seconds);
    unavailable.refuse_zone(ZoneId(1), at(5));
    assert!(unavailable.has(TypeId(7), ZoneId(1), OnDemand) && !unavailable.has(TypeId(7), ZoneId(0), OnDemand));
    assert_eq!(unavailable.zones().collect::<Vec<_>>(), [(ZoneId(1), at(185))]);
    assert!(!unavailable.clean(at(180)) && unavailable.clean(at(190)) && unavailable.is_empty());
}

#[test]
fn a_node_that_was_seen_says_how_much_memory_its_type_has() {
    let mut catalogue = Catalogue::of("eu-north-1").unwrap();
    let id = catalogue.named("m5.large").unwrap();
    catalogue.discover(id, 7800 * MEBIBYTE);
    let of = catalogue.get(id);
    assert_eq!((of.capacity.memory, of.allocatable.memory), (7800 * MEBIBYTE, (7800 - 574 - 100) * MEBIBYTE));
}

#[test]
fn sets_of_types_are_sets() {
    let mut set = TypeSet::none(130);
    for id in [0, 63, 64, 129] {
        set.insert(TypeId(id));
    }
    assert_eq!(set.iter().map(|id| id.0).collect::<Vec<_>>(), [0, 63, 64, 129]);
    set.retain(|id| id.0 != 63);
    set.remove(TypeId(0));
    assert_eq!(set.len(), 2);
    let mut all = TypeSet::all(130);
    assert_eq!(all.len(), 130);
    assert!(all.meets(&set));
    all.keep(&set);
    assert_eq!(all, set);
    all.retain(|_| false);
    assert!(all.is_empty() && !all.meets(&set));
    all.join(&set);
    assert_eq!(all, set);
}

#[test]
fn one_types_price_is_that_of_the_catalogue() {
    for region in ["us-east-1", "eu-north-1", "ap-southeast-5"] {
        let catalogue = Catalogue::of(region).unwrap();
        for of in catalogue.types().iter().step_by(7) {
            let whole = of.offerings.iter().find(|at| at.capacity == OnDemand).map(|at| (at.price, at.origin));
            assert_eq!(on_demand(region, &of.name), whole, "{} in {region}", of.name);
        }
    }
    assert_eq!(on_demand("us-east-1", "m99.large"), None);
    assert_eq!(on_demand("moon-1", "m7i.large"), None);
}
