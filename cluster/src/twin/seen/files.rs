//! The recording as people read it, and `synth simulate replay --hpa`: `curves.json`, and of each service what was seen once a second and
//! what its autoscaler was given at each sync.

use std::{collections::BTreeMap, fmt::Write as _};

use serde_json::{Map, Value as Json, json};

use super::Seen;
use crate::twin::{
    curve::Curve,
    recorded::{Recording, Sync},
};

impl Seen {
    /// Each file's text, by its name. `autoscaler` is a service's object.
    pub(in crate::twin) fn files(
        &self,
        recording: &Recording,
        curve: &Curve,
        autoscaler: impl Fn(&str) -> Json,
    ) -> BTreeMap<String, String> {
        let mut files = BTreeMap::new();
        let mut curves = Map::new();
        for service in &self.services {
            let request = self.request(service);
            curves.insert(
                service.clone(),
                json!({
                    "mode": "closed", "interp": "step", "points": curve.points(service),
                    "hpa": autoscaler(service), "request": request, "older": false,
                }),
            );
            let syncs = recording.syncs.get(service).map(Vec::as_slice).unwrap_or_default();
            files.insert(format!("{service}.syncs.jsonl"), self.syncs(service, syncs));
            files.insert(format!("{service}.sync.csv"), table(syncs));
            files.insert(format!("{service}.csv"), self.seconds(service, curve));
        }
        #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970")]
        let zero = recording.zero as f64 / 1000.0;
        files.insert("curves.json".to_owned(), format!("{:#}\n", json!({ "t0": zero, "curves": curves })));
        files
    }

    fn request(&self, service: &str) -> Json {
        let items = self.server.get(&format!("{}/{service}", super::DEPLOYMENTS)).map(|answer| answer.body);
        items.unwrap_or_default()["spec"]["template"]["spec"]["containers"][0]["resources"]["requests"]["cpu"].clone()
    }

    /// Each sync with the pods and the metrics that were last seen before it.
    fn syncs(&self, service: &str, syncs: &[Sync]) -> String {
        let mut text = String::new();
        for sync in syncs {
            let listed = self.listed.iter().rev().find(|(at, _)| *at <= sync.at);
            let asked = sync.asked.unwrap_or(sync.at);
            let metrics = self.metrics.iter().rev().find(|(at, _)| *at <= asked).map(|(_, of)| of);
            let of = listed.iter().flat_map(|(_, pods)| pods).filter(|(of, _)| of == service);
            let pods = of.map(|(_, pod)| {
                let mut pod = pod.clone();
                let name = pod["pod"].as_str().unwrap_or_default();
                let figure = metrics.and_then(|metrics| metrics.get(name)).copied();
                for (key, value) in [
                    ("cpu_m", figure.map(|of| of.millicores)),
                    ("ts", figure.map(|of| of.until)),
                    ("window", figure.map(|of| of.window)),
                ] {
                    pod[key] = json!(value);
                }
                pod
            });
            let line = json!({
                "time_s": sync.at, "specBefore": sync.before, "specAfter": sync.after, "pods": pods.collect::<Vec<_>>(),
            });
            let _ = writeln!(text, "{line}");
        }
        text
    }

    fn seconds(&self, service: &str, curve: &Curve) -> String {
        let mut text = "time_s,load_total_m,specReplicas,pods_total,pods_ready\n".to_owned();
        let mut next = 0.0;
        for state in &self.states {
            if state.at < next {
                continue;
            }
            next = state.at.floor() + 1.0;
            let Some(of) = state.services.get(service) else { continue };
            let load = curve.at(service, state.at);
            let _ = writeln!(text, "{:.1},{load},{},{},{}", state.at, of.desired, of.there, of.ready);
        }
        text
    }
}

fn table(syncs: &[Sync]) -> String {
    let mut text = "time_s,replicas_before,replicas_after\n".to_owned();
    for sync in syncs {
        let _ = writeln!(text, "{:.3},{},{}", sync.at, sync.before, sync.after);
    }
    text
}
