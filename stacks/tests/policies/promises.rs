//! The promises of policies, and the settings that break each: whoever edits settings meets the rule, not AWS.

use std::collections::BTreeSet;

use stacks::{Platform, policies, settings::Settings};
use synth_project::Layer;

use crate::fixture::{BASE, NAMED, SMALL, TODAY, build, found, settings};

/// The cheapest platform without a finding. Argo CD's makers have not tested the release of the fixtures with their Kubernetes.
const SOUND: &str = "[network]\nnat_gateways = \"per-zone\"\n\
                     [[waivers]]\ncode = \"VER007\"\nsubject = \"helm_release.argocd with Kubernetes 1.36\"\nreason = \"as the fixtures have it\"\n";

/// The newest Kubernetes, with what its own rules ask for.
const NEWEST: &str = "[cluster]\nkubernetes_version = \"1.37\"\n[cluster.addon_versions]\nkube_proxy = \"\"\n\
                      [base_nodes]\nrelease_version = \"\"\n";

/// A policy, settings that break what it promises, and what would happen.
const BROKEN: &[(&str, &str, &str)] = &[
    ("HA001", "[services.cors_proxy_server]\nmin_replicas = 2", "a lost zone takes all pods"),
    ("HA008", "[network]\nnat_gateways = \"single\"", "every zone is offline with one"),
    ("HA009", "[karpenter.node_pools.spot]\ninstance_generation_min = 12", "no type is left to buy"),
    ("HA011", "[base_nodes]\ninstance_types = [\"t3.micro\"]", "the nodes are too small for the system"),
    ("HA012", "[metrics_server]\nreplicas = 1", "nobody measures while the pod moves"),
    ("HA015", "[services]\nunreachable_seconds = 300", "a lost zone's pods count as there for minutes"),
    ("SCALE001", "[services.cors_proxy_server]\nmax_replicas = 300", "nodes come to the pools' limits"),
    ("SCALE002", "[services.cors_proxy_server]\nmax_replicas = 200", "a lost zone's nodes count until they are gone"),
    ("SCALE003", "[karpenter.node_pools.on-demand]\ncapacity_type = \"spot\"", "Spot is gone at once"),
    (
        "SCALE009",
        "[network.subnets]\nprivate = [\"10.0.0.0/23\", \"10.0.64.0/23\", \"10.0.128.0/23\"]",
        "subnets have no range left",
    ),
    (
        "LINK008",
        "[services.proxy]\nallow_targets = [\"ghost.services.svc.cluster.local:80\"]",
        "the proxy waits for a name that nobody has",
    ),
    ("LINK019", "[github]\nrunner = \"ubuntu-24.04\"", "the endpoint refuses the runner"),
    ("LINK025", "[cluster]\nzonal_shift = \"aws-only\"", "Karpenter makes nodes in a zone that AWS left"),
    ("DRAIN002", "[services.proxy]\nderegistration_delay_seconds = 300", "flows to a pod that is gone are reset"),
    ("DRAIN003", "[services.proxy]\nlate_connections_seconds = 120", "new connections come for that long"),
    ("DRAIN005", "[karpenter]\ntermination_grace_period = \"45s\"", "nodes end before their pods"),
    (
        "DRAIN008",
        "[services.proxy]\nderegistration_delay_seconds = 15",
        "connections are ended while they are answered",
    ),
    ("DRAIN009", "[services.cors_proxy_server]\ndrain_timeout_seconds = 300", "the node is gone after two minutes"),
    ("DRAIN010", "[karpenter]\ntermination_grace_period = \"15m\"", "pods are deleted before their turn comes"),
    ("DRAIN011", "[karpenter]\nexpire_after = \"336h\"", "nodes of one day go in one hour"),
    ("SCALE015", "[karpenter.node_pools.spot]\ninstance_vcpus_max = 64", "the rest is bought on demand"),
    ("SCALE013", "[cluster]\nvolume_attach_limit = 39", "a volume is attached to no instance that is full"),
    ("SEC003", "[cluster]\npublic_access_cidrs = [\"0.0.0.0/0\"]", "everybody reaches the API"),
    ("SEC009", "[services.proxy]\nallow_targets = [\"169.254.169.254:80\"]", "strangers read credentials"),
    ("VER001", "[base_nodes]\nrelease_version = \"1.36.1-20260610\"", "nobody patches the nodes"),
    ("VER002", "[karpenter]\nami_alias = \"al2023@v20260610\"", "new nodes are as old as the image"),
    ("VER003", "[karpenter]\nami_alias = \"al2023@v20260101\"", "there is no such image for the version"),
    ("VER005", "[github]\nenvironment = \"production\"", "a build of the day rolls in with another change"),
    ("VER006", "[karpenter]\nchart_version = \"1.12.3\"", "Karpenter does not know the Kubernetes"),
    ("VER007", "[karpenter]\nchart_version = \"1.15.0\"", "nobody says what it works with"),
    ("VER008", NEWEST, "the add-ons' builds are of another Kubernetes"),
    (
        "SCALE018",
        "[services.cors_proxy_server]\nmemory_mib = 100",
        "the proxy has no room for the requests of a usual day",
    ),
    (
        "SCALE023",
        "[services.cors_proxy_server]\nscale_on = [\"in-flight\"]\ntarget_in_flight = 275",
        "requests are refused and no pod is added",
    ),
    (
        "SCALE027",
        "[services.jobs.report]\nschedule = \"*/5 * * * *\"\ndeadline_seconds = 600\ncpu_request_millicores = 100\nmemory_mib = 128\n\
         [services.jobs.report.image]\ntag = \"0.1.0\"\ndigest = \"\"",
        "a run is skipped because the one before it still lasts",
    ),
    (
        "SCALE028",
        "[services.jobs.report]\nschedule = \"30 2 * * *\"\ntime_zone = \"Europe/Stockholm\"\ncpu_request_millicores = 100\n\
         memory_mib = 128\n[services.jobs.report.image]\ntag = \"0.1.0\"\ndigest = \"\"",
        "the run of the night of the change of clocks is missing",
    ),
    (
        "SEC022",
        "[services.mock_target_server.permissions]\nwrite = [\"s3://small-state-111122223333\"]",
        "a service owns the account by Terraform's state",
    ),
    (
        "DRAIN012",
        "[services.jobs.report]\nschedule = \"0 3 * * *\"\ndeadline_seconds = 7200\ncpu_request_millicores = 100\nmemory_mib = 128\n\
         [services.jobs.report.image]\ntag = \"0.1.0\"\ndigest = \"\"",
        "a run is cut off by its node, and begins anew",
    ),
    (
        "DRAIN013",
        "[services.jobs.report]\nschedule = \"0 3 * * *\"\ndeadline_seconds = 7200\ncpu_request_millicores = 100\nmemory_mib = 128\n\
         nodes = { capacity_type = \"spot\" }\n[services.jobs.report.image]\ntag = \"0.1.0\"\ndigest = \"\"",
        "what a run has done in an hour is done twice",
    ),
    (
        "SCALE024",
        "[services.mock_target_server.nodes]\ncapacity_type = \"on-demand\"\n\
         [karpenter.node_pools.on-demand]\ncapacity_type = \"spot\"",
        "pods wait for nodes that nobody makes",
    ),
    ("SCALE025", "[services.mock_target_server.nodes]\ncapacity_type = \"spot\"", "all pods are gone at once"),
    (
        "LINK035",
        "[domain]\nname = \"example.com\"\n[argocd]\ndomain = \"argocd.example.com\"\n\
         [services.mock_target_server.entrance]\nhost = \"a.b.example.com\"",
        "browsers refuse the name",
    ),
    (
        "LINK036",
        "[domain]\nname = \"example.com\"\n[argocd]\ndomain = \"argocd.example.com\"\n\
         [services.mock_target_server.entrance]\nhost = \"a.example.net\"",
        "nobody finds the name",
    ),
    (
        "SEC020",
        "[domain]\nname = \"example.com\"\nargocd_scheme = \"internet-facing\"\n[argocd]\ndomain = \"argocd.example.com\"",
        "a password is all that is between the internet and the cluster",
    ),
    (
        "DRAIN014",
        "[services.mock_target_server.entrance]\nhost = \"target.example.com\"",
        "new requests come for a while after a pod is told to stop",
    ),
    ("OBS004", "[observability.receivers]\nwebhook = false", "an alert is a line on a page that nobody has open"),
    ("COST001", "[budget]\nmonthly_usd = 2000", "nobody hears that the month becomes dear"),
    (
        "COST002",
        "[budget]\nmonthly_usd = 2000\nmail_to = [\"platform@example.com\"]\nspent_percentages = [150]",
        "people hear of it when more than all is spent",
    ),
    (
        "COST003",
        "[budget]\nmonthly_usd = 100\nmail_to = [\"platform@example.com\"]",
        "mails come every month, and nobody reads them",
    ),
    ("OWN001", "[aws]\naccount_id = \"210987654321\"", "somebody's account trusts a stranger's repository"),
];

