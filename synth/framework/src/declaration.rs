//! What a stack declares beside resources: variables, locals, outputs, checks, moves, and Terraform's own settings.

use std::borrow::Cow;

use crate::{
    expression::{Address, Expression, Mode, Root, Traversal},
    lifecycle::Condition,
    problem::Location,
    provider::{Provider, ProviderConfiguration, ProviderInfo},
    resource::Resource,
    stack::Stack,
    types::{Map, TypeConstraint},
    value::{IntoValue, Ref, Value},
    view::{Reference, View},
};

/// Anything that a stack declares.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Declaration {
    /// A resource or a data source.
    Resource(Box<Resource>),
    /// A provider configuration.
    Provider(ProviderConfiguration),
    /// An input variable.
    Variable(VariableData),
    /// A local value.
    Local(LocalData),
    /// An output value.
    Output(OutputData),
    /// A check.
    Check(CheckData),
    /// `moved`, `import` or `removed`.
    Refactoring(Refactoring),
    /// The `terraform` block.
    Terraform(TerraformData),
    /// A file that lies beside the stack.
    Asset(Asset),
}

macro_rules! declarations {
    ($($variant:ident($type_:ty)),+) => {$(
        impl From<$type_> for Declaration {
            fn from(data: $type_) -> Self {
                Self::$variant(data)
            }
        }
    )+};
}

declarations!(
    Provider(ProviderConfiguration),
    Variable(VariableData),
    Local(LocalData),
    Output(OutputData),
    Check(CheckData),
    Refactoring(Refactoring),
    Terraform(TerraformData),
    Asset(Asset)
);

impl From<Resource> for Declaration {
    fn from(resource: Resource) -> Self {
        Self::Resource(Box::new(resource))
    }
}

// === Variables ===

/// An input variable.
#[derive(Clone, Debug)]
pub struct VariableData {
    /// The name.
    pub name: String,
    /// Terraform's spelling of the type.
    pub type_: Cow<'static, str>,
    /// What it is for.
    pub description: Option<String>,
    /// The value when none is given.
    pub default: Option<Expression>,
    /// Is it left out of what Terraform prints?
    pub sensitive: bool,
    /// Is it never stored in plan or state?
    pub ephemeral: bool,
    /// May it be null?
    pub nullable: Option<bool>,
    /// What must hold of a given value.
    pub validations: Vec<Condition>,
    /// Where it was declared.
    pub location: Location,
}

/// An input variable of type `T` on its way into a stack.
#[derive(Debug)]
#[must_use = "a variable is declared by `add_to`"]
pub struct Variable<T>(VariableData, std::marker::PhantomData<fn() -> T>);

/// Starts an input variable: `variable::<String>("repository_token")`.
#[track_caller]
pub fn variable<T: TypeConstraint>(name: impl Into<String>) -> Variable<T> {
    let data = VariableData {
        name: name.into(),
        type_: T::constraint(),
        description: None,
        default: None,
        sensitive: false,
        ephemeral: false,
        nullable: None,
        validations: Vec::new(),
        location: std::panic::Location::caller(),
    };
    Variable(data, std::marker::PhantomData)
}

impl<T> Variable<T> {
    /// Says what it is for.
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.0.description = Some(text.into());
        self
    }

    /// The value when none is given; it must be literal.
    pub fn default(mut self, value: impl IntoValue<T>) -> Self {
        self.0.default = Some(value.into_value().into_expression());
        self
    }

    /// Makes `null` the value when none is given.
    pub fn default_null(mut self) -> Self {
        self.0.default = Some(Expression::Null);
        self
    }

    /// Leaves it out of what Terraform prints.
    pub fn sensitive(mut self, yes: bool) -> Self {
        self.0.sensitive = yes;
        self
    }

    /// Never stores it in plan or state.
    pub fn ephemeral(mut self, yes: bool) -> Self {
        self.0.ephemeral = yes;
        self
    }

    /// Says whether it may be null.
    pub fn nullable(mut self, yes: bool) -> Self {
        self.0.nullable = Some(yes);
        self
    }

    /// Refuses a value for which the condition does not hold.
    pub fn validation<C: IntoValue<bool>>(
        mut self,
        condition: impl FnOnce(&Ref<T>) -> C,
        error_message: impl IntoValue<String>,
    ) -> Self {
        // A validation may refer to its own variable only, so the stack's name does not matter yet.
        let address =
            Address { mode: Mode::Variable, type_name: "", label: self.0.name.as_str().into(), stack: "".into() };
        let itself = Ref::new(Traversal::new(Root::Declared(address)));
        self.0.validations.push(Condition::new(condition(&itself), error_message));
        self
    }

    /// Declares it in `stack`, and returns the reference to its value.
    pub fn add_to(self, stack: &Stack) -> Ref<T> {
        let address = stack.address(Mode::Variable, "", &self.0.name);
        stack.declare(self.0);
        Ref::new(Traversal::new(Root::Declared(address)))
    }
}

