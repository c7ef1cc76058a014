//! What binds: why requests were refused or failed in a run, and which settings change it.

mod binder;
mod more;

pub use binder::Binder;

use super::{
    setup::Setup,
    trace::{Lost, Pods, Trace},
};

/// Requests less than this are none: a fluid has parts of them.
const SOME: f64 = 0.5;

/// Use of what there is for a pod from which it is what the pod lacks, in percent.
const FULL: f32 = 95.0;

/// A pod that does less than this of what the busiest does, on average, in percent: requests are spread unevenly.
const EVEN: f32 = 80.0;

/// What a service lacked some seconds ago, those before it feel now.
const LATELY: usize = 5;

/// What lacked when the first requests of a run were lost, and what could be done about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// The second in which it began.
    pub second: usize,
    /// What lacked: first what pods had no more of, then why there were no more pods.
    pub binders: Vec<Binder>,
    /// The same in a sentence.
    pub what: String,
    /// The settings to change, and in which direction.
    pub mend: String,
}

/// A part of what binds: the binder, what it did, and what to change.
struct Part {
    binder: Binder,
    what: String,
    mend: String,
}

/// A service in the second in which requests were lost first.
#[derive(Clone, Copy)]
struct Place<'a> {
    setup: &'a Setup,
    trace: &'a Trace,
    second: usize,
    /// Its place among all.
    service: usize,
    pods: &'a Pods,
}

impl Binding {
    /// What bound first; nothing where every request was answered.
    pub fn of(setup: &Setup, trace: &Trace) -> Option<Self> {
        let mut lost = 0.0;
        let second = trace.seconds.iter().position(|second| {
            lost += second.refused + second.failed;
            lost >= SOME
        })?;
        let mut place = Place::of(setup, trace, second, 0)?;
        // What failed behind a service is looked for there.
        while let Some(behind) = place.behind().filter(|_| place.most_lost() == Way::Behind) {
            place = behind;
        }
        let parts = place.parts();
        let join = |texts: Vec<&str>| {
            let mut each: Vec<&str> = Vec::new();
            texts.into_iter().filter(|text| !text.is_empty()).for_each(|text| {
                if !each.contains(&text) {
                    each.push(text);
                }
            });
            each.join("; ")
        };
        Some(Self {
            second,
            binders: parts.iter().map(|part| part.binder).collect(),
            what: join(parts.iter().map(|part| part.what.as_str()).collect()),
            mend: join(parts.iter().map(|part| part.mend.as_str()).collect()),
        })
    }
}

/// How requests are lost.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Refused,
    Unserved,
    Closed,
    Dead,
    Late,
    Behind,
}

impl Part {
    fn new(binder: Binder, what: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { binder, what: what.into(), mend: mend.into() }
    }
}

impl<'a> Place<'a> {
    fn of(setup: &'a Setup, trace: &'a Trace, second: usize, service: usize) -> Option<Self> {
        let pods = trace.pods.get(second * trace.services.len() + service)?;
        (service < trace.services.len()).then_some(Self { setup, trace, second, service, pods })
    }

    fn behind(self) -> Option<Self> {
        Self::of(self.setup, self.trace, self.second, self.service + 1)
    }

