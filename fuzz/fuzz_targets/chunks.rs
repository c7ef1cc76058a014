//! Any body in chunks, in any pieces: what the proxy decodes itself, hyper decodes as the same.

#![no_main]

#[path = "../../apps/cors-proxy-server/tests/direct/readers.rs"]
mod readers;

use http::Method;
use libfuzzer_sys::fuzz_target;
use readers::{hypers, ours, pieces};

fuzz_target!(|input: (Vec<u16>, &[u8])| {
    let bytes = [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", input.1].concat();
    let cuts: Vec<_> = input.0.into_iter().take(8).map(usize::from).collect();
    if let Some(read) = ours(&pieces(&bytes, &cuts), &Method::GET) {
        assert_eq!(Some(read), hypers(&bytes, &Method::GET));
    }
});
