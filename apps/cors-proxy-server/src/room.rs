//! What a connection and a request in flight cost, and how many of them the system has room for.

use service::{Cost, OWN, Resources, UNSENT, Wanted};

use crate::Args;
use crate::load::IN_FLIGHT;

/// Bytes of a connection without a request, or with an unfinished one: its task, hyper's two buffers, the kernel's socket.
const CONNECTION: u64 = 32 << 10;

/// Bytes of a request in flight, besides its connection and what the kernel keeps: frames of both bodies that their readers
/// are slow to take, the connection to its target, and one that waits.
const EXCHANGE: u64 = 128 << 10;

/// Bytes that the kernel keeps of what is to be sent over one connection: what it waits for, one write more, and its own.
const SENT: u64 = (UNSENT as u64 + service::BUFFER as u64) / 8 * 9;

/// Bytes that the kernel may keep of what one side has sent and the other is slow to take. It takes twice as many for that.
/// A window of 64 KiB lets a target that is 50 ms away send a megabyte in 0.8 seconds.
const RECEIVED: std::ops::RangeInclusive<u64> = 64 << 10..=512 << 10;

/// Both sides of a request in flight, between which both bodies may stand still.
const SIDES: u64 = 2;

/// The file descriptors of a request: one to its target or six to name servers, which are asked for addresses of both kinds,
/// over and over; and with each of the two kinds of targets one that waits.
const DESCRIPTORS: u64 = 8;

impl Args {
    /// Bounds what is served at once, and what the kernel keeps of it, by what the system gives.
    pub fn fit(&mut self, resources: Resources) -> anyhow::Result<()> {
        let in_flight = self.max_in_flight.unwrap_or(IN_FLIGHT);
        let received = resources.memory.map(|memory| received(memory, in_flight, self.server.max_connections));
        let memory = EXCHANGE + SIDES * (SENT + 2 * received.unwrap_or_default());
        let exchanges = Wanted {
            flag: "--max-in-flight",
            asked: self.max_in_flight,
            usual: IN_FLIGHT,
            cost: Cost { memory, descriptors: DESCRIPTORS },
        };
        let [in_flight, connections] = service::fit(resources, [exchanges, self.server.connections(CONNECTION)])?;
        self.max_in_flight = Some(in_flight);
        self.server.max_connections = Some(connections);
        self.server.receive_buffer = received.and_then(|bytes| u32::try_from(bytes).ok());
        Ok(())
    }
}

/// As much as the memory leaves to each request in flight, beside the connections or, where their number is open, as two thirds
/// of it do.
fn received(memory: u64, in_flight: usize, connections: Option<usize>) -> u64 {
    let all = memory.saturating_sub(OWN.memory);
    let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let shared = match connections {
        Some(connections) => all.saturating_sub(number(connections).saturating_mul(CONNECTION)),
        None => all / 3 * 2,
    };
    let left = (shared / number(in_flight).max(1)).saturating_sub(EXCHANGE + SIDES * SENT) / (2 * SIDES);
    left.clamp(*RECEIVED.start(), *RECEIVED.end())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    fn fitted(memory: u64, flags: &[&str]) -> anyhow::Result<(usize, usize, u32)> {
        let mut args = Args::try_parse_from(["cors-proxy-server"].iter().chain(flags)).unwrap();
        args.fit(Resources { descriptors: None, memory: Some(memory) })?;
        Ok((args.max_in_flight.unwrap(), args.server.max_connections.unwrap(), args.server.receive_buffer.unwrap()))
    }

    #[test]
    fn a_pod_of_256_mib_has_some_hundreds_in_flight_and_all_of_it_fits() {
        let (in_flight, connections, received) = fitted(256 << 20, &[]).unwrap();
        assert!(
            in_flight >= 300 && connections >= 2000 && received >= 64 << 10,
            "{in_flight} {connections} {received}"
        );
        let each = EXCHANGE + SIDES * (SENT + 2 * u64::from(received));
        assert!(OWN.memory + in_flight as u64 * each + connections as u64 * CONNECTION <= 256 << 20);
    }

    #[test]
    fn more_memory_makes_for_more_in_flight_and_then_for_larger_windows() {
        let (small, large) = (fitted(256 << 20, &[]).unwrap(), fitted(1 << 30, &[]).unwrap());
        assert_eq!((large.0, large.1), (1024, 8192));
        assert!(large.2 > small.2, "{small:?} {large:?}");
        let few = fitted(256 << 20, &["--max-in-flight", "200"]).unwrap();
        assert!(few.2 > small.2, "{small:?} {few:?}");
    }

    #[test]
    fn what_the_memory_does_not_hold_is_refused() {
        for flags in [["--max-in-flight", "1024"], ["--max-connections", "8192"]] {
            let refused = fitted(128 << 20, &flags).unwrap_err().to_string();
            assert!(refused.contains(&flags.join(" ")) && refused.contains("does not fit"), "{refused}");
        }
    }
}
