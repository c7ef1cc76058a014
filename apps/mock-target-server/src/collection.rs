//! The data that json-server would serve: 100 posts and 200 todos, the same in every process.

use bytes::Bytes;
use fastrand::Rng;
use serde_json::{Value, json};

use crate::answer::Refusal;

const WORDS: [&str; 24] = [
    "tide", "harbour", "signal", "current", "anchor", "beacon", "channel", "delta", "estuary", "float", "gauge",
    "hull", "inlet", "jetty", "keel", "lagoon", "mooring", "navigate", "ocean", "pier", "quay", "reef", "shore",
    "wave",
];

/// Items in the order of their ids, each with its text made in advance.
#[derive(Debug)]
pub(crate) struct Collection {
    items: Vec<(Value, Bytes)>,
    all: Bytes,
}

impl Collection {
    /// Posts with `userId`, `id`, `title` and `body`.
    pub(crate) fn posts() -> Self {
        let mut rng = Rng::with_seed(1);
        Self::new((1..=100_u32).map(|id| {
            json!({ "userId": (id - 1) / 10 + 1, "id": id, "title": words(&mut rng, 5), "body": words(&mut rng, 24) })
        }))
    }

    /// Todos with `userId`, `id`, `title` and `completed`.
    pub(crate) fn todos() -> Self {
        let mut rng = Rng::with_seed(2);
        Self::new((1..=200_u32).map(
            |id| json!({ "userId": (id - 1) / 20 + 1, "id": id, "title": words(&mut rng, 4), "completed": rng.bool() }),
        ))
    }

    fn new(items: impl Iterator<Item = Value>) -> Self {
        let items: Vec<_> =
            items.map(|item| (Bytes::from(item.to_string()), item)).map(|(text, item)| (item, text)).collect();
        let all = array(items.iter().map(|(_, text)| text));
        Self { items, all }
    }

    /// The item with this id, as JSON text.
    pub(crate) fn get(&self, id: usize) -> Option<Bytes> {
        self.items.get(id.checked_sub(1)?).map(|(_, text)| text.clone())
    }

    /// The items whose fields equal all of `filters`, one page of them if asked for; and how many matched in all.
    pub(crate) fn list(&self, filters: &[(String, String)]) -> Result<(Bytes, usize), Refusal> {
        if filters.is_empty() {
            return Ok((self.all.clone(), self.items.len()));
        }
        let number = |name: &'static str, least: usize, most: usize| {
            let value = filters.iter().find(|(key, _)| key == name).map(|(_, value)| value.parse());
            match value {
                None => Ok(None),
                Some(Ok(number)) if (least..=most).contains(&number) => Ok(Some(number)),
                Some(_) => Err(Refusal::Invalid { name, expected: format!("from {least} to {most}") }),
            }
        };
        let (page, limit) = (number("_page", 1, 1000)?, number("_limit", 0, 200)?);
        let wanted = |item: &Value| {
            filters.iter().filter(|(name, _)| !name.starts_with('_')).all(|(name, value)| is(&item[name], value))
        };
        let matching: Vec<_> = self.items.iter().filter(|(item, _)| wanted(item)).map(|(_, text)| text).collect();
        let limit = limit.unwrap_or(if page.is_some() { 10 } else { usize::MAX });
        let skipped = page.unwrap_or(1).saturating_sub(1).saturating_mul(limit);
        Ok((array(matching.iter().copied().skip(skipped).take(limit)), matching.len()))
    }
}

fn is(field: &Value, text: &str) -> bool {
    match field {
        Value::String(field) => field == text,
        Value::Number(field) => field.to_string() == text,
        Value::Bool(field) => text.parse() == Ok(*field),
        Value::Null | Value::Array(_) | Value::Object(_) => false,
    }
}

fn array<'text>(items: impl Iterator<Item = &'text Bytes>) -> Bytes {
    let items: Vec<&[u8]> = items.map(AsRef::as_ref).collect();
    [b"[".as_slice(), &items.join(b",".as_slice()), b"]"].concat().into()
}

fn words(rng: &mut Rng, count: usize) -> String {
    let words: Vec<_> = (0..count).map(|_| *rng.choice(&WORDS).expect("there are words")).collect();
    words.join(" ")
}
