//! gRPC-web through the proxy: its messages and the frame of trailers at their end are a body like any other, and pages may
//! read the status where it is a header.

use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::server::{ANY, PATIENCE, proxy, raw, read_to_end};
use crate::tools::{node, started};

/// A message of three bytes, and the trailers of a call that went well.
const MESSAGE: &str = "\0\0\0\0\u{3}\n\u{1}a";
const TRAILERS: &str = "\u{80}\0\0\0\u{f}grpc-status:0\r\n";

fn bytes(text: &str) -> Vec<u8> {
    text.chars().map(|char| u8::try_from(u32::from(char)).unwrap()).collect()
}

/// A target that answers with these parts, each once it is told to go on; it tells what it was asked.
async fn target(parts: Vec<Vec<u8>>, go_on: Arc<Notify>) -> (SocketAddr, tokio::sync::oneshot::Receiver<Vec<u8>>) {
    let listener = TcpListener::bind(ANY).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (tell, told) = tokio::sync::oneshot::channel();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        while !request.ends_with(&bytes(MESSAGE)) && !request.ends_with(b"AAAAAAMKAWE=") {
            assert!(stream.read_buf(&mut request).await.unwrap() > 0);
        }
        tell.send(request).unwrap();
        for part in parts {
            stream.write_all(&part).await.unwrap();
            go_on.notified().await;
        }
    });
    (address, told)
}

fn call(target: SocketAddr, kind: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST /http://{target}/test.Echo/Say HTTP/1.1\r\nHost: x\r\nOrigin: https://page.example\r\nConnection: close\r\n\
         Content-Type: application/{kind}\r\nX-Grpc-Web: 1\r\nX-User-Agent: grpc-web-javascript/0.1\r\ngrpc-timeout: 5S\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

#[tokio::test]
async fn messages_and_trailers_are_a_body_like_any_other() {
    for (kind, sent, answered) in [
        ("grpc-web+proto", MESSAGE, [MESSAGE, TRAILERS].concat()),
        ("grpc-web", MESSAGE, [MESSAGE, MESSAGE, TRAILERS].concat()),
        // In text each frame may be padded by itself.
        ("grpc-web-text", "AAAAAAMKAWE=", "AAAAAAMKAWE=gAAAAA9ncnBjLXN0YXR1czowDQo=".to_owned()),
    ] {
        let body = bytes(&answered);
        let head =
            format!("HTTP/1.1 200 OK\r\nContent-Type: application/{kind}\r\nContent-Length: {}\r\n\r\n", body.len());
        let (target, asked) = target(vec![[head.as_bytes(), &body].concat()], Arc::default()).await;
        let proxy = proxy(&[target], &[]).await;
        let mut stream = TcpStream::connect(proxy).await.unwrap();
        stream.write_all(&call(target, kind, &bytes(sent))).await.unwrap();
        let mut response = Vec::new();
        timeout(PATIENCE, stream.read_to_end(&mut response)).await.unwrap().unwrap();
        assert!(
            response.ends_with(&[b"\r\n\r\n", &body[..]].concat()),
            "{kind}: {}",
            String::from_utf8_lossy(&response)
        );
        let asked = String::from_utf8_lossy(&asked.await.unwrap()).to_ascii_lowercase();
        for header in [&*format!("content-type: application/{kind}\r\n"), "x-grpc-web: 1\r\n", "grpc-timeout: 5s\r\n"] {
            assert!(asked.contains(header), "{kind}: {asked}");
        }
    }
}

#[tokio::test]
async fn a_message_reaches_the_page_before_the_next_leaves_the_target() {
    let chunk = |text: &str| [format!("{:x}\r\n", bytes(text).len()).as_bytes(), &bytes(text), b"\r\n"].concat();
    let head = b"HTTP/1.1 200 OK\r\nContent-Type: application/grpc-web+proto\r\nTransfer-Encoding: chunked\r\n\r\n";
    let end = [&chunk(TRAILERS)[..], b"0\r\n\r\n"].concat();
    let go_on = Arc::new(Notify::new());
    let parts = vec![[&head[..], &chunk(MESSAGE)].concat(), chunk(MESSAGE), end];
    let (target, _asked) = target(parts, go_on.clone()).await;
    let proxy = proxy(&[target], &[]).await;
    let mut stream = TcpStream::connect(proxy).await.unwrap();
    stream.write_all(&call(target, "grpc-web+proto", &bytes(MESSAGE))).await.unwrap();
    let mut response = Vec::new();
    for _ in 0..2 {
        response.clear();
        while !response.ends_with(&[&bytes(MESSAGE)[..], b"\r\n"].concat()) {
            timeout(PATIENCE, stream.read_buf(&mut response)).await.expect("the message comes").unwrap();
        }
        go_on.notify_one();
    }
    let rest = read_to_end(&mut stream).await;
    assert!(rest.contains("grpc-status:0\r\n") && rest.ends_with("0\r\n\r\n"), "{rest}");
}

#[tokio::test]
async fn a_status_that_is_a_header_may_be_read() {
    let answer = "HTTP/1.1 200 OK\r\nContent-Type: application/grpc-web+proto\r\ngrpc-status: 7\r\ngrpc-message: no%20way\r\n\
                  grpc-status-details-bin: CAc\r\nContent-Length: 0\r\n\r\n";
    let (target, _asked) = target(vec![answer.into()], Arc::default()).await;
    let proxy = proxy(&[target], &[]).await;
    let response = raw(proxy, &call(target, "grpc-web+proto", &bytes(MESSAGE))).await;
    assert!(response.contains("access-control-expose-headers: *\r\n"), "{response}");
    assert!(response.contains("grpc-status: 7\r\ngrpc-message: no%20way\r\n"), "{response}");
    assert!(response.contains("grpc-status-details-bin: CAc\r\n"), "{response}");
}

#[tokio::test]
async fn the_preflight_of_a_call_is_granted() {
    let proxy = proxy(&[SocketAddr::from(([127, 0, 0, 1], 1))], &[]).await;
    let asked = "content-type,grpc-timeout,x-grpc-web,x-user-agent";
    let request = format!(
        "OPTIONS /http://127.0.0.1:1/test.Echo/Say HTTP/1.1\r\nHost: x\r\nConnection: close\r\nOrigin: https://page.example\r\n\
         Access-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: {asked}\r\n\r\n"
    );
    let response = raw(proxy, request.as_bytes()).await;
    assert!(response.starts_with("HTTP/1.1 204 "), "{response}");
    assert!(response.contains(&format!("access-control-allow-headers: {asked}\r\n")), "{response}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "make conformance"]
async fn two_clients_of_connect_are_served_through_the_proxy_as_without_it() {
    let mut server = node("grpc.js");
    server.arg("server");
    let (_child, port) = started(server).await;
    let target = SocketAddr::from(([127, 0, 0, 1], port.parse().unwrap()));
    let proxy = proxy(&[target], &[]).await;
    let direct = calls(&format!("http://{target}")).await;
    // Both clients: a call, a long one, a stream, an error at once and one behind a message, and a deadline.
    assert_eq!(direct.lines().count(), 13, "{direct}");
    assert!(direct.contains("PermissionDenied") && direct.contains("DataLoss"), "{direct}");
    assert_eq!(calls(&format!("http://{proxy}/http://{target}")).await, direct);
}

/// What came of all calls.
async fn calls(base: &str) -> String {
    let client = node("grpc.js").args(["client", base]).stdin(Stdio::null()).output();
    let output = timeout(PATIENCE * 3, client).await.expect("no call hangs").unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.ends_with("done\n"), "{text}");
    text
}