// === Locals ===

/// A local value.
#[derive(Clone, Debug)]
pub struct LocalData {
    /// The name.
    pub name: String,
    /// The value.
    pub value: Expression,
    /// Where it was declared.
    pub location: Location,
}

/// A local value on its way into a stack.
#[derive(Debug)]
#[must_use = "a local is declared by `add_to`"]
pub struct Local<T>(LocalData, std::marker::PhantomData<fn() -> T>);

/// Starts a local value: a name for an expression that is used more than once.
#[track_caller]
pub fn local<T>(name: impl Into<String>, value: impl IntoValue<T>) -> Local<T> {
    let value = value.into_value().into_expression();
    Local(LocalData { name: name.into(), value, location: std::panic::Location::caller() }, std::marker::PhantomData)
}

impl<T> Local<T> {
    /// Declares it in `stack`, and returns the reference to it.
    pub fn add_to(self, stack: &Stack) -> Ref<T> {
        let address = stack.address(Mode::Local, "", &self.0.name);
        stack.declare(self.0);
        Ref::new(Traversal::new(Root::Declared(address)))
    }
}

// === Outputs ===

/// An output value.
#[derive(Clone, Debug)]
pub struct OutputData {
    /// The name.
    pub name: String,
    /// The value.
    pub value: Expression,
    /// What it is.
    pub description: Option<String>,
    /// Is it left out of what Terraform prints?
    pub sensitive: bool,
    /// Where it was declared.
    pub location: Location,
}

/// An output value on its way into a stack.
#[derive(Debug)]
#[must_use = "an output is declared by `add_to`"]
pub struct Output(OutputData);

/// Starts an output: `output("cluster_name", cluster.name())`.
#[track_caller]
pub fn output(name: impl Into<String>, value: impl IntoValue<crate::Any>) -> Output {
    let value = value.into_value().into_expression();
    let location = std::panic::Location::caller();
    Output(OutputData { name: name.into(), value, description: None, sensitive: false, location })
}

impl Output {
    /// Says what it is.
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.0.description = Some(text.into());
        self
    }

    /// Leaves it out of what Terraform prints.
    pub fn sensitive(mut self, yes: bool) -> Self {
        self.0.sensitive = yes;
        self
    }

    /// Declares it in `stack`.
    pub fn add_to(self, stack: &Stack) {
        stack.declare(self.0);
    }
}

// === Checks ===

/// A check: conditions that are looked at after every plan and apply, and never stop one.
#[derive(Clone, Debug)]
pub struct CheckData {
    /// The name.
    pub name: String,
    /// What is asserted.
    pub asserts: Vec<Condition>,
    /// Where it was declared.
    pub location: Location,
}

/// A check on its way into a stack.
#[derive(Debug)]
#[must_use = "a check is declared by `add_to`"]
pub struct Check(CheckData);

/// Starts a check.
#[track_caller]
pub fn check(name: impl Into<String>) -> Check {
    Check(CheckData { name: name.into(), asserts: Vec::new(), location: std::panic::Location::caller() })
}

impl Check {
    /// Warns unless `condition` holds.
    pub fn assert(mut self, condition: impl IntoValue<bool>, error_message: impl IntoValue<String>) -> Self {
        self.0.asserts.push(Condition::new(condition, error_message));
        self
    }

    /// Declares it in `stack`.
    pub fn add_to(self, stack: &Stack) {
        stack.declare(self.0);
    }
}

// === Refactoring ===

/// A change of what Terraform's state says, without a change of what exists.
#[derive(Clone, Debug)]
pub struct Refactoring {
    /// What changes.
    pub change: Change,
    /// Where it was declared.
    pub location: Location,
}

/// The kinds of [`Refactoring`].
#[derive(Clone, Debug)]
pub enum Change {
    /// A resource has a new address.
    Moved {
        /// The address it had.
        from: String,
        /// The resource it is now.
        to: Traversal,
    },
    /// Something that exists comes under Terraform.
    Import {
        /// The resource it becomes.
        to: Traversal,
        /// The provider's id of what exists.
        id: Expression,
    },
    /// A resource leaves Terraform.
    Removed {
        /// The address it had.
        from: String,
        /// Is it destroyed, too?
        destroy: bool,
    },
}

impl Refactoring {
    #[track_caller]
    fn new(change: Change) -> Self {
        Self { change, location: std::panic::Location::caller() }
    }

    /// Declares it in `stack`.
    pub fn add_to(self, stack: &Stack) {
        stack.declare(self);
    }
}

/// Says that the resource was at another address: `moved("aws_vpc.old", &vpc)`.
#[track_caller]
pub fn moved<V: View>(from: impl Into<String>, to: &V) -> Refactoring {
    Refactoring::new(Change::Moved { from: from.into(), to: to.to_traversal() })
}

/// Brings something that exists under Terraform.
#[track_caller]
pub fn import<V: View>(to: &V, id: impl IntoValue<String>) -> Refactoring {
    Refactoring::new(Change::Import { to: to.to_traversal(), id: id.into_value().into_expression() })
}

