//! What a peer uses: its own memory, and what the kernel keeps for its sockets.

use tokio::process::Command;

use crate::measured::Measured;
use crate::sockets;

impl Measured {
    /// MiB of both, now.
    pub(crate) async fn used(&self) -> f64 {
        let kib = self.process.resident_kib() + self.sockets().await / 1024;
        f64::from(u32::try_from(kib).unwrap()) / 1024.0
    }

    /// Bytes of the sockets at its own port and of those that lead to its target.
    async fn sockets(&self) -> u64 {
        let own = format!("( sport = :{} or dport = :{} )", self.setup.listen.port(), self.setup.target.port());
        let output =
            Command::new("ss").args(["-tanmH", &own]).output().await.expect("`make packages` installs iproute2");
        sockets::kept(&String::from_utf8(output.stdout).unwrap())
    }
}
