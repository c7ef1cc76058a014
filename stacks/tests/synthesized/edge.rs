//! Whose the host of the edge is: the certificate and the records of it, by what the settings name.

use serde_json::Value as Json;
use stacks::Platform;

use super::platform;

const ARN: &str = "arn:aws:acm:us-east-1:111122223333:certificate/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0";
const DOMAIN: &str = "[domain]\nname = \"example.com\"\n[argocd]\ndomain = \"argocd.example.com\"\n";

/// An edge with these of its keys, and with whatever else there is.
pub(super) fn fronted(keys: &str, others: &str) -> Platform {
    platform("fronted", &format!("name = \"fronted\"\n{others}[edge]\nenabled = true\n{keys}"))
}

/// One with a host and a certificate of somebody else's.
pub(super) fn of_others() -> Platform {
    fronted(&format!("host = \"www.example.org\"\ncertificate_arn = \"{ARN}\"\n"), "")
}

/// All that is declared in a stack.
fn stack(platform: &Platform, name: &str) -> Json {
    let mut whole = serde_json::Map::new();
    let stack = platform.stacks().find(|stack| stack.name() == name).expect("the stack is there");
    for file in stack.files().iter().filter(|file| file.path.ends_with(".tf.json")) {
        let json: Json = serde_json::from_str(&file.text).expect("written as JSON");
        for kind in ["resource", "data", "output"] {
            for (of, declared) in json[kind].as_object().into_iter().flatten() {
                let known = whole.entry(kind).or_insert_with(|| Json::Object(serde_json::Map::new()));
                let known = known.as_object_mut().expect("a table").entry(of).or_insert(Json::Null);
                match (known.as_object_mut(), declared) {
                    (Some(known), Json::Object(more)) => known.extend(more.clone()),
                    _ => *known = declared.clone(),
                }
            }
        }
    }
    Json::Object(whole)
}

/// The host, where its certificate is from, and the records that lead to it.
fn host(keys: &str, others: &str) -> (Json, Json, Vec<String>) {
    let edge = stack(&fronted(keys, others), "edge");
    let distribution = &edge["resource"]["aws_cloudfront_distribution"]["main"];
    let certificate = &distribution["viewer_certificate"];
    let certificate = certificate.get(0).unwrap_or(certificate);
    let records = edge["resource"]["aws_route53_record"].as_object().cloned().unwrap_or_default();
    let records = records.iter().map(|(label, record)| format!("{label} {} {}", record["type"], record["name"]));
    (distribution["aliases"].clone(), certificate["acm_certificate_arn"].clone(), records.collect())
}

#[test]
fn below_the_domain_certificate_and_records_are_made_here() {
    let proof = r#"host_proof "${one(aws_acm_certificate.host.domain_validation_options[*].resource_record_type)}" "${one(aws_acm_certificate.host.domain_validation_options[*].resource_record_name)}""#;
    for (keys, label) in [("", "proxy"), ("host = \"www.example.com\"\n", "www")] {
        let name = format!("{label}.example.com");
        let (aliases, certificate, records) = host(keys, DOMAIN);
        assert_eq!(aliases, serde_json::json!([name]));
        assert_eq!(certificate, "${aws_acm_certificate_validation.host.certificate_arn}");
        let wanted =
            [proof.to_owned(), format!("viewers \"A\" \"{name}\""), format!("viewers_ipv6 \"AAAA\" \"{name}\"")];
        assert_eq!(records, wanted);
    }
}

#[test]
fn a_certificate_that_is_given_is_taken_and_records_are_made_where_the_zone_is_ours() {
    let given = format!("certificate_arn = \"{ARN}\"\n");
    let (aliases, certificate, records) = host(&given, DOMAIN);
    assert_eq!((aliases, certificate), (serde_json::json!(["proxy.example.com"]), ARN.into()));
    assert_eq!(records.len(), 2, "{records:?}");
    let elsewhere = format!("host = \"www.example.org\"\n{given}");
    for others in ["", DOMAIN] {
        let (aliases, certificate, records) = host(&elsewhere, others);
        assert_eq!((aliases, certificate), (serde_json::json!(["www.example.org"]), ARN.into()));
        assert_eq!(records, [""; 0]);
    }
}

#[test]
fn without_a_host_it_has_the_name_that_cloudfront_gives() {
    assert_eq!(host("", ""), (Json::Null, Json::Null, Vec::new()));
}

#[test]
fn with_an_edge_the_name_of_the_proxy_leads_to_no_load_balancer() {
    let cluster = stack(&fronted("", DOMAIN), "cluster");
    let labels = |of: &str| cluster["resource"][of].as_object().expect("there are some").keys().cloned().collect();
    let records: Vec<String> = labels("aws_route53_record");
    assert_eq!(records, ["authorities", "proof"]);
    let listeners: Vec<String> = labels("aws_lb_listener");
    assert_eq!(listeners, ["proxy"], "nobody asks for a redirect there: CloudFront ends TLS");
    assert_eq!(cluster["resource"]["aws_lb_listener"]["proxy"]["protocol"], "TCP");
    assert_eq!(cluster["output"]["proxy_url"]["value"], "https://proxy.example.com");
}
