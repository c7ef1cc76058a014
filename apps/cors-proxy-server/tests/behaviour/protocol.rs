//! Requests and responses at the edges of HTTP: refused, mended or passed as the standard has it, and never confused.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};

use crate::fixture::{get, metric, pair, proxy, raw, read_to_end, scripted};

/// The response that the page gets from a target that answers like this.
async fn through(response: &'static [&'static str]) -> String {
    let (upstream, _) = scripted(response).await;
    let proxy = proxy(&["--allow-target", &upstream.to_string()]).await;
    get(proxy.address, &format!("/http://{upstream}/"), "").await
}

#[tokio::test]
async fn a_request_names_one_host() {
    let proxy = proxy(&[]).await;
    for (head, status) in [
        ("GET / HTTP/1.1\r\n", "400"),
        ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n", "400"),
        ("GET / HTTP/1.1\r\nHost: a\r\n", "200"),
        ("GET / HTTP/1.0\r\n", "200"),
    ] {
        let response = raw(proxy.address, format!("{head}Connection: close\r\n\r\n").as_bytes()).await;
        assert!(response[8..].starts_with(&format!(" {status} ")), "{head}: {response}");
    }
}

#[tokio::test]
async fn no_second_request_hides_in_the_body_of_the_first() {
    let (upstream, seen) = scripted(&["HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"]).await;
    let proxy = proxy(&["--allow-target", &upstream.to_string()]).await;
    let hidden = format!("GET /http://{upstream}/hidden HTTP/1.1\r\nHost: x\r\n\r\n");
    for (framing, body, statuses) in [
        ("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n", &["200"][..]),
        ("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n", &["200"]),
        ("Content-Length: 0\r\nContent-Length: 5\r\n", "", &["400"]),
        ("Content-Length: 0, 5\r\n", "", &["400"]),
        ("Content-Length: +0\r\n", "", &["400"]),
        ("Transfer-Encoding : chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n", &["400"]),
        ("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n", &["400"]),
        ("Transfer-Encoding: identity\r\n", "", &["400"]),
        ("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n", &["400"]),
        ("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n", &["501"]),
        ("Transfer-Encoding: chunked\r\n", "0_0\r\n\r\n", &["200", "400"]),
        ("X-Folded: a\r\n b\r\n", "", &["400"]),
    ] {
        let request = format!("POST /http://{upstream}/ HTTP/1.1\r\nHost: x\r\n{framing}\r\n{body}{hidden}");
        let response = raw(proxy.address, request.as_bytes()).await;
        assert!(
            statuses.iter().any(|status| response[8..].starts_with(&format!(" {status} "))),
            "{framing}: {response}"
        );
        assert_eq!(response.matches("HTTP/1.1 ").count(), 1, "{framing}: {response}");
    }
    assert!(seen.lock().unwrap().iter().all(|request| !request.contains("hidden")));
}

#[tokio::test]
async fn one_length_reaches_the_target_however_often_it_was_said() {
    let (upstream, seen) = scripted(&["HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"]).await;
    let proxy = proxy(&["--allow-target", &upstream.to_string()]).await;
    let lengths = "Content-Length: 2\r\nContent-Length: 2\r\n";
    let request = format!("POST /http://{upstream}/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{lengths}\r\nab");
    assert!(raw(proxy.address, request.as_bytes()).await.starts_with("HTTP/1.1 200 "));
    assert_eq!(seen.lock().unwrap()[0].matches("content-length").count(), 1);
}

#[tokio::test]
async fn a_response_without_a_body_keeps_what_its_head_may_say() {
    let unchanged = through(&["HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\nContent-Length: 220\r\n\r\n"]).await;
    assert!(unchanged.starts_with("HTTP/1.1 304 ") && unchanged.contains("content-length: 220\r\n"), "{unchanged}");
    let empty = through(&["HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\nok"]).await;
    assert!(empty.starts_with("HTTP/1.1 204 ") && !empty.contains("content-length: "), "{empty}");
    assert!(unchanged.ends_with("\r\n\r\n") && empty.ends_with("\r\n\r\n"), "{unchanged}{empty}");
}

#[tokio::test]
async fn early_hints_are_passed_over_and_a_switch_that_nobody_asked_for_is_refused() {
    let hints =
        through(&["HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"])
            .await;
    assert!(hints.starts_with("HTTP/1.1 200 ") && hints.ends_with("\r\n\r\nok"), "{hints}");
    let switch = through(&["HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: other\r\n\r\n"]).await;
    assert!(switch.starts_with("HTTP/1.1 502 ") && switch.contains("error=http_protocol_error"), "{switch}");
}

