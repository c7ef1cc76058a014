//! Targets that answer a request, or do not, without reading its body.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{Instant, sleep, timeout};

use crate::fixture::{ANY, Running, client, metric, proxy, read_to_end};

/// A target with little room for what it has not read: it reads once, answers, and then closes or holds the connection.
fn unreading(answer: &'static str, closes: bool) -> String {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(8192).unwrap();
    socket.bind(ANY.parse().unwrap()).unwrap();
    let listener = socket.listen(64).unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 512]).await;
            let _ = stream.write_all(answer.as_bytes()).await;
            if !closes {
                held.push(stream);
            }
        }
    });
    address.to_string()
}

/// Sends a large body for as long as anybody takes it, and returns what is answered until the proxy closes.
async fn upload(proxy: &Running, target: &str) -> String {
    let mut stream = TcpStream::connect(proxy.address).await.unwrap();
    let (mut read, mut write) = stream.split();
    let head =
        format!("POST /http://{target}/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 9000000\r\n\r\n");
    let sent = async {
        let _ = write.write_all(head.as_bytes()).await;
        let _ = write.write_all(&vec![b'x'; 9_000_000]).await;
        std::future::pending::<()>().await;
    };
    let mut response = Vec::new();
    let received = async { while read.read_buf(&mut response).await.is_ok_and(|size| size > 0) {} };
    let ended = async {
        tokio::select! { () = sent => {}, () = received => {} }
    };
    // Where the proxy does not close, the test says what that means.
    let _ = timeout(Duration::from_secs(10), ended).await;
    String::from_utf8_lossy(&response).into_owned()
}

#[tokio::test]
async fn a_body_that_its_target_does_not_read_is_given_up_and_holds_no_connection() {
    const ANSWERED: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    for (answer, status) in [(ANSWERED, " 200 "), ("", " 504 ")] {
        let target = unreading(answer, false);
        let proxy = proxy(&["--allow-target", &target, "--timeout", "500ms"]).await;
        let response = upload(&proxy, &target).await;
        assert!(response[8..].starts_with(status), "{response}");
        let began = Instant::now();
        // The client is gone, which the proxy sees once it has let go of the body.
        while metric(&proxy, "open_connections").await > 0.0 {
            assert!(began.elapsed() < Duration::from_secs(10), "{status}: the body is still on its way");
            sleep(Duration::from_millis(50)).await;
        }
    }
}

#[tokio::test]
async fn the_refusal_of_a_body_is_heard_although_its_target_has_closed() {
    let target = unreading("HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig", true);
    let proxy = proxy(&["--allow-target", &target]).await;
    for nth in 0..20 {
        let response = upload(&proxy, &target).await;
        assert!(response.starts_with("HTTP/1.1 413 ") && response.ends_with("\r\n\r\nbig"), "{nth}: {response}");
    }
}

#[tokio::test]
async fn a_body_of_unknown_length_is_sent_whatever_the_method() {
    let mock = crate::fixture::mock().await;
    let target = mock.address.to_string();
    let proxy = proxy(&["--allow-target", &target]).await;
    for method in ["GET", "DELETE", "POST"] {
        let mut stream = TcpStream::connect(proxy.address).await.unwrap();
        let head = format!("{method} /http://{target}/echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n");
        let request = format!("{head}Transfer-Encoding: chunked\r\n\r\n6\r\na body\r\n0\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let response = read_to_end(&mut stream).await;
        assert!(response.starts_with("HTTP/1.1 200 ") && response.contains("a body"), "{method}: {response}");
    }
    let url = format!("http://{}/http://{target}/redirect-to?status=303&url=/headers", proxy.address);
    let seen = client().request("PUT".parse().unwrap(), url).body("a body").send().await.unwrap();
    assert!(!seen.text().await.unwrap().contains("transfer-encoding"));
}
