//! From an Ingress to records, and away again.

use std::{collections::BTreeSet, time::Instant};

use cluster::{User, holds_for, name_of};
use serde_json::{Value as Json, json};

use crate::{gateway::Asked, role::Role, world::World};

const BALANCER: &str = "k8s-named-1234567890.eu-north-1.elb.amazonaws.com";
const OF_THE_PROXY: &str = "named-proxy-0123456789.elb.eu-north-1.amazonaws.com";

/// Who wrote a record, as external-dns notes it beside it.
const OWNER: &str = "heritage=external-dns,external-dns/owner=named,external-dns/resource=ingress";

/// What an entrance's name becomes: an alias of the balancer for each family of addresses, and a note beside each.
fn written(host: &str, entrance: &str) -> BTreeSet<String> {
    let alias = |kind: &str| format!("{host} {kind} {BALANCER}");
    let note = |kind: &str| format!("{kind}-{host} TXT {OWNER}/{entrance}");
    [alias("A"), alias("AAAA"), note("a"), note("aaaa")].into()
}

/// Waits until the domain's zone holds these, and nothing else.
fn holds(world: &mut World, what: &str, wanted: &BTreeSet<String>) {
    let begin = Instant::now();
    world.wait(60, |world| {
        let found = world.zone.records();
        if found == *wanted { Ok(()) } else { Err(format!("{what}: the zone holds {found:#?}")) }
    });
    println!("{what}: {} s", begin.elapsed().as_secs());
}

#[test]
fn an_entrance_has_its_records_while_it_is_there_and_those_of_others_are_left_alone() {
    let mut world = World::start();
    // The proxy's record is Terraform's, and somebody else has external-dns, too.
    world.zone.write("proxy.example.com", "A", &alias());
    world.zone.write("shared.example.com", "CNAME", &plain("elsewhere.example.org"));
    let somebody = "heritage=external-dns,external-dns/owner=somebody,external-dns/resource=ingress/default/shared";
    world.zone.write("cname-shared.example.com", "TXT", &plain(&format!("\"{somebody}\"")));
    let theirs = world.zone.records();
    assert_eq!(theirs.len(), 3, "{theirs:?}");

    world.runs();
    let pages = ["argocd", "grafana"].map(|name| world.environment.object("Ingress", name).unwrap().clone());
    holds(&mut world, "without an address nothing is written", &theirs);
    for page in &pages {
        world.is_reached_at(page, BALANCER);
    }
    let of = |page: &Json| {
        let host = page["spec"]["rules"][0]["host"].as_str().unwrap();
        written(host, &format!("{}/{}", page["metadata"]["namespace"].as_str().unwrap(), name_of(page)))
    };
    let mut all: BTreeSet<_> = pages.iter().flat_map(of).chain(theirs.clone()).collect();
    holds(&mut world, "Argo CD and Grafana have their names", &all);

    nothing_changes_by_itself(&mut world, &all);
    names_of_others(&mut world, &mut all);

    let grafana = &pages[1];
    world.server.delete(grafana).unwrap().object().unwrap();
    all.retain(|record| !of(grafana).contains(record));
    holds(&mut world, "a name goes with its entrance", &all);
    assert!(world.others.iter().all(|zone| zone.records().is_empty()), "zones of others");
    is_allowed(&world);
}

/// It is started anew, and its rounds go on.
fn nothing_changes_by_itself(world: &mut World, all: &BTreeSet<String>) {
    let changes = |world: &World| world.gateway.count("route53:ChangeResourceRecordSets");
    let before = changes(world);
    world.runs();
    let held = holds_for(75, || if changes(world) == before { Ok(()) } else { Err("records were written".to_owned()) });
    held.unwrap_or_else(|reason| panic!("{reason}"));
    let rounds = world.said().matches("All records are already up to date").count();
    assert!(rounds > 1, "{rounds} rounds:\n{}", world.said());
    assert_eq!(world.zone.records(), *all);
    println!("started anew: {rounds} rounds, and nothing is written");
}

/// Names that others wrote, and names of another domain, stay as they are, while one that is free is written.
fn names_of_others(world: &mut World, all: &mut BTreeSet<String>) {
    let wanted = [
        ("proxy", "proxy.example.com"),
        ("shared", "shared.example.com"),
        ("elsewhere", "shop.example.org"),
        ("shop", "shop.example.com"),
    ];
    let entrances = wanted.map(|(name, host)| World::entrance(name, host));
    for entrance in &entrances {
        world.server.create(entrance, "").unwrap().object().unwrap();
        world.is_reached_at(entrance, BALANCER);
    }
    all.extend(written("shop.example.com", "default/shop"));
    holds(world, "a free name is written, and no name of others", all);
    let held = holds_for(15, || if world.zone.records() == *all { Ok(()) } else { Err("it was written".to_owned()) });
    held.unwrap_or_else(|reason| panic!("{reason}"));
    for entrance in &entrances {
        world.server.delete(entrance).unwrap().object().unwrap();
    }
    all.retain(|record| !written("shop.example.com", "default/shop").contains(record));
    holds(world, "and goes again", all);
}

/// All that it asked of AWS its role allows, and of the API server it may ask for Ingresses alone.
fn is_allowed(world: &World) {
    let role = Role::of(&world.environment, &world.zone.id);
    let asked: BTreeSet<_> = world.gateway.asked().into_iter().collect();
    let refused: Vec<_> = asked.iter().filter(|asked| !role.allows(asked)).collect();
    assert!(refused.is_empty(), "its role does not allow {refused:?}");
    let kinds: BTreeSet<_> = asked.iter().flat_map(|asked| &asked.kinds).map(String::as_str).collect();
    assert_eq!(kinds, ["A", "AAAA", "TXT"].into());
    let change = |zone: &str, kind: &str| Asked {
        action: "route53:ChangeResourceRecordSets",
        zone: Some(zone.to_owned()),
        kinds: [kind.to_owned()].into(),
    };
    assert!(role.allows(&change(&world.zone.id, "A")));
    assert!(!role.allows(&change(&world.zone.id, "MX")) && !role.allows(&change(&world.others[0].id, "A")));
    let errors: Vec<_> =
        world.said().lines().filter(|line| line.contains("\"level\":\"error\"")).map(str::to_owned).collect();
    assert!(errors.is_empty(), "{errors:#?}");

    let settings = &world.environment.settings.domain.external_dns;
    let account = world.server.acting_as(User::service_account(&settings.namespace, &settings.service_account));
    let review = json!({
        "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectRulesReview", "spec": { "namespace": "argocd" },
    });
    let rules = account.create(&review, "").unwrap().object().unwrap()["status"]["resourceRules"].clone();
    let more: Vec<_> = rules.as_array().unwrap().iter().filter(|rule| rule["verbs"] != json!(["create"])).collect();
    let [only] = more.as_slice() else { panic!("{more:?}") };
    assert_eq!([&only["resources"], &only["verbs"]], [&json!(["ingresses"]), &json!(["get", "watch", "list"])]);
}

fn plain(value: &str) -> String {
    format!("<TTL>300</TTL><ResourceRecords><ResourceRecord><Value>{value}</Value></ResourceRecord></ResourceRecords>")
}

fn alias() -> String {
    format!(
        "<AliasTarget><HostedZoneId>Z1UDT6IFJ4EJM</HostedZoneId><DNSName>{OF_THE_PROXY}</DNSName>\
         <EvaluateTargetHealth>true</EvaluateTargetHealth></AliasTarget>"
    )
}
