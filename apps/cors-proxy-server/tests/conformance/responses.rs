//! Hostile targets: what a page gets of a response that breaks RFC 9112, and that the next page gets nothing of it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

use crate::server::{ANY, get, proxy, raw};
use crate::vector::bytes;

/// A target whose every connection answers its first request with these bytes, and each further one with `clean`; it ends
/// only where the bytes say nothing more.
async fn target(first: &'static [u8], ends: bool) -> SocketAddr {
    let listener = TcpListener::bind(ANY).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut head = vec![0; 16 << 10];
                let mut answer = first;
                while stream.read(&mut head).await.unwrap_or(0) > 0 {
                    if stream.write_all(answer).await.is_err() {
                        return;
                    }
                    if ends {
                        let _ = stream.shutdown().await;
                    }
                    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nclean";
                }
            });
        }
    });
    address
}

/// What a page gets of a response like this.
async fn answer(response: Vec<u8>) -> String {
    let target = target(response.leak(), true).await;
    let proxy = proxy(&[target], &["--timeout", "2s"]).await;
    get(proxy, &format!("/http://{target}/")).await
}

/// One a line: what of RFC 9112 it breaks, its bytes, and what a page gets of it: a 502, or a body that is whole, empty or cut.
const RESPONSES: &str = include_str!("vectors/responses.txt");

#[tokio::test]
async fn a_page_gets_what_the_head_says_or_can_tell_that_it_did_not() {
    for line in RESPONSES.lines().filter(|line| !line.is_empty() && !line.starts_with("== ")) {
        let columns: Vec<&str> = line.split(" | ").map(|column| if column == "-" { "" } else { column }).collect();
        let response = answer(bytes(columns[1])).await;
        assert!(
            response.contains("access-control-allow-origin: *\r\n") && !response.contains("poison"),
            "{line}: {response}"
        );
        let body = response.split_once("\r\n\r\n").unwrap().1.as_bytes();
        let refused = response.starts_with("HTTP/1.1 502 ");
        let chunked = response.contains("transfer-encoding: chunked\r\n");
        let whole = if chunked { body.ends_with(b"0\r\n\r\n") } else { !response.contains("content-length: 9\r\n") };
        let fits = match columns[2..] {
            ["502"] => refused,
            // Its end may be known before its head is passed on, or not.
            ["empty"] => !refused && (body.is_empty() || body == b"0\r\n\r\n"),
            ["whole", expected] => !refused && whole && body == bytes(expected),
            // Where it broke before any of it was passed on, there still is a status to tell.
            ["cut", expected] => refused || !whole && body == bytes(expected),
            _ => false,
        };
        assert!(fits && !(chunked && response.contains("content-length: ")), "{line}: {response}");
    }
}

#[tokio::test]
async fn nothing_behind_a_response_reaches_the_next_page() {
    const POISON: &str = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison";
    for head in [
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nclean",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nclean\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nclean",
        "HTTP/1.1 200 OK\r\nContent-Length: 50\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nclean\r\n0\r\n\r\n",
        "HTTP/1.1 204 No Content\r\nContent-Length: 50\r\n\r\n",
        "HTTP/1.1 304 Not Modified\r\nContent-Length: 50\r\n\r\n",
        "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nclean",
    ] {
        let text = format!("{head}{POISON}");
        let target = target(text.into_bytes().leak(), false).await;
        let proxy = proxy(&[target], &["--timeout", "2s"]).await;
        for nth in 0..20 {
            let response = get(proxy, &format!("/http://{target}/{nth}")).await;
            assert!(!response.contains("poison") && !response.contains("HTTP/1.1 5"), "{head:?}: {response}");
            if nth % 2 == 0 {
                // Once at once, and once when what came too much has been read.
                sleep(Duration::from_millis(5)).await;
            }
        }
    }
}

#[tokio::test]
async fn a_second_response_that_comes_late_reaches_no_page() {
    let listener = TcpListener::bind(ANY).await.unwrap();
    let target = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut head = vec![0; 16 << 10];
                while stream.read(&mut head).await.unwrap_or(0) > 0 {
                    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nclean").await;
                    sleep(Duration::from_millis(10)).await;
                    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison").await;
                }
            });
        }
    });
    let proxy = proxy(&[target], &[]).await;
    for _ in 0..20 {
        let response = get(proxy, &format!("/http://{target}/")).await;
        assert!(response.starts_with("HTTP/1.1 200 ") && response.ends_with("clean"), "{response}");
        sleep(Duration::from_millis(30)).await;
    }
}

