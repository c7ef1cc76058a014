//! Settings as single values, for those who ask what each of them changes.

use std::collections::BTreeMap;

use synth_project::Layer;

use super::{
    problem::SettingsError,
    tree::{self, Node, Tree, Value},
};

/// An empty table, as TOML writes it: what may stay without an entry must still be there.
const NOTHING: &str = "{}";

/// The names on the way to a value.
type Path = Vec<String>;

/// Every value of merged layers, each by the names on the way to it, as TOML writes it. A list is one value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Leaves(BTreeMap<Path, String>);

/// Values that change together: one, or those of a table that only one side has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The dotted key of the value or of the table.
    pub key: String,
    path: Path,
}

impl Leaves {
    /// The values of layers, the one that holds everything first.
    ///
    /// # Errors
    /// What is no TOML.
    pub fn of(layers: &[Layer]) -> Result<Self, SettingsError> {
        let Tree { root, .. } = tree::merge(layers).map_err(|problems| SettingsError { problems })?;
        let mut leaves = Self::default();
        leaves.add(&root, &mut Vec::new());
        Ok(leaves)
    }

    fn add(&mut self, node: &Node, path: &mut Path) {
        match &node.value {
            Value::Table(entries) if !entries.is_empty() => {
                for (name, inner) in entries {
                    path.push(name.clone());
                    self.add(inner, path);
                    path.pop();
                }
            }
            value => drop(self.0.insert(path.clone(), literal(value))),
        }
    }

    /// The value of a change as it is here; nothing where it is not here or has many values.
    pub fn value(&self, change: &Change) -> Option<&str> {
        self.0.get(&change.path).map(String::as_str)
    }

    /// What becomes other values when these become those of another side.
    pub fn changes(&self, other: &Self) -> Vec<Change> {
        let mut paths: Vec<Path> = Vec::new();
        for (here, there) in [(self, other), (other, self)] {
            let differs = here.0.iter().filter(|(path, value)| *value != NOTHING && there.0.get(*path) != Some(value));
            paths.extend(differs.map(|(path, _)| path[..there.known(path)].to_vec()));
        }
        paths.sort();
        paths.dedup();
        paths.into_iter().map(|path| Change { key: dotted(&path), path }).collect()
    }

    /// How many names of a path lead to the value itself, or to the first table that is not here.
    fn known(&self, path: &[String]) -> usize {
        let has = |length: &usize| !self.0.keys().any(|own| own.starts_with(&path[..*length]));
        (1..path.len()).find(has).unwrap_or(path.len())
    }

    /// Takes over what another side has of a change, which may be nothing.
    pub fn take(&mut self, change: &Change, other: &Self) {
        self.0.retain(|path, value| !path.starts_with(&change.path) || value == NOTHING);
        let new = other.0.iter().filter(|(path, _)| path.starts_with(&change.path));
        self.0.extend(new.map(|(path, value)| (path.clone(), value.clone())));
    }

    /// Takes over the tables that another side has without an entry: they are there, and say nothing.
    pub fn take_empty_tables(&mut self, other: &Self) {
        for (path, value) in other.0.iter().filter(|(_, value)| *value == NOTHING) {
            self.0.entry(path.clone()).or_insert_with(|| value.clone());
        }
    }

    /// What is at a dotted key of a problem, and all below it.
    pub fn at(&self, key: &str) -> Option<Change> {
        let mut ends = self.0.keys().flat_map(|path| (1..=path.len()).map(move |length| &path[..length]));
        ends.find(|path| dotted(path) == key).map(|path| Change { key: key.to_owned(), path: path.to_vec() })
    }

    /// The values as one layer that holds everything.
    pub fn layer(&self, path: &str) -> Layer {
        let filled = |path: &Path| self.0.keys().any(|other| other.len() > path.len() && other.starts_with(path));
        let lines = self.0.iter().filter(|(path, value)| *value != NOTHING || !filled(path));
        let lines: Vec<_> = lines.map(|(path, value)| format!("{} = {value}", dotted(path))).collect();
        Layer { path: path.to_owned(), text: lines.join("\n") }
    }
}

fn dotted(path: &[String]) -> String {
    path.iter().fold(String::new(), |key, name| tree::child(&key, name))
}

/// A value as TOML writes it. What is no setting at all is written so that it is refused as such.
fn literal(value: &Value) -> String {
    match value {
        // What JSON escapes, TOML reads.
        Value::Text(text) => serde_json::Value::from(text.as_str()).to_string().replace('\u{7f}', "\\u007f"),
        Value::Integer(number) => number.to_string(),
        Value::Boolean(value) => value.to_string(),
        Value::List(items) => {
            let items: Vec<_> = items.iter().map(|item| literal(&item.value)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Table(entries) if entries.is_empty() => NOTHING.to_owned(),
        Value::Table(entries) => {
            let entries =
                entries.iter().map(|(name, node)| format!("{} = {}", tree::child("", name), literal(&node.value)));
            format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
        }
        Value::Other(_) => "0.0".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(texts: &[&str]) -> Leaves {
        let layers = texts.iter().map(|text| Layer { path: "a.toml".to_owned(), text: (*text).to_owned() });
        Leaves::of(&layers.collect::<Vec<_>>()).unwrap()
    }

    fn keys(of: &[Change]) -> Vec<&str> {
        of.iter().map(|change| change.key.as_str()).collect()
    }

    #[test]
    fn a_layer_of_values_says_what_the_layers_said() {
        let text = "name = \"a\\\"b\\n\"\nzones = [\"a\", \"b\"]\n[x]\n\"odd key.\" = true\nempty = {}\n[[list]]\ncode = \"A\"\nin = { n = -1 }\n";
        let all = leaves(&[text, "[x]\nmore = 7\n"]);
        assert_eq!(leaves(&[&all.layer("b.toml").text]), all, "{}", all.layer("b.toml").text);
    }

    #[test]
    fn a_table_that_one_side_lacks_changes_as_a_whole() {
        let base = leaves(&["a = 1\nb = [1]\n[pools.spot]\nx = 1\n[internal]\n"]);
        let new = leaves(&["a = 1\nb = [2]\n[pools.spot]\nx = 2\n[internal.orders]\nport = 1\nimage.tag = \"t\"\n"]);
        let changes = base.changes(&new);
        assert_eq!(keys(&changes), ["b", "internal.orders", "pools.spot.x"]);
        assert_eq!((base.value(&changes[0]), new.value(&changes[0])), (Some("[1]"), Some("[2]")));
        assert_eq!(keys(&new.changes(&base)), keys(&changes));
    }

    #[test]
    fn all_changes_together_lead_to_the_other_side_and_back() {
        let base = leaves(&["a = 1\n[internal]\n[pools.spot]\nx = 1\n"]);
        let new = leaves(&["a = 1\n[internal.orders]\nport = 1\n[pools.other]\nx = 1\n"]);
        for (from, to) in [(&base, &new), (&new, &base)] {
            let mut current = from.clone();
            current.take_empty_tables(to);
            for change in from.changes(to) {
                current.take(&change, to);
            }
            assert_eq!(leaves(&[&current.layer("c.toml").text]).layer("d.toml"), to.layer("d.toml"));
        }
    }
}