#[tokio::test]
async fn two_lengths_are_no_response_and_old_forms_of_headers_are_mended() {
    let two = through(&["HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nokk"]).await;
    assert!(two.starts_with("HTTP/1.1 502 "), "{two}");
    let chunked =
        through(&["HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"])
            .await;
    assert!(!chunked.contains("content-length: ") && chunked.ends_with("2\r\nok\r\n0\r\n\r\n"), "{chunked}");
    let listed = through(&["HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nok"]).await;
    assert!(listed.contains("content-length: 2\r\n") && listed.ends_with("\r\n\r\nok"), "{listed}");
    let old = through(&["HTTP/1.1 200 OK\r\nX-Spaced : 1\r\nX-Folded: 1\r\n 2\r\nContent-Length: 2\r\n\r\nok"]).await;
    assert!(old.contains("x-spaced: 1\r\n") && old.contains("x-folded: 1 2\r\n"), "{old}");
}

#[tokio::test]
async fn the_length_of_a_body_that_is_not_sent_is_said_once_or_not_at_all() {
    for (lengths, expected) in [
        ("Content-Length: 2\r\nContent-Length: 2\r\n", "content-length: 2\r\n"),
        ("Content-Length: 2\r\nContent-Length: 3\r\n", ""),
        ("Content-Length: +2\r\n", ""),
    ] {
        let answer = format!("HTTP/1.1 200 OK\r\n{lengths}\r\n").leak();
        let (upstream, _) = scripted(vec![&*answer].leak()).await;
        let proxy = proxy(&["--allow-target", &upstream.to_string()]).await;
        let request = format!("HEAD /http://{upstream}/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        let response = raw(proxy.address, request.as_bytes()).await;
        assert!(response.starts_with("HTTP/1.1 200 ") && response.contains(expected), "{lengths}: {response}");
        assert_eq!(response.matches("content-length: ").count(), usize::from(!expected.is_empty()), "{response}");
    }
}

#[tokio::test]
async fn a_body_in_a_coding_that_the_page_would_not_hear_of_is_refused() {
    for coding in ["gzip, chunked", "chunked, gzip", "gzip"] {
        let answer = format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: {coding}\r\n\r\n2\r\nok\r\n0\r\n\r\n").leak();
        let response = through(vec![&*answer].leak()).await;
        assert!(response.starts_with("HTTP/1.1 502 ") && response.contains("error=http_protocol_error"), "{response}");
    }
}

#[tokio::test]
async fn an_answer_is_passed_on_while_the_body_of_its_request_is_still_sent() {
    let (upstream, _) = scripted(&["HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig"]).await;
    let proxy = proxy(&["--allow-target", &upstream.to_string()]).await;
    let mut stream = TcpStream::connect(proxy.address).await.unwrap();
    let head = format!("POST /http://{upstream}/ HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\nbegun");
    stream.write_all(head.as_bytes()).await.unwrap();
    let response = read_to_end(&mut stream).await;
    assert!(response.starts_with("HTTP/1.1 413 ") && response.ends_with("big"), "{response}");
}

#[tokio::test]
async fn a_client_is_told_to_continue_and_its_body_follows() {
    let (proxy, mock) = pair(&[]).await;
    let mut stream = TcpStream::connect(proxy.address).await.unwrap();
    let head = format!(
        "POST /http://{}/echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n",
        mock.address
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut interim = [0; 25];
    timeout(Duration::from_secs(10), stream.read_exact(&mut interim)).await.unwrap().unwrap();
    assert_eq!(&interim, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(b"ok").await.unwrap();
    assert!(read_to_end(&mut stream).await.ends_with("\r\n\r\nok"));
}

#[tokio::test]
async fn a_client_that_goes_away_frees_its_place_at_once() {
    let (proxy, mock) = pair(&[]).await;
    let mut stream = TcpStream::connect(proxy.address).await.unwrap();
    let request = format!("GET /http://{}/delay/60000 HTTP/1.1\r\nHost: x\r\n\r\n", mock.address);
    stream.write_all(request.as_bytes()).await.unwrap();
    while metric(&mock, "http_server_active_requests").await < 1.0 {
        sleep(Duration::from_millis(10)).await;
    }
    drop(stream);
    let began = Instant::now();
    while metric(&mock, "http_server_active_requests").await > 0.0 {
        assert!(began.elapsed() < Duration::from_secs(10), "the target still works for nobody");
        sleep(Duration::from_millis(10)).await;
    }
    let series = "http_server_request_duration_seconds_count{http_request_method=\"GET\",http_response_status_code=\"499\",\
                  http_route=\"\",error_type=\"client_closed_request\"}";
    assert!((metric(&proxy, series).await - 1.0).abs() < f64::EPSILON);
}

#[tokio::test]
async fn no_policy_of_one_target_holds_for_the_others() {
    let response = through(&[
        "HTTP/1.1 200 OK\r\nNEL: {}\r\nReport-To: {}\r\nAccept-CH: Width\r\nUse-As-Dictionary: match=\"/*\"\r\n\
                              Access-Control-Allow-Private-Network: true\r\nContent-Length: 2\r\n\r\nok",
    ])
    .await;
    for absent in ["nel", "report-to", "accept-ch", "use-as-dictionary", "private-network"] {
        assert!(!response.contains(absent), "{absent}: {response}");
    }
}
