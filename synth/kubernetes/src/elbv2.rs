//! The AWS Load Balancer Controller's `TargetGroupBinding`.
#![expect(missing_docs, reason = "fields are the controller's, which documents them")]

use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use serde::{Deserialize, Serialize};

use crate::{Custom, CustomSpec};

/// A target group that somebody else made, and the Service whose pods fill it. The controller finds it by its name, once, when the
/// object is made.
pub type TargetGroupBinding = Custom<TargetGroupBindingSpec>;

/// The spec of a [`TargetGroupBinding`].
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct TargetGroupBindingSpec {
    pub target_group_name: String,
    pub target_type: String,
    pub service_ref: ServiceReference,
}

impl CustomSpec for TargetGroupBindingSpec {
    const API_VERSION: &'static str = "elbv2.k8s.aws/v1beta1";
    const KIND: &'static str = "TargetGroupBinding";
}

/// A Service of the same namespace, and one of its ports.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct ServiceReference {
    pub name: String,
    pub port: IntOrString,
}

impl Default for ServiceReference {
    fn default() -> Self {
        Self { name: String::new(), port: IntOrString::Int(0) }
    }
}
