//! How far a proposal is followed: stabilization windows, policies, and the bounds.
//!
//! Source: Kubernetes 1.36.2, `pkg/controller/podautoscaler/horizontal.go`. The order matters: first the window, over raw proposals,
//! then the rate of change, with the bounds in it.

use std::{cmp::Ordering, collections::VecDeque};

use crate::{
    hpa::{
        conditions::{Condition, Reason},
        settings::{Behavior, Rules, Select, Settings, Step},
    },
    time::{Span, Time},
};

/// What the controller remembers of an autoscaler.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Memory {
    synced: bool,
    proposals: VecDeque<(Time, i32)>,
    ups: Vec<(Time, i32)>,
    downs: Vec<(Time, i32)>,
}

/// A proposal within its limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limited {
    /// What is wanted.
    pub desired: i32,
    /// Did a window hold it?
    pub able_to_scale: Condition,
    /// Did a policy or a bound hold it?
    pub scaling_limited: Condition,
}

impl Memory {
    /// At its first sync an autoscaler remembers what it found as if proposed, so that nothing is taken away within one window of a
    /// controller's start.
    pub fn found(&mut self, now: Time, current: i32) {
        if !std::mem::replace(&mut self.synced, true) {
            self.proposals.push_back((now, current));
        }
    }

    /// Takes the next sync for one of many, with nothing proposed within its windows.
    pub fn forgets_its_start(&mut self) {
        self.synced = true;
    }

    /// Follows a proposal as far as the settings allow, and remembers it.
    pub fn limit(&mut self, now: Time, settings: &Settings, window: Span, current: i32, proposed: i32) -> Limited {
        match &settings.behavior {
            Some(behavior) => self.limit_by(now, behavior, settings, current, proposed),
            None => self.limit_plainly(now, settings, window, current, proposed),
        }
    }

    /// Without `behavior`: down by the highest proposal of `window`, its far end within it; up to twice as many, or to 4.
    fn limit_plainly(&mut self, now: Time, settings: &Settings, window: Span, current: i32, proposed: i32) -> Limited {
        self.forget(|at| at < now - window);
        let wanted = self.proposals.iter().map(|(_, earlier)| *earlier).fold(proposed, i32::max);
        self.proposals.push_back((now, proposed));
        let doubled = current.saturating_mul(2).max(4);
        let (most, reason) = if settings.max > doubled {
            (doubled, Reason::ScaleUpLimit)
        } else {
            (settings.max, Reason::TooManyReplicas)
        };
        let (desired, reason) = if wanted < settings.min {
            (settings.min, Reason::TooFewReplicas)
        } else if wanted > most {
            (most, reason)
        } else {
            (wanted, Reason::DesiredWithinRange)
        };
        limited(desired, wanted, reason, (wanted != proposed).then_some(Reason::ScaleDownStabilized))
    }

    fn limit_by(
        &mut self,
        now: Time,
        behavior: &Behavior,
        settings: &Settings,
        current: i32,
        proposed: i32,
    ) -> Limited {
        let (up, down) = (now - behavior.up.window, now - behavior.down.window);
        self.forget(|at| at < up && at < down);
        let (mut lowest, mut highest) = (proposed, proposed);
        for &(at, earlier) in &self.proposals {
            if at > up {
                lowest = lowest.min(earlier);
            }
            if at > down {
                highest = highest.max(earlier);
            }
        }
        self.proposals.push_back((now, proposed));
        let wanted = current.max(lowest).min(highest);
        let held = if proposed >= current { Reason::ScaleUpStabilized } else { Reason::ScaleDownStabilized };
        let (desired, reason) = match wanted.cmp(&current) {
            Ordering::Greater => self.upward(now, behavior, settings, current, wanted),
            Ordering::Less => self.downward(now, behavior, settings, current, wanted),
            Ordering::Equal => (wanted, Reason::DesiredWithinRange),
        };
        limited(desired, wanted, reason, (wanted != proposed).then_some(held))
    }

