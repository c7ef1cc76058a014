//! Every byte there is, in every place where one may make two readers disagree. Whatever the proxy takes it for, the target
//! sees no request that was hidden in a body.

use crate::recorder::Recorder;
use crate::server::{proxy, raw};

/// Where the byte stands; the length covers all of the body.
const HEADERS: [&str; 8] = [
    "{}Transfer-Encoding: chunked",
    "Transfer-{}Encoding: chunked",
    "Transfer-Encoding{}: chunked",
    "Transfer-Encoding:{}chunked",
    "Transfer-Encoding: chun{}ked",
    "Transfer-Encoding: chunked{}",
    "X: y{}Transfer-Encoding: chunked",
    "X: y\r{}Transfer-Encoding: chunked",
];

/// The same about a chunk, whose data are the whole of the hidden request.
const SIZES: [&str; 6] = ["{}S\r\n", "S{}\r\n", "S;{}\r\n", "S{}\n", "S\r{}", "S;a=\"{}\"\r\n"];

/// Sends each with each byte; `told` is what the first request becomes of a header or a size.
async fn hold(places: &[&str], bytes: impl Iterator<Item = u8> + Clone, told: impl Fn(&str, &str) -> String) {
    let target = Recorder::started().await;
    let proxy = proxy(&[target.address], &["--timeout", "2s"]).await;
    let path = format!("/http://{}", target.address);
    let hidden = format!("GET {path}/hidden HTTP/1.1\r\nHost: x\r\n\r\n");
    for place in places {
        for byte in bytes.clone() {
            let first = told(place, &hidden).replace("{t}", &path);
            let (before, after) = first.split_once("{}").unwrap();
            let last = format!("GET {path}/last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            let sent = [before.as_bytes(), &[byte], after.as_bytes(), last.as_bytes()].concat();
            let response = raw(proxy, &sent).await;
            let seen = target.all();
            let hid = seen.iter().find(|line| line.contains("GET /hidden") || line.starts_with("flawed"));
            assert_eq!(hid, None, "{place:?} with {byte:#04x}: {response}");
            assert!(!response.ends_with("(still open)"), "{place:?} with {byte:#04x}: {response}");
        }
    }
}

#[tokio::test]
async fn no_byte_about_a_coding_lets_a_body_be_two_requests() {
    hold(&HEADERS, 0..=255, |header, hidden| {
        let body = format!("0\r\n\r\n{hidden}");
        let length = body.len();
        format!("POST {{t}}/ HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n{header}\r\n\r\n{body}")
    })
    .await;
}

#[tokio::test]
async fn no_byte_about_a_size_lets_a_chunk_be_a_request() {
    // Digits make another size, for whose data the proxy would wait.
    let others = (0..=255_u8).filter(|byte| !byte.is_ascii_hexdigit());
    hold(&SIZES, others, |size, hidden| {
        let size = size.replace('S', &format!("{:x}", hidden.len()));
        format!("POST {{t}}/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n{size}{hidden}\r\n0\r\n\r\n")
    })
    .await;
}
