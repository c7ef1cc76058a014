//! What a connection and a request in flight cost, and how many of them the system has room for.

use std::ops::RangeInclusive;

use service::{Cost, OWN, REDIRECTS, Resources, Wanted, Windows};

use crate::Args;
use crate::load::IN_FLIGHT;

/// Bytes of a connection, besides what the kernel keeps: its task, what hyper has read ahead, and an answer that is not sent yet.
const CONNECTION: u64 = 36 << 10;

/// Bytes of a request in flight, besides its connection and what the kernel keeps: frames of both bodies that their readers
/// are slow to take, the connection to its target, and one that waits.
const EXCHANGE: u64 = 128 << 10;

/// Bytes that the kernel may keep of what is sent over one connection and not acknowledged. It takes twice as many for that.
/// Of 32 KiB a client that is 50 ms away gets a megabyte in 1.6 seconds.
const SENT: RangeInclusive<u64> = 32 << 10..=256 << 10;

/// The same of what a client has sent and is not read yet.
const AHEAD: u32 = 16 << 10;

/// The same of the body of a request in flight, or of a tunnel: as many as a window has which began with `AHEAD`.
const UPLOAD: u32 = 64 << 10;

/// The same of what a target has sent. A window of 64 KiB lets one that is 50 ms away send a megabyte in 0.8 seconds.
const FROM_TARGET: RangeInclusive<u64> = 64 << 10..=512 << 10;

/// Bytes of a connection without a request, or with an unfinished one, besides what is sent.
const OPEN: u64 = CONNECTION + 2 * AHEAD as u64;

/// Bytes of a request in flight besides those, and besides what is sent to its target, and comes from there.
const BUSY: u64 = EXCHANGE + 2 * (UPLOAD - AHEAD) as u64;

/// The file descriptors of a request: one to its target or six to name servers, which are asked for addresses of both kinds,
/// over and over; and with each of the two kinds of targets one that waits.
const DESCRIPTORS: u64 = 8;

impl Args {
    /// Bounds what is served at once, and what the kernel keeps of it, by what the system gives.
    pub fn fit(&mut self, resources: Resources) -> anyhow::Result<()> {
        let redirects = self.https_redirect_listen.map_or(0, |_| REDIRECTS);
        let resources = resources.beside(Cost { memory: OPEN + 2 * SENT.start(), descriptors: 1 }, redirects);
        let sent = resources.memory.map(|memory| self.sent(memory));
        let window = resources.memory.zip(sent).map(|(memory, sent)| self.window(memory, sent));
        let (open, busy) = (OPEN + 2 * sent.unwrap_or_default(), BUSY + 2 * sent.unwrap_or_default());
        let exchanges = Wanted {
            flag: "--max-in-flight",
            asked: self.max_in_flight,
            usual: IN_FLIGHT,
            cost: Cost { memory: busy + 2 * window.unwrap_or_default(), descriptors: DESCRIPTORS },
        };
        let [in_flight, connections] = service::fit(resources, [exchanges, self.server.connections(open)])?;
        self.max_in_flight = Some(in_flight);
        self.server.max_connections = Some(connections);
        let sent = sent.and_then(|bytes| u32::try_from(bytes).ok());
        self.server.windows = sent.map(|sent| Windows { ahead: AHEAD, body: UPLOAD, sent });
        self.target_window = window.and_then(|bytes| u32::try_from(bytes).ok());
        Ok(())
    }

    /// What is sent over a connection: as much as half of the memory leaves to each.
    fn sent(&self, memory: u64) -> u64 {
        let each = memory.saturating_sub(OWN.memory) / 2 / number(self.server.max_connections());
        (each.saturating_sub(OPEN) / 2).clamp(*SENT.start(), *SENT.end())
    }

    /// The window of a target: as much as the memory leaves to each request in flight, beside the connections or, where their
    /// number is open, as half of it does.
    fn window(&self, memory: u64, sent: u64) -> u64 {
        let all = memory.saturating_sub(OWN.memory);
        let shared = match self.server.max_connections {
            Some(connections) => all.saturating_sub(number(connections).saturating_mul(OPEN + 2 * sent)),
            None => all / 2,
        };
        let each = shared / number(self.max_in_flight.unwrap_or(IN_FLIGHT));
        (each.saturating_sub(BUSY + 2 * sent) / 2).clamp(*FROM_TARGET.start(), *FROM_TARGET.end())
    }
}

fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    fn fitted(memory: u64, flags: &[&str]) -> anyhow::Result<(usize, usize, u32)> {
        let mut args = Args::try_parse_from(["cors-proxy-server"].iter().chain(flags)).unwrap();
        args.fit(Resources { descriptors: None, memory: Some(memory) })?;
        Ok((args.max_in_flight.unwrap(), args.server.max_connections.unwrap(), args.target_window.unwrap()))
    }

    #[test]
    fn a_pod_of_256_mib_has_some_hundreds_in_flight_and_all_of_it_fits() {
        let (in_flight, connections, window) = fitted(256 << 20, &[]).unwrap();
        assert!(in_flight >= 260 && connections >= 850 && window >= 64 << 10, "{in_flight} {connections} {window}");
        let (busy, open) = (BUSY + 2 * (SENT.start() + u64::from(window)), OPEN + 2 * SENT.start());
        assert!(OWN.memory + in_flight as u64 * busy + connections as u64 * open <= 256 << 20);
    }

    #[test]
    fn more_memory_makes_for_more_in_flight_and_then_for_larger_windows() {
        let (small, large) = (fitted(256 << 20, &[]).unwrap(), fitted(4 << 30, &[]).unwrap());
        assert_eq!((large.0, large.1), (1024, 8192));
        assert!(large.2 > small.2, "{small:?} {large:?}");
        let few = fitted(256 << 20, &["--max-in-flight", "200"]).unwrap();
        assert!(few.2 > small.2, "{small:?} {few:?}");
    }

    #[test]
    fn a_port_that_redirects_leaves_the_others_room_for_256_requests() {
        let (alone, beside) =
            (fitted(256 << 20, &[]).unwrap(), fitted(256 << 20, &["--https-redirect-listen", "0.0.0.0"]).unwrap());
        assert!(beside.0 < alone.0 && beside.0 >= 256, "{alone:?} {beside:?}");
    }

    #[test]
    fn what_the_memory_does_not_hold_is_refused() {
        for flags in [["--max-in-flight", "1024"], ["--max-connections", "8192"]] {
            let refused = fitted(128 << 20, &flags).unwrap_err().to_string();
            assert!(refused.contains(&flags.join(" ")) && refused.contains("does not fit"), "{refused}");
        }
    }
}