    fn upward(&self, now: Time, behavior: &Behavior, settings: &Settings, current: i32, wanted: i32) -> (i32, Reason) {
        let reached = self.farthest(now, &behavior.up, current, Direction::Up).max(current);
        let (most, reason) = if settings.max > reached {
            (reached, Reason::ScaleUpLimit)
        } else {
            (settings.max, Reason::TooManyReplicas)
        };
        if wanted > most { (most, reason) } else { (wanted, Reason::DesiredWithinRange) }
    }

    fn downward(
        &self,
        now: Time,
        behavior: &Behavior,
        settings: &Settings,
        current: i32,
        wanted: i32,
    ) -> (i32, Reason) {
        let reached = self.farthest(now, &behavior.down, current, Direction::Down).min(current);
        let (least, reason) = if settings.min < reached {
            (reached, Reason::ScaleDownLimit)
        } else {
            (settings.min, Reason::TooFewReplicas)
        };
        if wanted < least { (least, reason) } else { (wanted, Reason::DesiredWithinRange) }
    }

    /// Drops the oldest proposals that no window reaches any more.
    fn forget(&mut self, gone: impl Fn(Time) -> bool) {
        while self.proposals.front().is_some_and(|(at, _)| gone(*at)) {
            self.proposals.pop_front();
        }
    }

    /// The number of replicas up, or down, to which these rules allow to go. Each policy counts from the replicas at the start of its
    /// period: what was scaled within it, up and down, is taken back.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "as the controller rounds: up when it adds, cut off when it takes away"
    )]
    fn farthest(&self, now: Time, rules: &Rules, current: i32, direction: Direction) -> i32 {
        let reaches = rules.policies.iter().map(|policy| {
            let since = now - policy.period;
            let start = current.saturating_sub(changed(&self.ups, since)).saturating_add(changed(&self.downs, since));
            match (policy.step, direction) {
                (Step::Pods(pods), Direction::Up) => start.saturating_add(pods),
                (Step::Pods(pods), Direction::Down) => start.saturating_sub(pods),
                (Step::Percent(percent), Direction::Up) => {
                    (f64::from(start) * (1.0 + f64::from(percent) / 100.0)).ceil() as i32
                }
                (Step::Percent(percent), Direction::Down) => {
                    (f64::from(start) * (1.0 - f64::from(percent) / 100.0)) as i32
                }
            }
        });
        let farthest = match (rules.select, direction) {
            (Select::Disabled, _) => None,
            (Select::Max, Direction::Up) | (Select::Min, Direction::Down) => reaches.max(),
            (Select::Min, Direction::Up) | (Select::Max, Direction::Down) => reaches.min(),
        };
        farthest.unwrap_or(current)
    }

    /// Remembers that the scaled object was changed. One place of what is too old for the direction's own policies is taken again at
    /// a time, even while a policy of the other direction still counts it: so does the controller.
    pub fn scaled(&mut self, now: Time, behavior: &Behavior, from: i32, to: i32) {
        let (events, rules) = if to > from { (&mut self.ups, &behavior.up) } else { (&mut self.downs, &behavior.down) };
        let event = (now, (to - from).abs());
        let old = now - rules.longest();
        match events.iter_mut().rev().find(|(at, _)| *at < old) {
            Some(place) => *place = event,
            None => events.push(event),
        }
    }
}

#[derive(Clone, Copy)]
enum Direction {
    Up,
    Down,
}

/// How many replicas were added, or taken away, after a moment.
fn changed(events: &[(Time, i32)], since: Time) -> i32 {
    events.iter().filter(|(at, _)| *at > since).map(|(_, replicas)| replicas).sum()
}

fn limited(desired: i32, wanted: i32, reason: Reason, held: Option<Reason>) -> Limited {
    Limited {
        desired,
        able_to_scale: Condition { holds: true, reason: held.unwrap_or(Reason::ReadyForNewScale) },
        scaling_limited: Condition { holds: desired != wanted, reason },
    }
}
