//! Bodies pass frame by frame, in both directions.

use std::time::Duration;

use futures_util::StreamExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::fixture::{client, get, pair, raw};

const PATIENCE: Duration = Duration::from_secs(10);

#[tokio::test]
async fn the_first_bytes_arrive_before_the_last_are_sent() {
    let (proxy, mock) = pair(&[]).await;
    let path = format!("http://{}/http://{}/drip?bytes=2&duration=120000", proxy.address, mock.address);
    let refused = client().get(path).send().await.unwrap();
    assert_eq!(refused.status(), 400);
    let path = format!("http://{}/http://{}/drip?bytes=2&duration=60000", proxy.address, mock.address);
    let mut body = client().get(path).send().await.unwrap();
    assert_eq!(timeout(PATIENCE, body.chunk()).await.unwrap().unwrap().unwrap(), "*");
}

#[tokio::test]
async fn an_upload_is_echoed_while_it_is_sent() {
    let (proxy, mock) = pair(&[]).await;
    let mut stream = TcpStream::connect(proxy.address).await.unwrap();
    let head = format!("POST /http://{}/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", mock.address);
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut seen = String::new();
    for word in ["first", "other"] {
        stream.write_all(format!("5\r\n{word}\r\n").as_bytes()).await.unwrap();
        while !seen.contains(word) {
            let mut bytes = [0; 1024];
            let size = timeout(PATIENCE, stream.read(&mut bytes)).await.unwrap().unwrap();
            seen.push_str(std::str::from_utf8(&bytes[..size]).unwrap());
        }
    }
}

#[tokio::test]
async fn trailers_pass_in_both_directions() {
    let (proxy, mock) = pair(&[]).await;
    let down = get(proxy.address, &format!("/http://{}/trailers", mock.address), "TE: trailers\r\n").await;
    assert!(down.contains("trailer: x-checksum\r\n") && down.contains("\r\nx-checksum: 42\r\n"), "{down}");
    let up = raw(
        proxy.address,
        format!(
            "POST /http://{}/echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTE: trailers\r\nTrailer: x-sum\r\n\
             Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nx-sum: 7\r\n\r\n",
            mock.address
        )
        .as_bytes(),
    )
    .await;
    assert!(up.contains("\r\nok\r\n0\r\nx-sum: 7\r\n"), "{up}");
}

#[tokio::test]
async fn a_long_body_arrives_whole() {
    let (proxy, mock) = pair(&[]).await;
    let url = format!("http://{}/http://{}/bytes/20000000", proxy.address, mock.address);
    let body = client().get(url).send().await.unwrap().bytes().await.unwrap();
    assert_eq!(body.len(), 20_000_000);
    assert!(body.iter().zip((b'a'..=b'z').cycle()).all(|(byte, letter)| *byte == letter));
}

#[tokio::test]
async fn a_body_that_is_cut_short_is_not_passed_off_as_whole() {
    let (proxy, mock) = pair(&[]).await;
    let url = format!("http://{}/http://{}/fault/truncate", proxy.address, mock.address);
    let response = client().get(url).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(response.bytes().await.is_err());
}

#[tokio::test]
async fn a_stream_that_stalls_is_ended() {
    let (proxy, mock) = pair(&["--timeout", "2s"]).await;
    let url = format!("http://{}/http://{}/drip?bytes=2&duration=20000", proxy.address, mock.address);
    let response = client().get(url).send().await.unwrap();
    assert!(timeout(PATIENCE, response.bytes()).await.unwrap().is_err());
}

#[tokio::test]
async fn slow_heads_and_bodies_pass() {
    let (proxy, mock) = pair(&[]).await;
    for path in ["slow-headers?interval=1", "slow-body?interval=1"] {
        let url = format!("http://{}/http://{}/fault/{path}", proxy.address, mock.address);
        let response = client().get(url).send().await.unwrap();
        let size = response.content_length();
        let mut body = futures_util::stream::unfold(response, async |mut response| {
            response.chunk().await.unwrap().map(|chunk| (chunk.len() as u64, response))
        })
        .boxed();
        let mut total = 0;
        while let Some(chunk) = body.next().await {
            total += chunk;
        }
        assert_eq!(total, size.unwrap_or(26), "{path}");
    }
}