/// A policy whose promise the settings' own rules keep, settings that would break it, and what the rule says.
const REFUSED: &[(&str, &str, &str)] = &[
    ("HA007", "[network]\nzones = [\"eu-north-1a\", \"eu-north-1b\"]", "at least 3 are needed"),
    ("HA010", "[base_nodes]\nmin_size = 2\ndesired_size = 2", "fewer than one in each of 3 zones"),
    ("SCALE007", "[services.cors_proxy_server]\ncpu_request_millicores = 0", "but must be from 10"),
    ("SCALE008", "[services.cors_proxy_server]\nmemory_mib = 0", "but must be from 16"),
    ("SCALE010", "[karpenter.node_pools.spot]\nlimit_cpu = 0", "but must be from 1"),
    (
        "LINK024",
        "[cluster]\nadmin_principal_arns = [\"arn:aws-cn:iam::111122223333:role/a\"]",
        "is in the partition `aws`",
    ),
    ("SEC013", "[github]\nrepository = \"*\"", "a repository name without its owner is expected"),
    ("SEC015", "[karpenter]\nservice_account = \"*\"", "a service account name is expected"),
    ("SEC018", "[services.mock_target_server.permissions]\nread = [\"s3://*\"]", "a bucket or a table such as"),
    ("IMG001", "[services.cors_proxy_server.image]\ntag = \"latest\"", "a tag other than `latest`"),
    ("IMG004", "[karpenter]\nchart_version = \"1.x\"", "an exact version"),
    ("IMG005", "[karpenter]\nami_alias = \"al2023@latest\"", "a dated image"),
];

