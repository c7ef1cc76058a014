//! Behind an edge that keeps responses: whose word counts, what targets are told, and what the edge may give to others.

use crate::fixture::{Running, get, pair, proxy, scripted};
use crate::proxy_protocol::{BALANCER, FROM_BALANCER, named, sent, told};

/// A request as an edge sends it on: with the viewer's host, and the viewer's address behind what the viewer wrote.
fn asks(target: &str, headers: &str) -> Vec<u8> {
    format!("GET /http://{target}/headers HTTP/1.1\r\nHost: www.example.com\r\n{headers}Connection: close\r\n\r\n")
        .into()
}

fn forwarded_for(mock: &Running, chain: &str) -> Vec<u8> {
    asks(&mock.address.to_string(), &format!("X-Forwarded-For: {chain}\r\n"))
}

#[tokio::test]
async fn the_viewer_is_counted_and_what_it_claims_is_not_believed() {
    let (proxy, mock) = pair(&[&FROM_BALANCER[..], &["--behind-edge", "--rate-limit", "2/1h"]].concat()).await;
    // The edge's servers come and go, and each appends the viewer that it speaks for.
    for (server, claim) in [(7, "6.6.6.1"), (8, "6.6.6.2, 9.9.9.9")] {
        let request = forwarded_for(&mock, &format!("{claim}, 1.2.3.4"));
        let response = sent(BALANCER, proxy.address, &[named(server), request].concat()).await;
        assert_eq!(told(&response), format!("1.2.3.4, 203.0.113.{server}"));
    }
    for claim in ["6.6.6.3", "1.2.3.4, unknown", "\u{e9}"] {
        let request = forwarded_for(&mock, &format!("{claim}, 1.2.3.4"));
        let limited = sent(BALANCER, proxy.address, &[named(9), request].concat()).await;
        assert!(limited.starts_with("HTTP/1.1 429 "), "{claim}: {limited}");
    }
    let other = forwarded_for(&mock, "1.2.3.4, 5.6.7.8");
    let other = sent(BALANCER, proxy.address, &[named(9), other].concat()).await;
    assert_eq!(told(&other), "5.6.7.8, 203.0.113.9");
    // Whoever comes around the load balancer speaks for nobody.
    let around = sent("127.0.0.3", proxy.address, &forwarded_for(&mock, "6.6.6.4, 5.6.7.8")).await;
    assert_eq!(told(&around), "127.0.0.3");
}

#[tokio::test]
async fn targets_are_told_what_the_edge_knows_and_nothing_that_a_viewer_wrote() {
    let (upstream, seen) = scripted(&["HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"]).await;
    let target = upstream.to_string();
    let claims = "X-Forwarded-For: 6.6.6.6, 1.2.3.4\r\nX-Forwarded-Host: evil.example\r\nX-Forwarded-Proto: gopher\r\n\
                  X-Forwarded-Port: 666\r\nForwarded: for=6.6.6.6;host=evil.example;proto=gopher\r\n";
    let flags = [&FROM_BALANCER[..], &["--behind-edge", "--allow-target", &target]].concat();
    // An edge's server may have an address that is believed for other reasons.
    for ranges in [&[][..], &["--trust-forwarded-from", "203.0.113.0/24"]] {
        let proxy = proxy(&[&flags[..], ranges].concat()).await;
        let response = sent(BALANCER, proxy.address, &[named(7), asks(&target, claims)].concat()).await;
        assert!(response.starts_with("HTTP/1.1 200 "), "{response}");
        let request = seen.lock().unwrap().pop().unwrap().to_ascii_lowercase();
        for expected in [
            "x-forwarded-for: 1.2.3.4, 203.0.113.7\r\n",
            "x-forwarded-host: www.example.com\r\n",
            "x-forwarded-port: 443\r\n",
            "x-forwarded-proto: https\r\n",
        ] {
            assert!(request.contains(expected), "{expected}: {request}");
        }
        for absent in ["6.6.6.6", "evil", "gopher", "port: 666", "\r\nforwarded:"] {
            assert!(!request.contains(absent), "{absent}: {request}");
        }
    }
}

#[tokio::test]
async fn an_edge_without_a_balancer_that_says_so_is_refused() {
    let output = crate::command::command(&["--behind-edge"]).output().await.unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("--behind-edge needs --proxy-protocol-from"), "{said}");
}

