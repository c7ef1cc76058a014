//! What the capacity twin's model of the services is held to: both on one core, this client alone on the other. `make twin-calibrate`.
//!
//! Neither core ever sleeps, and nothing else of the machine runs before the services where that may be asked for: how long a virtual
//! core takes to wake, and who shares it, would otherwise be most of what a short request takes.
//!
//! The loop is open: requests are due by a Poisson process, whatever became of the ones before, and count from when they were due.

use std::fmt::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::arrivals::{self, Outcome};
use crate::load::get;
use crate::process::{Process, free_address, pinned, service};

/// How often each case is measured: what takes a quarter of a second of waiting depends little on who else runs.
const ROUNDS: u32 = 3;
const ROUNDS_OF_WAITING: u32 = 1;
const WARM_UP: Duration = Duration::from_secs(1);

/// On a shared machine a row waits until others leave it alone, for so long, and is measured up to so often, until nobody else takes more
/// of the servers' core than this share, nor lets one in a hundred requests be sent later than this.
const PATIENCE: Duration = Duration::from_secs(20);
const TRIES: u32 = 4;
const FOREIGN: f64 = 0.03;
const LATE: Duration = Duration::from_micros(300);

/// Shares of a core that are asked for: all of what takes long, and of what is short as much as this client can send without being late
/// itself.
const USES: [f64; 6] = [0.1, 0.25, 0.5, 0.7, 0.8, 0.9];
const USES_OF_SHORT: [f64; 5] = [0.02, 0.05, 0.1, 0.25, 0.4];
const USES_OF_SHORTEST: [f64; 4] = [0.02, 0.05, 0.1, 0.2];

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
    /// The proxy before the mock, which redirects it three times: much for both to do, and little for the client.
    Followed,
    /// The proxy before a mock that waits, always as long.
    Held,
    /// The same, by chance: exponential.
    HeldByChance,
}

impl Case {
    const ALL: [Self; 6] = [Self::Mock, Self::Work, Self::Both, Self::Followed, Self::Held, Self::HeldByChance];

    fn name(self) -> &'static str {
        match self {
            Self::Mock => "mock",
            Self::Work => "work",
            Self::Both => "both",
            Self::Followed => "followed",
            Self::Held => "held",
            Self::HeldByChance => "held-by-chance",
        }
    }

    fn path(self) -> &'static str {
        match self {
            Self::Mock | Self::Both => "/bytes/1024",
            Self::Work => "/cpu?units=1",
            Self::Followed => "/redirect/3",
            Self::Held => "/delay/250",
            Self::HeldByChance => "/latency/exponential?mean=250",
        }
    }

    fn through_proxy(self) -> bool {
        !matches!(self, Self::Mock | Self::Work)
    }

    fn rounds(self) -> u32 {
        match self {
            Self::Held | Self::HeldByChance => ROUNDS_OF_WAITING,
            _ => ROUNDS,
        }
    }

    /// Of what is the most, how much is offered.
    fn shares(self) -> &'static [f64] {
        match self {
            Self::Mock => &USES_OF_SHORTEST,
            Self::Both => &USES_OF_SHORT,
            Self::Work | Self::Followed => &USES,
            Self::Held | Self::HeldByChance => &TIMES,
        }
    }

    /// Seconds that do not count, until queues are what they will be, and seconds that do: long queues take long to forget.
    fn seconds(self) -> (Duration, Duration) {
        let (warm, counted) = match self {
            Self::Mock | Self::Both => (1, 2),
            Self::Followed => (1, 3),
            Self::Work => (1, 10),
            Self::Held | Self::HeldByChance => (6, 4),
        };
        (Duration::from_secs(warm), Duration::from_secs(counted))
    }
}

/// A loop on each core that runs when nothing else does.
struct Awake([Child; 2]);

impl Awake {
    fn keep() -> Self {
        // Each looks now and then whether this process is still there.
        let script = "while [ -d /proc/$0 ]; do i=0; while [ $i -lt 100000 ]; do i=$((i + 1)); done; done";
        let own = std::process::id().to_string();
        Self([0, 1].map(|core| {
            let mut command = Command::new("nice");
            command.args([
                "-n",
                "19",
                "chrt",
                "--idle",
                "0",
                "taskset",
                "-c",
                &core.to_string(),
                "sh",
                "-c",
                script,
                &own,
            ]);
            command.spawn().unwrap_or_else(|error| panic!("nice is missing: {error}"))
        }))
    }
}

