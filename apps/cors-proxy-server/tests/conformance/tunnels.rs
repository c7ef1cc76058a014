//! What switches protocols, and what seems to: RFC 9110, 7.8, and RFC 6455, 4. A tunnel carries whatever there is, unchanged.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::timeout;

use crate::server::{ANY, PATIENCE, proxy};

const ASK: &str = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                   Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

const SWITCH: &str = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                      Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: chat\r\n\
                      Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover\r\n\r\n";

/// A target that switches whatever it is asked, says `early` at once, and then sends back all that it gets.
async fn target() -> (SocketAddr, UnboundedReceiver<String>) {
    let listener = TcpListener::bind(ANY).await.unwrap();
    let (tell, told) = unbounded_channel();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let tell = tell.clone();
            tokio::spawn(async move {
                let (head, begun) = head(&mut stream).await;
                let _ = tell.send(head);
                let (mut reader, mut writer) = stream.split();
                writer.write_all(&[SWITCH.as_bytes(), b"early", &begun].concat()).await?;
                tokio::io::copy(&mut reader, &mut writer).await?;
                writer.shutdown().await
            });
        }
    });
    (address, told)
}

/// A head, and what came behind it.
async fn head(stream: &mut TcpStream) -> (String, Vec<u8>) {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = bytes.windows(4).position(|end| end == b"\r\n\r\n") {
            let rest = bytes.split_off(end + 4);
            return (String::from_utf8(bytes).unwrap().to_ascii_lowercase(), rest);
        }
        let read = timeout(PATIENCE, stream.read_buf(&mut bytes)).await.unwrap().unwrap();
        assert!(read > 0, "{}", String::from_utf8_lossy(&bytes));
    }
}

async fn ask(proxy: SocketAddr, target: SocketAddr, version: &str, headers: &str) -> TcpStream {
    let mut stream = TcpStream::connect(proxy).await.unwrap();
    let request = format!("GET /http://{target}/ HTTP/{version}\r\nHost: x\r\n{headers}\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

#[tokio::test]
async fn what_both_sides_agree_on_crosses_in_the_heads() {
    let (target, mut told) = target().await;
    let proxy = proxy(&[target], &[]).await;
    let offers = "Sec-WebSocket-Protocol: chat, other\r\nSec-WebSocket-Extensions: permessage-deflate; client_max_window_bits, x\r\n";
    // As Firefox writes it.
    let asked = ASK.replace("Connection: Upgrade", "Connection: keep-alive, Upgrade");
    let mut stream = ask(proxy, target, "1.1", &format!("{asked}{offers}")).await;
    let (answer, _) = head(&mut stream).await;
    let asked = told.recv().await.unwrap();
    for line in [ASK, offers].iter().flat_map(|lines| lines.lines()) {
        assert!(asked.contains(&line.to_ascii_lowercase()), "{line}: {asked}");
    }
    for line in SWITCH.trim_end().lines() {
        assert!(answer.contains(&line.to_ascii_lowercase()), "{line}: {answer}");
    }
}

#[tokio::test]
async fn a_tunnel_carries_any_bytes_from_the_first_to_the_last() {
    let (target, _told) = target().await;
    let proxy = proxy(&[target], &[]).await;
    for length in [0, 1, 125, 126, 127, 65_535, 65_536, 1 << 20] {
        let mut stream = ask(proxy, target, "1.1", ASK).await;
        let (_, mut back) = head(&mut stream).await;
        let sent: Vec<u8> = (0..length).map(|_| fastrand::u8(..)).collect();
        let (mut reader, mut writer) = stream.split();
        let write = async {
            writer.write_all(&sent).await.unwrap();
            writer.shutdown().await.unwrap();
        };
        let (read, ()) = tokio::join!(timeout(PATIENCE, reader.read_to_end(&mut back)), write);
        read.unwrap().unwrap();
        assert!(back == [b"early", &sent[..]].concat(), "{length}: {} came back", back.len());
    }
}

#[tokio::test]
async fn what_is_no_handshake_opens_no_tunnel() {
    let (target, mut told) = target().await;
    let proxy = proxy(&[target], &["--timeout", "2s"]).await;
    for (about, version, headers) in [
        ("7.8: HTTP/1.0 has no upgrades", "1.0", ASK.to_owned()),
        ("7.8: `Connection` does not name it", "1.1", ASK.replace("Connection: Upgrade\r\n", "")),
        ("7.8: it names something else", "1.1", ASK.replace("Connection: Upgrade", "Connection: keep-alive, upgraded")),
        ("7.8: another protocol", "1.1", ASK.replace("websocket", "h2c")),
        ("4.1: no key", "1.1", ASK.replace("Sec-WebSocket-Key", "X-Key")),
    ] {
        let mut stream = ask(proxy, target, version, &headers).await;
        let (answer, _) = head(&mut stream).await;
        let asked = told.recv().await.unwrap();
        assert!(!asked.contains("\nupgrade: "), "{about}: {asked}");
        assert!(answer[8..].starts_with(" 502 ") && !answer.contains("early"), "{about}: {answer}");
    }
}
