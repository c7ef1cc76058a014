//! Servers and clients for the tests: everything on loopback, every port chosen by the system.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use clap::Parser;
use cors_proxy_server::{Args, Found, Lookup};
use service::{Drain, Metrics, Server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::timeout;

pub(crate) const ANY: &str = "127.0.0.1:0";

/// A server in this process, with the same accept loop and drain as the command.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) admin: SocketAddr,
    pub(crate) redirect: Option<SocketAddr>,
    pub(crate) drain: Drain,
    pub(crate) task: JoinHandle<usize>,
}

/// Names and what successive lookups of them answer; the last answer stays.
pub(crate) fn names(script: &[(&str, &[&[&str]])]) -> Lookup {
    let parse = |answer: &&[&str]| answer.iter().map(|address| address.parse().unwrap()).collect();
    let script: HashMap<String, Vec<Vec<IpAddr>>> =
        script.iter().map(|(name, answers)| ((*name).to_owned(), answers.iter().map(parse).rev().collect())).collect();
    let script = Arc::new(Mutex::new(script));
    Arc::new(move |name| {
        let mut script = script.lock().unwrap();
        let answer = match script.get_mut(&name) {
            Some(answers) if answers.len() > 1 => answers.pop(),
            Some(answers) => answers.last().cloned(),
            None => None,
        };
        let found = answer.map(|addresses| Found { addresses, lasts: Duration::ZERO });
        Box::pin(async move { found.ok_or_else(|| io::Error::other("no such name")) })
    })
}

pub(crate) async fn proxy(flags: &[&str]) -> Running {
    proxy_with(flags, names(&[("localhost", &[&["127.0.0.1"]])])).await
}

pub(crate) async fn proxy_with(flags: &[&str], lookup: Lookup) -> Running {
    proxy_measured(flags, lookup, Metrics::new("cors-proxy-server", "test")).await
}

pub(crate) async fn proxy_measured(flags: &[&str], lookup: Lookup, metrics: Metrics) -> Running {
    let own = ["cors-proxy-server", "--listen", ANY, "--admin-listen", ANY];
    let args = Args::try_parse_from(own.iter().chain(flags)).unwrap();
    args.check().unwrap();
    let server = Server::bind(args.server.clone(), args.listen, args.admin_listen, metrics.clone()).unwrap();
    let server = match args.https_redirect_listen {
        Some(listen) => server.redirecting(listen).unwrap(),
        None => server,
    };
    let routes = args.routes(&metrics, lookup).unwrap();
    start(server, routes)
}

pub(crate) async fn mock() -> Running {
    let args = mock_target_server::Args::parse_from(["mock-target-server"]);
    let any = ANY.parse().unwrap();
    let server = Server::bind(args.server, any, any, Metrics::new("mock-target-server", "test")).unwrap();
    start(server, mock_target_server::routes(1))
}

fn start(server: Server, routes: impl service::Routes) -> Running {
    let (address, admin, drain) = (server.address().unwrap(), server.admin_address().unwrap(), server.drain());
    let redirect = server.redirect_address();
    Running { address, admin, redirect, drain, task: tokio::spawn(server.run(routes)) }
}

/// A mock, and a proxy that may reach it.
pub(crate) async fn pair(flags: &[&str]) -> (Running, Running) {
    let mock = mock().await;
    let target = mock.address.to_string();
    let proxy = proxy(&[&["--allow-target", &target], flags].concat()).await;
    (proxy, mock)
}

/// A client that changes nothing: no redirects, no decompression, no proxy.
pub(crate) fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

/// Sends raw bytes and reads until the server closes.
pub(crate) async fn raw(address: SocketAddr, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request).await.unwrap();
    read_to_end(&mut stream).await
}

pub(crate) async fn read_to_end(stream: &mut TcpStream) -> String {
    let mut response = Vec::new();
    let read = timeout(Duration::from_secs(20), stream.read_to_end(&mut response)).await;
    // A reset after the response is as good an end as a close.
    let _ = read.expect("the server closes in time");
    String::from_utf8_lossy(&response).into_owned()
}

/// `GET path` over a connection of its own.
pub(crate) async fn get(address: SocketAddr, path: &str, headers: &str) -> String {
    raw(address, format!("GET {path} HTTP/1.1\r\nHost: proxy\r\nConnection: close\r\n{headers}\r\n").as_bytes()).await
}

/// An upstream that answers the n-th connection with the n-th script, and stays with the last.
pub(crate) async fn scripted(responses: &'static [&'static str]) -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind(ANY).await.unwrap();
    let (address, seen) = (listener.local_addr().unwrap(), Arc::new(Mutex::new(Vec::new())));
    let requests = seen.clone();
    tokio::spawn(async move {
        for nth in 0.. {
            let Ok((mut stream, _)) = listener.accept().await else {
                return;
            };
            let response = responses[nth.min(responses.len() - 1)];
            let requests = requests.clone();
            tokio::spawn(async move {
                let mut head = vec![0; 16 * 1024];
                let size = stream.read(&mut head).await.unwrap_or(0);
                requests.lock().unwrap().push(String::from_utf8_lossy(&head[..size]).into_owned());
                if response.is_empty() {
                    // Dropping it with unread bytes or a zero linger resets the connection before the first byte.
                    let _ = stream.set_zero_linger();
                    return;
                }
                let _ = stream.write_all(response.as_bytes()).await;
                let _ = stream.shutdown().await;
            });
        }
    });
    (address, seen)
}

/// An upstream whose n-th connection answers so many requests and resets the next; counts the requests.
pub(crate) async fn answering(answers: &'static [usize]) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind(ANY).await.unwrap();
    let (address, seen) = (listener.local_addr().unwrap(), Arc::new(AtomicUsize::new(0)));
    let requests = seen.clone();
    tokio::spawn(async move {
        for nth in 0.. {
            let Ok((mut stream, _)) = listener.accept().await else {
                return;
            };
            let (answers, requests) = (answers[nth.min(answers.len() - 1)], requests.clone());
            tokio::spawn(async move {
                let mut head = vec![0; 16 * 1024];
                for nth in 0.. {
                    if stream.read(&mut head).await.unwrap_or(0) == 0 {
                        return;
                    }
                    requests.fetch_add(1, Ordering::Relaxed);
                    if nth == answers {
                        let _ = stream.set_zero_linger();
                        return;
                    }
                    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await;
                }
            });
        }
    });
    (address, seen)
}

/// One value of the admin port's metrics, 0 if the series does not exist yet.
pub(crate) async fn metric(server: &Running, series: &str) -> f64 {
    let text = client().get(format!("http://{}/metrics", server.admin)).send().await.unwrap();
    let text = String::from_utf8(text.bytes().await.unwrap().to_vec()).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix(series));
    line.map_or(0.0, |value| value.trim().parse().unwrap())
}