impl Drop for Awake {
    fn drop(&mut self) {
        for child in &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// A service on core 0, before all else that runs there if this user may ask for that.
fn first(name: &str, folder: &Path) -> Command {
    let alone = pinned(0, &service(name), folder);
    let tried = Command::new("chrt").args(["--fifo", "1", "true"]).stderr(Stdio::null()).status();
    if !tried.is_ok_and(|status| status.success()) {
        eprintln!("this user may not let {name} run before all else: what else runs shows in the figures");
        return alone;
    }
    let mut command = Command::new("chrt");
    command.args(["--fifo", "1"]).arg(alone.get_program()).args(alone.get_args()).current_dir(folder);
    command
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
            let mut command = first(name, folder);
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

    /// Requests a second that take all of the core, by the processor time of each when there is always one, or that the places in flight
    /// let through.
    async fn most(&self, case: Case) -> f64 {
        match case {
            Case::Held | Case::HeldByChance => PLACES / 0.25,
            _ => {
                let (address, request) = self.request(case);
                left_alone().await;
                crate::load::closed(address, &request, WARM_UP).await;
                let before = self.proxy.0.nanoseconds() + self.mock.0.nanoseconds();
                let outcome = crate::load::closed(address, &request, WARM_UP).await;
                let spent = self.proxy.0.nanoseconds() + self.mock.0.nanoseconds() - before;
                f64::from(outcome.requests()) / Duration::from_nanos(spent).as_secs_f64()
            }
        }
    }

    /// The least disturbed of some tries.
    async fn measure(&self, case: Case, most: f64, share: f64) -> Row {
        let mut best: Option<Row> = None;
        for _ in 0..TRIES {
            left_alone().await;
            let row = self.once(case, most, share).await;
            if best.as_ref().is_none_or(|best| row.disturbed() < best.disturbed()) {
                best = Some(row);
            }
            if best.as_ref().is_some_and(|best| best.disturbed() < 1.0) {
                break;
            }
            // What is still in flight ends, and is not the next one's.
            sleep(Duration::from_millis(1200)).await;
        }
        best.unwrap()
    }

    async fn once(&self, case: Case, most: f64, share: f64) -> Row {
        let rate = most * share;
        let (address, request) = self.request(case);
        let look = || (self.proxy.0.nanoseconds(), self.mock.0.nanoseconds(), busy(0));
        let asked = arrivals::open((address, &request), rate, case.seconds(), rate.to_bits(), look);
        let (outcome, [before, after]) = asked.await;
        // A thread that ends takes its time with it: then nobody knows how much it was.
        let (proxy, mock) = (after.0.checked_sub(before.0), after.1.checked_sub(before.1));
        let known = proxy.is_some() && mock.is_some();
        let (proxy, mock) = (proxy.unwrap_or_default(), mock.unwrap_or_default());
        let others = after.2.saturating_sub(before.2).saturating_sub(Duration::from_nanos(proxy + mock));
        let foreign = if known { others.as_secs_f64() / outcome.elapsed.as_secs_f64() } else { f64::INFINITY };
        Row { case, rate, most, proxy, mock, foreign, outcome }
    }
}

struct Row {
    case: Case,
    rate: f64,
    /// The rate that would take all of the core, or of the places in flight.
    most: f64,
    /// Processor time in nanoseconds.
    proxy: u64,
    mock: u64,
    /// The share of the servers' core that others took.
    foreign: f64,
    outcome: Outcome,
}

/// What [`Row::write`] writes.
const HEADER: &str = "round,case,rate,most,seconds,offered,answered,refused,failed,proxy_cpu_us,mock_cpu_us,mean_us,p50_us,p90_us,p99_us,\
    late_p50_us,late_p99_us,foreign";

impl Row {
    /// By how much it was disturbed; below 1 is little.
    fn disturbed(&self) -> f64 {
        let late = &self.outcome.late;
        let late = late.get(late.len() * 99 / 100).copied().unwrap_or_default();
        (self.foreign / FOREIGN).max(late.as_secs_f64() / LATE.as_secs_f64())
    }

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
            "{round},{},{:.0},{:.0},{:.3},{offered},{count},{refused},{failed},{:.3},{:.3},{mean:.1},{:.1},{:.1},{:.1},{:.1},{:.1},{:.3}",
            self.case.name(),
            self.rate,
            self.most,
            elapsed.as_secs_f64(),
            each(self.proxy),
            each(self.mock),
            at(answered, 500),
            at(answered, 900),
            at(answered, 990),
            at(late, 500),
            at(late, 990),
            self.foreign,
        )
        .unwrap();
    }
}

/// Waits until both cores are idle, but for a little.
async fn left_alone() {
    let (began, moment) = (Instant::now(), Duration::from_millis(200));
    while began.elapsed() < PATIENCE {
        let before = busy(0) + busy(1);
        sleep(moment).await;
        if busy(0) + busy(1) <= before + moment / 10 {
            return;
        }
    }
}

/// How long a core has been busy with other than what keeps it awake, to within 10 ms.
fn busy(core: usize) -> Duration {
    let stat = std::fs::read_to_string("/proc/stat").unwrap();
    let line = stat.lines().find(|line| line.starts_with(&format!("cpu{core} "))).unwrap();
    // user, nice (what keeps it awake), system, idle, iowait, irq, softirq, steal
    let ticks: Vec<u32> = line.split_whitespace().skip(1).map(|field| field.parse().unwrap()).collect();
    Duration::from_millis(10) * [0, 2, 5, 6, 7].map(|field| ticks[field]).iter().sum::<u32>()
}

/// Measures the cases of these names, or all if there are none, and writes the rows to a file.
pub(crate) async fn run(folder: &Path, file: &Path, names: &[String]) {
    let _awake = Awake::keep();
    let mut text = format!("{HEADER}\n");
    for round in 1..=ROUNDS {
        let servers = Servers::start(folder).await;
        let asked = |case: &Case| names.is_empty() || names.iter().any(|name| name == case.name());
        for case in Case::ALL.into_iter().filter(|case| asked(case) && round <= case.rounds()) {
            let most = servers.most(case).await;
            for share in case.shares() {
                let before = text.len();
                servers.measure(case, most, *share).await.write(round, &mut text);
                print!("{}", &text[before..]);
                sleep(Duration::from_millis(1200)).await;
            }
        }
        std::fs::write(file, &text).unwrap();
    }
    eprintln!("written to {}", file.display());
}
