//! The limits on requests, bodies, load and connections.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};

use crate::fixture::{client, get, metric, pair, raw, read_to_end};

#[tokio::test]
async fn a_client_over_its_rate_waits_and_others_do_not() {
    let (proxy, mock) = pair(&["--rate-limit", "3/1h", "--trust-forwarded-from", "127.0.0.0/8"]).await;
    let path = format!("/http://{}/posts/1", mock.address);
    let from = |client: &str| format!("X-Forwarded-For: {client}\r\n");
    for _ in 0..3 {
        assert!(get(proxy.address, &path, &from("1.2.3.4")).await.starts_with("HTTP/1.1 200 "));
    }
    let limited = get(proxy.address, &path, &from("1.2.3.4")).await;
    assert!(limited.starts_with("HTTP/1.1 429 ") && limited.contains("retry-after: 1"), "{limited}");
    assert!(limited.contains("access-control-allow-origin: *"), "{limited}");
    assert!(get(proxy.address, &path, &from("5.6.7.8")).await.starts_with("HTTP/1.1 200 "));
}

#[tokio::test]
async fn a_body_over_its_limit_is_refused_with_or_without_a_length() {
    let (proxy, mock) = pair(&["--max-body", "1000"]).await;
    let head = format!("POST /http://{}/echo HTTP/1.1\r\nHost: proxy\r\nConnection: close\r\n", mock.address);
    let announced = raw(proxy.address, format!("{head}Content-Length: 1001\r\n\r\n").as_bytes()).await;
    assert!(announced.starts_with("HTTP/1.1 413 "), "{announced}");
    let url = format!("http://{}/http://{}/bytes/1", proxy.address, mock.address);
    assert_eq!(client().post(&url).body(vec![0; 1000]).send().await.unwrap().status(), 200);
    let mut chunked = format!("{head}Transfer-Encoding: chunked\r\n\r\n").into_bytes();
    for _ in 0..20 {
        chunked.extend([b"100\r\n".as_slice(), &[b'x'; 256], b"\r\n"].concat());
    }
    let mut stream = TcpStream::connect(proxy.address).await.unwrap();
    stream.write_all(&chunked).await.unwrap();
    let response = read_to_end(&mut stream).await;
    // The echo begins to answer before its request ends: then the answer is cut, and never whole.
    assert!(response.starts_with("HTTP/1.1 413 ") || !response.ends_with("\r\n0\r\n\r\n"), "{response}");
}

#[tokio::test]
async fn a_response_over_its_limit_is_a_bad_gateway() {
    let (proxy, mock) = pair(&["--max-response-body", "1000"]).await;
    let path = format!("/http://{}/bytes/1001", mock.address);
    let response = get(proxy.address, &path, "").await;
    assert!(response.starts_with("HTTP/1.1 502 ") && response.contains("error=http_response_body_size"), "{response}");
}

#[tokio::test]
async fn load_beyond_the_limit_is_shed_with_a_time_to_return() {
    let (proxy, mock) = pair(&["--max-in-flight", "2"]).await;
    let url = format!("http://{}/http://{}/delay/1500", proxy.address, mock.address);
    let client = client();
    let requests: Vec<_> = (0..8).map(|_| tokio::spawn(client.get(&url).send())).collect();
    let mut statuses = Vec::new();
    for request in requests {
        let response = request.await.unwrap().unwrap();
        if response.status() == 503 {
            assert_eq!(response.headers()["retry-after"], "1");
            assert_eq!(response.headers()["connection"], "close");
        }
        statuses.push(response.status().as_u16());
    }
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 2, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 503).count(), 6, "{statuses:?}");
    assert!((metric(&proxy, "shed_requests_total").await - 6.0).abs() < f64::EPSILON);
}

