//! Any beginning of a connection: the reader of a balancer's header neither panics nor takes a byte too many, and agrees
//! with another implementation about whom a header names.

#![no_main]

use libfuzzer_sys::fuzz_target;
use proxy_header::{ParseConfig, Protocol, ProxyHeader};
use service::proxy_protocol::{Header, header};

fuzz_target!(|bytes: &[u8]| {
    let read = header(bytes);
    if let Ok(Header::Whole { length, .. }) = read {
        // Every part of it is a part, and what follows changes nothing.
        for size in 0..length {
            assert!(matches!(header(&bytes[..size]), Ok(Header::Part(least)) if size < least && least <= length));
        }
        assert_eq!(header(&bytes[..length]), read);
    }
    let config = ParseConfig { include_tlvs: false, allow_v1: false, allow_v2: true };
    if let Ok((other, size)) = ProxyHeader::parse(bytes, config) {
        let theirs = other.proxied_address().filter(|named| named.protocol == Protocol::Stream);
        match read {
            Ok(Header::Whole { client, length }) => {
                let source = theirs.map(|named| (named.source.ip().to_canonical(), named.source.port()));
                assert_eq!((client.map(|client| (client.ip(), client.port())), length), (source, size));
            }
            // Datagrams and sockets of files, and what is too long.
            refused => assert!(refused.is_err() && (theirs.is_none() || size > 1024), "{refused:?}"),
        }
    }
});
