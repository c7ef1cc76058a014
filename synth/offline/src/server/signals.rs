//! Signals: whoever ends this process means the Terraform that it runs, which still needs its providers to end well.

use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};

use rustix::process::{Pid, Signal, kill_process};
use tokio::signal::unix::{SignalKind, signal};

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

    /// Listens for as long as the providers are served. Where there is no handler to be had, a signal ends the process at
    /// once, as it would have.
    pub(crate) async fn listen(&self) {
        // The terminal interrupts Terraform by itself; here it must only not end the providers.
        let _interrupts = signal(SignalKind::interrupt()).ok();
        let (Ok(mut terminated), Ok(mut hung_up)) = (signal(SignalKind::terminate()), signal(SignalKind::hangup()))
        else {
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
