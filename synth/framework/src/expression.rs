//! The expression tree behind every value: what will be written, not yet how.
//!
//! Nothing here writes text. `render` alone turns a tree into JSON or HCL.

use std::{borrow::Cow, sync::Arc};

/// An untyped Terraform expression.
///
/// Call sites hold a [`Value`](crate::Value) or a [`Ref`](crate::Ref); policies and tools look at this tree.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Expression {
    /// `null`, which as an argument means "not set".
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction.
    Float(f64),
    /// A literal string, unescaped.
    String(Cow<'static, str>),
    /// Text with expressions inside.
    Template(Vec<TemplatePart>),
    /// A tuple, which Terraform converts to a list or a set.
    List(Vec<Expression>),
    /// An object or a map, in the order written.
    Object(Vec<(Expression, Expression)>),
    /// A reference such as `aws_vpc.main.id`.
    Traversal(Traversal),
    /// An index into any other expression: `one(...)[0]`.
    Index(Box<Expression>, Vec<Step>),
    /// A function call.
    Call(&'static str, Vec<Expression>),
    /// `!condition`.
    Not(Box<Expression>),
    /// An operator between two operands, such as `==`.
    Binary(&'static str, Box<Expression>, Box<Expression>),
    /// `condition ? then : otherwise`.
    Conditional(Box<[Expression; 3]>),
    /// `[for item in list : result]`.
    For {
        /// The name of the item inside `result`.
        item: Cow<'static, str>,
        /// The collection that is walked.
        list: Box<Expression>,
        /// The expression that each item becomes.
        result: Box<Expression>,
    },
}

/// One piece of a [`Expression::Template`].
#[derive(Clone, Debug, PartialEq)]
pub enum TemplatePart {
    /// Literal text, unescaped.
    Text(Cow<'static, str>),
    /// An interpolated expression.
    Expression(Expression),
}

/// A reference: what it starts from, and the steps taken into it.
#[derive(Clone, Debug, PartialEq)]
pub struct Traversal {
    /// The start of the reference.
    pub root: Root,
    /// The steps into it, in order.
    pub steps: Vec<Step>,
}

/// The start of a [`Traversal`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Root {
    /// A resource, a data source, a variable or a local of a stack.
    Declared(Address),
    /// `each`, inside what is repeated by `for_each`.
    Each,
    /// `count`, inside what is repeated by `count`.
    Count,
    /// `self`, inside a postcondition.
    Itself,
    /// The iterator of a `dynamic` block, or the item of a `for` expression.
    Iterator(Cow<'static, str>),
    /// `path`, the file system paths that Terraform knows.
    Path,
}

/// One step into a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// `.name`
    Attribute(Cow<'static, str>),
    /// `[0]`
    Index(i64),
    /// `["key"]`, where the key may be an expression.
    Key(Box<Expression>),
    /// `[*]`
    Splat,
}

/// The kind of thing that an [`Address`] names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mode {
    /// A managed resource: `aws_vpc.main`.
    Managed,
    /// A data source: `data.aws_vpc.main`.
    Data,
    /// An input variable: `var.name`.
    Variable,
    /// A local value: `local.name`.
    Local,
}

/// Where a declaration lives: its stack, and its Terraform address inside that stack.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Address {
    /// The kind of thing that it names.
    pub mode: Mode,
    /// Terraform's type name; empty for variables and locals.
    pub type_name: &'static str,
    /// The label, or the name of a variable or local.
    pub label: Arc<str>,
    /// The name of the stack that declares it.
    pub stack: Arc<str>,
}

impl std::fmt::Display for Address {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { type_name, label, .. } = self;
        match self.mode {
            Mode::Managed => write!(formatter, "{type_name}.{label}"),
            Mode::Data => write!(formatter, "data.{type_name}.{label}"),
            Mode::Variable => write!(formatter, "var.{label}"),
            Mode::Local => write!(formatter, "local.{label}"),
        }
    }
}

impl Traversal {
    /// A reference to `root` itself.
    pub fn new(root: Root) -> Self {
        Self { root, steps: Vec::new() }
    }

    /// This reference with one more step.
    #[must_use]
    pub fn step(&self, step: Step) -> Self {
        let mut steps = Vec::with_capacity(self.steps.len() + 1);
        steps.extend(self.steps.iter().cloned());
        steps.push(step);
        Self { root: self.root.clone(), steps }
    }

    /// This reference with `.name` appended.
    #[must_use]
    pub fn attribute(&self, name: &'static str) -> Self {
        self.step(Step::Attribute(Cow::Borrowed(name)))
    }

    /// This reference with `[index]` appended.
    #[must_use]
    pub fn index(&self, index: i64) -> Self {
        self.step(Step::Index(index))
    }
}

impl Expression {
    /// The literal string that this is, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The whole number that this is, if it is one.
    pub fn as_integer(&self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(*number),
            _ => None,
        }
    }

    /// The literal boolean that this is, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The items of this list, if it is one that is written out.
    pub fn as_list(&self) -> Option<&[Self]> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }

    /// The entries of this object, if it is one that is written out.
    pub fn as_object(&self) -> Option<&[(Self, Self)]> {
        match self {
            Self::Object(entries) => Some(entries),
            _ => None,
        }
    }

    /// The value under a literal `key`, if this is an object that has it.
    pub fn entry(&self, key: &str) -> Option<&Self> {
        self.as_object()?.iter().find(|(name, _)| name.as_str() == Some(key)).map(|(_, value)| value)
    }

    /// The reference that this is, if it is one.
    pub fn as_traversal(&self) -> Option<&Traversal> {
        match self {
            Self::Traversal(traversal) => Some(traversal),
            _ => None,
        }
    }

    /// Calls `visit` with every expression that stands directly inside this one.
    pub fn for_each_child<'a>(&'a self, visit: &mut dyn FnMut(&'a Self)) {
        match self {
            Self::Null | Self::Bool(_) | Self::Integer(_) | Self::Float(_) | Self::String(_) => {}
            Self::Template(parts) => {
                for part in parts {
                    if let TemplatePart::Expression(inner) = part {
                        visit(inner);
                    }
                }
            }
            Self::List(items) | Self::Call(_, items) => items.iter().for_each(visit),
            Self::Object(entries) => {
                for (key, value) in entries {
                    visit(key);
                    visit(value);
                }
            }
            Self::Traversal(traversal) => visit_keys(&traversal.steps, visit),
            Self::Index(inner, steps) => {
                visit(inner);
                visit_keys(steps, visit);
            }
            Self::Not(inner) => visit(inner),
            Self::Binary(_, left, right) => {
                visit(left);
                visit(right);
            }
            Self::Conditional(branches) => branches.iter().for_each(visit),
            Self::For { list, result, .. } => {
                visit(list);
                visit(result);
            }
        }
    }

    /// Calls `visit` with this expression and every one inside it.
    pub fn visit<'a>(&'a self, visit: &mut dyn FnMut(&'a Self)) {
        visit(self);
        self.for_each_child(&mut |child| child.visit(visit));
    }

    /// Calls `visit` with every reference in this tree.
    pub fn visit_traversals<'a>(&'a self, visit: &mut dyn FnMut(&'a Traversal)) {
        self.visit(&mut |expression| {
            if let Self::Traversal(traversal) = expression {
                visit(traversal);
            }
        });
    }
}

fn visit_keys<'a>(steps: &'a [Step], visit: &mut dyn FnMut(&'a Expression)) {
    for step in steps {
        if let Step::Key(key) = step {
            visit(key);
        }
    }
}
