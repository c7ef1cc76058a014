//! The intermediate representation: what the Rust source will say, not yet how.

use std::collections::BTreeSet;
use synth_schema::{NestingMode, Type};

use crate::identity::Identity;

/// Everything that is generated.
#[derive(Debug)]
pub struct Library {
    /// The providers.
    pub providers: Vec<Provider>,
    /// Resources, data sources and provider configurations.
    pub items: Vec<Item>,
    /// The identities.
    pub identities: Vec<Identity>,
    /// The Rust names of all required arguments.
    pub arguments: BTreeSet<String>,
}

/// A provider.
#[derive(Clone, Debug)]
pub struct Provider {
    /// Its local name, such as `aws`.
    pub name: String,
    /// Its Rust type, such as `Aws`.
    pub type_name: String,
    /// Its source address.
    pub source: String,
    /// The version whose schema was read.
    pub version: String,
}

/// The kind of an [`Item`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A managed resource.
    Resource,
    /// A data source.
    Data,
    /// A provider configuration.
    Configuration,
}

/// One resource, data source or provider configuration: a file.
#[derive(Debug)]
pub struct Item {
    /// Its kind.
    pub kind: Kind,
    /// Terraform's type name, or the provider's local name.
    pub name: String,
    /// The provider that has it.
    pub provider: Provider,
    /// Its module.
    pub scope: Scope,
}

/// The form of a [`Scope`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// The module of an [`Item`].
    Root(Kind),
    /// A nested block.
    Block,
    /// Nested attributes.
    Attributes,
    /// An object with every member written, `null` where it is unset.
    Object,
}

/// One Rust module: a builder, a view, the schema, and what is nested inside.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Scope {
    /// The module's Rust name.
    pub ident: String,
    /// Terraform's name.
    pub name: String,
    /// Its form.
    pub form: Form,
    /// Can it be written? False for what only the provider computes.
    pub settable: bool,
    /// Can it be read? False inside provider configurations.
    pub readable: bool,
    /// Arguments and attributes.
    pub attributes: Vec<Attribute>,
    /// Nested blocks.
    pub blocks: Vec<NestedBlock>,
    /// Modules inside this one.
    pub children: Vec<Child>,
}

/// A module inside a [`Scope`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Child {
    /// It is written here.
    Here(Scope),
    /// An equal one is written elsewhere in the file: the modules that lead to it from the file's own.
    Elsewhere(Vec<String>),
}

/// One argument or attribute.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[allow(clippy::struct_excessive_bools, reason = "the schema has these flags")]
pub struct Attribute {
    /// Its Rust name.
    pub ident: String,
    /// Terraform's name.
    pub name: String,
    /// The type that it takes, when it can be given.
    pub takes: Option<Rust>,
    /// The type that it gives.
    pub gives: Rust,
    /// Its type as the framework's schema says it.
    pub schema: TypeSchema,
    /// Must it be given?
    pub required: bool,
    /// Does the provider compute it when it is not given?
    pub computed: bool,
    /// Is it secret?
    pub sensitive: bool,
    /// Is it sent to the provider and never stored?
    pub write_only: bool,
    /// Does the provider say not to use it?
    pub deprecated: bool,
    /// The version of the provider that is known to have it, where the oldest that stacks plan under does not.
    pub since: Option<String>,
}

/// The type of an [`Attribute`] as the framework's schema says it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TypeSchema {
    /// A type.
    Type(Type),
    /// Nested attributes, whose module has the attribute's Rust name.
    Nested(NestingMode),
}

/// A nested block.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NestedBlock {
    /// Its Rust name, which is its module's.
    pub ident: String,
    /// Terraform's name.
    pub name: String,
    /// How often it occurs, and in what shape.
    pub nesting: NestingMode,
    /// The fewest that are accepted.
    pub min_items: u32,
    /// The most that are accepted; 0 for no limit.
    pub max_items: u32,
    /// Does the provider say not to use it?
    pub deprecated: bool,
    /// The version of the provider that is known to have it, where the oldest that stacks plan under does not.
    pub since: Option<String>,
}

/// A type of the framework, as Rust names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Rust {
    /// `String`
    String,
    /// `Number`
    Number,
    /// `bool`
    Bool,
    /// `Any`
    Any,
    /// An identity.
    Identity(String),
    /// The shape or the view of an object; its module has the attribute's Rust name.
    Object,
    /// `List<T>`
    List(Box<Rust>),
    /// `Set<T>`
    Set(Box<Rust>),
    /// `Map<T>`
    Map(Box<Rust>),
}

impl Rust {
    /// Is there an object inside?
    pub fn has_object(&self) -> bool {
        match self {
            Self::Object => true,
            Self::List(item) | Self::Set(item) | Self::Map(item) => item.has_object(),
            _ => false,
        }
    }
}

impl Scope {
    /// The Rust names of what must be given, in order.
    pub fn required(&self) -> impl Iterator<Item = &str> {
        let attributes =
            self.attributes.iter().filter(|attribute| attribute.required).map(|attribute| &attribute.ident);
        let blocks = self.blocks.iter().filter(|block| block.min_items > 0).map(|block| &block.ident);
        attributes.chain(blocks).map(String::as_str)
    }
}
