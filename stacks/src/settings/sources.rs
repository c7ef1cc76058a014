//! Where settings stand in their files, kept for those who judge what was built of them.

use std::{collections::HashMap, sync::Arc};

use synth_project::Layer;
use synth_review::SettingPlace;

use super::position::Positions;

/// The layers, and the place of each key in them.
#[derive(Debug, Clone, Default)]
pub(super) struct Sources(Arc<(Vec<Layer>, HashMap<String, Positions>)>);

impl Sources {
    pub(super) fn new(layers: &[Layer], places: HashMap<String, Positions>) -> Self {
        Self(Arc::new((layers.to_vec(), places)))
    }

    /// The place of a key's value, or of the nearest table or list that holds it.
    pub(super) fn place(&self, key: &str) -> Option<SettingPlace> {
        let (layers, places) = &*self.0;
        let mut key = key;
        loop {
            if let Some(places) = places.get(key) {
                return Some(places.value.position(layers));
            }
            key = &key[..key.rfind(['.', '['])?];
        }
    }
}

/// Where settings stand is no part of what they say.
impl PartialEq for Sources {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Sources {}
