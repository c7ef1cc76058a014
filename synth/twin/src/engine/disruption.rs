//! Karpenter's disruption loop: one command at a time, validated, and followed until its nodes go.

use super::{Disruption, Engine, Happening, Kind, Running, event::Cause};
use crate::{
    karpenter::{
        Reason, Version,
        controller::{COMMAND_LIMIT, COMMAND_POLL, Method, PAUSE, UNSYNCED_PAUSE, VALIDATION},
        disrupt::{self, Command, Found, Outlook, Search},
        terminate,
    },
    pods::NodeId,
    scheduler::Event,
    time::{Span, Time},
};

/// Where the search for one node is among the methods.
const SINGLE: usize = 3;
/// The methods, in their order.
const METHODS: [Reason; 4] = [Reason::Empty, Reason::Drifted, Reason::Underutilized, Reason::Underutilized];

impl Engine {
    /// The loop looks, unless it has been called to look at another time.
    pub(super) fn look(&mut self, number: u64) {
        if number != self.looks {
            return;
        }
        if !self.synced() {
            let pause = self.pace.pause(UNSYNCED_PAUSE, self.now);
            self.look_after(pause);
            return;
        }
        self.clean();
        if self.karpenter.as_ref().is_some_and(|karpenter| karpenter.changes.is_quiet(self.now)) {
            let pause = self.pace.pause(PAUSE, self.now);
            self.look_after(pause);
            return;
        }
        self.pass(0);
    }

    /// When time alone could change what a pass finds; `None` where every look may be another.
    fn stirs(&self) -> Option<Time> {
        let karpenter = self.karpenter.as_ref()?;
        let clock = self.clock();
        let windows = self.cluster.pools.iter().flat_map(|pool| &pool.budgets).any(|budget| budget.window.is_some());
        let aging = karpenter.settings.version == Version::V1_5;
        if windows || aging || !self.cluster.unavailable.is_empty() || !self.waiting.is_empty() {
            return None;
        }
        let nodes = self.cluster.nodes_there.iter();
        let nodes = nodes.map(|NodeId(id)| (&self.cluster.nodes[*id], &karpenter.memories[*id]));
        let times = nodes.filter_map(|(node, memory)| {
            let ripe = node.pool.and_then(|pool| memory.consolidatable(clock, &self.cluster.pools[pool.0]));
            let ripe = ripe.map(|at| at + memory.noticed_after);
            ripe.into_iter().chain(memory.nominated_until).filter(|at| *at > self.now).min()
        });
        // What was remembered is forgotten by then.
        let forgets = karpenter.changes.forgets_at();
        Some(times.min().unwrap_or(forgets).min(forgets))
    }

    pub(super) fn look_after(&mut self, wait: Span) {
        self.looks += 1;
        self.after(wait, Happening::Look(self.looks));
    }

    /// The methods look, from one on, until one has something.
    fn pass(&mut self, from: usize) {
        let mut outlook = None;
        for place in from..METHODS.len() {
            if place == SINGLE
                && let Some((search, each)) = self.long_search()
            {
                self.after(each, Happening::Search(Box::new(search), each));
                return;
            }
            let found = self.ask(place, &mut outlook);
            if self.concludes(found, place, Span::ZERO) {
                return;
            }
        }
        let until = self.stirs();
        if let Some(karpenter) = &mut self.karpenter {
            karpenter.changes.rests(until);
        }
        let pause = self.pace.pause(PAUSE, self.now);
        self.look_after(pause);
    }

    /// Is a command what was found? Then it is done, or validated before, so long after it was simulated.
    fn concludes(&mut self, found: Found, place: usize, took: Span) -> bool {
        match found {
            Found::Command(command) if command.reason == Reason::Drifted => {
                self.start(command);
                return true;
            }
            Found::Command(command) => {
                self.after(took + VALIDATION, Happening::Validate(Box::new(command), place + 1));
                return true;
            }
            Found::Nothing => {
                if let (Some(karpenter), Some(method)) = (&mut self.karpenter, method(place)) {
                    karpenter.changes.mark(method, self.now);
                }
            }
            Found::NotNow => {}
        }
        false
    }

    /// A search for one node that takes its time, and how long each of its nodes does: several at once have been tried in the first part.
    fn long_search(&mut self) -> Option<(Search, Span)> {
        let (now, lasts) = (self.now, self.pace.lasts(self.now));
        if lasts == Span::ZERO || self.karpenter.as_mut()?.changes.consolidated(Method::Single, now) {
            return None;
        }
        let search = self.with_sight(|sight, _| Search::begin(sight)).flatten()?;
        let parts = i64::try_from(search.most() + 1).ok()?;
        Some((search, Span(lasts.0 / parts)))
    }

    /// The next node is tried, each in the cluster of its own moment.
    pub(super) fn search(&mut self, mut search: Search, each: Span) {
        match self.with_sight(|sight, _| search.step(sight)).flatten() {
            None => self.after(each, Happening::Search(Box::new(search), each)),
            Some(found) => {
                if !self.concludes(found, SINGLE, each) {
                    let pause = self.pace.pause(PAUSE, self.now);
                    self.look_after(pause);
                }
            }
        }
    }

