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
    /// Ports that are free now; all are held until the last is found.
    pub(super) fn free() -> Result<Self> {
        let mut held = Vec::new();
        let mut port = || {
            let listener = TcpListener::bind("127.0.0.1:0").context("looking for a free port")?;
            let port = listener.local_addr()?.port();
            held.push(listener);
            anyhow::Ok(port)
        };
        Ok(Self {
            etcd: port()?,
            peers: port()?,
            server: port()?,
            controllers: port()?,
            scheduler: port()?,
            metrics: port()?,
            kubelets: [port()?, port()?, port()?],
        })
    }
}
