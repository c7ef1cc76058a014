//! Signals: whoever ends this process means the Terraform that it runs, which still needs its providers to end well.

use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};

use rustix::process::{Pid, Signal, kill_process};
use tokio::signal::unix::{self, SignalKind, signal};

/// The signals that end a process. From when this is made they do not; where there is no handler to be had, they still do.
#[derive(Debug)]
pub(crate) struct Signals {
    // The terminal interrupts Terraform by itself; here it must only not end the providers.
    _interrupts: Option<unix::Signal>,
    ends: Option<[unix::Signal; 2]>,
}

impl Signals {
    /// Takes the signals over, inside a runtime.
    pub(crate) fn take() -> Self {
        let ends = signal(SignalKind::terminate()).and_then(|ends| Ok([ends, signal(SignalKind::hangup())?]));
        Self { _interrupts: signal(SignalKind::interrupt()).ok(), ends: ends.ok() }
    }
}

/// The Terraform that runs, and whether it is to end.
#[derive(Debug, Default)]
pub(crate) struct Running {
    process: AtomicI32,
    ending: AtomicBool,
}

impl Running {
    /// Notes the process that is meant from now on; zero for none.
    pub(crate) fn is(&self, process: u32) {
        self.process.store(i32::try_from(process).unwrap_or_default(), Ordering::SeqCst);
        if self.ending.load(Ordering::SeqCst) {
            self.interrupt();
        }
    }

    /// Ends it, or the next one, as an interrupt from the terminal would.
    fn end(&self) {
        self.ending.store(true, Ordering::SeqCst);
        self.interrupt();
    }

    fn interrupt(&self) {
        if let Some(process) = Pid::from_raw(self.process.load(Ordering::SeqCst)) {
            // One that has ended needs no interrupt.
            kill_process(process, Signal::INT).ok();
        }
    }

    /// Listens for as long as the providers are served.
    pub(crate) async fn listen(&self, signals: Signals) {
        let Signals { _interrupts, ends: Some([mut terminated, mut hung_up]) } = signals else {
            return std::future::pending().await;
        };
        loop {
            tokio::select! {
                _ = terminated.recv() => self.end(),
                _ = hung_up.recv() => self.end(),
            }
        }
    }
}