    /// What a method comes to; what found nothing is not asked before something changes. The outlook of the moment is made once.
    fn ask(&mut self, place: usize, outlook: &mut Option<Outlook>) -> Found {
        let now = self.now;
        let Some(karpenter) = &mut self.karpenter else { return Found::NotNow };
        if let Some(method) = method(place)
            && karpenter.changes.consolidated(method, now)
        {
            return Found::NotNow;
        }
        if place == 1 && karpenter.memories.iter().all(|memory| memory.drifted.is_none()) {
            return Found::NotNow;
        }
        if place >= 2 && outlook.is_none() {
            *outlook = self.with_sight(|sight, _| Outlook::of(sight));
        }
        let outlook = outlook.as_ref();
        if let (Some(karpenter), Some(outlook), Some(method)) = (&self.karpenter, outlook, method(place))
            && let Some(lasting) = karpenter.changes.same(method, outlook)
        {
            return if lasting { Found::Nothing } else { Found::NotNow };
        }
        let look = match place {
            0 => disrupt::emptiness,
            1 => disrupt::drift,
            2 => disrupt::multi,
            _ => disrupt::single,
        };
        let found = self.with_sight(|sight, _| look(sight)).unwrap_or(Found::NotNow);
        if let (Some(karpenter), Some(outlook), Some(method)) = (&mut self.karpenter, outlook, method(place))
            && !matches!(found, Found::Command(_))
        {
            karpenter.changes.remember(method, outlook.clone(), matches!(found, Found::Nothing));
        }
        found
    }

    /// Fifteen seconds later.
    pub(super) fn validate(&mut self, command: Command, next: usize) {
        if let Some(valid) = self.with_sight(|sight, _| disrupt::valid(sight, &command)).flatten() {
            self.start(valid);
        } else {
            self.log(Kind::Abandoned(command.reason));
            self.pass(next);
        }
    }

    /// The nodes are tainted, and what takes their place is claimed.
    fn start(&mut self, command: Command) {
        let nodes: Vec<NodeId> = command.candidates.iter().map(|candidate| candidate.node).collect();
        for node in &nodes {
            self.taint(*node);
        }
        let replacements: Vec<NodeId> = command.replacements.iter().map(|claim| self.claim(claim.clone())).collect();
        if let Some(karpenter) = &mut self.karpenter {
            for node in &nodes {
                karpenter.memories[node.0].marked = true;
            }
        }
        self.changed();
        self.nominate(&command.destinations);
        self.log(Kind::Disrupted(Disruption {
            reason: command.reason,
            nodes,
            replacements: replacements.clone(),
            pods: command.candidates.iter().map(|candidate| candidate.pods.len()).sum(),
            savings: command.savings,
        }));
        self.running.push(Running { command, replacements, began: self.now, over: false });
        self.after(Span::ZERO, Happening::Command(self.running.len() - 1));
        let pause = self.pace.pause(Span(1), self.now);
        self.look_after(pause);
    }

    /// A command looks after its replacements: once they are ready, its nodes go.
    pub(super) fn command(&mut self, place: usize) {
        let running = &self.running[place];
        if running.over {
            return;
        }
        let nodes: Vec<NodeId> = running.command.candidates.iter().map(|candidate| candidate.node).collect();
        let of = |node: &NodeId| &self.cluster.nodes[node.0];
        let failed =
            running.replacements.iter().any(|node| of(node).gone.is_some()) || self.now - running.began > COMMAND_LIMIT;
        let memories = self.karpenter.as_ref().map_or(&[] as &[_], |karpenter| &karpenter.memories);
        let ready = running.replacements.iter().all(|node| memories[node.0].initialized.is_some());
        let cause = Cause::Disrupted(running.command.reason);
        if failed {
            self.running[place].over = true;
            for node in nodes {
                self.spare(node);
            }
            self.log(Kind::CommandFailed);
        } else if ready {
            self.running[place].over = true;
            for node in nodes {
                self.leave(node, cause);
            }
            self.log(Kind::CommandDone);
        } else {
            self.after(COMMAND_POLL, Happening::Command(place));
        }
    }

    /// A node stays after all.
    fn spare(&mut self, id: NodeId) {
        let node = &mut self.cluster.nodes[id.0];
        if node.deleting.is_some() {
            return;
        }
        node.taints.retain(|taint| *taint != terminate::disrupted());
        if let Some(karpenter) = &mut self.karpenter {
            karpenter.memories[id.0].marked = false;
        }
        self.changed();
        self.waiting.happened(Event::NodeChanged, self.now);
        self.cycle_soon();
    }

    /// Karpenter finds whether a node has drifted, or does no more.
    pub(super) fn drifted(&mut self, id: NodeId) {
        let node = &self.cluster.nodes[id.0];
        let (Some(karpenter), Some(pool)) = (&mut self.karpenter, node.pool) else { return };
        let (memory, pool) = (&mut karpenter.memories[id.0], &self.cluster.pools[pool.0]);
        let drifts =
            memory.hash != pool.hash || memory.image != karpenter.image || !pool.requirements.holds(&node.labels);
        if node.launched.is_none() || node.deleting.is_some() || !drifts {
            memory.drifted = None;
        } else if memory.drifted.is_none() {
            memory.drifted = Some(self.now);
        }
        karpenter.changes.stir();
    }
}

/// The methods that remember.
fn method(place: usize) -> Option<Method> {
    match place {
        0 => Some(Method::Emptiness),
        2 => Some(Method::Multi),
        3 => Some(Method::Single),
        _ => None,
    }
}