/// Policies whose promise code alone keeps, as far as anybody found a setting that reaches it. Their families' tests break each
/// by an edit of what is built.
const BEYOND: &[&str] = &[
    "HA002", "HA003", "HA004", "HA005", "HA006", "HA013", "HA014", "HA016", "SCALE004", "SCALE005", "SCALE006",
    "SCALE011", "SCALE012", "SCALE014", "SCALE016", "SCALE017", "SCALE019", "SCALE020", "SCALE021", "SCALE022",
    "SCALE026", "LINK001", "LINK002", "LINK003", "LINK004", "LINK005", "LINK006", "LINK007", "LINK009", "LINK010",
    "LINK011", "LINK012", "LINK013", "LINK014", "LINK015", "LINK016", "LINK017", "LINK018", "LINK020", "LINK021",
    "LINK022", "LINK023", "LINK026", "LINK027", "LINK028", "LINK029", "LINK030", "LINK031", "LINK032", "LINK033",
    "LINK034", "LINK037", "LINK038", "LINK039", "DRAIN001", "DRAIN004", "DRAIN006", "DRAIN007", "SEC001", "SEC002",
    "SEC004", "SEC005", "SEC006", "SEC007", "SEC008", "SEC012", "SEC014", "SEC016", "SEC017", "SEC019", "SEC021",
    "IMG002", "IMG003", "IMG006", "VER004", "VER009", "VER010", "VER011", "VER012", "SYNC001", "SYNC002", "SYNC003",
    "SYNC004", "SYNC005", "SYNC006", "SYNC007", "SYNC008", "SYNC009", "OBS001", "OBS002", "OBS003", "OBS005",
    "EDGE001", "EDGE002", "EDGE003", "EDGE004", "EDGE005", "EDGE006", "EDGE007", "EDGE008",
];

