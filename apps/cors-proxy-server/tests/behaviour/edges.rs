//! More edges of HTTP, as the documents have them.

use std::fmt::Write;

use crate::fixture::{get, proxy, raw, scripted};

/// The response that the page gets from a target that answers like this.
async fn through(response: String) -> String {
    let (upstream, _) = scripted(vec![&*response.leak()].leak()).await;
    let proxy = proxy(&["--allow-target", &upstream.to_string()]).await;
    get(proxy.address, &format!("/http://{upstream}/"), "").await
}

/// So many headers, each a line.
fn headers(count: usize) -> String {
    (0..count).fold(String::new(), |mut lines, nth| {
        write!(lines, "X-{nth}: 1\r\n").unwrap();
        lines
    })
}

#[tokio::test]
async fn a_body_that_is_broken_from_the_first_is_a_bad_gateway() {
    let broken = through("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnone\r\n".into()).await;
    assert!(broken.starts_with("HTTP/1.1 502 ") && broken.contains("error=http_protocol_error"), "{broken}");
    assert!(broken.contains("access-control-allow-origin: *\r\n"), "{broken}");
}

#[tokio::test]
async fn a_head_has_at_most_a_hundred_headers_and_16_kib() {
    let proxy = proxy(&[]).await;
    // Its own two are counted, too.
    for (lines, status) in
        [(headers(98), " 200 "), (headers(99), " 431 "), (format!("X-Long: {}\r\n", "x".repeat(16 << 10)), " 431 ")]
    {
        let request = format!("GET /robots.txt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{lines}\r\n");
        let response = raw(proxy.address, request.as_bytes()).await;
        assert!(response[8..].starts_with(status), "{status}: {response}");
    }
    let most = through(format!("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n{}\r\nok", headers(99))).await;
    assert!(most.starts_with("HTTP/1.1 200 ") && most.contains("\r\nx-98: 1\r\n") && most.ends_with("ok"), "{most}");
    for lines in [headers(100), format!("X-Long: {}\r\n", "x".repeat(16 << 10))] {
        let more = through(format!("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n{lines}\r\nok")).await;
        assert!(more.starts_with("HTTP/1.1 502 ") && more.contains("error=http_protocol_error"), "{more}");
    }
}

#[tokio::test]
async fn a_length_that_is_said_twice_in_one_line_is_no_request() {
    let (upstream, seen) = scripted(&["HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"]).await;
    let proxy = proxy(&["--allow-target", &upstream.to_string()]).await;
    let request = format!("POST /http://{upstream}/ HTTP/1.1\r\nHost: x\r\nContent-Length: 2, 2\r\n\r\nab");
    let response = raw(proxy.address, request.as_bytes()).await;
    assert!(response.starts_with("HTTP/1.1 400 "), "{response}");
    assert!(seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn codings_in_two_lines_are_refused_in_both_directions() {
    let (upstream, seen) = scripted(&["HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"]).await;
    let proxy = proxy(&["--allow-target", &upstream.to_string()]).await;
    for (first, status) in [("chunked", " 400 "), ("gzip", " 501 ")] {
        let codings = format!("Transfer-Encoding: {first}\r\nTransfer-Encoding: chunked\r\n");
        let request = format!("POST /http://{upstream}/ HTTP/1.1\r\nHost: x\r\n{codings}\r\n0\r\n\r\n");
        let response = raw(proxy.address, request.as_bytes()).await;
        assert!(response[8..].starts_with(status), "{first}: {response}");
        let answer = through(format!("HTTP/1.1 200 OK\r\n{codings}\r\n2\r\nok\r\n0\r\n\r\n")).await;
        assert!(
            answer.starts_with("HTTP/1.1 502 ") && answer.contains("error=http_protocol_error"),
            "{first}: {answer}"
        );
    }
    assert!(seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_host_that_is_none_is_refused() {
    let proxy = proxy(&[]).await;
    for host in ["a b", "a/b", "user@a", "http://a", "a?b"] {
        let request = format!("GET /robots.txt HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        let response = raw(proxy.address, request.as_bytes()).await;
        assert!(response.starts_with("HTTP/1.1 400 ") && response.ends_with("\r\n\r\n"), "{host}: {response}");
    }
}

#[tokio::test]
async fn http_2_without_tls_is_closed_unanswered() {
    let proxy = proxy(&[]).await;
    assert_eq!(raw(proxy.address, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await, "");
}

#[tokio::test]
async fn the_origin_that_is_refused_may_not_read_why() {
    let proxy = proxy(&["--allow-origin", "https://page.example"]).await;
    let refused = get(proxy.address, "/http://1.1.1.1/", "Origin: https://other.example\r\n").await;
    assert!(refused.starts_with("HTTP/1.1 403 ") && refused.contains("error=http_request_denied"), "{refused}");
    assert!(!refused.contains("access-control-allow-origin"), "{refused}");
}

#[tokio::test]
async fn an_apostrophe_in_a_query_reaches_the_target() {
    let (upstream, seen) = scripted(&["HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"]).await;
    let proxy = proxy(&["--allow-target", &upstream.to_string()]).await;
    get(proxy.address, &format!("/http://{upstream}/x?name='a'&b=%27"), "").await;
    let request = seen.lock().unwrap()[0].clone();
    assert!(request.starts_with("GET /x?name='a'&b=%27 HTTP/1.1\r\n"), "{request}");
}

#[tokio::test]
async fn no_header_logs_a_page_into_a_target() {
    let response = through(
        "HTTP/1.1 200 OK\r\nSet-Cookie2: a=1\r\nSet-Login: logged-in\r\nSecure-Session-Registration: (ES256)\r\n\
         Content-Length: 2\r\n\r\nok"
            .into(),
    )
    .await;
    for absent in ["set-cookie2", "set-login", "session-registration"] {
        assert!(!response.contains(absent), "{absent}: {response}");
    }
}
