//! Forwarding: the requests that reach the target, and the responses that reach the page.

use std::net::SocketAddr;
use std::sync::atomic::Ordering;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use crate::fixture::{answering, client, get, metric, pair, proxy, raw, scripted};

#[tokio::test]
async fn headers_of_the_connection_do_not_cross_and_the_proxy_adds_its_own() {
    let (upstream, seen) = scripted(&["HTTP/1.1 200 OK\r\nConnection: x-hidden, close\r\nX-Hidden: 1\r\nKeep-Alive: 9\r\nX-Kept: 1\r\n\
        Access-Control-Allow-Origin: https://theirs\r\nSet-Cookie: a=1\r\nClear-Site-Data: \"*\"\r\nStrict-Transport-Security: max-age=1\r\n\
        Alt-Svc: h3\r\nService-Worker-Allowed: /\r\nContent-Length: 2\r\n\r\nok"])
    .await;
    let flags =
        ["--allow-target", &upstream.to_string(), "--set-header", "X-Set: by operator", "--remove-header", "X-Removed"];
    let proxy = proxy(&flags).await;
    let headers = "X-Secret: 1\r\nTE: trailers, gzip\r\nX-Removed: 1\r\nProxy-Authorization: Basic x\r\nAuthorization: Bearer x\r\n\
                   traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\nConnection: X-Secret\r\n";
    let response = get(proxy.address, &format!("/http://{upstream}/a%2Fb?c=%20d&e"), headers).await;
    let request = seen.lock().unwrap()[0].to_ascii_lowercase();

    assert!(request.starts_with("get /a%2fb?c=%20d&e http/1.1\r\n"), "{request}");
    for expected in [
        &format!("host: {upstream}\r\n"),
        "via: 1.1 cors-proxy-server\r\n",
        "x-forwarded-for: 127.0.0.1\r\n",
        "x-forwarded-host: proxy\r\n",
        "x-forwarded-proto: http\r\n",
        "x-set: by operator\r\n",
        "te: trailers\r\n",
        "authorization: bearer x\r\n",
        "traceparent: 00-0af7651916cd43dd8448eb211c80319c-",
    ] {
        assert!(request.contains(expected), "{expected}: {request}");
    }
    for absent in ["x-secret", "x-removed", "proxy-authorization", "b7ad6b7169203331", "accept"] {
        assert!(!request.contains(absent), "{absent}: {request}");
    }
    assert!(response.contains("x-kept: 1\r\n") && response.ends_with("\r\n\r\nok"), "{response}");
    for absent in [
        "x-hidden: 1",
        "keep-alive: 9",
        "https://theirs",
        "set-cookie",
        "clear-site-data",
        "strict-transport",
        "alt-svc",
        "service-worker",
    ] {
        assert!(!response.contains(absent), "{absent}: {response}");
    }
}

#[tokio::test]
async fn every_method_and_its_body_is_forwarded() {
    let (proxy, mock) = pair(&[]).await;
    for method in ["POST", "PUT", "PATCH", "DELETE", "PROPFIND"] {
        let url = format!("http://{}/http://{}/echo", proxy.address, mock.address);
        let response = client().request(method.parse().unwrap(), url).body("a body").send().await.unwrap();
        assert_eq!((response.status().as_u16(), response.text().await.unwrap().as_str()), (200, "a body"), "{method}");
    }
}

#[tokio::test]
async fn connect_and_trace_are_refused() {
    let proxy = proxy(&[]).await;
    let trace =
        raw(proxy.address, b"TRACE /http://1.1.1.1/ HTTP/1.1\r\nHost: proxy\r\nConnection: close\r\n\r\n").await;
    assert!(trace.starts_with("HTTP/1.1 405 ") && trace.contains("allow: GET, HEAD"), "{trace}");
    let connect = raw(proxy.address, b"CONNECT 1.1.1.1:443 HTTP/1.1\r\nHost: proxy\r\nConnection: close\r\n\r\n").await;
    assert!(connect.starts_with("HTTP/1.1 405 "), "{connect}");
}

