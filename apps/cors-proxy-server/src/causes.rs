//! What lies beneath an error.

use std::error::Error;
use std::io;

/// The first error of type `E` among an error and its causes.
pub(crate) fn cause<'error, E: Error + 'static>(error: &'error (dyn Error + 'static)) -> Option<&'error E> {
    causes(error).find_map(<dyn Error>::downcast_ref)
}

/// An error and what lies beneath it; `io::Error` hides what it wraps from `source`.
fn causes<'error>(error: &'error (dyn Error + 'static)) -> impl Iterator<Item = &'error (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| {
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        wrapped.map(|wrapped| wrapped as &(dyn Error + 'static)).or_else(|| error.source())
    })
}

/// Whether one of these kinds lies beneath an error.
pub(crate) fn is_io(error: &(dyn Error + 'static), kinds: &[io::ErrorKind]) -> bool {
    causes(error).filter_map(|error| error.downcast_ref::<io::Error>()).any(|error| kinds.contains(&error.kind()))
}

/// Whether the process, or the system, has no file descriptor left.
pub(crate) fn is_exhausted(error: &(dyn Error + 'static)) -> bool {
    const OF_THE_SYSTEM: i32 = 23;
    const OF_THE_PROCESS: i32 = 24;
    let codes = causes(error).filter_map(|error| error.downcast_ref::<io::Error>()?.raw_os_error());
    codes.into_iter().any(|code| code == OF_THE_SYSTEM || code == OF_THE_PROCESS)
}
