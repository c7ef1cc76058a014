//! Behind a load balancer that says whose a connection is: from its addresses that is believed, from others it is not.
//!
//! On loopback every address of 127.0.0.0/8 is one to connect from: 127.0.0.2 is the balancer here.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{Instant, sleep, timeout};

use crate::fixture::{Running, get, metric, pair, read_to_end};

pub(crate) const BALANCER: &str = "127.0.0.2";
pub(crate) const FROM_BALANCER: [&str; 2] = ["--proxy-protocol-from", "127.0.0.2/32"];
const SIGNATURE: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";

/// A header with a command, a family and what follows the length.
fn header(command: u8, family: u8, rest: &[u8]) -> Vec<u8> {
    let length = u16::try_from(rest.len()).unwrap().to_be_bytes();
    [SIGNATURE, &[command, family], &length, rest].concat()
}

/// A header that names 203.0.113.`last`, with one field of AWS's own behind the addresses.
pub(crate) fn named(last: u8) -> Vec<u8> {
    let field = b"\xea\x00\x05\x01vpce";
    header(0x21, 0x11, &[&[203, 0, 113, last, 10, 0, 0, 1, 0x9c, 0x40, 0, 80], field.as_slice()].concat())
}

async fn connect(from: &str, to: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(format!("{from}:0").parse().unwrap()).unwrap();
    socket.connect(to).await.unwrap()
}

/// Sends bytes from an address, and reads until the server closes.
pub(crate) async fn sent(from: &str, to: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = connect(from, to).await;
    // A server that has refused the first bytes may have reset the connection before the last.
    let _ = stream.write_all(bytes).await;
    read_to_end(&mut stream).await
}

fn request(mock: &Running) -> Vec<u8> {
    let path = format!("http://{}/headers", mock.address);
    format!("GET /{path} HTTP/1.1\r\nHost: proxy\r\nConnection: close\r\n\r\n").into_bytes()
}

/// The client of whom the target is told.
pub(crate) fn told(response: &str) -> &str {
    assert!(response.starts_with("HTTP/1.1 200 "), "{response}");
    let (_, value) = response.split_once("\"x-forwarded-for\"").unwrap();
    value.split('"').nth(1).unwrap()
}

async fn refused(proxy: &Running, reason: &str) -> f64 {
    metric(proxy, &format!("refused_connections_total{{reason=\"{reason}\"}}")).await
}

#[tokio::test]
async fn the_client_that_a_balancer_names_is_the_client() {
    let (proxy, mock) = pair(&[FROM_BALANCER.as_slice(), &["--rate-limit", "2/1h"]].concat()).await;
    let request = request(&mock);
    for _ in 0..2 {
        let response = sent(BALANCER, proxy.address, &[named(9), request.clone()].concat()).await;
        assert_eq!(told(&response), "203.0.113.9");
    }
    // Its rate is its own, not that of everyone behind the balancer.
    let limited = sent(BALANCER, proxy.address, &[named(9), request.clone()].concat()).await;
    assert!(limited.starts_with("HTTP/1.1 429 "), "{limited}");
    let other = sent(BALANCER, proxy.address, &[named(10), request.clone()].concat()).await;
    assert_eq!(told(&other), "203.0.113.10");
    let mut address = [0; 36];
    address[..4].copy_from_slice(&[0x20, 0x01, 0x0d, 0xb8]);
    address[15] = 7;
    let sixth = sent(BALANCER, proxy.address, &[header(0x21, 0x21, &address), request].concat()).await;
    assert_eq!(told(&sixth), "2001:db8::7");
}

#[tokio::test]
async fn a_connection_of_its_own_is_the_balancers() {
    let (proxy, mock) = pair(&FROM_BALANCER).await;
    for own in [header(0x20, 0, &[]), header(0x20, 0x11, &[9; 12]), header(0x21, 0, &[])] {
        let response = sent(BALANCER, proxy.address, &[own, request(&mock)].concat()).await;
        assert_eq!(told(&response), BALANCER);
    }
}

#[tokio::test]
async fn a_connection_of_a_balancer_without_a_sound_header_is_closed_without_an_answer() {
    let (proxy, mock) = pair(&FROM_BALANCER).await;
    let request = request(&mock);
    let missing = [request.clone(), [b"PROXY TCP4 203.0.113.9 10.0.0.1 40000 80\r\n".as_slice(), &request].concat()];
    let malformed = [
        header(0x21, 0x11, &[1; 11]),
        header(0x21, 0x12, &[1; 12]),
        header(0x21, 0x31, &[1; 216]),
        header(0x22, 0x11, &[1; 12]),
        header(0x11, 0x11, &[1; 12]),
        header(0x20, 0x00, &[1; 1100]),
        [SIGNATURE, &[0x21, 0x11, 0xff, 0xff], &[1; 12]].concat(),
    ];
    for bytes in &missing {
        assert_eq!(sent(BALANCER, proxy.address, bytes).await, "", "{}", String::from_utf8_lossy(bytes));
    }
    for bytes in &malformed {
        assert_eq!(sent(BALANCER, proxy.address, &[bytes, request.as_slice()].concat()).await, "", "{bytes:?}");
    }
    assert!((refused(&proxy, "missing").await - 2.0).abs() < f64::EPSILON);
    assert!((refused(&proxy, "malformed").await - 7.0).abs() < f64::EPSILON);
}

