//! What runs by a schedule, and the pods of whatever runs.

use jiff::civil::{Date, DateTime};
use k8s_openapi::api::{
    apps::v1::{DaemonSet, Deployment},
    batch::v1::{CronJob, JobSpec},
    core::v1::PodSpec,
};
use synth_review::Place;

use super::{Object, PodGroup, requests, whole};
use crate::{
    Platform,
    settings::{Schedule, Services},
};

/// A `CronJob`.
#[derive(Clone, Copy)]
pub(crate) struct Scheduled<'a> {
    pub(crate) cron_job: Object<'a, CronJob>,
    services: &'a Services,
}

/// The pods that an object makes.
pub(crate) struct Template<'a> {
    pub(crate) place: Place,
    pub(crate) namespace: &'a str,
    pub(crate) pod: &'a PodSpec,
}

impl Platform {
    /// Every `CronJob`.
    pub(crate) fn scheduled(&self) -> impl Iterator<Item = Scheduled<'_>> {
        self.every().map(|cron_job| Scheduled { cron_job, services: &self.settings.services })
    }

    /// The pods of every Deployment, every `CronJob` and every `DaemonSet`.
    pub(crate) fn templates(&self) -> impl Iterator<Item = Template<'_>> {
        let deployments = self.every::<Deployment>().filter_map(|of| {
            let pod = of.typed().spec.as_ref()?.template.spec.as_ref()?;
            Some(Template { place: of.place(), namespace: of.namespace(), pod })
        });
        let jobs = self.scheduled().filter_map(|of| {
            let pod = of.job()?.template.spec.as_ref()?;
            Some(Template { place: of.cron_job.place(), namespace: of.cron_job.namespace(), pod })
        });
        let daemons = self.every::<DaemonSet>().filter_map(|of| {
            let pod = of.typed().spec.as_ref()?.template.spec.as_ref()?;
            Some(Template { place: of.place(), namespace: of.namespace(), pod })
        });
        deployments.chain(jobs).chain(daemons)
    }
}

impl<'a> Scheduled<'a> {
    pub(crate) fn name(&self) -> &'a str {
        self.cron_job.name()
    }

    /// The key of a setting of the job.
    pub(crate) fn setting(&self, name: &str) -> String {
        format!("{}.{name}", self.services.key(self.name()).join("."))
    }

    /// Each of its Jobs.
    pub(crate) fn job(&self) -> Option<&'a JobSpec> {
        self.cron_job.typed().spec.job_template.spec.as_ref()
    }

    pub(crate) fn pod(&self) -> Option<&'a PodSpec> {
        self.job()?.template.spec.as_ref()
    }

    /// Seconds after which a run is ended, if ever.
    pub(crate) fn deadline(&self) -> Option<u64> {
        self.job()?.active_deadline_seconds.map(whole)
    }

    /// Seconds that its pod has to leave; the API server's default is 30.
    pub(crate) fn grace(&self) -> u64 {
        self.pod().and_then(|pod| pod.termination_grace_period_seconds).map_or(30, whole)
    }

    /// Seconds between two runs, where they follow each other fastest.
    pub(crate) fn shortest_gap(&self) -> Option<u64> {
        self.cron_job.typed().spec.schedule.parse::<Schedule>().ok().map(|schedule| schedule.shortest_gap_seconds())
    }

    /// The first time from a day on that clocks of its time zone jump over.
    pub(crate) fn skipped(&self, from: Date) -> Option<DateTime> {
        let spec = &self.cron_job.typed().spec;
        let zone = spec.time_zone.as_deref()?.parse().ok()?;
        spec.schedule.parse::<Schedule>().ok()?.skipped(&zone, from)
    }

    /// Does a run wait for the one before it?
    pub(crate) fn waits(&self) -> bool {
        self.cron_job.typed().spec.concurrency_policy.as_deref() == Some("Forbid")
    }

    /// A label that its nodes must have.
    pub(crate) fn node_label(&self, key: &str) -> Option<&'a str> {
        self.pod()?.node_selector.as_ref()?.get(key).map(String::as_str)
    }

    /// Its pod, for which there is room to find.
    pub(crate) fn group(&self) -> PodGroup {
        let each = self.pod().map(requests).unwrap_or_default();
        PodGroup { name: self.name().to_owned(), pods: 1, each, apart: false }
    }
}
