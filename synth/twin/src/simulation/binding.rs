//! What binds: why requests were refused or failed in a run.

use super::{setup::Setup, trace::Trace};

/// Requests less than this are none: a fluid has parts of them.
const SOME: f64 = 0.5;

/// Use of what its node has for a pod from which processor time is what it lacks, in percent.
const BUSY: f32 = 97.0;

/// The share of its places in flight from which a service has no more.
const FULL: f64 = 0.95;

/// What lacked when the first requests of a run were lost, and what could be done about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// The second in which it began.
    pub second: usize,
    /// What lacked, in a sentence.
    pub what: String,
    /// The setting to change, and how.
    pub mend: String,
}

impl Binding {
    /// What bound first; nothing where every request was answered.
    pub fn of(setup: &Setup, trace: &Trace) -> Option<Self> {
        let mut lost = 0.0;
        let second = trace.seconds.iter().position(|second| {
            lost += second.refused + second.failed;
            lost >= SOME
        })?;
        let found = |what: String, mend: String| Some(Self { second, what, mend });
        let services = trace.services.len();
        for (place, name) in trace.services.iter().enumerate() {
            let pods = trace.pods.get(second * services + place)?;
            let service = &setup.services[place];
            let most = u32::try_from(service.scaler.spec.max_replicas).unwrap_or_default();
            let key = name.replace('-', "_");
            let room = service.model.admission.in_flight * f64::from(pods.ready);
            let full = room.is_finite() && f64::from(pods.in_flight) >= FULL * room;
            let busy = pods.busiest >= BUSY;
            if pods.ready == 0 {
                return found(format!("no pod of {name} was ready"), format!("raise `services.{key}.min_replicas`"));
            }
            if !full && !busy {
                continue;
            }
            let lacked = if full {
                let each = service.model.admission.in_flight;
                format!(
                    "{each:.0} requests were in flight in each of {} pods of {name}, its bound, at {:.0} % of the processor time they ask for",
                    pods.ready, pods.cpu
                )
            } else {
                format!(
                    "the busiest of {} pods of {name} used all that its node had for it, at {:.0} % of what they ask for on average",
                    pods.ready, pods.cpu
                )
            };
            if pods.desired >= most {
                return found(
                    format!("{lacked}; the autoscaler is at its maximum of {most}"),
                    format!("raise `services.{key}.max_replicas`"),
                );
            }
            if pods.pending > 0 {
                return found(
                    format!("{lacked}; {} more wait for nodes", pods.pending),
                    format!("raise `services.{key}.min_replicas`, or let the load rise more slowly"),
                );
            }
            if pods.desired > pods.ready {
                return found(
                    format!("{lacked}; {} more are asked for and not ready yet", pods.desired - pods.ready),
                    format!("raise `services.{key}.min_replicas`, or let the load rise more slowly"),
                );
            }
            let mend = if full {
                format!(
                    "raise `services.{key}.memory_mib`, which decides how many it takes, or scale on requests in flight"
                )
            } else {
                format!("lower `services.{key}.target_cpu_utilization`, or raise `services.{key}.min_replicas`")
            };
            return found(format!("{lacked}, and the autoscaler asks for no more than {}", pods.desired), mend);
        }
        let lost = trace.seconds[second];
        found(
            format!("{:.0} of {:.0} requests had no pod that answers", lost.refused + lost.failed, lost.offered),
            "see the events at that time".to_owned(),
        )
    }
}