/// The lines of `Cache-Control` in a response.
fn cache_control(response: &str) -> String {
    let lines = response.lines().filter_map(|line| line.strip_prefix("cache-control: "));
    lines.collect::<Vec<_>>().join(" / ")
}

/// What the edge is told of a target's response with such headers, asked for by a page.
async fn kept(flags: &[&str], headers: &str) -> String {
    let response = format!("HTTP/1.1 200 OK\r\n{headers}Content-Length: 2\r\n\r\nok");
    let (upstream, _) = scripted(vec![&*response.leak()].leak()).await;
    let target = upstream.to_string();
    let proxy = proxy(&[&["--allow-target", &target], flags].concat()).await;
    let secrets = "Origin: https://page.example\r\nX-Api-Key: of-one-client\r\n";
    let response = get(proxy.address, &format!("/http://{target}/"), secrets).await;
    assert!(response.starts_with("HTTP/1.1 200 ") && response.ends_with("\r\n\r\nok"), "{response}");
    assert!(!response.contains("cdn-cache-control") || flags.is_empty(), "{response}");
    cache_control(&response)
}

const KEY: [&str; 2] = ["--cache-key", "Origin,Accept-Language"];

#[tokio::test]
async fn a_cache_keeps_only_what_its_target_says_is_for_everybody() {
    for (said, expected) in [
        ("", "private"),
        ("Cache-Control: max-age=60\r\n", "private, max-age=60"),
        ("Cache-Control: no-store\r\n", "private, no-store"),
        ("Expires: Fri, 01 Jan 2100 00:00:00 GMT\r\n", "private"),
        ("CDN-Cache-Control: max-age=60\r\n", "private"),
        ("Cache-Control: public, max-age=60\r\n", "public, max-age=60"),
        ("Cache-Control: public\r\nCache-Control: s-maxage=60\r\n", "public / s-maxage=60"),
        ("Cache-Control: public, max-age=60\r\nVary: Accept-Language\r\n", "public, max-age=60"),
        ("Cache-Control: public, max-age=60\r\nVary: X-Api-Key\r\n", "private, max-age=60"),
    ] {
        assert_eq!(kept(&KEY, said).await, expected, "{said}");
    }
    for said in ["max-age=60", "private", "public, s-maxage=1"] {
        let headers = format!("Cache-Control: {said}\r\nCDN-Cache-Control: max-age=1\r\nVary: X-Api-Key\r\n");
        assert_eq!(kept(&[], &headers).await, said, "without a cache nothing is changed");
    }
    assert_eq!(kept(&[], "").await, "");
}

#[tokio::test]
async fn a_cache_keeps_nothing_that_sets_a_cookie_and_no_grant_of_another_origin() {
    let allowed = ["--allow-origin", "https://page.example", "--allow-credentials"];
    let cookie = "Cache-Control: public, max-age=60\r\nSet-Cookie: id=1\r\n";
    assert_eq!(kept(&[&KEY[..], &allowed].concat(), cookie).await, "private, max-age=60");
    assert_eq!(kept(&allowed, cookie).await, "public, max-age=60");
    // Without credentials the cookie does not cross, and the rest is for everybody.
    assert_eq!(kept(&KEY, cookie).await, "public, max-age=60");
    let public = "Cache-Control: public, max-age=60\r\n";
    let keyless = [&["--cache-key", "Accept-Language"], &allowed[..2]].concat();
    assert_eq!(kept(&keyless, public).await, "private, max-age=60", "the grant varies by the origin");
}

#[tokio::test]
async fn what_the_proxy_says_to_one_client_is_not_for_others() {
    for (key, expected) in [(&KEY[..], "private"), (&[][..], "")] {
        let (proxy, mock) = pair(&[&["--rate-limit", "1/1h"], key].concat()).await;
        let path = format!("/http://{}/headers", mock.address);
        assert!(get(proxy.address, &path, "").await.starts_with("HTTP/1.1 200 "));
        let limited = get(proxy.address, &path, "").await;
        assert!(limited.starts_with("HTTP/1.1 429 "), "{limited}");
        assert_eq!(cache_control(&limited), expected);
    }
}
