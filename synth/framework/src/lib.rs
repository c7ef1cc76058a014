//! Typed Terraform values, references and stacks, rendered to Terraform JSON.
