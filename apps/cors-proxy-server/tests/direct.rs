//! How the proxy reads responses itself, against hyper, which reads the others: what it takes, hyper takes for the same.

#![allow(clippy::unwrap_used, reason = "a test panics to fail")]

use std::fmt::Write;

use bytes::{Bytes, BytesMut};
use cors_proxy_server::direct::body::Step;
use cors_proxy_server::direct::head;
use http::{HeaderMap, Method, Request};
use http_body_util::{BodyExt, Empty};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use proptest::prelude::*;
use proptest::sample::subsequence;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// A response as it was read: status, headers, body, trailers.
type Read = (u16, HeaderMap, Vec<u8>, HeaderMap);

/// The first of these bytes that come in pieces, and then no more.
fn ours(pieces: &[&[u8]], method: &Method) -> Option<Read> {
    let (mut buffer, mut head, mut body, mut trailers) = (BytesMut::new(), None, Vec::new(), HeaderMap::new());
    for piece in pieces {
        buffer.extend_from_slice(piece);
        if head.is_none() {
            head = head::read(&mut buffer, method).ok()?;
        }
        let Some(head) = &mut head else { continue };
        loop {
            match head.decoder.step(&mut buffer).ok()? {
                Step::Frame(frame) if frame.is_data() => body.extend(frame.into_data().unwrap()),
                Step::Frame(frame) => trailers = frame.into_trailers().unwrap(),
                Step::More => break,
                Step::End => return Some((head.status.as_u16(), head.headers.clone(), body, trailers)),
            }
        }
    }
    let mut head = head?;
    head.decoder.closed().ok()?;
    Some((head.status.as_u16(), head.headers, body, trailers))
}

/// The same bytes as hyper reads them.
fn hypers(bytes: &[u8], method: &Method) -> Option<Read> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let (ours, mut theirs) = tokio::io::duplex(1 << 20);
        let mut http = http1::Builder::new();
        http.max_buf_size(service::BUFFER);
        http.allow_spaces_after_header_name_in_responses(true).allow_obsolete_multiline_headers_in_responses(true);
        let (mut sender, connection) = http.handshake(TokioIo::new(ours)).await.unwrap();
        tokio::spawn(connection.with_upgrades());
        let request = Request::builder().method(method).uri("/").body(Empty::<Bytes>::new()).unwrap();
        let response = tokio::spawn(sender.send_request(request));
        assert!(theirs.read(&mut [0; 1024]).await.unwrap() > 0);
        theirs.write_all(bytes).await.unwrap();
        theirs.shutdown().await.unwrap();
        let (head, body) = response.await.unwrap().ok()?.into_parts();
        let body = body.collect().await.ok()?;
        let trailers = body.trailers().cloned().unwrap_or_default();
        Some((head.status.as_u16(), head.headers, body.to_bytes().into(), trailers))
    })
}

/// These bytes in pieces, cut in these places.
fn pieces<'a>(bytes: &'a [u8], cuts: &[usize]) -> Vec<&'a [u8]> {
    let ends = cuts.iter().map(|cut| cut % (bytes.len() + 1));
    let mut ends: Vec<_> = ends.chain([bytes.len()]).collect();
    ends.sort_unstable();
    let begins = std::iter::once(0).chain(ends.iter().copied());
    begins.zip(&ends).map(|(begin, end)| &bytes[begin..*end]).collect()
}

/// What a response may be made of, right and wrong.
const PARTS: [&str; 36] = [
    "HTTP/1.1 200 OK\r\n",
    "HTTP/1.0 200 OK\r\n",
    "HTTP/1.1 204 No Content\r\n",
    "HTTP/1.1 304 \r\n",
    "HTTP/1.1 100 Continue\r\n\r\n",
    "HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n",
    "HTTP/1.1 101 Switching Protocols\r\n",
    "HTTP/1.1 999 X\r\n",
    "Content-Length: 5\r\n",
    "Content-Length: 5, 5\r\n",
    "content-length: 6\r\n",
    "Content-Length: 0\r\n",
    "Content-Length: +5\r\n",
    "Content-Length : 5\r\n",
    "Transfer-Encoding: chunked\r\n",
    "Transfer-Encoding: gzip, chunked\r\n",
    "Transfer-Encoding: chunked, identity\r\n",
    "transfer-encoding:\tChunked \r\n",
    "Connection: close\r\n",
    "Connection: keep-alive, x\r\n",
    "X: a\r\n  b\r\n",
    "X-\u{e9}: 1\r\n",
    "Y: \u{e9}\r\n",
    "\r\n",
    "5\r\nhello\r\n",
    "5;name=\"value\"\r\nhello\r\n",
    "05 \r\nhello\r\n",
    "5\nhello\n",
    "6\r\nhello\r\n",
    "g\r\n",
    ";x\r\n\r\n",
    "fffffffffffffffff\r\n",
    "0\r\n",
    "Trailer-One: 1\r\n",
    "hello",
    "\r",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_the_proxy_takes_hyper_takes_for_the_same(
        parts in subsequence(PARTS.to_vec(), 1..12),
        tail in proptest::collection::vec(proptest::sample::select(PARTS.to_vec()), 0..6),
        cuts in proptest::collection::vec(any::<usize>(), 0..4),
        head in any::<bool>(),
    ) {
        let bytes = [parts, tail].concat().concat().into_bytes();
        let method = if head { Method::HEAD } else { Method::GET };
        // The proxy asks for no switch of protocols here, and refuses one; hyper leaves the connection to it.
        if let Some(read) = ours(&pieces(&bytes, &cuts), &method).filter(|read| read.0 != 101) {
            prop_assert_eq!(Some(read), hypers(&bytes, &method), "{:?}", String::from_utf8_lossy(&bytes));
        }
    }

    #[test]
    fn a_body_in_any_chunks_and_pieces_is_whole(
        chunks in proptest::collection::vec("[a-z\r\n]{1,40}", 0..6),
        extension in "(;[a-z]{1,9}(=[a-z]{1,9})?)?",
        cuts in proptest::collection::vec(any::<usize>(), 0..8),
    ) {
        let mut text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_owned();
        for chunk in &chunks {
            write!(text, "{:x}{extension}\r\n{chunk}\r\n", chunk.len()).unwrap();
        }
        text.push_str("0\r\nLast: 1\r\n\r\n");
        let (_, _, body, trailers) = ours(&pieces(text.as_bytes(), &cuts), &Method::GET).unwrap();
        prop_assert_eq!(body, chunks.concat().into_bytes());
        prop_assert_eq!(&trailers["last"], "1");
    }
}

#[test]
fn what_would_not_end_is_refused() {
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let long = "x".repeat(17 << 10);
    let extensions = format!("1;{}\r\nx\r\n", "x".repeat(5 << 10)).repeat(4);
    for text in [
        format!("HTTP/1.1 200 OK\r\nX: {long}"),
        format!("HTTP/1.1 200 OK\r\n{}", "X: 1\r\n".repeat(101) + "\r\n"),
        format!("{head}1;{long}"),
        format!("{head}{extensions}"),
        format!("{head}0\r\nX: {long}"),
        format!("{head}{}", "0".repeat(17)),
    ] {
        let mut read = BytesMut::from(text.as_bytes());
        let outcome = head::read(&mut read, &Method::GET).and_then(|head| {
            let mut head = head.unwrap();
            while let Step::Frame(_) = head.decoder.step(&mut read)? {}
            Ok(())
        });
        assert_eq!(outcome.unwrap_err().kind(), std::io::ErrorKind::InvalidData, "{}", &text[..80]);
    }
}
