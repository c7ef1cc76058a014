//! Values that are read of something written, and kept beside it.

use std::{
    any::Any,
    fmt,
    sync::{Arc, OnceLock},
};

/// The value that was read of something written, kept so that it is read once, however often somebody asks.
///
/// Whoever changes what is written begins a new one. A clone keeps what was read so far.
#[derive(Clone, Default)]
pub struct Reading(OnceLock<Arc<dyn Any + Send + Sync>>);

impl Reading {
    /// The value, which `read` gives when it is first asked for.
    ///
    /// # Panics
    ///
    /// What is written is read as one type: to ask for another is a fault in the program.
    pub fn once<T: Any + Send + Sync>(&self, read: impl FnOnce() -> T) -> &T {
        let kept = self.0.get_or_init(|| Arc::new(read()));
        kept.downcast_ref().expect("what is written is read as one type")
    }
}

impl fmt::Debug for Reading {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.0.get().is_some() { "Reading(read)" } else { "Reading(unread)" })
    }
}

#[cfg(test)]
mod tests {
    use super::Reading;

    #[test]
    fn what_was_read_is_read_once_by_clones_too() {
        let reading = Reading::default();
        let mut reads = 0;
        let mut read = |reading: &Reading| {
            let number = *reading.once(|| {
                reads += 1;
                reads
            });
            (number, reads)
        };
        assert_eq!(
            [read(&reading), read(&reading), read(&reading.clone()), read(&Reading::default())],
            [(1, 1), (1, 1), (1, 1), (2, 2)]
        );
    }
}
