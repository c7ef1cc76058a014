//! The seeds of made values, by which two runs agree and two resources differ.

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
};

use super::template::Resource;
use crate::{
    cloud::Cloud,
    value::{Mapping, Value},
};

/// The seed of a resource: its type, its account and region, and the arguments that tell it from others.
pub(crate) fn seed(cloud: &dyn Cloud, kind: &str, arguments: &Mapping) -> String {
    let identity = cloud.identity(kind);
    let telling = |name: &str| identity.is_empty() || identity.contains(&name);
    let told = |value: &Value| !value.is_null() && !value.has_unknown();
    let arguments: Mapping = arguments
        .iter()
        .filter(|(name, value)| telling(name) && told(value) && name.as_str() != "tags_all")
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let place = ["account", "region"].map(|fact| cloud.fact(fact).unwrap_or_default()).join("/");
    let kind = kind.trim_start_matches("data.");
    format!("{kind} {place} {}", Value::Mapping(arguments).to_json())
}

/// The ids that exist as far as this process knows, so that equal resources (three addresses that differ in nothing
/// but their label, which no provider is told) get ids of their own.
#[derive(Debug, Default)]
pub(crate) struct Known(Mutex<HashSet<(String, String)>>);

impl Known {
    /// Notes a resource that exists.
    pub(crate) fn note(&self, kind: &str, state: &Mapping) {
        if let Some(id) = id(state) {
            self.ids().insert((kind.to_owned(), id.to_owned()));
        }
    }

    /// Forgets a resource that was destroyed.
    pub(crate) fn forget(&self, kind: &str, state: &Mapping) {
        if let Some(id) = id(state) {
            self.ids().remove(&(kind.to_owned(), id.to_owned()));
        }
    }

    /// Changes the seed until the id that comes of it is new; an id that is a name stays, whatever the seed.
    pub(crate) fn settle(&self, resource: &mut Resource<'_>) {
        let id = |resource: &Resource<'_>| resource.made("id").unwrap_or_else(|| resource.anything("id"));
        let mut made = id(resource);
        let mut ids = self.ids();
        let seed = resource.seed.clone();
        for number in 1.. {
            if ids.insert((resource.kind.to_owned(), made.clone())) {
                return;
            }
            resource.seed = format!("{seed} {number}");
            let next = id(resource);
            if next == made {
                resource.seed = seed;
                return;
            }
            made = next;
        }
    }

    fn ids(&self) -> std::sync::MutexGuard<'_, HashSet<(String, String)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn id(state: &Mapping) -> Option<&str> {
    state.get("id").and_then(Value::as_text)
}
