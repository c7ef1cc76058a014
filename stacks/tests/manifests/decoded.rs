//! Kinds that are not Kubernetes' own are read in full: nothing that is written of them is lost.

use k8s_openapi::Resource;
use serde::{Serialize, de::DeserializeOwned};
use synth_kubernetes::{
    Custom, CustomSpec,
    argocd::{AppProjectSpec, ApplicationSpec},
    external_secrets::{ExternalSecretSpec, SecretStoreSpec},
    karpenter::{NodeClassSpec, NodePoolSpec},
    monitoring::{PrometheusRuleSpec, ServiceMonitorSpec},
};

use crate::{asking::ASKING, build, environments, settings};

fn reads_back<S: CustomSpec + DeserializeOwned + Serialize>() {
    let asking = build(&settings("asking", ASKING));
    let mut read = 0;
    for built in environments().map(|(_, built)| built).chain([asking]) {
        for manifest in built.of_kind(S::KIND) {
            let object: Custom<S> = serde_json::from_value(manifest.object().clone()).unwrap();
            assert_eq!(manifest.object()["apiVersion"], Custom::<S>::API_VERSION);
            assert_eq!(serde_json::to_value(object).unwrap(), *manifest.object(), "{}", manifest.path);
            read += 1;
        }
    }
    assert!(read > 0, "no {} is written", S::KIND);
}

#[test]
fn custom_kinds_read_back_what_is_written() {
    reads_back::<ApplicationSpec>();
    reads_back::<AppProjectSpec>();
    reads_back::<NodePoolSpec>();
    reads_back::<NodeClassSpec>();
    reads_back::<PrometheusRuleSpec>();
    reads_back::<ServiceMonitorSpec>();
    reads_back::<ExternalSecretSpec>();
    reads_back::<SecretStoreSpec>();
}
