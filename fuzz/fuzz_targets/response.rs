//! Any response: what the proxy reads itself, hyper reads as the same.

#![no_main]

#[path = "../../apps/cors-proxy-server/tests/direct/readers.rs"]
mod readers;

use http::Method;
use libfuzzer_sys::fuzz_target;
use readers::{hypers, ours, pieces};

fuzz_target!(|input: (bool, Vec<u16>, &[u8])| {
    let (head, cuts, bytes) = input;
    let method = if head { Method::HEAD } else { Method::GET };
    let cuts: Vec<_> = cuts.into_iter().take(4).map(usize::from).collect();
    // A switch of protocols that nobody asked for is refused before its body is read.
    if let Some(read) = ours(&pieces(bytes, &cuts), &method).filter(|read| read.0 != 101) {
        assert_eq!(Some(read), hypers(bytes, &method));
    }
});
