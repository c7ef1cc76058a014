//! The port without TLS: every request is sent to HTTPS, and nothing else is to be had there.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use crate::fixture::{ANY, Running, get, metric, proxy, raw, read_to_end};

const REDIRECTING: [&str; 4] = ["--https-redirect-listen", ANY, "--drain-delay", "300ms"];

fn plain(proxy: &Running) -> SocketAddr {
    proxy.redirect.unwrap()
}

#[tokio::test]
async fn every_request_is_sent_to_its_own_address_by_https() {
    let proxy = proxy(&REDIRECTING).await;
    for (request, location) in [
        ("GET /a?b=c HTTP/1.1\r\nHost: proxy.example.com\r\n\r\n", "https://proxy.example.com/a?b=c"),
        (
            "POST /http://target/ HTTP/1.1\r\nHost: a.example:80\r\nContent-Length: 2\r\n\r\nhi",
            "https://a.example/http://target/",
        ),
        ("GET http://b.example/c HTTP/1.1\r\nHost: a.example\r\n\r\n", "https://b.example/c"),
        ("OPTIONS * HTTP/1.1\r\nHost: a.example\r\n\r\n", "https://a.example/"),
    ] {
        let response = raw(plain(&proxy), request.as_bytes()).await;
        assert!(response.starts_with("HTTP/1.1 308 "), "{request}: {response}");
        assert!(response.contains(&format!("location: {location}\r\n")), "{request}: {response}");
        assert!(response.contains("connection: close\r\n"), "{response}");
    }
    assert!(metric(&proxy, "requests_total{route=\"https_redirect\"").await >= 0.0);
}

#[tokio::test]
async fn what_names_no_host_is_malformed() {
    let proxy = proxy(&REDIRECTING).await;
    for request in [
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a,b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: user@a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a:b\r\n\r\n",
        "CONNECT b:443 HTTP/1.1\r\nHost: b:443\r\n\r\n",
    ] {
        let response = raw(plain(&proxy), request.as_bytes()).await;
        assert_eq!(response.split(' ').nth(1), Some("400"), "{request}: {response}");
        assert!(!response.to_lowercase().contains("location:"), "{response}");
    }
}

#[tokio::test]
async fn a_balancer_names_its_client_there_too() {
    let proxy = proxy(&[REDIRECTING.as_slice(), &["--proxy-protocol-from", "127.0.0.2/32"]].concat()).await;
    let from_balancer = || async {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.2:0".parse().unwrap()).unwrap();
        socket.connect(plain(&proxy)).await.unwrap()
    };
    let request = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    let header =
        [b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c".as_slice(), &[203, 0, 113, 9, 10, 0, 0, 1, 0x9c, 0x40, 0, 80]].concat();
    let mut named = from_balancer().await;
    named.write_all(&[header.as_slice(), request].concat()).await.unwrap();
    assert!(read_to_end(&mut named).await.starts_with("HTTP/1.1 308 "));
    let mut unnamed = from_balancer().await;
    unnamed.write_all(request).await.unwrap();
    assert_eq!(read_to_end(&mut unnamed).await, "");
}

#[tokio::test]
async fn it_serves_through_the_drain_and_ends_with_it() {
    let proxy = proxy(&REDIRECTING).await;
    let address = plain(&proxy);
    proxy.drain.begin();
    assert!(get(address, "/", "").await.starts_with("HTTP/1.1 308 "));
    assert_eq!(timeout(Duration::from_secs(10), proxy.task).await.unwrap().unwrap(), 0);
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn connections_that_say_nothing_keep_nobody_out() {
    let proxy = proxy(&REDIRECTING).await;
    let mut silent = Vec::new();
    for _ in 0..service::REDIRECTS + 8 {
        silent.push(TcpStream::connect(plain(&proxy)).await.unwrap());
    }
    let answered = timeout(Duration::from_secs(5), get(plain(&proxy), "/", "")).await.unwrap();
    assert!(answered.starts_with("HTTP/1.1 308 "), "{answered}");
    // They are not the proxy's own.
    assert!(get(proxy.address, "/", "").await.starts_with("HTTP/1.1 200 "));
}

#[tokio::test]
async fn without_the_flag_there_is_no_such_port() {
    assert_eq!(proxy(&[]).await.redirect, None);
}