#[tokio::test]
async fn a_request_that_has_passed_the_proxy_is_a_loop() {
    let proxy = proxy(&[]).await;
    let response = get(proxy.address, "/http://1.1.1.1/", "Via: 1.1 a, 1.1 cors-proxy-server\r\n").await;
    assert!(response.starts_with("HTTP/1.1 508 ") && response.contains("error=proxy_loop_detected"), "{response}");
}

#[tokio::test]
async fn head_keeps_the_length_of_the_body_that_it_leaves_out() {
    let (proxy, mock) = pair(&[]).await;
    let request =
        format!("HEAD /http://{}/bytes/12345 HTTP/1.1\r\nHost: proxy\r\nConnection: close\r\n\r\n", mock.address);
    let response = raw(proxy.address, request.as_bytes()).await;
    assert!(response.starts_with("HTTP/1.1 200 ") && response.contains("content-length: 12345\r\n"), "{response}");
    assert!(response.ends_with("\r\n\r\n"), "{response}");
}

#[tokio::test]
async fn ranges_conditions_and_encodings_pass_unchanged() {
    let (proxy, mock) = pair(&[]).await;
    let target = format!("/http://{}", mock.address);
    let range = get(proxy.address, &format!("{target}/range/100"), "Range: bytes=26-28\r\n").await;
    assert!(
        range.starts_with("HTTP/1.1 206 ")
            && range.contains("content-range: bytes 26-28/100\r\n")
            && range.ends_with("abc"),
        "{range}"
    );
    let unsatisfiable = get(proxy.address, &format!("{target}/range/100"), "Range: bytes=200-\r\n").await;
    assert!(
        unsatisfiable.starts_with("HTTP/1.1 416 ") && unsatisfiable.contains("content-range: bytes */100"),
        "{unsatisfiable}"
    );
    let unchanged = get(proxy.address, &format!("{target}/etag/x"), "If-None-Match: \"x\"\r\n").await;
    assert!(unchanged.starts_with("HTTP/1.1 304 ") && unchanged.contains("etag: \"x\"\r\n"), "{unchanged}");
    let gzip = client().get(format!("http://{}{target}/gzip", proxy.address)).send().await.unwrap();
    assert_eq!(gzip.headers()["content-encoding"], "gzip");
    assert_eq!(gzip.bytes().await.unwrap()[..2], [0x1f, 0x8b]);
}

#[tokio::test]
async fn failures_of_the_target_have_their_own_status() {
    let (proxy, mock) = pair(&["--timeout", "3s", "--allow-target", "127.0.0.1:1"]).await;
    let target = format!("/http://{}", mock.address);
    for (path, status, error) in [
        (format!("{target}/fault/reset"), "502", "connection_terminated"),
        (format!("{target}/delay/10000"), "504", "http_response_timeout"),
        ("/http://127.0.0.1:1/".to_owned(), "502", "connection_refused"),
        ("/http://unknown.test/".to_owned(), "502", "dns_error"),
        ("/http://a%7Bb.test/".to_owned(), "400", "destination_not_found"),
    ] {
        let response = get(proxy.address, &path, "").await;
        assert!(response.starts_with(&format!("HTTP/1.1 {status} ")), "{path}: {response}");
        assert!(response.contains(&format!("error={error}\r\n")), "{path}: {response}");
    }
}

#[tokio::test]
async fn a_response_that_is_not_http_is_a_bad_gateway() {
    let (upstream, _) = scripted(&["SSH-2.0-OpenSSH\r\n"]).await;
    let proxy = proxy(&["--allow-target", &upstream.to_string()]).await;
    let response = get(proxy.address, &format!("/http://{upstream}/"), "").await;
    assert!(response.starts_with("HTTP/1.1 502 ") && response.contains("error=http_protocol_error"), "{response}");
}

