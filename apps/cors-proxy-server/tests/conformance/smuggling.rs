//! Nothing of one request becomes another: RFC 9112 clause by clause, and what attackers are known to send. Each of
//! hundreds of requests has another behind it, which the target must see as a request exactly where it is one.

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
