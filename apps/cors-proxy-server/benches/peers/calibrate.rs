//! What the capacity twin's model of the services is held to: both on one core, this client alone on the other. `make twin-calibrate`.
//!
//! The loop is open: requests are due by a Poisson process, whatever became of the ones before, and count from when they were due.

use std::fmt::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use tokio::time::sleep;

use crate::arrivals::{self, Outcome};
use crate::load::get;
use crate::process::{Process, free_address, pinned, service};

const ROUNDS: u32 = 5;
const WARM_UP: Duration = Duration::from_secs(1);

/// Shares of what the core can do, by which an open loop is offered.
const USES: [f64; 6] = [0.1, 0.25, 0.5, 0.7, 0.8, 0.9];

/// Memory of a pod, from which the proxy takes how many requests may be in flight: 275.
const MEMORY: &str = "256MiB";
const PLACES: f64 = 275.0;

/// Multiples of what the places in flight let through.
const TIMES: [f64; 6] = [0.5, 0.8, 0.95, 1.1, 1.5, 3.0];

/// What is asked of which service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Case {
    /// The mock alone, 1 KiB.
    Mock,
    /// The mock alone, a millisecond of work.
    Work,
    /// The proxy before the mock, 1 KiB.
    Both,
    /// The proxy before a mock that waits, always as long.
    Held,
    /// The same, by chance: exponential.
    HeldByChance,
}

impl Case {
    const ALL: [Self; 5] = [Self::Mock, Self::Work, Self::Both, Self::Held, Self::HeldByChance];

    fn name(self) -> &'static str {
        match self {
            Self::Mock => "mock",
            Self::Work => "work",
            Self::Both => "both",
            Self::Held => "held",
            Self::HeldByChance => "held-by-chance",
        }
    }

    fn path(self) -> &'static str {
        match self {
            Self::Mock | Self::Both => "/bytes/1024",
            Self::Work => "/cpu?units=1",
            Self::Held => "/delay/250",
            Self::HeldByChance => "/latency/exponential?mean=250",
        }
    }

    fn through_proxy(self) -> bool {
        !matches!(self, Self::Mock | Self::Work)
    }

    /// Long queues take long to forget.
    fn seconds(self) -> Duration {
        Duration::from_secs(if self == Self::Work { 20 } else { 4 })
    }
}

/// Both services on core 0.
struct Servers {
    mock: (Process, SocketAddr),
    proxy: (Process, SocketAddr),
}

impl Servers {
    async fn start(folder: &Path) -> Self {
        let (mock, proxy) = (free_address(), free_address());
        let start = async |name: &str, listen: SocketAddr, more: &[&str]| {
            let mut command = pinned(0, &service(name), folder);
            command.args(["--listen", &listen.to_string(), "--admin-listen", "127.0.0.1:0", "--workers", "1"]);
            command.args(["--max-connection-age", "1h", "--log-level", "error"]).args(more);
            (Process::start(command, listen).await.0, listen)
        };
        Self {
            mock: start("mock-target-server", mock, &[]).await,
            proxy: start("cors-proxy-server", proxy, &["--memory", MEMORY, "--allow-target", &mock.to_string()]).await,
        }
    }

    fn request(&self, case: Case) -> (SocketAddr, String) {
        let (path, mock, proxy) = (case.path(), self.mock.1, self.proxy.1);
        if case.through_proxy() {
            (proxy, get(proxy, &format!("/http://{mock}{path}")))
        } else {
            (mock, get(mock, path))
        }
    }

    /// Requests a second that both can do on their core, or that the places in flight let through.
    async fn most(&self, case: Case) -> f64 {
        match case {
            Case::Held | Case::HeldByChance => PLACES / 0.25,
            _ => {
                let (address, request) = self.request(case);
                crate::load::closed(address, &request, WARM_UP).await;
                crate::load::closed(address, &request, WARM_UP).await.rate()
            }
        }
    }

    async fn measure(&self, case: Case, rate: f64) -> Row {
        let (address, request) = self.request(case);
        let (mut connections, mut seed) = (arrivals::Connections::default(), rate.to_bits());
        arrivals::open(&mut connections, address, &request, rate, WARM_UP, &mut seed).await;
        let before = (self.proxy.0.nanoseconds(), self.mock.0.nanoseconds());
        let outcome = arrivals::open(&mut connections, address, &request, rate, case.seconds(), &mut seed).await;
        // What is refused at once is over, but others may be in flight.
        let after = (self.proxy.0.nanoseconds(), self.mock.0.nanoseconds());
        Row { case, rate, proxy: after.0 - before.0, mock: after.1 - before.1, outcome }
    }
}

struct Row {
    case: Case,
    rate: f64,
    /// Processor time in nanoseconds.
    proxy: u64,
    mock: u64,
    outcome: Outcome,
}

/// What [`Row::write`] writes.
const HEADER: &str = "round,case,rate,seconds,offered,answered,refused,failed,proxy_cpu_us,mock_cpu_us,mean_us,p50_us,p90_us,p99_us,\
    late_p50_us,late_p99_us";

impl Row {
    fn write(&self, round: u32, text: &mut String) {
        let Outcome { answered, late, refused, failed, elapsed } = &self.outcome;
        let micros = |duration: &Duration| duration.as_secs_f64() * 1e6;
        let count = u32::try_from(answered.len()).unwrap();
        let offered = f64::from(count + refused + failed);
        let mean = answered.iter().map(micros).sum::<f64>() / f64::from(count.max(1));
        let at = |sorted: &[Duration], permille: usize| {
            sorted.get(sorted.len().saturating_sub(1) * permille / 1000).map_or(f64::NAN, micros)
        };
        let each = |nanoseconds: u64| Duration::from_nanos(nanoseconds).as_secs_f64() * 1e6 / offered;
        writeln!(
            text,
            "{round},{},{:.0},{:.3},{offered},{count},{refused},{failed},{:.3},{:.3},{mean:.1},{:.1},{:.1},{:.1},{:.1},{:.1}",
            self.case.name(),
            self.rate,
            elapsed.as_secs_f64(),
            each(self.proxy),
            each(self.mock),
            at(answered, 500),
            at(answered, 900),
            at(answered, 990),
            at(late, 500),
            at(late, 990),
        )
        .unwrap();
    }
}

pub(crate) async fn run(folder: &Path, file: &Path) {
    let mut text = format!("{HEADER}\n");
    for round in 1..=ROUNDS {
        let servers = Servers::start(folder).await;
        for case in Case::ALL {
            let most = servers.most(case).await;
            for share in if most == PLACES / 0.25 { TIMES } else { USES } {
                let before = text.len();
                servers.measure(case, most * share).await.write(round, &mut text);
                print!("{}", &text[before..]);
                // What is still in flight ends, and is not the next one's.
                sleep(Duration::from_millis(1200)).await;
            }
        }
        std::fs::write(file, &text).unwrap();
    }
    eprintln!("written to {}", file.display());
}
