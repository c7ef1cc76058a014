//! What a network lets through, before any pod is asked.

/// Ports from 1024 on, of which a client has one for each connection to one address and port (of itself Linux gives 28,232); those of the
/// last minute stay taken (`TIME_WAIT`).
const PORTS: f64 = 64_512.0;
const TIME_WAIT: f64 = 60.0;

/// The requests a second that a node passes on without a stop: its instance type's base bandwidth in gigabits a second, either way, over the
/// bytes of a request or its answer, whichever are more. Beyond it AWS lets bursts through for a while, which are not reckoned with.
pub fn per_node(gigabits: f64, bytes: f64) -> f64 {
    gigabits * 1e9 / 8.0 / bytes
}

/// The connections a second that one client can open to a load balancer of so many addresses, if it keeps none.
pub fn per_client(addresses: f64) -> f64 {
    PORTS * addresses / TIME_WAIT
}
