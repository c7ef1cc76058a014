//! Where the programs of a control plane listen.

use std::{
    net::TcpListener,
    process,
    sync::atomic::{AtomicU32, Ordering},
};

use anyhow::{Result, anyhow};

use crate::nodes::ZONES;

const FIRST: u16 = 10_000;
/// Up to where Linux begins to give ports by itself.
const PORTS: u32 = 32_768 - 10_000;

/// A port of the loopback device for each.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ports {
    pub(super) etcd: u16,
    pub(super) peers: u16,
    pub(super) server: u16,
    pub(super) controllers: u16,
    pub(super) scheduler: u16,
    pub(super) metrics: u16,
    pub(super) kubelets: [u16; ZONES.len()],
}

impl Ports {
    /// Ports that are free now.
    pub(super) fn free() -> Result<Self> {
        let [etcd, peers, server, controllers, scheduler, metrics, kubelets @ ..] =
            free_ports::<{ 6 + ZONES.len() }>()?;
        Ok(Self { etcd, peers, server, controllers, scheduler, metrics, kubelets })
    }
}

/// Ports of the loopback device that are free now. None is of those that the kernel gives whoever asks for any: a program that starts
/// late would find it taken. Each process begins elsewhere, and no port is given twice.
pub fn free_ports<const COUNT: usize>() -> Result<[u16; COUNT]> {
    static GIVEN: AtomicU32 = AtomicU32::new(0);
    let first = process::id().wrapping_mul(64);
    let tried = (0..PORTS).map(|_| first.wrapping_add(GIVEN.fetch_add(1, Ordering::Relaxed)) % PORTS);
    let free = tried.filter_map(|number| {
        let port = FIRST + u16::try_from(number).ok()?;
        TcpListener::bind(("127.0.0.1", port)).is_ok().then_some(port)
    });
    let ports: Vec<_> = free.take(COUNT).collect();
    ports.try_into().map_err(|_| anyhow!("fewer than {COUNT} ports from {FIRST} on are free"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn no_port_is_given_twice() {
        let [one, two] = super::free_ports().unwrap();
        let [three] = super::free_ports().unwrap();
        assert!(one != two && one != three && two != three, "{one} {two} {three}");
    }
}
