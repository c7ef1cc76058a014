//! What a load balancer is used for, in the units by which it is paid.

/// What an LCU-hour of an NLB holds, for TCP: new connections a second, active connections, and bytes, of which AWS bills whichever is
/// most of (<https://aws.amazon.com/elasticloadbalancing/pricing/>, read 2026-09-20).
const NEW: f64 = 800.0;
const ACTIVE: f64 = 100_000.0;
const BYTES: f64 = 1e9;

/// What goes through a load balancer within an hour that is not over yet.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Hour {
    seconds: f64,
    opened: f64,
    active: f64,
    bytes: f64,
}

/// The LCU-hours of all hours together.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Usage {
    hour: Hour,
    over: f64,
}

impl Hour {
    /// The LCU-hours: the most of what was opened and what was active, on average, and the bytes.
    fn lcu_hours(self) -> f64 {
        let hours = self.seconds / 3600.0;
        let of = |sum: f64, unit: f64| if self.seconds > 0.0 { sum / self.seconds / unit * hours } else { 0.0 };
        of(self.opened, NEW).max(of(self.active, ACTIVE)).max(self.bytes / BYTES)
    }
}

impl Usage {
    /// A second passes in which so many connections were opened, so many were active, and so many bytes went either way.
    pub fn tick(&mut self, opened: f64, active: f64, bytes: f64) {
        let Hour { seconds, opened: all, active: sum, bytes: moved } = self.hour;
        self.hour = Hour { seconds: seconds + 1.0, opened: all + opened, active: sum + active, bytes: moved + bytes };
        if self.hour.seconds >= 3600.0 {
            self.over += std::mem::take(&mut self.hour).lcu_hours();
        }
    }

    /// The LCU-hours so far.
    pub fn lcu_hours(&self) -> f64 {
        self.over + self.hour.lcu_hours()
    }
}
