//! What a network lets through, before any pod is asked.

/// Ports from 1024 on, of which a client has one for each connection to one address and port (of itself Linux gives 28,232); those of the
/// last minute stay taken (`TIME_WAIT`).
const PORTS: f64 = 64_512.0;
const TIME_WAIT: f64 = 60.0;

/// Bytes of a request and of its answer, heads and all, without those of TCP and IP. None at all: bytes are not reckoned with.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bytes {
    /// Of a request.
    pub request: f64,
    /// Of its answer.
    pub answer: f64,
}

impl Bytes {
    /// Those of the load test: `GET /posts/1` of the mock target by way of the proxy, with the heads that the load test's plan sends. Counted
    /// on a connection to the programs themselves on 2026-11-30; the names of load balancer and target are as long as in a cluster.
    pub const LOAD_TEST: Self = Self { request: 294.0, answer: 639.0 };

    /// The bytes that a pod sends for a request, or gets, whichever are more: with its client, and with its target if it has one.
    pub fn each(self, has_target: bool) -> f64 {
        if has_target { self.request + self.answer } else { self.request.max(self.answer) }
    }
}

/// The requests a second that a node passes on without a stop: its instance type's base bandwidth in gigabits a second, either way, over the
/// bytes of a request or its answer, whichever are more. Beyond it AWS lets bursts through for a while, which are not reckoned with.
pub fn per_node(gigabits: f64, bytes: f64) -> f64 {
    gigabits * 1e9 / 8.0 / bytes
}

/// The connections a second that one client can open to a load balancer of so many addresses, if it keeps none.
pub fn per_client(addresses: f64) -> f64 {
    PORTS * addresses / TIME_WAIT
}
