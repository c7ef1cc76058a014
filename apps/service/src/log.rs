//! JSON logs on standard error, one object a line.

use tracing::level_filters::LevelFilter;

use crate::LogLevel;

/// Sends this process's logs to standard error from `level` up.
pub(crate) fn start(level: LogLevel) {
    let level = match level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
    };
    let subscriber = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_target(false)
        .with_current_span(false)
        .with_span_list(false);
    // Tests start several servers in one process: the first subscriber stays.
    let _ = subscriber.with_max_level(level).with_writer(std::io::stderr).try_init();
}
