//! Backends: where state is kept.

use crate::expression::Expression;

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
#[must_use = "a backend is chosen by `Terraform::backend`"]
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
    pub fn allowed_account_ids(self, accounts: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let accounts = accounts.into_iter().map(|account| Expression::String(account.into().into())).collect();
        self.with("allowed_account_ids", Expression::List(accounts))
    }
}

impl From<S3Backend> for Backend {
    fn from(backend: S3Backend) -> Self {
        backend.0
    }
}
