//! Connections to targets: which address is dialled and for how long, who uses one again, and when it ends.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use cors_proxy_server::{Found, Lookup};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::Barrier;
use tokio::time::{Instant, sleep};

use crate::fixture::{ANY, get, metric, names, proxy, proxy_with, raw};

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// A target that answers each request alike, and counts the connections that it got and those that ended.
struct Target {
    address: SocketAddr,
    opened: Arc<AtomicUsize>,
    ended: Arc<AtomicUsize>,
}

impl Target {
    /// One that leaves it to the proxy to close.
    async fn patient(answer: &'static str) -> Self {
        Self::at(ANY, answer, usize::MAX).await
    }

    /// One that closes a connection shortly after so many answers.
    async fn at(address: impl tokio::net::ToSocketAddrs, answer: &'static str, answers: usize) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let (opened, ended) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let target = Self { address: listener.local_addr().unwrap(), opened: opened.clone(), ended: ended.clone() };
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                opened.fetch_add(1, Ordering::Relaxed);
                let ended = ended.clone();
                tokio::spawn(async move {
                    let mut head = vec![0; 16 * 1024];
                    for _ in 0..answers {
                        if stream.read(&mut head).await.unwrap_or(0) == 0 {
                            break;
                        }
                        stream.write_all(answer.as_bytes()).await.unwrap();
                    }
                    ended.fetch_add(1, Ordering::Relaxed);
                });
            }
        });
        target
    }

    fn path(&self) -> String {
        format!("/http://{}/", self.address)
    }

    fn counts(&self) -> (usize, usize) {
        (self.opened.load(Ordering::Relaxed), self.ended.load(Ordering::Relaxed))
    }

    /// How long it takes until so many connections have ended.
    async fn ended(&self, count: usize) -> Duration {
        let began = Instant::now();
        while self.counts().1 < count {
            assert!(began.elapsed() < Duration::from_secs(10), "{:?}", self.counts());
            sleep(Duration::from_millis(10)).await;
        }
        began.elapsed()
    }
}

#[tokio::test]
async fn a_connection_waits_for_the_next_request_and_ends_before_its_target_would_end_it() {
    let target = Target::patient(OK).await;
    let proxy = proxy(&["--allow-target", &target.address.to_string()]).await;
    for _ in 0..3 {
        assert!(get(proxy.address, &target.path(), "").await.ends_with("\r\n\r\nok"));
    }
    assert_eq!(target.counts(), (1, 0));
    let idle = target.ended(1).await;
    assert!(idle > Duration::from_secs(3) && idle < Duration::from_millis(7500), "{idle:?}");
}

#[tokio::test]
async fn no_more_connections_wait_than_requests_may_be_in_flight() {
    let targets = [Target::patient(OK).await, Target::patient(OK).await, Target::patient(OK).await];
    let allowed = targets.each_ref().map(|target| target.address.to_string()).join(",");
    let proxy = proxy(&["--allow-target", &allowed, "--max-in-flight", "2"]).await;
    for target in &targets {
        assert!(get(proxy.address, &target.path(), "").await.starts_with("HTTP/1.1 200 "));
    }
    assert!(targets[2].ended(1).await < Duration::from_secs(2));
    assert_eq!([targets[0].counts(), targets[1].counts()], [(1, 0), (1, 0)]);
}

#[tokio::test]
async fn a_connection_that_its_target_closed_is_passed_over_even_for_a_post() {
    let target = Target::at(ANY, OK, 1).await;
    let proxy = proxy(&["--allow-target", &target.address.to_string()]).await;
    let request =
        format!("POST {} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi", target.path());
    for count in 1..=3 {
        assert!(raw(proxy.address, request.as_bytes()).await.starts_with("HTTP/1.1 200 "));
        assert_eq!(target.opened.load(Ordering::Relaxed), count);
        sleep(Duration::from_millis(100)).await;
    }
    assert!(metric(&proxy, "retries_total{reason=\"reset\"}").await.abs() < f64::EPSILON);
}

#[tokio::test]
async fn the_second_try_does_not_meet_another_connection_that_waited() {
    let listener = TcpListener::bind(ANY).await.unwrap();
    let target = listener.local_addr().unwrap();
    let both = Arc::new(Barrier::new(2));
    tokio::spawn(async move {
        for nth in 0.. {
            let (mut stream, _) = listener.accept().await.unwrap();
            let both = both.clone();
            tokio::spawn(async move {
                let mut head = [0; 1024];
                for request in 0.. {
                    if stream.read(&mut head).await.unwrap_or(0) == 0 || nth < 2 && request == 1 {
                        return;
                    }
                    if nth < 2 {
                        both.wait().await;
                    }
                    stream.write_all(OK.as_bytes()).await.unwrap();
                }
            });
        }
    });
    let proxy = proxy(&["--allow-target", &target.to_string()]).await;
    let path = format!("/http://{target}/");
    tokio::join!(get(proxy.address, &path, ""), get(proxy.address, &path, ""));
    let response = get(proxy.address, &path, "").await;
    assert!(response.starts_with("HTTP/1.1 200 "), "{response}");
}

