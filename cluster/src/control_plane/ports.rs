//! Where the programs of a control plane listen.

use std::net::TcpListener;

use anyhow::{Context, Result};

use crate::nodes::ZONES;

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

/// Ports of the loopback device that are free now; all are held until the last is found, so that no two are the same.
pub(crate) fn free_ports<const COUNT: usize>() -> Result<[u16; COUNT]> {
    let held = (0..COUNT).map(|_| TcpListener::bind("127.0.0.1:0")).collect::<Result<Vec<_>, _>>();
    let held = held.context("looking for a free port")?;
    let mut ports = [0; COUNT];
    for (port, listener) in ports.iter_mut().zip(&held) {
        *port = listener.local_addr()?.port();
    }
    Ok(ports)
}