#[tokio::test]
async fn a_plain_server_behind_https_is_no_secure_connection() {
    let (upstream, _) = scripted(&["HTTP/1.1 400 Bad Request\r\n\r\n"]).await;
    let proxy = proxy(&["--allow-target", &upstream.to_string()]).await;
    let response = get(proxy.address, &format!("/https://{upstream}/"), "").await;
    assert!(response.starts_with("HTTP/1.1 502 ") && response.contains("error=tls_protocol_error"), "{response}");
}

#[tokio::test]
async fn a_reset_of_a_used_connection_is_retried_for_a_safe_request_only() {
    let (upstream, seen) = answering(&[1, 1]).await;
    let proxy = proxy(&["--allow-target", &upstream.to_string()]).await;
    for _ in 0..2 {
        let response = get(proxy.address, &format!("/http://{upstream}/"), "").await;
        assert!(response.starts_with("HTTP/1.1 200 "), "{response}");
    }
    assert_eq!(seen.load(Ordering::Relaxed), 3);
    assert!((metric(&proxy, "retries_total{reason=\"reset\"}").await - 1.0).abs() < f64::EPSILON);

    let request =
        format!("POST /http://{upstream}/ HTTP/1.1\r\nHost: proxy\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    let response = raw(proxy.address, request.as_bytes()).await;
    assert!(response.starts_with("HTTP/1.1 502 "), "{response}");
    assert_eq!(seen.load(Ordering::Relaxed), 4);
}

/// So many requests over one connection; returns the statuses.
async fn statuses(proxy: SocketAddr, path: &str, count: usize) -> Vec<String> {
    let (mut stream, mut statuses) = (BufReader::new(TcpStream::connect(proxy).await.unwrap()), Vec::new());
    for _ in 0..count {
        stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes()).await.unwrap();
        let (mut length, mut line) = (0, String::new());
        stream.read_line(&mut line).await.unwrap();
        statuses.push(line.split(' ').nth(1).unwrap().to_owned());
        while line != "\r\n" {
            line.clear();
            stream.read_line(&mut line).await.unwrap();
            if let Some(value) = line.strip_prefix("content-length: ") {
                length = value.trim().parse().unwrap();
            }
        }
        stream.read_exact(&mut vec![0; length]).await.unwrap();
    }
    statuses
}

#[tokio::test]
async fn no_request_fails_where_each_connection_is_reset_at_its_second() {
    let (upstream, _) = answering(&[1]).await;
    let proxy = proxy(&["--allow-target", &upstream.to_string()]).await;
    let statuses = statuses(proxy.address, &format!("/http://{upstream}/"), 400).await;
    assert!(statuses.iter().all(|status| status == "200"), "{statuses:?}");
    assert!((metric(&proxy, "retries_total{reason=\"reset\"}").await - 399.0).abs() < f64::EPSILON);
}

#[tokio::test]
async fn an_outage_of_one_target_takes_no_retry_from_another() {
    let proxy = proxy(&["--allow-target", "127.0.0.1:1,127.0.0.1:2"]).await;
    assert!(statuses(proxy.address, "/http://127.0.0.1:1/", 100).await.iter().all(|status| status == "502"));
    let connects = "retries_total{reason=\"connect\"}";
    let first = metric(&proxy, connects).await;
    // What there was, and a tenth of the requests.
    assert!((20.0..=31.0).contains(&first), "{first}");
    statuses(proxy.address, "/http://127.0.0.1:2/", 5).await;
    let both = metric(&proxy, connects).await;
    assert!((both - first - 5.0).abs() < f64::EPSILON, "{first} {both}");
}

#[tokio::test]
async fn a_reset_of_a_fresh_connection_is_an_answer() {
    let (upstream, seen) = answering(&[0]).await;
    let proxy = proxy(&["--allow-target", &upstream.to_string()]).await;
    let response = get(proxy.address, &format!("/http://{upstream}/"), "").await;
    assert!(response.starts_with("HTTP/1.1 502 ") && response.contains("error=connection_terminated"), "{response}");
    assert_eq!(seen.load(Ordering::Relaxed), 1);
}
