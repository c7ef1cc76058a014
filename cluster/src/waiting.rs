//! Waiting for what a control plane does in its own time.

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

const PAUSE: Duration = Duration::from_millis(250);

/// Asks until there is an answer, or returns the last reason why there was none after so many seconds.
pub fn within<T>(seconds: u64, mut ask: impl FnMut() -> Result<T, String>) -> Result<T, String> {
    wait(&mut ask, |begin, _| begin.elapsed() >= Duration::from_secs(seconds))
}

/// Asks until there is an answer, which a quiet machine has within so many seconds. A busy one may take five times as long,
/// as long as what is missing goes on changing: when the reason stays the same for twice as long, it is the last one.
pub fn eventually<T>(seconds: u64, mut ask: impl FnMut() -> Result<T, String>) -> Result<T, String> {
    let quiet = Duration::from_secs(seconds);
    wait(&mut ask, |begin, changed| begin.elapsed() >= 5 * quiet || changed.elapsed() >= 2 * quiet)
}

/// Asks until there is an answer, or until it is over: since the begin, and since the reason changed.
fn wait<T>(
    ask: &mut dyn FnMut() -> Result<T, String>,
    is_over: impl Fn(Instant, Instant) -> bool,
) -> Result<T, String> {
    let begin = Instant::now();
    let (mut last, mut changed) = (String::new(), begin);
    loop {
        let reason = match ask() {
            Ok(answer) => return Ok(answer),
            Err(reason) => reason,
        };
        if reason != last {
            (last, changed) = (reason, Instant::now());
        }
        if is_over(begin, changed) {
            return Err(format!("after {} s still: {last}", begin.elapsed().as_secs()));
        }
        sleep(PAUSE);
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
