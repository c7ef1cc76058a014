//! The schema that bindings carry: enough to check overrides, item counts and deprecations.
//!
//! Bindings hold these as constants, so that nothing is parsed when a stack is built.

/// The arguments, attributes and nested blocks of a block.
#[derive(Debug)]
pub struct BlockSchema {
    /// Arguments and attributes, by name.
    pub attributes: &'static [AttributeSchema],
    /// Nested blocks, by name.
    pub blocks: &'static [NestedSchema],
}

/// One argument or attribute.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "they are independent, and Terraform's own")]
pub struct AttributeSchema {
    /// Terraform's name.
    pub name: &'static str,
    /// Its type.
    pub type_: TypeSchema,
    /// Must it be given?
    pub required: bool,
    /// May it be given? False for what only the provider computes.
    pub settable: bool,
    /// Does the provider compute it when it is not given?
    pub computed: bool,
    /// Does the provider treat it as secret?
    pub sensitive: bool,
    /// Is it sent to the provider and never stored?
    pub write_only: bool,
    /// Does the provider say not to use it?
    pub deprecated: bool,
    /// The version of the provider that is known to have it, where older ones may plan that do not.
    pub since: Option<&'static str>,
}

/// The type of an argument or attribute.
#[derive(Debug)]
pub enum TypeSchema {
    /// `string`
    String,
    /// `number`
    Number,
    /// `bool`
    Bool,
    /// Any type, decided when Terraform runs.
    Dynamic,
    /// `list(T)`
    List(&'static TypeSchema),
    /// `set(T)`
    Set(&'static TypeSchema),
    /// `map(T)`
    Map(&'static TypeSchema),
    /// `object({…})`
    Object(&'static [(&'static str, TypeSchema)]),
    /// `tuple([…])`
    Tuple(&'static [TypeSchema]),
    /// Nested attributes (`nested_type`), which are written as expressions and not as blocks.
    Nested(Nesting, &'static [AttributeSchema]),
}

/// How many times a nested block or nested attribute occurs, and in what shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nesting {
    /// At most once.
    Single,
    /// Exactly once, with defaults where it is not written.
    Group,
    /// Any number, in order.
    List,
    /// Any number, without order.
    Set,
    /// Any number, each under a key.
    Map,
}

/// A nested block.
#[derive(Debug)]
pub struct NestedSchema {
    /// Terraform's name.
    pub name: &'static str,
    /// How often it occurs.
    pub nesting: Nesting,
    /// The fewest that are accepted.
    pub min_items: u32,
    /// The most that are accepted; 0 for no limit.
    pub max_items: u32,
    /// Does the provider say not to use it?
    pub deprecated: bool,
    /// The version of the provider that is known to have it, where older ones may plan that do not.
    pub since: Option<&'static str>,
    /// The schema of its content.
    pub block: BlockSchema,
}

/// How bindings write their tables: one line for each row.
impl AttributeSchema {
    const fn new(name: &'static str, type_: TypeSchema, required: bool, settable: bool, computed: bool) -> Self {
        let (sensitive, write_only, deprecated, since) = (false, false, false, None);
        Self { name, type_, required, settable, computed, sensitive, write_only, deprecated, since }
    }

    /// An argument that must be given.
    pub const fn required(name: &'static str, type_: TypeSchema) -> Self {
        Self::new(name, type_, true, true, false)
    }

    /// An argument that may be given.
    pub const fn optional(name: &'static str, type_: TypeSchema) -> Self {
        Self::new(name, type_, false, true, false)
    }

    /// An argument that the provider computes when it is not given.
    pub const fn optional_computed(name: &'static str, type_: TypeSchema) -> Self {
        Self::new(name, type_, false, true, true)
    }

    /// An attribute that only the provider computes.
    pub const fn computed(name: &'static str, type_: TypeSchema) -> Self {
        Self::new(name, type_, false, false, true)
    }

    /// The provider treats it as secret.
    #[must_use]
    pub const fn sensitive(mut self) -> Self {
        self.sensitive = true;
        self
    }

    /// It is sent to the provider and never stored.
    #[must_use]
    pub const fn write_only(mut self) -> Self {
        self.write_only = true;
        self
    }

    /// The provider says not to use it.
    #[must_use]
    pub const fn deprecated(mut self) -> Self {
        self.deprecated = true;
        self
    }

    /// This version of the provider is known to have it, and older ones may not.
    #[must_use]
    pub const fn since(mut self, version: &'static str) -> Self {
        self.since = Some(version);
        self
    }
}

impl NestedSchema {
    /// A nested block that occurs `min_items` to `max_items` times, where 0 is no limit.
    pub const fn new(name: &'static str, nesting: Nesting, min_items: u32, max_items: u32, block: BlockSchema) -> Self {
        Self { name, nesting, min_items, max_items, deprecated: false, since: None, block }
    }

    /// The provider says not to use it.
    #[must_use]
    pub const fn deprecated(mut self) -> Self {
        self.deprecated = true;
        self
    }

    /// This version of the provider is known to have it, and older ones may not.
    #[must_use]
    pub const fn since(mut self, version: &'static str) -> Self {
        self.since = Some(version);
        self
    }
}

impl BlockSchema {
    /// The argument or attribute of this name.
    pub fn attribute(&self, name: &str) -> Option<&'static AttributeSchema> {
        self.attributes.iter().find(|attribute| attribute.name == name)
    }

    /// The nested block of this name.
    pub fn block(&self, name: &str) -> Option<&'static NestedSchema> {
        self.blocks.iter().find(|block| block.name == name)
    }

    /// Every name that may be written in this block.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        let attributes = self.attributes.iter().filter(|attribute| attribute.settable).map(|attribute| attribute.name);
        attributes.chain(self.blocks.iter().map(|block| block.name))
    }
}
