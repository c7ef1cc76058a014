//! Objects of kinds that are not Kubernetes' own: a typed spec of the fields that are used here.

use k8s_openapi::{ClusterResourceScope, Metadata, Resource, apimachinery::pkg::apis::meta::v1::ObjectMeta};
use serde::{Deserialize, Serialize, Serializer, ser::SerializeStruct};

use crate::draft::{Draft, IntoField};

/// A spec that knows what kind of object it belongs to.
pub trait CustomSpec: Serialize {
    /// Group and version: `karpenter.sh/v1`.
    const API_VERSION: &'static str;
    /// Kind: `NodePool`.
    const KIND: &'static str;
}

/// An object of a custom kind.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Custom<S> {
    /// Name, namespace, labels and annotations.
    pub metadata: ObjectMeta,
    /// The spec, in the kind's own type.
    pub spec: S,
}

/// An object of a custom kind, with a name.
pub fn custom<S: CustomSpec>(name: impl IntoField<String>, spec: S) -> Draft<Custom<S>> {
    let metadata = ObjectMeta { name: Some(name.into_field()), ..ObjectMeta::default() };
    Draft(Custom { metadata, spec })
}

impl<S: CustomSpec> Resource for Custom<S> {
    const API_VERSION: &'static str = S::API_VERSION;
    const GROUP: &'static str = "";
    const KIND: &'static str = S::KIND;
    const VERSION: &'static str = "";
    const URL_PATH_SEGMENT: &'static str = "";
    type Scope = ClusterResourceScope;
}

impl<S: CustomSpec> Metadata for Custom<S> {
    type Ty = ObjectMeta;

    fn metadata(&self) -> &ObjectMeta {
        &self.metadata
    }

    fn metadata_mut(&mut self) -> &mut ObjectMeta {
        &mut self.metadata
    }
}

impl<S: CustomSpec> Serialize for Custom<S> {
    fn serialize<R: Serializer>(&self, serializer: R) -> Result<R::Ok, R::Error> {
        let mut object = serializer.serialize_struct("Custom", 4)?;
        object.serialize_field("apiVersion", S::API_VERSION)?;
        object.serialize_field("kind", S::KIND)?;
        object.serialize_field("metadata", &self.metadata)?;
        object.serialize_field("spec", &self.spec)?;
        object.end()
    }
}
