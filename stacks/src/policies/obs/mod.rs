//! OBS: whether those who look are told what matters, alike, and at the height of the load too.

mod series;
mod stack;
mod told;

use synth_review::{Policy, Severity};

use crate::Platform;

pub(super) const POLICIES: &[Policy<Platform>] = &[
    Policy {
        code: "OBS001",
        name: "alerts-ask-for-something",
        severity: Severity::Error,
        explanation: "An alert that says only that nodes or quotas are well filled is never over, and hides those that ask for \
                      something.",
        check: stack::alerts_ask_for_something,
    },
    Policy {
        code: "OBS002",
        name: "replicas-answer-alike",
        severity: Severity::Error,
        explanation: "Two replicas behind one Service have data of their own: unless a person is led to the same one, graphs \
                      jump and a silence that was just made is not there.",
        check: stack::replicas_answer_alike,
    },
    Policy {
        code: "OBS003",
        name: "prometheus-holds-its-series",
        severity: Severity::Error,
        explanation: "Prometheus holds the series of everything that runs in memory: too little of it gets it killed at the height \
                      of the load, and again while it reads its log, unless somebody is told before.",
        check: series::prometheus_holds_its_series,
    },
    Policy {
        code: "OBS004",
        name: "somebody-is-told",
        severity: Severity::Warning,
        explanation: "An alert without a receiver is a line on a page that nobody has open: whoever runs services for others is \
                      told by them instead.",
        check: told::somebody_is_told,
    },
    Policy {
        code: "OBS005",
        name: "receivers-read-their-secrets",
        severity: Severity::Error,
        explanation: "Whoever has the address or the key of a receiver may tell it anything, so neither belongs into Git; and one that \
                      is read from where no Secret is mounted tells nobody, which shows at the first alert.",
        check: told::secrets_are_read,
    },
];
