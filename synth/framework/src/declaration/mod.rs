//! Declarations beside resources: variables, locals, outputs, checks, tests, moves, and Terraform's own settings.
//!
//! Each kind has its file: the data that is written, and the builder that call sites use.

mod asset;
mod backend;
mod check;
mod local;
mod mock;
mod output;
mod refactoring;
mod run;
mod settings;
mod variable;

pub use asset::{Asset, AssetHandle};
pub use backend::{Backend, S3Backend, s3_backend};
pub use check::{Check, CheckData, check};
pub use local::{Local, LocalData, local};
pub use mock::{MockDefault, MockProvider, MockProviderData, MockValue, mock_provider};
pub use output::{Output, OutputData, output};
pub use refactoring::{Change, Refactoring, import, moved, removed};
pub use run::{Run, RunData, run};
pub use settings::{Terraform, TerraformData, terraform};
pub use variable::{Variable, VariableData, variable};

use crate::{provider::ProviderConfiguration, resource::Resource};

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
    /// A test run.
    Run(RunData),
    /// The values that a provider computes in test runs.
    MockProvider(MockProviderData),
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
    Run(RunData),
    MockProvider(MockProviderData),
    Terraform(TerraformData),
    Asset(Asset)
);

impl From<Resource> for Declaration {
    fn from(resource: Resource) -> Self {
        Self::Resource(Box::new(resource))
    }
}
