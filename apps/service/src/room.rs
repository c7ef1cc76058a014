//! How many connections and exchanges fit into what the system gives.

use anyhow::ensure;

use crate::Resources;

/// What something takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Bytes of memory, those that the kernel keeps for sockets included.
    pub memory: u64,
    /// File descriptors.
    pub descriptors: u64,
}

/// What a server takes of itself: the admin port and its connections, the runtime, what allocators and tables keep.
pub const OWN: Cost = Cost { memory: 32 << 20, descriptors: 192 };

/// A number of things of one kind, each with its cost.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// The flag that says how many.
    pub flag: &'static str,
    /// How many are asked for.
    pub asked: Option<usize>,
    /// How many there are where nothing is asked for, and they fit.
    pub usual: usize,
    /// What each takes.
    pub cost: Cost,
}

/// How many there may be of each kind. What is asked for has to fit; of what is not, there are as many as fit into the rest: of
/// each kind but the last so many that half of the memory and a third of the descriptors are left to those that follow.
pub fn fit<const KINDS: usize>(resources: Resources, wanted: [Wanted; KINDS]) -> anyhow::Result<[usize; KINDS]> {
    let mut left = resources;
    for (left, own, name) in [
        (&mut left.memory, OWN.memory, "bytes of memory"),
        (&mut left.descriptors, OWN.descriptors, "file descriptors"),
    ] {
        if let Some(left) = left {
            let given = *left;
            *left = given.saturating_sub(own);
            ensure!(*left > 0, "the server needs more than {own} {name}, and has {given}: give it more");
        }
    }
    let (asked, usual): (Vec<_>, Vec<_>) = (0..KINDS).partition(|nth| wanted[*nth].asked.is_some());
    let mut counts = [0; KINDS];
    for nth in asked.iter().chain(&usual).copied() {
        let Wanted { flag, asked, usual: most, cost } = wanted[nth];
        let fit = left.hold(cost);
        let share = if usual.last() == Some(&nth) { left } else { left.share() };
        let count = asked.unwrap_or_else(|| most.min(share.hold(cost)));
        ensure!(
            count > 0 && count <= fit,
            "{flag} {count} does not fit: {fit} do, at {kib} KiB of memory and {descriptors} file descriptors each, into \
             what is left of {resources:?}; lower it, or give the server more (--memory)",
            kib = cost.memory / 1024,
            descriptors = cost.descriptors,
        );
        left = left.without(cost, count);
        if asked.is_none() && count < most {
            tracing::warn!(flag, usual = most, count, ?resources, "fewer fit than usual");
        }
        counts[nth] = count;
    }
    Ok(counts)
}

/// What a worker takes: its stack, and its runtime with the descriptors that wake it.
const WORKER: Cost = Cost { memory: 64 << 10, descriptors: 4 };

impl Resources {
    /// What is left beside so many things of one kind.
    #[must_use]
    pub fn beside(self, cost: Cost, count: usize) -> Self {
        self.without(cost, count)
    }

    /// What is left beside so many workers.
    pub(crate) fn beside_workers(self, workers: usize) -> Self {
        self.without(WORKER, workers)
    }

    fn each(self, memory: impl Fn(u64) -> u64, descriptors: impl Fn(u64) -> u64) -> Self {
        Self { memory: self.memory.map(memory), descriptors: self.descriptors.map(descriptors) }
    }

    /// What things of one kind may take where others follow: connections need memory, requests descriptors.
    fn share(self) -> Self {
        self.each(|memory| memory / 2, |descriptors| descriptors - descriptors / 3)
    }

    /// How many there is room for.
    fn hold(self, cost: Cost) -> usize {
        let most = |left: Option<u64>, each| left.and_then(|left| left.checked_div(each)).unwrap_or(u64::MAX);
        let most = most(self.memory, cost.memory).min(most(self.descriptors, cost.descriptors));
        usize::try_from(most).unwrap_or(usize::MAX)
    }

    fn without(self, cost: Cost, count: usize) -> Self {
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        let less = |cost: u64| move |left: u64| left.saturating_sub(count.saturating_mul(cost));
        self.each(less(cost.memory), less(cost.descriptors))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXCHANGES: Wanted =
        Wanted { flag: "--max-in-flight", asked: None, usual: 1024, cost: Cost { memory: 100 << 10, descriptors: 4 } };
    const CONNECTIONS: Wanted =
        Wanted { flag: "--max-connections", asked: None, usual: 8192, cost: Cost { memory: 16 << 10, descriptors: 1 } };

    fn fitted(memory: Option<u64>, descriptors: Option<u64>, asked: [Option<usize>; 2]) -> anyhow::Result<[usize; 2]> {
        let (exchanges, connections) =
            (Wanted { asked: asked[0], ..EXCHANGES }, Wanted { asked: asked[1], ..CONNECTIONS });
        fit(Resources { descriptors, memory }, [exchanges, connections])
    }

    #[test]
    fn the_usual_numbers_hold_where_there_is_room() {
        assert_eq!(fitted(None, None, [None, None]).unwrap(), [1024, 8192]);
        assert_eq!(fitted(Some(1 << 30), Some(20_000), [None, None]).unwrap(), [1024, 8192]);
    }

    #[test]
    fn fewer_are_served_where_there_is_not() {
        let [exchanges, connections] = fitted(Some(128 << 20), None, [None, None]).unwrap();
        assert!(exchanges < 1024 && connections < 8192);
        assert!(exchanges * (100 << 10) + connections * (16 << 10) <= 96 << 20);
        let [exchanges, connections] = fitted(None, Some(1024), [None, None]).unwrap();
        assert_eq!((exchanges, connections), (138, 280));
    }

    #[test]
    fn what_is_asked_for_is_set_aside_first() {
        assert_eq!(fitted(Some(132 << 20), None, [None, Some(3200)]).unwrap(), [512, 3200]);
        assert_eq!(fitted(Some(132 << 20), None, [Some(512), None]).unwrap(), [512, 3200]);
    }

    #[test]
    fn workers_are_set_aside_too() {
        let given = Resources { descriptors: Some(256), memory: Some(64 << 20) };
        let left = given.beside_workers(16);
        assert_eq!(left, Resources { descriptors: Some(192), memory: Some(63 << 20) });
        assert!(fit(left, [EXCHANGES, CONNECTIONS]).unwrap_err().to_string().contains("file descriptors"));
    }

    #[test]
    fn what_is_asked_for_has_to_fit() {
        assert_eq!(fitted(Some(256 << 20), Some(20_000), [Some(500), Some(1000)]).unwrap(), [500, 1000]);
        for (memory, descriptors, asked, named) in [
            (Some(64 << 20), None, [Some(1000), None], "--max-in-flight 1000"),
            (Some(64 << 20), None, [None, Some(8000)], "--max-connections 8000"),
            (None, Some(1024), [None, Some(1000)], "--max-connections 1000"),
            (Some(8 << 20), None, [None, None], "the server needs more than"),
            (None, Some(64), [None, None], "the server needs more than"),
        ] {
            let refused = fitted(memory, descriptors, asked).unwrap_err().to_string();
            assert!(refused.contains(named), "{refused}");
        }
    }
}
