//! Every route on a real socket.

#![allow(clippy::unwrap_used, reason = "a test panics to fail")]

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use clap::Parser;
use mock_target_server::{Args, routes};
use serde_json::{Value, json};
use service::{Metrics, Server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

fn start(seed: u64) -> SocketAddr {
    let args = Args::parse_from(["mock-target-server"]);
    let any = "127.0.0.1:0".parse().unwrap();
    let server = Server::bind(args.server, any, any, Metrics::new("mock-target-server", "test")).unwrap();
    let address = server.address().unwrap();
    tokio::spawn(server.run(routes(seed)));
    address
}

async fn get(address: SocketAddr, path: &str) -> reqwest::Response {
    let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    client.get(format!("http://{address}{path}")).send().await.unwrap()
}

async fn value(address: SocketAddr, path: &str) -> Value {
    get(address, path).await.json().await.unwrap()
}

async fn status(address: SocketAddr, path: &str) -> u16 {
    get(address, path).await.status().as_u16()
}

#[tokio::test]
async fn posts_and_todos_are_listed_gotten_and_filtered() {
    let mock = start(1);
    assert_eq!(value(mock, "/posts").await.as_array().unwrap().len(), 100);
    assert_eq!(value(mock, "/todos").await.as_array().unwrap().len(), 200);
    let post = value(mock, "/posts/42").await;
    assert_eq!((&post["id"], &post["userId"]), (&json!(42), &json!(5)));
    assert!(post["title"].is_string() && post["body"].is_string());
    let done = value(mock, "/todos?completed=true&userId=3").await;
    assert!(done.as_array().unwrap().iter().all(|todo| todo["completed"] == true && todo["userId"] == 3));
    let page = get(mock, "/posts?userId=2&_page=2&_limit=3").await;
    assert_eq!(page.headers()["x-total-count"], "10");
    let ids: Vec<_> =
        page.json::<Value>().await.unwrap().as_array().unwrap().iter().map(|post| post["id"].clone()).collect();
    assert_eq!(ids, [14, 15, 16]);
    assert_eq!(value(mock, "/posts?none=1").await, json!([]));
    for path in ["/posts/0", "/posts/101", "/todos/201", "/posts/x", "/nothing"] {
        assert_eq!(status(mock, path).await, 404, "{path}");
    }
}

#[tokio::test]
async fn no_response_has_cors_headers() {
    let mock = start(1);
    let names: Vec<String> = get(mock, "/posts/1").await.headers().keys().map(ToString::to_string).collect();
    assert!(!names.iter().any(|name| name.starts_with("access-control")), "{names:?}");
}

#[tokio::test]
async fn a_status_is_answered_and_a_weighted_one_follows_the_seed() {
    let (mock, twin, other) = (start(5), start(5), start(6));
    for code in [200, 204, 304, 404, 418, 500, 599] {
        assert_eq!(status(mock, &format!("/status/{code}")).await, code);
    }
    for path in ["/status/99", "/status/100", "/status/600", "/status/x", "/status/200:0", "/status/200:1,"] {
        assert_eq!(status(mock, path).await, 400, "{path}");
    }
    let mut rolls: [Vec<u16>; 3] = Default::default();
    for _ in 0..7 {
        status(twin, "/status/200").await;
        status(other, "/status/200").await;
    }
    for _ in 0..40 {
        for (rolls, server) in rolls.iter_mut().zip([mock, twin, other]) {
            rolls.push(status(server, "/status/200:3,503:1").await);
        }
    }
    assert_eq!(rolls[0], rolls[1]);
    assert_ne!(rolls[0], rolls[2]);
    let failed = rolls[0].iter().filter(|status| **status == 503).count();
    assert!((2..=20).contains(&failed), "{failed} of 40");
    let own = status(mock, "/status/200:1,503:1?seed=9").await;
    assert_eq!(status(mock, "/status/200:1,503:1?seed=9").await, own);
}

#[tokio::test]
async fn delays_are_kept_and_bounded() {
    let mock = start(1);
    let began = Instant::now();
    assert_eq!(status(mock, "/delay/150").await, 200);
    assert!(began.elapsed() >= Duration::from_millis(150));
    assert_eq!(status(mock, "/delay/60001").await, 400);
    let waited = value(mock, "/latency/lognormal?median=5&seed=3").await;
    assert_eq!(value(mock, "/latency/lognormal?median=5&seed=3").await, waited);
    assert_eq!(status(mock, "/latency/unheard-of").await, 400);
}

#[tokio::test]
async fn bodies_have_the_size_asked_for() {
    let mock = start(1);
    assert_eq!(get(mock, "/bytes/100000").await.bytes().await.unwrap().len(), 100_000);
    assert_eq!(get(mock, "/stream/3").await.text().await.unwrap(), "{\"id\":0}\n{\"id\":1}\n{\"id\":2}\n");
    assert_eq!(get(mock, "/drip?bytes=4&duration=40").await.text().await.unwrap(), "****");
    for path in ["/bytes/67108865", "/stream/10001", "/drip?bytes=10001", "/drip?duration=60001", "/range/67108865"] {
        assert_eq!(status(mock, path).await, 400, "{path}");
    }
}

#[tokio::test]
async fn ranges_and_conditions_are_honoured() {
    let mock = start(1);
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let with = |path: &str, name: &'static str, value: &'static str| {
        client.get(format!("http://{mock}{path}")).header(name, value).send()
    };
    for (range, expected) in [("bytes=0-0", "a"), ("bytes=24-", "yz"), ("bytes=-1", "z"), ("bytes=25-99", "z")] {
        let response = with("/range/26", "range", range).await.unwrap();
        assert_eq!((response.status().as_u16(), response.text().await.unwrap().as_str()), (206, expected), "{range}");
    }
    assert_eq!(with("/range/26", "range", "bytes=26-").await.unwrap().status(), 416);
    assert_eq!(with("/range/26", "range", "lines=1-").await.unwrap().status(), 200);
    assert_eq!(with("/etag/a", "if-none-match", "\"b\", \"a\"").await.unwrap().status(), 304);
    assert_eq!(with("/etag/a", "if-none-match", "\"b\"").await.unwrap().status(), 200);
    assert_eq!(with("/etag/a", "if-match", "\"b\"").await.unwrap().status(), 412);
}

#[tokio::test]
async fn gzip_is_gzip() {
    let mock = start(1);
    let response = get(mock, "/gzip").await;
    assert_eq!(response.headers()["content-encoding"], "gzip");
    let mut text = String::new();
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&response.bytes().await.unwrap()[..]), &mut text)
        .unwrap();
    assert_eq!(text, "{\"gzipped\":true}");
}

