//! How the proxy reads responses itself, against hyper, which reads the others: what it takes, hyper takes for the same.

#![allow(clippy::unwrap_used, reason = "a test panics to fail")]

mod readers;

use std::fmt::Write;

use bytes::BytesMut;
use cors_proxy_server::direct::body::Step;
use cors_proxy_server::direct::head;
use http::Method;
use proptest::prelude::*;
use proptest::sample::subsequence;

use crate::readers::{hypers, ours, pieces};

/// What a response may be made of, right and wrong.
const PARTS: [&str; 38] = [
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
    "\n",
    "0\r\n\n",
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
