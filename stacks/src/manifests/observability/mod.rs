//! Alerts for people, and dashboards that show traffic and what it makes of pods and nodes.

mod alert;
mod alerts;
mod cert_manager;
mod controllers;
mod dashboard;
mod dashboards;
mod expressions;
mod external_secrets;
mod jobs;
mod keda;
mod monitors;
mod questions;
mod runbooks;

use synth_kubernetes::Manifests;

use crate::settings::Settings;

pub(in crate::manifests) use expressions::{in_flight_of, request_rate_of};
pub use questions::{Question, scaling_questions};

pub(super) fn define(settings: &Settings, folder: &Manifests) {
    alerts::define(settings, folder);
    dashboards::define(settings, folder);
    monitors::define(settings, folder);
}
