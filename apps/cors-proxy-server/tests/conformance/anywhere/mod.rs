//! cors-anywhere's own cases, against it and against the proxy: what both do, what the proxy does otherwise, and why.
//!
//! In `vectors/anywhere.txt` a group begins with `==`, its name, the options of cors-anywhere and the flags of the proxy; a
//! case with `--` and its request, `>` a header of it, `<` its body. `=` is met by both, `~` by cors-anywhere and not by the
//! proxy, `+` by the proxy and not by cors-anywhere, and `:` says why. So a difference more, or one less, fails.

mod expectation;
mod target;

use std::net::SocketAddr;

use expectation::{Answer, is_met};
use tokio::net::TcpListener;

use crate::server::{ANY, proxy, raw};
use crate::tools::{node, started};
use crate::vector::bytes;

const CASES: &str = include_str!("../vectors/anywhere.txt");

const DOCUMENT: &str = include_str!("../../../../../docs/conformance.md");

/// Where a group's requests go, and what stands for it in the cases.
struct Place {
    server: SocketAddr,
    target: SocketAddr,
    closed: SocketAddr,
}

impl Place {
    fn fill(&self, text: &str) -> String {
        let text = text.replace("{t}", &self.target.to_string()).replace("{p}", &self.server.to_string());
        text.replace("{port}", &self.server.port().to_string()).replace("{closed}", &self.closed.to_string())
    }

    async fn ask(&self, case: &str) -> Answer {
        let mut lines = case.lines();
        let start = lines.next().unwrap();
        let lines: Vec<_> = lines.collect();
        let of = |mark| lines.iter().filter_map(move |line| line.strip_prefix(mark));
        let body: Vec<u8> = of("< ").flat_map(bytes).collect();
        let mut head = format!("{start} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", self.server);
        for header in of("> ") {
            head = format!("{head}{header}\r\n");
        }
        if !body.is_empty() {
            head = format!("{head}Content-Length: {}\r\n", body.len());
        }
        let request = [self.fill(&head).as_bytes(), b"\r\n", &body].concat();
        Answer::read(&raw(self.server, &request).await)
    }
}

/// Puts each case to a server, which meets the expectations with these two marks, and no third one.
async fn hold(place: &Place, name: &str, cases: &str, marks: [&str; 2], not: &str) -> usize {
    let mut asked = 0;
    let mut wrong = Vec::new();
    for case in cases.split("\n-- ").skip(1) {
        let answer = place.ask(case).await;
        asked += 1;
        for line in case.lines().skip(1) {
            let Some((mark, expected)) = line.split_once(' ') else { continue };
            let met = is_met(&place.fill(expected), &answer);
            if marks.contains(&mark) && !met || mark == not && met {
                wrong.push(format!("{name}: {}\n  {line}\n  {answer:?}", case.lines().next().unwrap()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    asked
}

/// The groups: name, options, flags, cases.
fn groups() -> impl Iterator<Item = [&'static str; 4]> {
    CASES.split("== ").skip(1).map(|group| {
        let (head, cases) = group.split_once('\n').unwrap();
        let columns: Vec<_> = head.split('|').map(str::trim).collect();
        [columns[0], columns[1], columns[2], cases]
    })
}

async fn closed() -> SocketAddr {
    TcpListener::bind(ANY).await.unwrap().local_addr().unwrap()
}

#[tokio::test]
async fn the_proxy_differs_from_cors_anywhere_where_it_says_so() {
    let (target, closed) = (target::started().await, closed().await);
    for [name, _, flags, cases] in groups() {
        let flags: Vec<_> = flags.split_whitespace().map(|flag| flag.replace("\\s", " ")).collect();
        let flags: Vec<_> = flags.iter().map(String::as_str).collect();
        let place = Place { server: proxy(&[target, closed], &flags).await, target, closed };
        hold(&place, name, cases, ["=", "+"], "~").await;
    }
}

#[tokio::test]
#[ignore = "make conformance"]
async fn cors_anywhere_does_what_its_cases_say() {
    let (target, closed) = (target::started().await, closed().await);
    let mut asked = 0;
    for [name, options, _, cases] in groups() {
        let mut command = node("anywhere.js");
        command.arg(options);
        let (_child, port) = started(command).await;
        let place = Place { server: SocketAddr::from(([127, 0, 0, 1], port.parse().unwrap())), target, closed };
        asked += hold(&place, name, cases, ["=", "~"], "+").await;
    }
    println!("{asked} cases, and {} differences", CASES.lines().filter(|line| line.starts_with(": ")).count());
}

#[test]
fn each_difference_has_its_reason_which_is_documented() {
    for case in CASES.split("\n-- ").skip(1) {
        let differs = case.lines().any(|line| line.starts_with("~ "));
        let reason = case.lines().find_map(|line| line.strip_prefix(": "));
        assert_eq!(differs, reason.is_some(), "{case}");
        assert!(reason.is_none_or(|reason| DOCUMENT.contains(reason)), "docs/conformance.md says why: {case}");
    }
}
