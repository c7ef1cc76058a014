//! The metrics are the server's: neither clients nor targets make them grow, and who reads them holds up nobody.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::DescriptorEncoder;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep};

use crate::fixture::{ANY, get, mock, names, proxy, proxy_measured};

/// As `sampleLimit` of the proxy's ServiceMonitor has it.
const SAMPLES: usize = 10_000;

/// A target that answers with the status that its path names.
async fn any_status() -> std::net::SocketAddr {
    let listener = TcpListener::bind(ANY).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut head = [0; 4096];
                while let Ok(size @ 1..) = stream.read(&mut head).await {
                    let head = String::from_utf8_lossy(&head[..size]).into_owned();
                    let status = head.split_whitespace().nth(1).unwrap().trim_start_matches('/').to_owned();
                    let answer = format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n");
                    stream.write_all(answer.as_bytes()).await.unwrap();
                }
            });
        }
    });
    address
}

#[tokio::test]
async fn no_client_and_no_target_makes_series_beyond_a_bound() {
    let target = any_status().await;
    let proxy = proxy(&["--allow-target", &target.to_string(), "--max-redirects", "0"]).await;
    for method in ["GET", "PUT", "POST", "PATCH", "DELETE", "OPTIONS", "INVENTED", "get"] {
        let mut stream = TcpStream::connect(proxy.address).await.unwrap();
        for status in 200..=999 {
            let request =
                format!("{method} /http://{target}/{status} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
            stream.write_all(request.as_bytes()).await.unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                stream.read_buf(&mut head).await.unwrap();
            }
        }
    }
    for nth in 0..300 {
        get(proxy.address, &format!("/http://10.0.0.1:{nth}/"), "").await;
        get(proxy.address, &format!("/word{nth}"), "").await;
    }
    let scrape = get(proxy.admin, "/metrics", "").await;
    let samples: Vec<_> = scrape.lines().filter(|line| line.contains("_seconds_") && !line.starts_with('#')).collect();
    assert!(samples.len() < SAMPLES, "{}", samples.len());
    let mut values: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for label in samples.iter().filter_map(|line| line.split_once('{')).flat_map(|(_, labels)| labels.split("\",")) {
        if let Some((name, value)) = label.split_once("=\"") {
            values.entry(name).or_default().insert(value.split('"').next().unwrap());
        }
    }
    for (label, bound) in [
        ("http_request_method", 10),
        ("http_response_status_code", 80),
        ("http_route", 6),
        ("error_type", 26),
        ("le", 15),
    ] {
        assert!(values[label].len() <= bound, "{label}: {:?}", values[label]);
    }
    assert!(values["http_response_status_code"].contains("7xx"), "{values:?}");
}

/// Metrics that take as long to read as nobody lets them go.
#[derive(Debug)]
struct Slow(Mutex<Receiver<()>>);

impl Collector for Slow {
    fn encode(&self, _: DescriptorEncoder<'_>) -> std::fmt::Result {
        let _ = self.0.lock().unwrap().recv_timeout(Duration::from_secs(10));
        Ok(())
    }
}

#[tokio::test]
async fn a_scrape_that_takes_long_holds_up_nobody() {
    let mock = mock().await;
    let metrics = service::Metrics::new("cors-proxy-server", "test");
    let (done, wait) = channel();
    metrics.register(|registry| registry.register_collector(Box::new(Slow(Mutex::new(wait)))));
    let proxy = proxy_measured(&["--allow-target", &mock.address.to_string()], names(&[]), metrics).await;
    let scrape = tokio::spawn(async move { get(proxy.admin, "/metrics", "").await });
    sleep(Duration::from_millis(100)).await;
    let began = Instant::now();
    // Both of a series that there is and of a new one.
    for path in ["/posts/1", "/status/418"] {
        let response = get(proxy.address, &format!("/http://{}{path}", mock.address), "").await;
        assert!(response.starts_with("HTTP/1.1 "), "{response}");
    }
    assert!(get(proxy.admin, "/livez", "").await.starts_with("HTTP/1.1 200 "));
    assert!(began.elapsed() < Duration::from_secs(5) && !scrape.is_finished(), "{:?}", began.elapsed());
    done.send(()).unwrap();
    assert!(scrape.await.unwrap().starts_with("HTTP/1.1 200 "));
}