#[tokio::test]
async fn a_body_that_breaks_or_is_not_read_takes_its_connection_along() {
    let broken = Target::patient("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\nnone\r\n").await;
    let long = Target::patient("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nbegun").await;
    let proxy = proxy(&["--allow-target", &format!("{},{}", broken.address, long.address)]).await;
    let cut = get(proxy.address, &broken.path(), "").await;
    assert!(!cut.ends_with("0\r\n\r\n"), "{cut}");
    assert!(broken.ended(1).await < Duration::from_secs(2));
    let mut stream = TcpStream::connect(proxy.address).await.unwrap();
    stream.write_all(format!("GET {} HTTP/1.1\r\nHost: x\r\n\r\n", long.path()).as_bytes()).await.unwrap();
    let mut begun = String::new();
    while !begun.ends_with("begun") {
        let mut bytes = [0; 1024];
        let size = stream.read(&mut bytes).await.unwrap();
        begun.push_str(std::str::from_utf8(&bytes[..size]).unwrap());
    }
    assert_eq!(long.counts(), (1, 0));
    drop(stream);
    assert!(long.ended(1).await < Duration::from_secs(2));
}

#[tokio::test]
async fn what_follows_a_response_is_nobodys_answer() {
    let target = Target::patient(
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil",
    )
    .await;
    let proxy = proxy(&["--allow-target", &target.address.to_string()]).await;
    for count in 1..=3 {
        assert!(get(proxy.address, &target.path(), "").await.ends_with("\r\n\r\nok"));
        assert_eq!(target.opened.load(Ordering::Relaxed), count);
    }
}

#[tokio::test]
async fn a_name_is_looked_up_once_a_connection_and_what_was_vetted_is_dialled() {
    let vetted = Target::patient(OK).await;
    let other = Target::at((Ipv4Addr::new(127, 0, 0, 2), vetted.address.port()), OK, usize::MAX).await;
    let asked = Arc::new(AtomicUsize::new(0));
    let lookups = asked.clone();
    let lookup: Lookup = Arc::new(move |_| {
        let last = if lookups.fetch_add(1, Ordering::Relaxed) == 0 { 1 } else { 2 };
        Box::pin(async move { Ok(Found { addresses: vec![[127, 0, 0, last].into()], lasts: Duration::ZERO }) })
    });
    let target = format!("name.test:{}", vetted.address.port());
    let proxy = proxy_with(&["--allow-target", &target], lookup).await;
    for _ in 0..2 {
        assert!(get(proxy.address, &format!("/http://{target}/"), "").await.starts_with("HTTP/1.1 200 "));
    }
    assert_eq!((asked.load(Ordering::Relaxed), vetted.counts().0, other.counts().0), (1, 1, 0));
    vetted.ended(1).await;
    assert!(get(proxy.address, &format!("/http://{target}/"), "").await.starts_with("HTTP/1.1 200 "));
    assert_eq!((asked.load(Ordering::Relaxed), vetted.counts().0, other.counts().0), (2, 1, 1));
}

/// A listener whose backlog is full, so that nobody hears of a connection, and what fills it.
async fn silent(address: SocketAddr) -> (SocketAddr, TcpListener, Vec<TcpStream>) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(address).unwrap();
    let (listener, mut held) = (socket.listen(1).unwrap(), Vec::new());
    let address = listener.local_addr().unwrap();
    while let Ok(stream) = tokio::time::timeout(Duration::from_millis(300), TcpStream::connect(address)).await {
        held.push(stream.unwrap());
    }
    (address, listener, held)
}

#[tokio::test]
async fn connecting_ends_in_time_and_a_silent_address_leaves_some_for_the_next() {
    let answers = Target::patient(OK).await;
    let port = answers.address.port();
    let (address, _listener, _held) = silent((Ipv4Addr::new(127, 0, 0, 2), port).into()).await;
    let flags = ["--allow-target", &format!("{address},name.test:{port}"), "--connect-timeout", "600ms"];
    let proxy = proxy_with(&flags, names(&[("name.test", &[&["127.0.0.2", "127.0.0.1"]])])).await;
    let began = Instant::now();
    let late = get(proxy.address, &format!("/http://{address}/"), "").await;
    assert!(late.starts_with("HTTP/1.1 504 ") && late.contains("error=connection_timeout"), "{late}");
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    let next = get(proxy.address, &format!("/http://name.test:{port}/"), "").await;
    assert!(next.starts_with("HTTP/1.1 200 "), "{next}");
}

#[tokio::test]
async fn a_target_that_does_not_shake_hands_is_given_up_in_time() {
    let mute = TcpListener::bind(ANY).await.unwrap();
    let address = mute.local_addr().unwrap();
    let proxy = proxy(&["--allow-target", &address.to_string(), "--connect-timeout", "300ms"]).await;
    let response = get(proxy.address, &format!("/https://{address}/"), "").await;
    assert!(response.starts_with("HTTP/1.1 504 ") && response.contains("error=connection_timeout"), "{response}");
}
