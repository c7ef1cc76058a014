//! What the roles of services and of the bringer of their secrets may do: named actions on named things.

use synth_bindings::{aws_eks_pod_identity_association, aws_s3_bucket, aws_sqs_queue};
use synth_review::{Findings, Place, Policy, Severity};

use crate::{
    Platform,
    edge::STATIC_PREFIX,
    settings::{Settings, Stored},
    view::{granted_documents, is_pattern},
};

pub(super) const NAMED_RESOURCES: Policy<Platform> = Policy {
    code: "SEC018",
    name: "named-resources",
    severity: Severity::Error,
    explanation: "A service that may read every bucket or every secret of the account takes all of them along when it \
                  falls: what its role may do is on things that the settings name.",
    check: named_resources,
};

fn named_resources(platform: &Platform, findings: &mut Findings) {
    let settings = &platform.settings;
    let namespaces = [&settings.services.namespace, &settings.external_secrets.namespace];
    let associations = platform.resources::<aws_eks_pod_identity_association::Handle>();
    let associations = associations
        .filter(|of| of.text(|of| of.namespace()).is_some_and(|namespace| namespaces.contains(&&namespace)));
    let roles: Vec<_> = associations.filter_map(|of| of.leads(|of| of.role_arn())).collect();
    for document in granted_documents(platform) {
        if !document.roles().any(|role| roles.iter().any(|own| own.is(&role))) {
            continue;
        }
        for statement in document.statements().filter(|statement| statement.allows()) {
            for action in statement.actions().iter().filter(|action| is_pattern(action)) {
                findings.report(
                    document.carrier.place(),
                    format!("allows a service `{action}`, in its statement `{}`", statement.sid()),
                    "name the actions",
                );
            }
            for arn in statement.vague() {
                findings.report(
                    document.carrier.place(),
                    format!("allows a service something on `{arn}`, in its statement `{}`", statement.sid()),
                    "name the bucket, table, queue, topic, key or secret",
                );
            }
        }
    }
}

pub(super) const PLATFORM_IS_APART: Policy<Platform> = Policy {
    code: "SEC022",
    name: "platform-is-apart",
    severity: Severity::Error,
    explanation: "A service that may write Terraform's state owns the account, and one that takes the messages of \
                  Karpenter's queue lets Spot nodes go without a warning.",
    check: platform_is_apart,
};

/// What an environment makes for itself: its name, where it is declared, and whose it is.
type Own = (String, Place, String);

/// The buckets and the queues that environments make for themselves and that a role of this one may reach by their name: its own,
/// and those of its neighbours in the same account. Queues are named within a region.
fn made(platform: &Platform) -> (Vec<Own>, Vec<Own>) {
    let here = &platform.settings.aws;
    let (mut buckets, mut queues) = (Vec::new(), Vec::new());
    let neighbours = platform.neighbours.iter().map(|other| (other, environment(&other.settings)));
    for (of, whose) in [(platform, "the platform".to_owned())].into_iter().chain(neighbours) {
        let there = &of.settings.aws;
        if there.account_id != here.account_id || there.partition() != here.partition() {
            continue;
        }
        let of_buckets = of.resources::<aws_s3_bucket::Handle>();
        buckets.extend(of_buckets.filter_map(|one| Some((one.text(|of| of.bucket())?, one.place(), whose.clone()))));
        if there.region == here.region {
            let of_queues = of.resources::<aws_sqs_queue::Handle>();
            queues.extend(of_queues.filter_map(|one| Some((one.text(|of| of.name())?, one.place(), whose.clone()))));
        }
    }
    (buckets, queues)
}

fn environment(settings: &Settings) -> String {
    format!("environment `{}`", settings.environment)
}

fn platform_is_apart(platform: &Platform, findings: &mut Findings) {
    let settings = &platform.settings;
    let (buckets, queues) = made(platform);
    for runs in settings.services.runs() {
        let may = runs.asks.permissions;
        // Content of one's own is what the bucket of pages is for.
        let own = |name: &str, prefix: &str| name == settings.pages_bucket() && prefix.starts_with(STATIC_PREFIX);
        let stores = [("read", &may.read), ("write", &may.write)].into_iter().flat_map(|(word, stores)| {
            stores.iter().filter_map(move |store| match &**store {
                Stored::Bucket { name, prefix } => Some((word, name, prefix)),
                Stored::Table(_) => None,
            })
        });
        let of_stores = stores
            .filter(|(_, name, prefix)| !own(name, prefix))
            .filter_map(|(word, name, _)| Some((word, buckets.iter().find(|(bucket, ..)| bucket == name)?)));
        let messages = [("send", &may.send), ("receive", &may.receive)].into_iter();
        let messages = messages.flat_map(|(word, queues)| queues.iter().map(move |queue| (word, queue)));
        let of_queues =
            messages.filter_map(|(word, queue)| Some((word, queues.iter().find(|(name, ..)| name == queue.name())?)));
        for (word, (name, place, whose)) in of_stores.chain(of_queues) {
            let key = format!("{}.permissions.{word}", settings.services.key(runs.name).join("."));
            findings
                .report(
                    place.clone(),
                    format!("is {whose}'s own, but `{}` may {word} there: `{name}` is in `{key}`", runs.name),
                    format!("remove it from `{key}`, and name one that was made for `{}`", runs.name),
                )
                .set_by([key.clone()]);
        }
    }
}
