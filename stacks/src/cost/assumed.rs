//! What nobody can know before it runs, and what is taken for it until somebody measures.

use synth_framework::nearest;
use synth_twin::network::Bytes;

/// Bytes.
const KILOBYTE: f64 = 1000.0;
/// The most that may be assumed of anything.
const MOST: f64 = 1e9;

/// A quantity that is taken for granted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Assumption {
    /// Its name, by which another value is given.
    pub name: &'static str,
    /// Its value.
    pub value: f64,
    /// Its unit.
    pub unit: &'static str,
    /// Why it is this value.
    pub why: &'static str,
}

/// Every assumption.
#[derive(Clone, Debug, PartialEq)]
pub struct Assumed(Vec<Assumption>);

pub(super) const REQUEST: &str = "request-kb";
pub(super) const ANSWER: &str = "answer-kb";
pub(super) const BETWEEN_ZONES: &str = "between-zones-gb";
pub(super) const THROUGH_NAT: &str = "through-nat-gb";
pub(super) const AUDIT_LOG: &str = "audit-log-gb";
pub(super) const OTHER_LOG: &str = "other-log-gb";
pub(super) const FLOW_LOG: &str = "flow-log-gb";
pub(super) const PACKED: &str = "packed-share";
pub(super) const IMAGE: &str = "image-mb";

const fn assumption(name: &'static str, value: f64, unit: &'static str, why: &'static str) -> Assumption {
    Assumption { name, value, unit, why }
}

const ALL: [Assumption; 9] = [
    assumption(
        REQUEST,
        Bytes::LOAD_TEST.request / KILOBYTE,
        "kB",
        "a request of a client with its head: what the load test's plan sends",
    ),
    assumption(
        ANSWER,
        Bytes::LOAD_TEST.answer / KILOBYTE,
        "kB",
        "an answer with its head: what the load test's target gives; pages are 10 to 100 times as large",
    ),
    assumption(
        BETWEEN_ZONES,
        10.0,
        "GB a month for each node",
        "scrapes, probes and controllers, which ask pods in every zone",
    ),
    assumption(
        THROUGH_NAT,
        5.0,
        "GB a month for each node",
        "images of charts, which come from registries outside AWS",
    ),
    assumption(
        AUDIT_LOG,
        10.0,
        "GB a month",
        "the audit log of a quiet cluster; one in which much changes writes many times that",
    ),
    assumption(OTHER_LOG, 1.0, "GB a month for each type", "the control plane's logs but audit, of a quiet cluster"),
    assumption(
        FLOW_LOG,
        0.5,
        "GB a month for each node",
        "some hundred connections a minute and node, in records of about 100 bytes",
    ),
    assumption(PACKED, 0.15, "of what was written", "stored logs are compressed, and paid for as they are stored"),
    assumption(IMAGE, 20.0, "MB", "an image of a service, layers included"),
];

impl Default for Assumed {
    fn default() -> Self {
        Self(ALL.to_vec())
    }
}

impl Assumed {
    /// Every assumption.
    pub fn all(&self) -> &[Assumption] {
        &self.0
    }

    /// Takes another value for an assumption, given as `name=value`.
    ///
    /// # Errors
    /// Another form, a name that is none, and a value that is no number from 0 on.
    pub fn set(&mut self, text: &str) -> Result<(), String> {
        let wanted = || format!("`{text}` assumes nothing: write a name and a number, such as `{ANSWER}=20`");
        let (name, value) = text.split_once('=').ok_or_else(wanted)?;
        let number = value.parse::<f64>().ok().filter(|value| value.is_finite() && *value >= 0.0);
        let number = number.ok_or_else(|| format!("`{value}` of `{name}` is no number from 0 on"))?;
        let names: Vec<_> = self.0.iter().map(|of| of.name).collect();
        let Some(of) = self.0.iter_mut().find(|of| of.name == name) else {
            let meant = nearest(name, names.iter().copied()).map(|name| format!("did you mean `{name}`?"));
            let mend = meant.unwrap_or_else(|| format!("those are {}", names.join(", ")));
            return Err(format!("`{name}` is no assumption: {mend}"));
        };
        let most = if of.name.ends_with("-share") { 1.0 } else { MOST };
        if number > most {
            return Err(format!("`{value}` of `{name}` is above {most}"));
        }
        (of.value, of.why) = (number, "as it was given");
        Ok(())
    }

    /// What a request and its answer have, as the twin takes it.
    pub fn bytes(&self) -> Bytes {
        Bytes { request: self.of(REQUEST) * KILOBYTE, answer: self.of(ANSWER) * KILOBYTE }
    }

    /// The value of one of the names here.
    pub(super) fn of(&self, name: &str) -> f64 {
        self.0.iter().find(|of| of.name == name).map_or(0.0, |of| of.value)
    }
}