#[tokio::test]
async fn a_head_that_arrives_too_slowly_or_never_ends_the_connection_and_an_idle_one_stays() {
    let (proxy, mock) = pair(&["--header-timeout", "300ms"]).await;
    let mut slow = TcpStream::connect(proxy.address).await.unwrap();
    slow.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
    let (mut silent, began) = (TcpStream::connect(proxy.address).await.unwrap(), Instant::now());
    let mut idle = TcpStream::connect(proxy.address).await.unwrap();
    idle.write_all(b"HEAD /robots.txt HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    assert_eq!(read_to_end(&mut slow).await, "");
    assert_eq!(read_to_end(&mut silent).await, "");
    assert!(began.elapsed() >= Duration::from_millis(300), "{:?}", began.elapsed());
    sleep(Duration::from_millis(400)).await;
    let request = format!("GET /http://{}/posts/1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", mock.address);
    idle.write_all(request.as_bytes()).await.unwrap();
    let responses = read_to_end(&mut idle).await;
    assert_eq!(responses.matches("HTTP/1.1 200 ").count(), 2, "{responses}");
}

#[tokio::test]
async fn idle_connections_end_after_their_time() {
    let (proxy, _mock) = pair(&["--idle-timeout", "300ms"]).await;
    let mut idle = TcpStream::connect(proxy.address).await.unwrap();
    idle.write_all(b"GET /robots.txt HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    assert!(read_to_end(&mut idle).await.ends_with("Disallow: /\n"));
}

#[tokio::test]
async fn an_old_connection_is_asked_to_close_after_its_response() {
    let (proxy, _mock) = pair(&["--max-connection-age", "1ms"]).await;
    let mut old = TcpStream::connect(proxy.address).await.unwrap();
    sleep(Duration::from_millis(20)).await;
    old.write_all(b"GET /robots.txt HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    assert!(read_to_end(&mut old).await.contains("connection: close\r\n"));
}

#[tokio::test]
async fn connections_beyond_the_cap_wait_for_a_place() {
    let (proxy, _mock) = pair(&["--max-connections", "1"]).await;
    let mut first = TcpStream::connect(proxy.address).await.unwrap();
    first.write_all(b"GET /robots.txt HTTP/1.1\r\n").await.unwrap();
    let second = tokio::spawn(async move { get(proxy.address, "/robots.txt", "").await });
    sleep(Duration::from_millis(200)).await;
    assert!(!second.is_finished());
    first.write_all(b"Host: x\r\n\r\n").await.unwrap();
    assert!(read_to_end(&mut first).await.contains("connection: close\r\n"));
    assert!(second.await.unwrap().starts_with("HTTP/1.1 200 "));
}

/// So many connections that have had one response, and go on.
async fn kept(address: SocketAddr, count: usize) -> Vec<TcpStream> {
    let mut kept = Vec::new();
    for _ in 0..count {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"HEAD /livez HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        assert!(stream.read(&mut [0; 1024]).await.unwrap() > 0);
        kept.push(stream);
    }
    kept
}

#[tokio::test]
async fn when_all_places_are_taken_the_idlest_gives_way_and_a_request_does_not() {
    let (proxy, mock) = pair(&["--max-connections", "3"]).await;
    let path = format!("/http://{}/delay/3000", mock.address);
    let busy = tokio::spawn(async move { get(proxy.address, &path, "").await });
    let mut silent = TcpStream::connect(proxy.address).await.unwrap();
    sleep(Duration::from_millis(300)).await;
    let mut younger = TcpStream::connect(proxy.address).await.unwrap();
    let began = Instant::now();
    let next = timeout(Duration::from_secs(10), get(proxy.address, "/robots.txt", "")).await.unwrap();
    assert!(next.starts_with("HTTP/1.1 200 ") && began.elapsed() < Duration::from_secs(3), "{next}");
    assert_eq!(read_to_end(&mut silent).await, "");
    assert!(timeout(Duration::from_millis(100), younger.read(&mut [0])).await.is_err(), "one was enough");
    assert!(busy.await.unwrap().starts_with("HTTP/1.1 200 "));
}

#[tokio::test]
async fn one_who_waits_costs_few_of_those_that_read_nothing_however_many_are_idle() {
    let (proxy, mock) = pair(&["--max-in-flight", "8"]).await;
    let (_kept, mut unread) = (kept(proxy.address, 100).await, Vec::new());
    for _ in 0..8 {
        let mut stream = TcpStream::connect(proxy.address).await.unwrap();
        let request = format!("GET /http://{}/bytes/60000000 HTTP/1.1\r\nHost: x\r\n\r\n", mock.address);
        stream.write_all(request.as_bytes()).await.unwrap();
        unread.push(stream);
    }
    while metric(&proxy, "http_server_active_requests").await < 8.0 {
        sleep(Duration::from_millis(10)).await;
    }
    let path = format!("/http://{}/posts/1", mock.address);
    // Until one of them has stood still for a second, nobody gives way.
    while !get(proxy.address, &path, "").await.starts_with("HTTP/1.1 200 ") {}
    let open = metric(&proxy, "open_connections").await;
    assert!((103.0..=108.0).contains(&open), "{open}");
}

#[tokio::test]
async fn the_admin_port_answers_however_many_hold_it() {
    let (proxy, _mock) = pair(&[]).await;
    let (_kept, mut silent) = (kept(proxy.admin, 100).await, Vec::new());
    for _ in 0..200 {
        silent.push(TcpStream::connect(proxy.admin).await.unwrap());
    }
    sleep(Duration::from_millis(1200)).await;
    let live = timeout(Duration::from_secs(10), get(proxy.admin, "/livez", "")).await.unwrap();
    assert!(live.starts_with("HTTP/1.1 200 "), "{live}");
}
