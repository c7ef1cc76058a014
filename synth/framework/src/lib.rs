//! Typed Terraform: values, references and stacks, written as Terraform JSON.
//!
//! A stack is an ordinary Rust function that declares resources; their handles are typed references, so that an argument
//! takes only what belongs there. This crate does no I/O and knows no provider: bindings for each are generated.

mod block;
mod body;
mod declaration;
mod declare;
mod expression;
pub mod functions;
mod graph;
mod lifecycle;
mod operators;
mod places;
mod problem;
mod provider;
mod quantifiers;
mod reading;
mod render;
mod resource;
mod schema;
mod stack;
pub mod text;
mod types;
mod validate;
mod value;
mod view;
mod write;

pub use block::{Dynamic, IntoBlock, IntoBlocks, Missing, Present, Satisfies, dynamic, keyed, once};
pub use body::{Block, Body, Content, Entry, Repeat};
pub use declaration::{
    Asset, AssetHandle, Backend, Change, Check, CheckData, Declaration, Local, LocalData, MockDefault, MockProvider,
    MockProviderData, MockValue, Output, OutputData, Refactoring, Run, RunData, S3Backend, Terraform, TerraformData,
    Variable, VariableData, check, import, local, mock_provider, moved, output, removed, run, s3_backend, terraform,
    variable,
};
pub use declare::{Counted, ForEach};
pub use expression::{Address, Expression, Mode, Root, Step, TemplatePart, Traversal};
pub use graph::{Graph, Node};
pub use lifecycle::{Condition, IgnoreChanges, Lifecycle, LifecycleData};
pub use operators::Is;
pub use problem::{Location, Problem, Problems, did_you_mean, nearest, source, source_path};
pub use provider::{Provider, ProviderConfiguration, ProviderHandle, ProviderInfo};
pub use reading::Reading;
pub use resource::{Repetition, Resource};
pub use schema::{AttributeSchema, BlockSchema, NestedSchema, Nesting, TypeSchema};
pub use stack::{BuiltStack, Placed, Stack};
pub use text::TextArgument;
pub use types::{Any, Concrete, Identity, List, Map, Number, Scalar, Set, TypeConstraint};
pub use value::{IntoValue, Ref, Value, list, map};
pub use view::{
    BlockIterator, IntoDependencies, ListView, MapView, Reference, ResourceType, SetView, View, count_index, each_key,
    each_value, for_each_of,
};
pub use write::StackFile;
