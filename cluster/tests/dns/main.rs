//! The real external-dns between a real API server and a mock of Route 53: which records it writes of Ingresses, which it leaves
//! alone, and whether its role allows all that it asks.

#![expect(clippy::unwrap_used, reason = "what helps tests may panic as they do")]
#![expect(clippy::print_stdout, reason = "how long each step took is shown, beside what must hold of it")]

mod gateway;
mod records;
mod role;
mod world;
mod zones;
