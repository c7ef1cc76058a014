//! When autoscalers looked, and what they did, from the API server's audit: a sync reads the scale, asks for metrics where the replicas are
//! within their bounds, and writes the scale where it wants another.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context, Result};
use serde_json::Value as Json;

use super::recorded::Sync;

/// The syncs of each service, in order.
pub(super) fn read(log: &Path, zero: i64, services: &[String]) -> Result<BTreeMap<String, Vec<Sync>>> {
    let text = fs::read_to_string(log).with_context(|| format!("reading `{}`", log.display()))?;
    let mut events: Vec<(f64, Json)> = Vec::new();
    for line in text.lines() {
        // The last line may be half written.
        let Ok(event) = serde_json::from_str::<Json>(line) else { continue };
        let at = event["requestReceivedTimestamp"].as_str().and_then(|text| since(text, zero));
        events.push((at.context("an event of the audit without its time")?, event));
    }
    events.sort_by(|one, other| one.0.total_cmp(&other.0));
    Ok(services.iter().map(|service| (service.clone(), of(service, &events))).collect())
}

fn of(service: &str, events: &[(f64, Json)]) -> Vec<Sync> {
    let mut syncs: Vec<Sync> = Vec::new();
    for (at, event) in events {
        let uri = event["requestURI"].as_str().unwrap_or_default();
        if event["responseStatus"]["code"].as_u64().is_none_or(|code| code >= 300) {
            continue;
        }
        let replicas = |of: &str| event[of]["spec"]["replicas"].as_i64().and_then(|count| i32::try_from(count).ok());
        if event["objectRef"]["resource"] == "deployments" && event["objectRef"]["name"] == service {
            match event["verb"].as_str() {
                Some("get") => {
                    // None are left out where they are 0.
                    let before = replicas("responseObject").unwrap_or(0);
                    syncs.push(Sync { at: *at, asked: None, before, after: before });
                }
                Some("update") => {
                    if let Some(sync) = syncs.last_mut() {
                        sync.after = replicas("requestObject").unwrap_or(0);
                    }
                }
                _ => {}
            }
        } else if uri.contains("/metrics.k8s.io/")
            && uri.ends_with(&format!("%3D{service}"))
            && let Some(sync) = syncs.last_mut()
        {
            sync.asked = Some(*at);
        }
    }
    syncs
}

/// Seconds from a zero, in milliseconds since 1970, to a moment such as `2026-11-30T11:47:47.123456Z`.
pub(super) fn since(text: &str, zero: i64) -> Option<f64> {
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    // The days of the Gregorian calendar, with years that begin in March (Howard Hinnant's `days_from_civil`).
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    let whole = days * 86_400 + number(11, 13)? * 3600 + number(14, 16)? * 60 + number(17, 19)?;
    let parts = text.get(19..)?.trim_end_matches('Z');
    let parts: f64 = if parts.is_empty() { 0.0 } else { format!("0{parts}").parse().ok()? };
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of a run")]
    let seconds = (whole * 1000 - zero) as f64 / 1000.0;
    Some(seconds + parts)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{of, since};
    use crate::twin::recorded::Sync;

    #[test]
    fn moments_are_read_from_their_zero() {
        assert_eq!(since("1970-01-02T00:00:01.500000Z", 86_400_000), Some(1.5));
        assert_eq!(since("2026-11-30T11:47:47Z", 1_796_039_267_000), Some(0.0));
        assert_eq!(since("yesterday", 0), None);
    }

    #[test]
    fn a_sync_is_what_stands_between_two_looks_at_the_scale() {
        let scale = |verb: &str, before: i64, after: i64| {
            json!({
                "verb": verb, "requestURI": "/apis/apps/v1/…", "responseStatus": { "code": 200 },
                "objectRef": { "resource": "deployments", "name": "a" },
                "responseObject": { "spec": { "replicas": before } }, "requestObject": { "spec": { "replicas": after } },
            })
        };
        let metrics = json!({
            "verb": "list", "responseStatus": { "code": 200 }, "objectRef": { "resource": "pods" },
            "requestURI": "/apis/metrics.k8s.io/v1beta1/namespaces/s/pods?labelSelector=name%3Da",
        });
        let events = [
            (1.0, scale("get", 1, 0)),
            (1.1, scale("update", 1, 3)),
            (16.0, scale("get", 3, 0)),
            (16.1, metrics.clone()),
        ];
        let first = Sync { at: 1.0, asked: None, before: 1, after: 3 };
        let second = Sync { at: 16.0, asked: Some(16.1), before: 3, after: 3 };
        assert_eq!(of("a", &events), [first, second]);
        assert_eq!(of("b", &events), []);
    }
}