#[tokio::test]
async fn nobody_else_can_say_who_a_client_is() {
    let (proxy, mock) = pair(&FROM_BALANCER).await;
    // From an address that is no balancer's, where a connection begins with its request.
    let spoofed = sent("127.0.0.1", proxy.address, &[named(66), request(&mock)].concat()).await;
    assert!(spoofed.starts_with("HTTP/1.1 400 "), "{spoofed}");
    let plain = sent("127.0.0.1", proxy.address, &request(&mock)).await;
    assert_eq!(told(&plain), "127.0.0.1");
    // Through the balancer, which passes on what a client sends behind its own header.
    let second = sent(BALANCER, proxy.address, &[named(9), named(66), request(&mock)].concat()).await;
    assert!(second.starts_with("HTTP/1.1 400 "), "{second}");
    let text = b"PROXY TCP4 203.0.113.66 10.0.0.1 40000 80\r\n".as_slice();
    let second = sent(BALANCER, proxy.address, &[&named(9), text, &request(&mock)].concat()).await;
    assert!(second.starts_with("HTTP/1.1 400 "), "{second}");
    let claim = b"X-Forwarded-For: 203.0.113.66\r\n\r\n".as_slice();
    let head = &request(&mock)[..request(&mock).len() - 2];
    let claimed = sent(BALANCER, proxy.address, &[&named(9), head, claim].concat()).await;
    assert_eq!(told(&claimed), "203.0.113.9");
    let (missing, malformed) = (refused(&proxy, "missing").await, refused(&proxy, "malformed").await);
    assert!(missing + malformed < f64::EPSILON, "none of these is a balancer's fault");
}

#[tokio::test]
async fn a_header_may_come_in_pieces_and_late_but_not_slowly() {
    let (proxy, mock) = pair(&[FROM_BALANCER.as_slice(), &["--header-timeout", "1s"]].concat()).await;
    let mut pieces = connect(BALANCER, proxy.address).await;
    pieces.set_nodelay(true).unwrap();
    // A balancer's header comes with its client's first bytes, and clients connect before they ask.
    sleep(Duration::from_millis(700)).await;
    for piece in named(9).chunks(7) {
        pieces.write_all(piece).await.unwrap();
        sleep(Duration::from_millis(5)).await;
    }
    pieces.write_all(&request(&mock)).await.unwrap();
    let response = read_to_end(&mut pieces).await;
    assert_eq!(told(&response), "203.0.113.9");
    let mut slow = connect(BALANCER, proxy.address).await;
    let began = Instant::now();
    slow.write_all(&named(9)[..20]).await.unwrap();
    assert_eq!(read_to_end(&mut slow).await, "");
    assert!(began.elapsed() >= Duration::from_millis(900), "{:?}", began.elapsed());
    assert!((refused(&proxy, "slow").await - 1.0).abs() < f64::EPSILON);
}

#[tokio::test]
async fn a_connection_that_never_begins_ends_in_time_and_does_not_hold_a_drain() {
    let (proxy, _mock) = pair(&[FROM_BALANCER.as_slice(), &["--header-timeout", "300ms"]].concat()).await;
    assert_eq!(sent(BALANCER, proxy.address, b"").await, "");
    let (proxy, _mock) = pair(&[FROM_BALANCER.as_slice(), &["--drain-delay", "0s"]].concat()).await;
    let mut silent = connect(BALANCER, proxy.address).await;
    sleep(Duration::from_millis(100)).await;
    proxy.drain.begin();
    assert_eq!(read_to_end(&mut silent).await, "");
    assert_eq!(timeout(Duration::from_secs(10), proxy.task).await.unwrap().unwrap(), 0);
}

#[tokio::test]
async fn health_checks_and_probes_are_answered_with_and_without_a_header() {
    let (proxy, _mock) = pair(&FROM_BALANCER).await;
    let check = b"GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    for own in [header(0x20, 0, &[]), header(0x20, 0x11, &[9; 12]), named(9), Vec::new()] {
        let response = sent(BALANCER, proxy.admin, &[&own, check.as_slice()].concat()).await;
        assert!(response.starts_with("HTTP/1.1 200 "), "{own:?}: {response}");
    }
    assert!(get(proxy.admin, "/readyz", "").await.starts_with("HTTP/1.1 200 "), "the kubelet sends none");
    let spoofed = sent("127.0.0.1", proxy.admin, &[&named(9), check.as_slice()].concat()).await;
    assert!(spoofed.starts_with("HTTP/1.1 400 "), "{spoofed}");
    assert_eq!(sent(BALANCER, proxy.admin, &header(0x22, 0, &[])).await, "");
}
