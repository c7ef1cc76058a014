//! The layers merged into one tree of values. Each value keeps its dotted key; where it stands in the files
//! is kept beside the tree, by that key.

use std::collections::{BTreeMap, HashMap};

use synth_project::Layer;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::position::{Position, Positions, SettingsProblem};

/// A value and its dotted key.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) key: String,
    pub(super) value: Value,
}

/// A value of TOML; a date or a float is no setting here, but must be named in an error.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Text(String),
    Integer(i64),
    Boolean(bool),
    List(Vec<Node>),
    Table(BTreeMap<String, Node>),
    Other(&'static str),
}

impl Value {
    /// Names the type as TOML does, with its article.
    pub(super) fn type_name(&self) -> &'static str {
        match self {
            Self::Text(_) => "a string",
            Self::Integer(_) => "an integer",
            Self::Boolean(_) => "a boolean",
            Self::List(_) => "an array",
            Self::Table(_) => "a table",
            Self::Other(name) => name,
        }
    }
}

/// All layers in one.
#[derive(Debug)]
pub(super) struct Tree {
    pub(super) root: Node,
    pub(super) places: HashMap<String, Positions>,
}

/// Merges the layers: tables key by key, everything else by replacement. Syntax errors of all layers come together.
pub(super) fn merge(layers: &[Layer]) -> Result<Tree, Vec<SettingsProblem>> {
    let mut places = HashMap::new();
    let mut root = Node { key: String::new(), value: Value::Table(BTreeMap::new()) };
    let mut problems = Vec::new();
    for (index, layer) in layers.iter().enumerate() {
        let (table, errors) = DeTable::parse_recoverable(&layer.text);
        problems.extend(errors.iter().map(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            Position { layer: index, offset }.problem(layers, "", error.message().to_owned())
        }));
        let source = Source { layer: index };
        source.merge_table(&mut root, table.get_ref(), &mut places);
    }
    if problems.is_empty() { Ok(Tree { root, places }) } else { Err(problems) }
}

/// One layer on its way into the tree.
#[derive(Clone, Copy)]
struct Source {
    layer: usize,
}

impl Source {
    fn merge_table(self, into: &mut Node, table: &DeTable<'_>, places: &mut HashMap<String, Positions>) {
        let Node { key: parent, value: Value::Table(entries) } = into else {
            unreachable!("only a table is merged into");
        };
        for (name, value) in table {
            let key = child(parent, name.get_ref());
            let here = Positions {
                name: Position { layer: self.layer, offset: name.span().start },
                value: Position { layer: self.layer, offset: value.span().start },
            };
            let table_already =
                entries.get_mut(name.get_ref().as_ref()).filter(|node| matches!(node.value, Value::Table(_)));
            if let (Some(node), DeValue::Table(table)) = (table_already, value.get_ref()) {
                self.merge_table(node, table, places);
            } else {
                places.insert(key.clone(), here);
                entries.insert(name.get_ref().to_string(), self.node(key, value, places));
            }
        }
    }

    fn node(self, key: String, value: &Spanned<DeValue<'_>>, places: &mut HashMap<String, Positions>) -> Node {
        let value = match value.get_ref() {
            DeValue::String(text) => Value::Text(text.to_string()),
            DeValue::Integer(integer) => i64::from_str_radix(integer.as_str(), integer.radix())
                .map_or(Value::Other("a huge integer"), Value::Integer),
            DeValue::Boolean(boolean) => Value::Boolean(*boolean),
            DeValue::Float(_) => Value::Other("a float"),
            DeValue::Datetime(_) => Value::Other("a date"),
            DeValue::Array(items) => Value::List(
                items
                    .iter()
                    .enumerate()
                    .map(|(index, item)| {
                        let key = format!("{key}[{index}]");
                        let place = Position { layer: self.layer, offset: item.span().start };
                        places.insert(key.clone(), Positions { name: place, value: place });
                        self.node(key, item, places)
                    })
                    .collect(),
            ),
            DeValue::Table(table) => {
                let mut node = Node { key: key.clone(), value: Value::Table(BTreeMap::new()) };
                self.merge_table(&mut node, table, places);
                return node;
            }
        };
        Node { key, value }
    }
}

/// The dotted key of `name` in the table `parent`, quoted as TOML would where it must be.
pub(super) fn child(parent: &str, name: &str) -> String {
    let bare =
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
    let name = if bare { name.to_owned() } else { format!("{name:?}") };
    if parent.is_empty() { name } else { format!("{parent}.{name}") }
}
