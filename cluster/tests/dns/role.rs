//! What the role that is synthesized for external-dns allows.

use cluster::Environment;
use serde_json::Value as Json;
use stacks::Platform;
use synth_project::{Built, Project as _};

use crate::gateway::Asked;

const KINDS: &str = "route53:ChangeResourceRecordSetsRecordTypes";

/// The statements of its document.
pub(crate) struct Role {
    statements: Vec<Json>,
}

impl Role {
    /// As the cluster stack of an environment has it, where the domain's zone is one of this id.
    pub(crate) fn of(environment: &Environment, zone: &str) -> Self {
        let part = Platform::part("cluster").unwrap();
        let Built::Stack(stack) = part.build(&environment.settings).unwrap() else { panic!("`cluster` is no stack") };
        let documents = stack.files().into_iter().filter(|file| file.path.ends_with(".tf.json")).filter_map(|file| {
            let file: Json = serde_json::from_str(&file.text).unwrap();
            file.pointer("/data/aws_iam_policy_document/external_dns").cloned()
        });
        let documents: Vec<_> = documents.collect();
        let [document] = documents.as_slice() else { panic!("{} documents of external-dns", documents.len()) };
        let text = document["statement"].to_string().replace("${aws_route53_zone.main.zone_id}", zone);
        assert!(!text.contains("${"), "a reference that is not known here: {text}");
        let statements: Json = serde_json::from_str(&text).unwrap();
        Self { statements: statements.as_array().unwrap().clone() }
    }

    /// Does one of its statements allow a call?
    pub(crate) fn allows(&self, asked: &Asked) -> bool {
        self.statements.iter().any(|statement| {
            assert_eq!(statement["effect"], "Allow", "{statement}");
            let on = asked
                .zone
                .as_ref()
                .map_or_else(|| "*".to_owned(), |zone| format!("arn:aws:route53:::hostedzone/{zone}"));
            list(&statement["actions"]).any(|action| action == asked.action)
                && list(&statement["resources"])
                    .any(|of| of.strip_suffix('*').map_or(of == on, |of| on.starts_with(of)))
                && statement["condition"].as_array().into_iter().flatten().all(|condition| met(condition, asked))
        })
    }
}

/// Every kind that is changed is one of those that the condition names; another condition is not known here.
fn met(condition: &Json, asked: &Asked) -> bool {
    assert_eq!([&condition["test"], &condition["variable"]], ["ForAllValues:StringEquals", KINDS]);
    asked.kinds.iter().all(|kind| list(&condition["values"]).any(|one| one == kind))
}

fn list(value: &Json) -> impl Iterator<Item = &str> {
    value.as_array().into_iter().flatten().map(|one| one.as_str().unwrap())
}