/// So many services that the document of who may push their images is longer than IAM takes.
fn many_services() -> String {
    let services = (0..90).map(|number| {
        format!(
            "[services.internal.one-of-many-services-{number}]\ncallers = []\nport = 8080\nadmin_port = 9090\nmin_replicas = 3\n\
             max_replicas = 3\ncpu_request_millicores = 10\nmemory_mib = 16\nscale_on = [\"cpu\"]\n\
             target_cpu_utilization = 60\ntarget_requests_per_second = 600\ntarget_in_flight = 150\n\
             pre_stop_seconds = 5\ndrain_delay_seconds = 5\ndrain_timeout_seconds = 30\n\
             [services.internal.one-of-many-services-{number}.image]\ntag = \"0.1.0\"\ndigest = \"\"\n"
        )
    });
    services.collect()
}

/// So many tables that the policies about them are more than a role takes.
fn many_tables() -> String {
    let tables = (0..600).map(|number| format!("\"dynamodb://one-of-many-tables-of-the-shop-{number}\""));
    format!("[services.mock_target_server.permissions]\nread = [{}]", tables.collect::<Vec<_>>().join(", "))
}

/// The same services with an entrance each, of whose hosts there are more than a load balancer has certificates for.
fn many_entrances() -> String {
    let entrance = |number| {
        let name = format!("one-of-many-services-{number}");
        format!("[services.internal.{name}.entrance]\nhost = \"{name}.example.com\"\n")
    };
    many_services() + &(0..90).map(entrance).collect::<String>()
}

/// The sound platform with other settings, or what is wrong with these.
fn with(overrides: &[&str]) -> Result<Platform, String> {
    let texts = [BASE, SMALL, SOUND].into_iter().chain(overrides.iter().copied());
    let layers: Vec<_> = texts.map(|text| Layer { path: "test.toml".to_owned(), text: text.to_owned() }).collect();
    Ok(build(&Settings::parse("default", &layers).map_err(|error| error.to_string())?))
}

/// The codes of the policies that find something.
fn codes(platform: &Platform) -> BTreeSet<&'static str> {
    policies::review(platform, TODAY).findings.iter().map(|finding| finding.code).collect()
}

#[test]
fn every_promise_is_broken_by_a_setting() {
    assert_eq!(codes(&with(&[]).unwrap()), BTreeSet::new(), "all is well before");
    let silent = BROKEN.iter().filter(|(code, settings, _)| found(&with(&[settings]).unwrap(), code).is_empty());
    let silent: Vec<_> = silent.map(|(code, _, what)| format!("{code} says nothing where {what}")).collect();
    assert_eq!(silent, [""; 0]);
    assert_ne!(found(&with(&[&many_services()]).unwrap(), "SEC010"), "", "IAM refuses the document half-way");
    assert_ne!(found(&with(&[&many_tables()]).unwrap(), "SEC011"), "", "IAM attaches no eleventh policy");
    assert_ne!(
        found(&with(&[&many_entrances()]).unwrap(), "SCALE029"),
        "",
        "the controller changes nothing for any of them"
    );
}

#[test]
fn environments_that_share_a_name_or_a_range_are_told_apart_by_their_settings() {
    for (code, of_both) in [("ENV001", ""), ("ENV002", ""), ("ENV003", NAMED), ("ENV004", NAMED)] {
        let there = build(&settings("other", &[BASE, SMALL, of_both]));
        let beside = Platform { neighbours: vec![there], ..with(&[of_both]).unwrap() };
        assert_ne!(found(&beside, code), "", "{code}");
    }
}

#[test]
fn rules_of_the_settings_keep_the_promises_that_need_no_policy() {
    for (code, settings, rule) in REFUSED {
        let refused = with(&[settings]).err().unwrap_or_else(|| panic!("{code}: nobody refuses {settings}"));
        assert!(refused.contains(rule), "{code}: {refused}");
    }
}

#[test]
fn every_policy_is_among_these() {
    let tables = BROKEN.iter().chain(REFUSED).map(|(code, ..)| *code);
    let listed = tables
        .chain(BEYOND.iter().copied())
        .chain(["SEC010", "SEC011", "SCALE029", "ENV001", "ENV002", "ENV003", "ENV004"]);
    let mut listed: Vec<_> = listed.collect();
    listed.sort_unstable();
    let mut all: Vec<_> = policies::all().map(|policy| policy.code).collect();
    all.sort_unstable();
    assert_eq!(listed, all);
}
