//! Names of targets, asked of a name server on loopback by the command itself.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::net::{TcpStream, UdpSocket};
use tokio::process::Child;
use tokio::time::{Instant, sleep, timeout};

use crate::command::{command, started};
use crate::fixture::{ANY, get, mock};

/// A name server to which every name is 127.0.0.1 for so many seconds, which is silent about names that begin with `hung`,
/// and counts its questions for addresses of IPv4.
async fn name_server(seconds: u8) -> (SocketAddr, Arc<AtomicUsize>) {
    let socket = UdpSocket::bind(ANY).await.unwrap();
    let (address, asked) = (socket.local_addr().unwrap(), Arc::new(AtomicUsize::new(0)));
    let count = asked.clone();
    tokio::spawn(async move {
        let mut question = [0; 512];
        while let Ok((size, peer)) = socket.recv_from(&mut question).await {
            // A head of twelve bytes, the labels of the name with their lengths, an empty one, the type and the class.
            let labels = question[12..size].iter().position(|byte| *byte == 0).unwrap();
            let end = 12 + labels + 5;
            if question[13..].starts_with(b"hung") {
                continue;
            }
            let ipv4 = question[end - 3] == 1;
            count.fetch_add(usize::from(ipv4), Ordering::Relaxed);
            let mut answer = question[..end].to_vec();
            answer[2..12].copy_from_slice(&[0x81, 0x80, 0, 1, 0, u8::from(ipv4), 0, 0, 0, 0]);
            if ipv4 {
                answer.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, seconds, 0, 4, 127, 0, 0, 1]);
            }
            socket.send_to(&answer, peer).await.unwrap();
        }
    });
    (address, asked)
}

async fn proxy(name_server: SocketAddr, flags: &[&str]) -> (Child, SocketAddr) {
    let own = ["--listen", ANY, "--admin-listen", ANY, "--name-server", &name_server.to_string()];
    started(&mut command(&[&own, flags].concat())).await
}

#[tokio::test]
async fn a_name_is_asked_for_again_once_its_answer_is_too_old() {
    let (mock, (server, asked)) = (mock().await, name_server(2).await);
    let target = format!("name.test:{}", mock.address.port());
    let (_child, proxy) = proxy(server, &["--allow-target", &target]).await;
    let ask = async || {
        // Each over a connection of its own, which the mock closes after the response.
        let response = get(proxy, &format!("/http://{target}/posts/1"), "Connection: close\r\n").await;
        assert!(response.starts_with("HTTP/1.1 200 "), "{response}");
    };
    ask().await;
    // The pool lets go of its connection only after four seconds.
    sleep(Duration::from_secs(6)).await;
    ask().await;
    assert_eq!(asked.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn what_is_known_of_a_name_is_vetted_each_time() {
    let (mock, (server, asked)) = (mock().await, name_server(60).await);
    let port = mock.address.port();
    let (_child, proxy) = proxy(server, &["--allow-target", &format!("name.test:{port}")]).await;
    let exempt = get(proxy, &format!("/http://name.test:{port}/posts/1"), "").await;
    assert!(exempt.starts_with("HTTP/1.1 200 "), "{exempt}");
    // The same name on a port that nobody has exempted.
    for _ in 0..2 {
        let refused = get(proxy, "/http://name.test:1/", "").await;
        assert!(refused.starts_with("HTTP/1.1 403 ") && refused.contains("loopback"), "{refused}");
    }
    assert_eq!(asked.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn seven_hundred_hung_names_starve_no_other() {
    let (mock, (server, _)) = (mock().await, name_server(60).await);
    let target = format!("good.test:{}", mock.address.port());
    let (child, proxy) = proxy(server, &["--allow-target", &target, "--connect-timeout", "20s"]).await;
    let mut hung = Vec::new();
    for nth in 0..700 {
        let stream = TcpStream::connect(proxy).await.unwrap();
        let request = format!("GET /http://hung{nth}.test/ HTTP/1.1\r\nHost: x\r\n\r\n");
        stream.try_write(request.as_bytes()).unwrap();
        hung.push(stream);
    }
    sleep(Duration::from_millis(500)).await;
    let began = Instant::now();
    let good = timeout(Duration::from_secs(15), get(proxy, &format!("/http://{target}/posts/1"), "")).await.unwrap();
    assert!(good.starts_with("HTTP/1.1 200 "), "{good}");
    // One that waited for a hung name would have waited for twenty.
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    #[cfg(target_os = "linux")]
    {
        let threads = std::fs::read_dir(format!("/proc/{}/task", child.id().unwrap())).unwrap().count();
        assert!(threads < 50, "{threads}");
    }
    drop(child);
}