    fn name(self) -> &'a str {
        &self.trace.services[self.service]
    }

    /// The key of its settings.
    fn key(self) -> String {
        format!("services.{}", self.name().replace('-', "_"))
    }

    fn model(self) -> &'a super::setup::Service {
        &self.setup.services[self.service]
    }

    /// By what the most were lost until then.
    fn most_lost(self) -> Way {
        let until = self.trace.lost.iter().take((self.second + 1) * self.trace.services.len());
        let own = until.skip(self.service).step_by(self.trace.services.len().max(1));
        let sums = own.fold([0.0_f32; 6], |mut sums, of: &Lost| {
            let parts = [of.refused, of.unserved, of.closed, of.dead, of.late, of.behind];
            sums.iter_mut().zip(parts).for_each(|(sum, part)| *sum += part);
            sums
        });
        let ways = [Way::Refused, Way::Unserved, Way::Closed, Way::Dead, Way::Late, Way::Behind];
        let most = sums.iter().zip(ways).max_by(|(one, _), (other, _)| one.total_cmp(other));
        most.map_or(Way::Refused, |(_, way)| way)
    }

    fn parts(self) -> Vec<Part> {
        let (name, key) = (self.name(), self.key());
        match self.most_lost() {
            Way::Refused => self.refused(),
            Way::Unserved if self.pods.ready > 0 => vec![Part::new(
                Binder::Balancer,
                format!("none of {} ready pods of {name} got requests yet", self.pods.ready),
                format!("raise `{key}.min_replicas`"),
            )],
            Way::Unserved => {
                let first = Part::new(Binder::Time, format!("no pod of {name} was ready"), String::new());
                std::iter::once(first).chain(self.no_more()).collect()
            }
            Way::Closed => vec![Part::new(
                Binder::Balancer,
                format!(
                    "connections were opened to pods of {name} that had closed: whoever sends them did not know yet"
                ),
                format!("raise `{key}.pre_stop_seconds` or `{key}.drain_delay_seconds`"),
            )],
            Way::Dead => vec![Part::new(
                Binder::Balancer,
                format!("requests were sent to pods of {name} whose nodes do not answer: that was not noticed yet"),
                format!("raise `{key}.min_replicas`, so that each pod has a smaller part"),
            )],
            Way::Late | Way::Behind => match self.behind().filter(|behind| behind.was_busy()) {
                Some(behind) => behind.as_target(name),
                None => vec![Part::new(
                    Binder::Target,
                    match self.model().model.timeout {
                        Some(seconds) => format!("the targets of {name} took longer than its {seconds:.0} s"),
                        None => format!("requests to {name} took longer than who sent them waits"),
                    },
                    "let targets answer sooner",
                )],
            },
        }
    }

    /// Does one of its pods have no more processor time, or network?
    fn is_busy(self) -> bool {
        self.pods.busiest.max(self.pods.network) >= FULL
    }

    /// Did one lately? Those before it send less while they wait for it, so that it comes and goes.
    fn was_busy(self) -> bool {
        let earlier = (self.second.saturating_sub(LATELY)..=self.second).rev();
        let mut earlier = earlier.filter_map(|second| Self::of(self.setup, self.trace, second, self.service));
        earlier.any(Self::is_busy)
    }

    /// What it lacked as the target of another service.
    fn as_target(self, of: &str) -> Vec<Part> {
        let first = Part::new(Binder::Target, format!("{of} waits for {}", self.name()), String::new());
        std::iter::once(first).chain(self.refused()).collect()
    }

    /// Why its pods took no more, and why there were no more of them.
    fn refused(self) -> Vec<Part> {
        let (pods, name, key) = (self.pods, self.name(), self.key());
        let full = !self.is_busy() && pods.fullest >= FULL.min(pods.busiest.max(pods.network));
        if full && let Some(behind) = self.behind().filter(|behind| behind.was_busy()) {
            return behind.as_target(name);
        }
        let alike = pods.evenness >= FULL;
        let (binder, lacked) = if full {
            let each = self.model().model.admission.in_flight;
            let which = if alike { "each" } else { "the fullest" };
            (
                Binder::InFlight,
                format!(
                    "{each:.0} requests were in flight in {which} of {} pods of {name}, its bound, at {:.0} % of the processor time they ask for",
                    pods.targets, pods.cpu
                ),
            )
        } else if pods.network >= FULL.max(pods.busiest) {
            let bytes = self.setup.bytes.each(self.behind().is_some());
            (
                Binder::Network,
                format!(
                    "the busiest of the nodes of {} pods of {name} passed on all that its type always does, at {bytes:.0} bytes a request, which are assumed",
                    pods.targets
                ),
            )
        } else {
            (
                Binder::Processor,
                format!(
                    "the busiest of {} pods of {name} used all that its node had for it, at {:.0} % of what they ask for on average",
                    pods.targets, pods.cpu
                ),
            )
        };
        let wider = if binder == Binder::Network {
            format!("raise `{key}.cpu_request_millicores`, so that fewer pods share a node")
        } else {
            String::new()
        };
        let mut parts = vec![Part::new(binder, lacked, wider)];
        parts.extend(self.no_more());
        if parts.len() == 1 {
            parts.push(self.no_wish(full));
        }
        parts
    }
}
