//! Karpenter's loops, as far as they are timers and memories: the window in which triggers become a batch, and the pass of
//! disruption, which remembers when there was nothing to be done.

use std::collections::BTreeSet;

use crate::{
    karpenter::{Settings, disrupt::Outlook, memory::Memory},
    pods::{NodeId, PodId},
    time::{Span, Time},
};

/// A pod that still waits, or a node that goes, triggers again after this (Karpenter: `provisioner.trigger`).
pub const TRIGGERS_AGAIN: Span = Span::whole_seconds(10);
/// The disruption loop's pause when it did nothing (Karpenter: `pollingPeriod`).
pub const PAUSE: Span = Span::whole_seconds(10);
/// Its pause while a claim has no instance.
pub const UNSYNCED_PAUSE: Span = Span::whole_seconds(1);
/// Between a decision to consolidate and its validation (Karpenter: `commandValidationDelay`).
pub const VALIDATION: Span = Span::whole_seconds(15);
/// Commands look after their replacements this often.
pub const COMMAND_POLL: Span = Span::whole_seconds(1);
/// A command whose replacement is not ready by then is given up (Karpenter: `minRetryDuration`).
pub const COMMAND_LIMIT: Span = Span::whole_seconds(600);
/// A quiet cluster is looked at again after this (Karpenter: `ConsolidationState`).
pub const FORGETS: Span = Span::whole_seconds(300);
/// A claim without an instance is given up after this (Karpenter: `launchTimeout`).
pub const LAUNCH_LIMIT: Span = Span::whole_seconds(300);
/// A claim without a node is given up after this (Karpenter: `registrationTimeout`).
pub const REGISTRATION_LIMIT: Span = Span::whole_seconds(900);
/// Expired nodes go one after the other, this far apart (Karpenter: `expiration` sleeps after each).
pub const EXPIRES_APART: Span = Span::whole_seconds(1);

/// Who asks for a simulation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trigger {
    /// A pod that no scheduler found a node for.
    Pod(PodId),
    /// A node that goes.
    Node(NodeId),
}

/// Triggers become a batch: it begins with the first, and ends after a pause or at the latest after a while.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    seen: BTreeSet<Trigger>,
    window: Option<(Time, Time)>,
    /// A simulation is under way: the next window begins after it.
    busy: bool,
}

impl Batch {
    /// Somebody asks. When a window begins with it, its end is to be looked at then.
    pub fn trigger(&mut self, who: Trigger, now: Time, settings: &Settings) -> Option<Time> {
        if !self.seen.insert(who) {
            return None;
        }
        if let Some((_, last)) = &mut self.window {
            *last = now;
            return None;
        }
        if self.busy {
            return None;
        }
        self.window = Some((now, now));
        Some(now + settings.batch_idle)
    }

    /// Is the window over? Or else, when is it to be looked at again?
    pub fn over(&mut self, now: Time, settings: &Settings) -> Option<Time> {
        let (first, last) = self.window?;
        let end = (last + settings.batch_idle).min(first + settings.batch_max);
        if now < end {
            return Some(end);
        }
        self.window = None;
        self.seen.clear();
        self.busy = true;
        None
    }

    /// The simulation is over. If somebody asked meanwhile, the next window begins, and its end is to be looked at then.
    pub fn rest(&mut self, now: Time, settings: &Settings) -> Option<Time> {
        self.busy = false;
        if self.seen.is_empty() {
            return None;
        }
        self.window = Some((now, now));
        Some(now + settings.batch_idle)
    }
}

/// The methods that remember.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Empty nodes.
    Emptiness,
    /// Several nodes at once.
    Multi,
    /// One.
    Single,
}

/// When the cluster last changed in a way that could make consolidation possible, and which methods found nothing since.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    last: Time,
    count: u64,
    /// Changes that were no mere passing of time.
    actual: u64,
    nothing: [Option<u64>; 3],
    /// What a method looked at when it had nothing to do, and whether that holds until a change.
    seen: [Option<(u64, Outlook, bool)>; 3],
    /// Until when a pass that found nothing finds nothing again, unless something changes.
    quiet: Option<(u64, Time)>,
}

impl Changes {
    /// A pod was bound or is gone; a node was added, initialized, marked or is gone; a pool changed.
    pub fn changed(&mut self, now: Time) {
        self.last = now;
        self.count += 1;
        self.actual += 1;
    }

    /// Something changed that Karpenter does not count as a change, but looks at: a pod is ready, a budget is another, a node drifts.
    pub fn stir(&mut self) {
        self.actual += 1;
    }

    /// A whole pass found nothing, and time alone changes nothing before then.
    pub fn rests(&mut self, until: Option<Time>) {
        self.quiet = until.map(|until| (self.actual, until));
    }

    /// Would a pass find nothing now?
    pub fn is_quiet(&self, now: Time) -> bool {
        self.quiet.is_some_and(|(actual, until)| actual == self.actual && now < until)
    }

    /// The state of the cluster by number: after five quiet minutes it counts as changed.
    fn state(&mut self, now: Time) -> u64 {
        if now - self.last >= FORGETS {
            self.last = now;
            self.count += 1;
        }
        self.count
    }

    /// Would a method look at the very same as when it had nothing to do? Then it has nothing again, until a change or for now.
    pub fn same(&self, method: Method, outlook: &Outlook) -> Option<bool> {
        let seen = self.seen[method as usize].as_ref();
        seen.filter(|(actual, seen, _)| *actual == self.actual && seen == outlook).map(|(.., lasting)| *lasting)
    }

    /// It had nothing to do when it looked at this.
    pub fn remember(&mut self, method: Method, outlook: Outlook, lasting: bool) {
        self.seen[method as usize] = Some((self.actual, outlook, lasting));
    }

    /// Has this method found nothing since the last change?
    pub fn consolidated(&mut self, method: Method, now: Time) -> bool {
        let state = self.state(now);
        self.nothing[method as usize] == Some(state)
    }

    /// It found nothing.
    pub fn mark(&mut self, method: Method, now: Time) {
        let state = self.state(now);
        self.nothing[method as usize] = Some(state);
    }

    /// When a method that found nothing looks again, unless something changes before.
    pub fn forgets_at(&self) -> Time {
        self.last + FORGETS
    }
}

/// What Karpenter remembers.
#[derive(Clone, Debug)]
pub struct Controller {
    /// What it was started with.
    pub settings: Settings,
    /// Of each node, by its place.
    pub memories: Vec<Memory>,
    /// Of triggers.
    pub batch: Batch,
    /// Of the cluster.
    pub changes: Changes,
    /// The image that new nodes get: whoever has another has drifted.
    pub image: u64,
    /// When an expired node last went.
    pub expired: Option<Time>,
}

impl Controller {
    /// Nothing is remembered yet.
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            memories: Vec::new(),
            batch: Batch::default(),
            changes: Changes::default(),
            image: 0,
            expired: None,
        }
    }

    /// A simulation put a pod on the node: it is not taken away for twice the longest batch, and at least ten seconds.
    pub fn nominate(&mut self, node: NodeId, now: Time) {
        let window = Span((2 * self.settings.batch_max.0).max(10_000));
        self.memories[node.0].nominated_until = Some(now + window);
    }
}
