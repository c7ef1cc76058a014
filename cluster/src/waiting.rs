//! Waiting for what a control plane does in its own time.

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

const PAUSE: Duration = Duration::from_millis(250);

/// Asks until there is an answer, or returns the last reason why there was none after so many seconds.
pub fn eventually<T>(seconds: u64, mut ask: impl FnMut() -> Result<T, String>) -> Result<T, String> {
    let end = Instant::now() + Duration::from_secs(seconds);
    loop {
        match ask() {
            Ok(answer) => return Ok(answer),
            Err(reason) if Instant::now() >= end => return Err(format!("after {seconds} s still: {reason}")),
            Err(_) => sleep(PAUSE),
        }
    }
}

/// Asks for so many seconds whether something goes on holding, and returns the first reason why it does not.
pub fn holds_for(seconds: u64, mut ask: impl FnMut() -> Result<(), String>) -> Result<(), String> {
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_secs(seconds) {
        ask().map_err(|reason| format!("after {} s of {seconds}: {reason}", begin.elapsed().as_secs()))?;
        sleep(PAUSE);
    }
    Ok(())
}