/// Lets go of a resource that is no longer declared, and destroys it only when told to.
#[track_caller]
pub fn removed(from: impl Into<String>, destroy: bool) -> Refactoring {
    Refactoring::new(Change::Removed { from: from.into(), destroy })
}

// === The terraform block ===

/// Terraform's own settings.
#[derive(Clone, Debug)]
pub struct TerraformData {
    /// The versions of Terraform that are accepted.
    pub required_version: Option<String>,
    /// The providers and the versions of each that are accepted.
    pub required_providers: Vec<(&'static ProviderInfo, String)>,
    /// Where state is kept.
    pub backend: Option<Backend>,
    /// Where it was declared.
    pub location: Location,
}

/// Terraform's own settings on their way into a stack.
#[derive(Debug)]
#[must_use = "settings are declared by `add_to`"]
pub struct Terraform(TerraformData);

/// Starts Terraform's own settings.
#[track_caller]
pub fn terraform() -> Terraform {
    let location = std::panic::Location::caller();
    Terraform(TerraformData { required_version: None, required_providers: Vec::new(), backend: None, location })
}

impl Terraform {
    /// The versions of Terraform that are accepted, such as `>= 1.11`.
    pub fn required_version(mut self, constraint: impl Into<String>) -> Self {
        self.0.required_version = Some(constraint.into());
        self
    }

    /// Requires a provider, such as `required_provider::<Aws>(">= 5.100.0, < 7.0.0")`.
    pub fn required_provider<P: Provider>(mut self, constraint: impl Into<String>) -> Self {
        self.0.required_providers.push((P::INFO, constraint.into()));
        self
    }

    /// Chooses where state is kept.
    pub fn backend(mut self, backend: impl Into<Backend>) -> Self {
        self.0.backend = Some(backend.into());
        self
    }

    /// Declares them in `stack`.
    pub fn add_to(self, stack: &Stack) {
        stack.declare(self.0);
    }
}

/// Where state is kept. Its arguments are literal: Terraform reads them before anything else.
#[derive(Clone, Debug)]
pub struct Backend {
    /// Terraform's name, such as `s3`.
    pub type_name: &'static str,
    /// Its arguments, in order.
    pub arguments: Vec<(&'static str, Expression)>,
}

/// The S3 backend.
#[derive(Clone, Debug)]
pub struct S3Backend(Backend);

/// Keeps state in an S3 bucket, under a key, in a region.
pub fn s3_backend(bucket: impl Into<String>, key: impl Into<String>, region: impl Into<String>) -> S3Backend {
    let text = |text: String| Expression::String(text.into());
    let arguments = vec![("bucket", text(bucket.into())), ("key", text(key.into())), ("region", text(region.into()))];
    S3Backend(Backend { type_name: "s3", arguments })
}

impl S3Backend {
    fn with(mut self, name: &'static str, value: Expression) -> Self {
        self.0.arguments.push((name, value));
        self
    }

    /// Encrypts state in the bucket.
    pub fn encrypt(self, yes: bool) -> Self {
        self.with("encrypt", Expression::Bool(yes))
    }

    /// Locks state with a file beside it, so that no table is needed.
    pub fn use_lockfile(self, yes: bool) -> Self {
        self.with("use_lockfile", Expression::Bool(yes))
    }

    /// The key that encrypts state: an ARN or an alias.
    pub fn kms_key_id(self, key: impl Into<String>) -> Self {
        self.with("kms_key_id", Expression::String(key.into().into()))
    }

    /// Refuses to work in any other account.
    pub fn allowed_account_ids(self, accounts: impl IntoIterator<Item = String>) -> Self {
        let accounts = accounts.into_iter().map(|account| Expression::String(account.into())).collect();
        self.with("allowed_account_ids", Expression::List(accounts))
    }
}

impl From<S3Backend> for Backend {
    fn from(backend: S3Backend) -> Self {
        backend.0
    }
}

// === Assets ===

/// A file that lies beside the stack, for `file()` and local charts.
#[derive(Clone, Debug)]
pub struct Asset {
    /// The path inside the stack's directory.
    pub path: String,
    /// The content.
    pub text: String,
    /// Where it was declared.
    pub location: Location,
}

impl Stack {
    /// Writes a file beside the stack, and returns its content as `file("${path.module}/…")` reads it.
    #[track_caller]
    pub fn asset(&self, path: impl Into<String>, text: impl Into<String>) -> Value<String> {
        let path = path.into();
        let read = crate::functions::file(crate::text!("{}/{}", crate::functions::path_module(), &path));
        self.declare(Asset { path, text: text.into(), location: std::panic::Location::caller() });
        read
    }
}

/// The maps that `for_each` takes from a set: each item is its own key.
pub fn for_each_of(items: impl IntoValue<crate::Set<String>>) -> Value<Map<String>> {
    Value::new(items.into_value().into_expression())
}