#[tokio::test]
async fn a_client_of_http_1_0_gets_no_chunks() {
    for response in [
        &b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"[..],
        b"HTTP/1.1 200 OK\r\n\r\nok",
    ] {
        let target = target(response, true).await;
        let proxy = proxy(&[target], &[]).await;
        for connection in ["", "Connection: keep-alive\r\n"] {
            let request = format!("GET /http://{target}/ HTTP/1.0\r\nHost: x\r\n{connection}\r\n");
            let response = raw(proxy, request.as_bytes()).await;
            assert!(response.starts_with("HTTP/1.0 200 ") && response.ends_with("\r\n\r\nok"), "{response}");
            assert!(!response.contains("transfer-encoding"), "{response}");
        }
    }
}

#[tokio::test]
async fn the_body_of_an_answer_to_head_reaches_no_page() {
    let target =
        target(b"HTTP/1.1 200 OK\r\nContent-Length: 38\r\n\r\nHTTP/1.1 200 OK\r\nX: poison\r\n\r\npoison..", false)
            .await;
    let proxy = proxy(&[target], &["--timeout", "2s"]).await;
    for nth in 0..10 {
        let request = format!("HEAD /http://{target}/{nth} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        let response = raw(proxy, request.as_bytes()).await;
        assert!(response.starts_with("HTTP/1.1 200 ") && response.ends_with("\r\n\r\n"), "{response}");
        assert!(!response.contains("poison"), "{response}");
    }
}

/// The target would take the next request for the rest of the body.
#[tokio::test]
async fn a_connection_whose_request_was_left_unfinished_carries_no_other() {
    let listener = TcpListener::bind(ANY).await.unwrap();
    let target = listener.local_addr().unwrap();
    let heard = Arc::new(Mutex::new(Vec::<String>::new()));
    let record = heard.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let record = record.clone();
            tokio::spawn(async move {
                let mut all = Vec::new();
                let nth = {
                    let mut heard = record.lock().unwrap();
                    heard.push(String::new());
                    heard.len() - 1
                };
                while stream.read_buf(&mut all).await.unwrap_or(0) > 0 {
                    record.lock().unwrap()[nth] = String::from_utf8_lossy(&all).into_owned();
                    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await;
                }
            });
        }
    });
    let proxy = proxy(&[target], &["--timeout", "2s"]).await;
    for framing in ["Content-Length: 100", "Transfer-Encoding: chunked"] {
        let mut stream = TcpStream::connect(proxy).await.unwrap();
        let begun = format!("POST /http://{target}/ HTTP/1.1\r\nHost: x\r\n{framing}\r\n\r\n2\r\nab\r\n");
        stream.write_all(begun.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"ok") {
            assert!(stream.read_buf(&mut answer).await.unwrap() > 0);
        }
        drop(stream);
        for _ in 0..5 {
            let next = get(proxy, &format!("/http://{target}/next")).await;
            assert!(next.starts_with("HTTP/1.1 200 ") && next.ends_with("ok"), "{framing}: {next}");
        }
    }
    let heard = heard.lock().unwrap();
    let both = |all: &String| all.contains("POST") && all.contains("/next");
    assert!(heard.len() > 2 && !heard.iter().any(both), "{heard:?}");
}

#[tokio::test]
async fn hints_without_end_are_given_up() {
    let listener = TcpListener::bind(ANY).await.unwrap();
    let target = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 1024]).await;
            let hints = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n".repeat(100);
            while stream.write_all(&hints).await.is_ok() {
                // In this process, where the proxy wants to run, too.
                tokio::task::yield_now().await;
            }
        }
    });
    let proxy = proxy(&[target], &["--timeout", "500ms"]).await;
    let response = get(proxy, &format!("/http://{target}/")).await;
    assert!(response.starts_with("HTTP/1.1 50"), "{response}");
    assert!(response.contains("error=http_"), "{response}");
}
