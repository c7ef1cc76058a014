//! One peer that runs, and what is measured of it.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use crate::load::{self, Outcome};
use crate::peer::{Peer, Setup, Work};
use crate::process::Process;

const WARM_UP: Duration = Duration::from_millis(500);
const CLOSED_LOOP: Duration = Duration::from_secs(3);

/// Connections that are held open, each after one response.
pub(crate) const HELD: [usize; 3] = [64, 1000, 8000];

/// A proxy that is measured.
pub(crate) struct Measured {
    pub(crate) peer: Peer,
    pub(crate) setup: Setup,
    pub(crate) process: Process,
}

impl Measured {
    /// Starts it, and tells how long that took.
    pub(crate) async fn start(peer: Peer, target: SocketAddr, work: Work, folder: &Path) -> (Self, Duration) {
        let setup = Setup::new(target, work);
        let (process, ready) = peer.start(setup, folder).await;
        (Self { peer, setup, process }, ready)
    }

    /// Requests a second and processor time of each in microseconds, as fast as it answers.
    pub(crate) async fn closed(&self, path: &str) -> (f64, f64) {
        let request = self.peer.get(self.setup, path);
        // Connections and code paths are warm before anything is measured.
        load::closed(self.setup.listen, &request, WARM_UP).await;
        let before = self.process.cpu();
        let outcome = load::closed(self.setup.listen, &request, CLOSED_LOOP).await;
        let cpu = self.process.cpu().checked_sub(before).expect("processor time grows");
        self.forgive(&outcome);
        (outcome.rate(), cpu.as_secs_f64() * 1_000_000.0 / f64::from(outcome.requests()))
    }

    /// Latencies at a fixed rate, in milliseconds.
    pub(crate) async fn open(&self, path: &str, rate: u32, duration: Duration) -> [f64; 3] {
        let outcome = load::open(self.setup.listen, &self.peer.get(self.setup, path), rate, duration).await;
        self.forgive(&outcome);
        outcome.millis()
    }

    /// Resident memory in MiB while so many connections are held.
    pub(crate) async fn held(&self, path: &str) -> [f64; HELD.len()] {
        let request = self.peer.get(self.setup, path);
        let (mut held, mut resident) = (Vec::new(), [0.0; HELD.len()]);
        for (count, resident) in HELD.into_iter().zip(&mut resident) {
            load::hold(&mut held, count, self.setup.listen, &request).await;
            *resident = f64::from(u32::try_from(self.process.resident_kib()).unwrap()) / 1024.0;
        }
        resident
    }

    /// Tells of requests that failed. Some peers close a connection when they find that of the target closed; of ours none
    /// may fail.
    fn forgive(&self, Outcome { failed, .. }: &Outcome) {
        assert!(*failed == 0 || !self.peer.is_ours(), "{failed} failed");
        if *failed > 0 {
            eprintln!("{}: {failed} had to be sent again", self.peer.name());
        }
    }
}
