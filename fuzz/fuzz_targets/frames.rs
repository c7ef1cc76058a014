//! Any bytes through a `WebSocket` of a proxy on the loopback device, frames or not, in any pieces: what goes in at one end
//! comes out at the other. One tunnel carries all inputs.

#![no_main]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{LazyLock, Mutex};
use std::thread;
use std::time::Duration;

use libfuzzer_sys::fuzz_target;

/// The two ends of the tunnel: its client's and its target's.
static ENDS: LazyLock<Mutex<[TcpStream; 2]>> = LazyLock::new(|| Mutex::new(ends()));

/// Longer than an input's way may take, so that what is lost is found.
const PATIENCE: Duration = Duration::from_secs(20);

fn ends() -> [TcpStream; 2] {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port for the target");
    let target = listener.local_addr().expect("its address").to_string();
    let proxy = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port for the proxy");
    let flags = ["--listen", &proxy.to_string(), "--admin-listen", "127.0.0.1:0", "--allow-target", &target];
    let arguments: Vec<_> = ["cors-proxy-server"].iter().chain(&flags).map(Into::into).collect();
    thread::spawn(|| cors_proxy_server::main(arguments));
    let mut client = loop {
        match TcpStream::connect(proxy) {
            Ok(client) => break client,
            Err(_) => thread::sleep(Duration::from_millis(10)),
        }
    };
    let request = format!(
        "GET /http://{target}/ HTTP/1.1\r\nHost: proxy\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
        Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    client.write_all(request.as_bytes()).expect("a request");
    let mut target = listener.accept().expect("the proxy's connection").0;
    head(&mut target);
    let answer = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
    target.write_all(answer.as_bytes()).expect("an answer");
    assert!(head(&mut client).starts_with("HTTP/1.1 101 "));
    for end in [&client, &target] {
        end.set_nodelay(true).expect("no delay");
        end.set_read_timeout(Some(PATIENCE)).expect("a time");
    }
    [client, target]
}

/// The head of a message, byte by byte, so that nothing behind it is taken.
fn head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).expect("a head");
        head.push(byte[0]);
    }
    String::from_utf8(head).expect("a head is text")
}

fuzz_target!(|pieces: Vec<(bool, Vec<u8>)>| {
    let mut ends = ENDS.lock().expect("one input at a time");
    let mut sent = [Vec::new(), Vec::new()];
    for (end, bytes) in &pieces {
        let end = usize::from(*end);
        ends[end].write_all(bytes).expect("the tunnel is open");
        sent[end].extend_from_slice(bytes);
    }
    for (end, sent) in sent.iter().enumerate() {
        let mut received = vec![0; sent.len()];
        ends[1 - end].read_exact(&mut received).expect("all of it comes");
        assert!(received == *sent, "something else comes out");
    }
});
