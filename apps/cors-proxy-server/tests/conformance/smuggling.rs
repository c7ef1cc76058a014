//! Nothing of one request becomes another: RFC 9112 clause by clause, and what attackers are known to send. Each of
//! hundreds of requests has another behind it, which the target must see as a request exactly where it is one.

use crate::recorder::Recorder;
use crate::server::{proxy, raw};
use crate::vector::hold;

#[tokio::test]
async fn a_request_ends_in_one_place() {
    hold(include_str!("vectors/lengths.txt")).await;
}

#[tokio::test]
async fn chunks_are_what_the_grammar_says() {
    hold(include_str!("vectors/chunks.txt")).await;
}

#[tokio::test]
async fn a_head_is_read_in_one_way() {
    hold(include_str!("vectors/heads.txt")).await;
}

#[tokio::test]
async fn no_switch_hides_a_request() {
    hold(include_str!("vectors/switches.txt")).await;
}

/// RFC 9112, 7.1.1, asks for a limit.
#[tokio::test]
async fn frills_of_chunks_do_not_go_on_for_ever() {
    let target = Recorder::started().await;
    let proxy = proxy(&[target.address], &[]).await;
    for frills in [
        format!("2;{}\r\nab\r\n0\r\n\r\n", "x".repeat(70_000)),
        format!("{}0\r\n\r\n", "1;xxxxxxxxx\r\na\r\n".repeat(7_000)),
        format!("0\r\n{}\r\n", "X: y\r\n".repeat(1_000)),
        format!("0\r\nX: {}\r\n\r\n", "y".repeat(70_000)),
    ] {
        let head = format!("POST /http://{}/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n", target.address);
        let response = raw(proxy, format!("{head}Transfer-Encoding: chunked\r\n\r\n{frills}").as_bytes()).await;
        assert!(response.starts_with("HTTP/1.1 400 "), "{}: {response}", &frills[..20]);
    }
    assert!(target.whole().is_empty(), "{:?}", target.all());
}
