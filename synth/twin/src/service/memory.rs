//! What a pod's memory lets it serve, and what of it it takes.

const KIB: f64 = 1024.0;

/// What the proxy reckons with, in KiB: for itself, for a worker, for a request in flight, and for a connection. `docs/services.md`.
const OWN: f64 = 32.0 * KIB;
const WORKER: f64 = 64.0;
const REQUEST: f64 = 416.0;
const CONNECTION: f64 = 132.0;

/// How many there are at most where no flag says so.
const REQUESTS: f64 = 1024.0;
const CONNECTIONS: f64 = 8192.0;

/// How many requests and connections the proxy serves at once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Places {
    /// Requests in flight, and as many that wait.
    pub in_flight: f64,
    /// Connections; further ones wait in the kernel until idle ones give way.
    pub connections: f64,
}

impl Places {
    /// What the proxy makes of a memory limit in bytes and of its flags `--workers`, `--max-in-flight` and `--max-connections`. What is asked for
    /// is set aside first; of the rest, requests in flight get half where connections are not asked for, and connections what is left.
    pub fn of(memory: Option<f64>, workers: f64, in_flight: Option<f64>, connections: Option<f64>) -> Self {
        let Some(memory) = memory else {
            return Self { in_flight: in_flight.unwrap_or(REQUESTS), connections: connections.unwrap_or(CONNECTIONS) };
        };
        let left = (memory / KIB - OWN - workers * WORKER).max(0.0);
        let of_requests = match connections {
            Some(connections) => left - connections * CONNECTION,
            None => left / 2.0,
        };
        let in_flight = in_flight.unwrap_or_else(|| (of_requests / REQUEST).floor().clamp(0.0, REQUESTS));
        let rest = ((left - in_flight * REQUEST) / CONNECTION).floor().clamp(0.0, CONNECTIONS);
        Self { in_flight, connections: connections.unwrap_or(rest) }
    }
}

/// The memory that a pod has, which does not fall when its load does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Resident {
    /// Bytes without a connection.
    pub base: f64,
    /// Bytes of each connection.
    pub each: f64,
    /// The most connections that there were.
    pub most: f64,
}

impl Resident {
    /// Of the proxy: 9.2, 22.6 and 131.1 MiB with 64, 1000 and 8000 connections (`docs/services.md`, `make bench-proxy`), which is 15.7 KiB for each
    /// on top of 8.2 MiB.
    pub const PROXY: Self = Self { base: 8.2 * KIB * KIB, each: 15.7 * KIB, most: 0.0 };

    /// A pod has so many connections now.
    pub fn hold(&mut self, connections: f64) {
        self.most = self.most.max(connections);
    }

    /// Bytes.
    pub fn bytes(&self) -> f64 {
        self.base + self.most * self.each
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `cors-proxy-server --memory 256MiB --workers 2` logs.
    #[test]
    fn a_pod_of_256_mib_has_what_the_proxy_says() {
        let fitted = Places::of(Some(256.0 * KIB * KIB), 2.0, None, None);
        assert_eq!(fitted, Places { in_flight: 275.0, connections: 870.0 });
        assert_eq!(
            Places::of(Some(4.0 * KIB * KIB * KIB), 2.0, None, None),
            Places { in_flight: 1024.0, connections: 8192.0 }
        );
        assert_eq!(Places::of(None, 2.0, Some(10.0), None), Places { in_flight: 10.0, connections: 8192.0 });
    }
}
