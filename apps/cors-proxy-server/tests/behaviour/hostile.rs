//! Hostile targets: hundreds of ways to name a private address, in paths, redirects and DNS. None gets through.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

use crate::fixture::{ANY, get, metric, mock, names, proxy, proxy_with};

/// Notations of 127.0.0.1 that a resolver or a URL parser may understand.
const LOOPBACK: [&str; 34] = [
    "127.0.0.1",
    "127.0.0.1.",
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "0x7f.1",
    "0177.0.0.1",
    "0177.1",
    "017700000001",
    "0x7f.0x0.0x0.0x1",
    "127.0.0.0x1",
    "127.00.00.01",
    "127.127.127.127",
    "127.0.0.2",
    "0",
    "0.0.0.0",
    "0x0",
    "00",
    "１２７.０.０.１",
    "127。0。0。1",
    "①②⑦.0.0.1",
    "%31%32%37.0.0.1",
    "127%2e0%2e0%2e1",
    "0X7F.1",
    "[::1]",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
];

/// Other addresses that must not be reached.
const PRIVATE: [&str; 38] = [
    "10.0.0.1",
    "10.255.255.255",
    "012.0.0.1",
    "0xa.0.0.1",
    "167772161",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "0xc0a80001",
    "100.64.0.1",
    "100.127.255.254",
    "169.254.0.1",
    "169.254.169.254",
    "2852039166",
    "0xa9fea9fe",
    "0xa9.0xfe.0xa9.0xfe",
    "0251.0376.0251.0376",
    "169.254.170.2",
    "169.254.170.23",
    "169.254.43518",
    "169.16689662",
    "192.0.0.1",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "[fd00:ec2::254]",
    "[fd00:ec2::23]",
    "[fe80::1]",
    "[fc00::1]",
    "[fec0::1]",
    "[ff02::1]",
    "[::ffff:169.254.169.254]",
    "[2001:db8::1]",
];

/// Where a host and a port can stand in a request's path.
fn forms(host: &str, port: u16) -> [String; 8] {
    [
        format!("/http://{host}:{port}/"),
        format!("/https://{host}:{port}/"),
        format!("/http:/{host}:{port}/"),
        format!("//{host}:{port}/"),
        format!("/{host}:{port}/"),
        format!("/?url=http://{host}:{port}/"),
        format!("/?url=http%3A%2F%2F{host}:{port}%2F"),
        format!("/http%3A%2F%2F{host}:{port}/"),
    ]
}

/// A listener that counts who gets through.
async fn canary() -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind(ANY).await.unwrap();
    let (address, reached) = (listener.local_addr().unwrap(), Arc::new(AtomicUsize::new(0)));
    let count = reached.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::Relaxed);
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nleak").await;
        }
    });
    (address, reached)
}

fn refused(response: &str) -> bool {
    ["HTTP/1.1 400 ", "HTTP/1.1 403 "].iter().any(|status| response.starts_with(status))
}

#[tokio::test]
async fn no_notation_of_a_private_address_gets_through() {
    let (canary, reached) = canary().await;
    let proxy = proxy(&[]).await;
    let hosts = LOOPBACK.iter().chain(&PRIVATE);
    let paths: Vec<String> = hosts.flat_map(|host| forms(host, canary.port())).collect();
    assert!(paths.len() > 500, "{}", paths.len());
    for path in &paths {
        let response = get(proxy.address, path, "").await;
        assert!(refused(&response), "{path}: {response}");
    }
    assert_eq!(reached.load(Ordering::Relaxed), 0);
    assert!(metric(&proxy, "blocked_targets_total{rule=\"loopback\"}").await > 100.0);
}

