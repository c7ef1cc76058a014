//! The reader of balancers' headers, beside another implementation.

use proxy_header::{ParseConfig, ProxiedAddress, ProxyHeader, Tlv};

use super::*;

/// A header as another implementation writes it.
fn written(client: &str, server: &str) -> Vec<u8> {
    let addresses = ProxiedAddress::stream(client.parse().unwrap(), server.parse().unwrap());
    let mut header = ProxyHeader::with_address(addresses);
    header.append_tlv(Tlv::Noop(3));
    // AWS's own, by which it names the endpoint of a private link.
    header.append_tlv(Tlv::Custom(0xea, b"\x01vpce-08d2bf15fac5001c9".into()));
    let mut bytes = [0; LONGEST];
    let length = header.encode_to_slice_v2(&mut bytes).unwrap();
    bytes[..length].to_vec()
}

fn raw(command: u8, family: u8, rest: &[u8]) -> Vec<u8> {
    let length = u16::try_from(rest.len()).unwrap().to_be_bytes();
    [SIGNATURE.as_slice(), &[command, family], &length, rest].concat()
}

#[test]
fn a_header_of_another_implementation_names_its_client_whatever_follows_it() {
    for (client, server) in [("203.0.113.9:40000", "10.0.0.1:80"), ("[2001:db8::9]:40001", "[2001:db8::1]:80")] {
        let mut bytes = written(client, server);
        let length = bytes.len();
        bytes.extend(b"GET / HTTP/1.1\r\n");
        assert_eq!(header(&bytes), Ok(Header::Whole { client: Some(client.parse().unwrap()), length }));
        assert_eq!(ProxyHeader::parse(&bytes, ParseConfig::default()).unwrap().1, length);
    }
}

#[test]
fn a_part_of_a_header_is_neither_one_nor_a_flaw() {
    let bytes = written("203.0.113.9:40000", "10.0.0.1:80");
    for size in 0..bytes.len() {
        let least = if size < FIXED { FIXED } else { bytes.len() };
        assert_eq!(header(&bytes[..size]), Ok(Header::Part(least)), "{size}");
    }
}

#[test]
fn a_header_that_is_changed_and_cut_anywhere_is_read_as_another_implementation_reads_it() {
    let mut random = fastrand::Rng::with_seed(1);
    let whole = written("203.0.113.9:40000", "10.0.0.1:80");
    let mut agreed = 0;
    for _ in 0..20_000 {
        let mut bytes = whole.clone();
        for _ in 0..random.usize(0..3) {
            let at = random.usize(0..FIXED + 2);
            bytes[at] = random.u8(..) & random.u8(..);
        }
        if random.bool() {
            bytes.truncate(random.usize(FIXED..=whole.len()));
        }
        let theirs = ProxyHeader::parse(&bytes, ParseConfig::default());
        match (header(&bytes), theirs) {
            (Ok(Header::Whole { client, length }), Ok((other, size))) => {
                let source = other.proxied_address().map(|named| named.source);
                assert_eq!((client, length), (source, size), "{bytes:?}");
                agreed += 1;
            }
            // Of a connection of the balancer's own it reads addresses, which are to be skipped.
            (Ok(Header::Whole { client, .. }), Err(_)) => {
                assert!(client.is_none() && bytes[12] == 0x20, "{bytes:?}");
            }
            (Ok(Header::Part(least)), theirs) => assert!(least > bytes.len() && theirs.is_err(), "{bytes:?}"),
            // Datagrams, and sockets of files.
            (Err(_), Ok(_)) => assert!([0x12, 0x22, 0x31, 0x32].contains(&bytes[13]), "{bytes:?}"),
            (Err(_), Err(_)) => {}
        }
    }
    assert!(agreed > 1000, "{agreed} of 20000 are whole headers");
}

#[test]
fn a_balancer_that_speaks_for_itself_names_no_client_whatever_else_it_says() {
    for (command, family, rest) in
        [(0x20, 0x00, &[][..]), (0x20, 0x11, &[1; 12]), (0x20, 0x11, &[1; 3]), (0x20, 0xff, &[]), (0x21, 0x00, &[1; 5])]
    {
        let bytes = raw(command, family, rest);
        assert_eq!(header(&bytes), Ok(Header::Whole { client: None, length: bytes.len() }), "{command:x} {family:x}");
    }
}

#[test]
fn an_address_of_version_4_in_one_of_version_6_is_that_address() {
    let mut bytes = written("[::ffff:203.0.113.9]:1", "[::1]:80");
    bytes.truncate(FIXED + 36);
    bytes[15] = 36;
    let client = Some("203.0.113.9:1".parse().unwrap());
    assert_eq!(header(&bytes), Ok(Header::Whole { client, length: FIXED + 36 }));
}

#[test]
fn what_no_balancer_of_tcp_sends_is_malformed() {
    for (command, family, rest) in [
        (0x21, 0x11, &[1; 11][..]),
        (0x21, 0x21, &[1; 35]),
        (0x21, 0x12, &[1; 12]),
        (0x21, 0x22, &[1; 36]),
        (0x21, 0x31, &[1; 216]),
        (0x21, 0x41, &[1; 36]),
        (0x22, 0x11, &[1; 12]),
        (0x11, 0x11, &[1; 12]),
        (0x00, 0x00, &[]),
        (0x21, 0x11, &[1; LONGEST]),
    ] {
        assert_eq!(header(&raw(command, family, rest)), Err(Flaw::Malformed), "{command:x} {family:x} {}", rest.len());
    }
}

#[test]
fn what_begins_otherwise_has_no_header() {
    for bytes in ["GET / HTTP/1.1\r\n", "PROXY TCP4 1.2.3.4 5.6.7.8 9 80\r\n", "\r\n\r\n\0\r\nQUIT ", "\0", "\r\nG"] {
        assert_eq!(header(bytes.as_bytes()), Err(Flaw::Missing), "{bytes:?}");
    }
}