#[tokio::test]
async fn redirects_lead_to_the_headers() {
    let mock = start(1);
    assert_eq!(get(mock, "/redirect/2").await.headers()["location"], "/redirect/1");
    assert_eq!(get(mock, "/redirect/1").await.headers()["location"], "/headers");
    let anywhere = get(mock, "/redirect-to?status=308&url=https%3A%2F%2Fexample.org%2F").await;
    assert_eq!(
        (anywhere.status().as_u16(), &anywhere.headers()["location"]),
        (308, &"https://example.org/".parse().unwrap())
    );
    assert_eq!(status(mock, "/redirect-to?status=200&url=/").await, 400);
}

#[tokio::test]
async fn work_is_the_same_each_time_and_leaves_probes_alive() {
    let mock = start(1);
    let busy: Vec<_> = (0..4).map(|_| tokio::spawn(async move { value(mock, "/cpu?units=40").await })).collect();
    assert_eq!(status(mock, "/posts/1").await, 200);
    let first = value(mock, "/cpu?units=40").await;
    for work in busy {
        assert_eq!(work.await.unwrap(), first);
    }
    assert_eq!(status(mock, "/cpu?units=10001").await, 400);
}

#[tokio::test]
async fn faults_break_the_connection_as_they_say() {
    let mock = start(1);
    let mut stream = TcpStream::connect(mock).await.unwrap();
    stream.write_all(b"GET /fault/reset HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let reset = stream.read_to_end(&mut Vec::new()).await.unwrap_err();
    assert_eq!(reset.kind(), std::io::ErrorKind::ConnectionReset);
    assert!(get(mock, "/fault/truncate").await.bytes().await.is_err());
    let began = Instant::now();
    assert_eq!(get(mock, "/fault/slow-body?interval=2").await.text().await.unwrap(), "abcdefghijklmnopqrstuvwxyz");
    assert!(began.elapsed() >= Duration::from_millis(52));
    let began = Instant::now();
    assert_eq!(get(mock, "/fault/slow-headers?interval=2").await.text().await.unwrap(), "slow\n");
    assert!(began.elapsed() >= Duration::from_millis(100));
}