#[tokio::test]
async fn no_trick_of_syntax_gets_through() {
    let (canary, reached) = canary().await;
    let port = canary.port();
    let public_name = names(&[("public.test", &[&["127.0.0.1"]]), ("localhost", &[&["127.0.0.1"]])]);
    let proxy = proxy_with(&[], public_name).await;
    for path in [
        format!("/http://public.test@127.0.0.1:{port}/"),
        format!("/http://public.test:80@127.0.0.1:{port}/"),
        format!("/http://127.0.0.1:{port}\\@public.test/"),
        format!("/http://public.test\\@127.0.0.1:{port}/"),
        format!("/http:\\\\127.0.0.1:{port}/"),
        format!("/http:/\\127.0.0.1:{port}/"),
        format!("/http://127.0.0.1:{port}%23@public.test/"),
        format!("/http://127.0.0.1%09:{port}/"),
        format!("/http://127.0.0.1%00.public.test:{port}/"),
        format!("/http%3A%2F%2F%0A127.0.0.1:{port}/"),
        format!("/http%3A%2F%2F127.0.0.1%0D%0AHost:x:{port}/"),
        format!("/http://[::1%25lo]:{port}/"),
        format!("/http://localhost:{port}/"),
        format!("/http://LOCALHOST:{port}/"),
        format!("/http://localhost.:{port}/"),
        format!("/http://public.test:{port}/"),
        format!("/gopher://127.0.0.1:{port}/"),
        format!("/file://127.0.0.1:{port}/etc/passwd"),
        format!("/unix:127.0.0.1:{port}/"),
        format!("/?url=//127.0.0.1:{port}/"),
        format!("/?url=%2F%2F127.0.0.1:{port}/"),
        format!("/?other=1&url=http://127.0.0.1:{port}/"),
        format!("/?url=http://public.test&url=http://127.0.0.1:{port}/"),
        format!("/?url=+http%3A%2F%2F127.0.0.1:{port}%2F"),
        format!("/http://public.test:{port}#@127.0.0.1/"),
        format!("/http%3A%2F%2Fpublic.test%23@127.0.0.1:{port}/"),
        format!("/http://[::ffff:127.0.0.1%2525lo]:{port}/"),
        format!("/http://[fe80::1%25eth0]:{port}/"),
        format!("/http://127.0.0.1:{port}%00/"),
        format!("/http://127.0.0.1:00{port}/"),
        format!("/http://127.0.0.1%20:{port}/"),
        format!("/http://%6c%6f%63%61%6c%68%6f%73%74:{port}/"),
        format!("/http://\u{24db}\u{24de}\u{24d2}\u{24d0}\u{24db}\u{24d7}\u{24de}\u{24e2}\u{24e3}:{port}/"),
        format!("/http://loc\u{ad}alhost:{port}/"),
        format!("/http://public.test.:{port}/"),
        format!("/ws://127.0.0.1:{port}/"),
    ] {
        let response = get(proxy.address, &path, "").await;
        assert!(refused(&response) || response.starts_with("HTTP/1.1 502 "), "{path}: {response}");
        assert!(!response.contains("leak"), "{path}: {response}");
    }
    assert_eq!(reached.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn no_redirect_leads_to_a_private_address() {
    let (canary, reached) = canary().await;
    let mock = mock().await;
    let proxy = proxy(&["--allow-target", &mock.address.to_string()]).await;
    for host in LOOPBACK.iter().chain(&PRIVATE) {
        for status in [301, 303, 307] {
            let host = host.replace('%', "%25");
            let path =
                format!("/http://{}/redirect-to?status={status}&url=http://{host}:{}/", mock.address, canary.port());
            let response = get(proxy.address, &path, "").await;
            // A location that is no URL, or not visible ASCII, is not followed: the page gets the redirect itself.
            let handed_over = response.starts_with(&format!("HTTP/1.1 {status} ")) && !response.contains("leak");
            assert!(refused(&response) || handed_over, "{path}: {response}");
        }
    }
    assert_eq!(reached.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn one_bad_answer_among_many_refuses_the_name() {
    let (canary, reached) = canary().await;
    let public = ["1.1.1.1", "2606:4700::1111", "8.8.8.8"];
    for bad in [
        "127.0.0.1",
        "10.1.2.3",
        "169.254.169.254",
        "::1",
        "::ffff:127.0.0.1",
        "fd00:ec2::254",
        "64:ff9b::7f00:1",
        "0.0.0.0",
    ] {
        for position in 0..=public.len() {
            let mut answers = public.to_vec();
            answers.insert(position, bad);
            let proxy = proxy_with(&[], names(&[("mixed.test", &[&answers])])).await;
            let response = get(proxy.address, &format!("/http://mixed.test:{}/", canary.port()), "").await;
            assert!(response.starts_with("HTTP/1.1 403 "), "{bad} at {position}: {response}");
        }
    }
    assert_eq!(reached.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn a_name_that_changes_between_two_lookups_is_vetted_at_each() {
    let (canary, reached) = canary().await;
    let target = format!("rebind.test:{}", canary.port());
    let script = names(&[("rebind.test", &[&["127.0.0.1"], &["169.254.169.254"]])]);
    let proxy = proxy_with(&["--allow-target", &target], script).await;
    let path = format!("/http://{target}/");
    assert!(get(proxy.address, &path, "").await.ends_with("leak"));
    // The upstream closed its connection, so the second request looks the name up again.
    let response = get(proxy.address, &path, "").await;
    assert!(response.starts_with("HTTP/1.1 403 ") && response.contains("metadata"), "{response}");
    assert_eq!(reached.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn an_exemption_opens_neither_other_ports_nor_credentials() {
    let (canary, reached) = canary().await;
    let script = names(&[("inside.test", &[&["169.254.170.23"]]), ("private.test", &[&["127.0.0.1"]])]);
    let proxy = proxy_with(&["--allow-target", "inside.test:80,private.test:80,127.0.0.1:80"], script).await;
    for path in [
        "/http://inside.test/".to_owned(),
        format!("/http://private.test:{}/", canary.port()),
        format!("/http://127.0.0.1:{}/", canary.port()),
    ] {
        let response = get(proxy.address, &path, "").await;
        assert!(response.starts_with("HTTP/1.1 403 "), "{path}: {response}");
    }
    assert_eq!(reached.load(Ordering::Relaxed), 0);
}
