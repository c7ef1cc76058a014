//! What the words of `permissions` allow in IAM: actions by name, on resources by name, and none on a whole service.
//!
//! That each action exists, takes such a resource and knows such a condition is judged by `scripts/iam-actions.py`.

use super::documents::Allowed;
use crate::settings::{KeyId, Permissions, Settings, Store, Stored};

const READ_OBJECTS: [&str; 1] = ["s3:GetObject"];
/// The last two are of uploads in parts.
const WRITE_OBJECTS: [&str; 4] =
    ["s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"];

/// Of the table, and of its indexes where those can be asked.
const READ_TABLES: [&str; 3] = ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:DescribeTable"];
const ASK_TABLES: [&str; 2] = ["dynamodb:Query", "dynamodb:Scan"];
/// The condition of a transaction is checked by an action of its own.
const WRITE_TABLES: [&str; 5] = [
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
    "dynamodb:DeleteItem",
    "dynamodb:BatchWriteItem",
    "dynamodb:ConditionCheckItem",
];

/// A queue is found by its name, and known by how full it is, by whoever uses it.
const SEND: [&str; 3] = ["sqs:SendMessage", "sqs:GetQueueUrl", "sqs:GetQueueAttributes"];
const RECEIVE: [&str; 5] = [
    "sqs:ReceiveMessage",
    "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibility",
    "sqs:GetQueueUrl",
    "sqs:GetQueueAttributes",
];

/// The statements of each concern that there is, by the concern's name: documents of its own each.
pub(super) fn concerns(
    settings: &Settings,
    permissions: &Permissions,
) -> impl Iterator<Item = (&'static str, Vec<Allowed>)> {
    let concerns = [
        ("objects", objects(settings, permissions)),
        ("tables", tables(settings, permissions)),
        ("queues", queues(settings, permissions)),
        ("topics", topics(settings, permissions)),
        ("keys", keys(settings, permissions)),
    ];
    concerns.into_iter().filter(|(_, statements)| !statements.is_empty())
}

fn buckets(stores: &[Store]) -> impl Iterator<Item = (&str, &str)> {
    stores.iter().filter_map(|store| match &**store {
        Stored::Bucket { name, prefix } => Some((name.as_str(), prefix.as_str())),
        Stored::Table(_) => None,
    })
}

fn objects(settings: &Settings, permissions: &Permissions) -> Vec<Allowed> {
    let bucket = |name: &str| format!("arn:{}:s3:::{name}", settings.aws.partition());
    let below = |(name, prefix): (&str, &str)| match prefix {
        "" => format!("{}/*", bucket(name)),
        prefix => format!("{}/{prefix}/*", bucket(name)),
    };
    // Names of buckets are the whole partition's: one that was deleted may be another account's by now.
    let account = settings.aws.account_id.to_string();
    let own = |statement: Allowed| statement.only("StringEquals", "s3:ResourceAccount", vec![account.clone()]);
    let read = Allowed::on("ReadObjects", &READ_OBJECTS, buckets(&permissions.read).map(below).collect());
    let whole = buckets(&permissions.read).filter(|(_, prefix)| prefix.is_empty()).map(|(name, _)| bucket(name));
    let whole = Allowed::on("ListBuckets", &["s3:ListBucket"], whole.collect());
    // A statement for each prefix: a condition beside several buckets would hold for all of them.
    let prefixed = buckets(&permissions.read).filter(|(_, prefix)| !prefix.is_empty()).enumerate();
    let prefixed = prefixed.filter_map(|(index, (name, prefix))| {
        let list = Allowed::on(format!("ListPrefix{index}"), &["s3:ListBucket"], vec![bucket(name)])?;
        Some(list.only("StringLike", "s3:prefix", vec![format!("{prefix}/*")]))
    });
    let write = Allowed::on("WriteObjects", &WRITE_OBJECTS, buckets(&permissions.write).map(below).collect());
    read.into_iter().chain(whole).chain(prefixed).chain(write).map(own).collect()
}

fn tables(settings: &Settings, permissions: &Permissions) -> Vec<Allowed> {
    let tables = |stores: &[Store]| -> Vec<String> {
        let tables = stores.iter().filter_map(|store| match &**store {
            Stored::Table(name) => Some(settings.arn("dynamodb", &format!("table/{name}"))),
            Stored::Bucket { .. } => None,
        });
        tables.collect()
    };
    let read = tables(&permissions.read);
    let asked = read.iter().flat_map(|table| [table.clone(), format!("{table}/index/*")]).collect();
    [
        Allowed::on("ReadTables", &READ_TABLES, read),
        Allowed::on("AskTables", &ASK_TABLES, asked),
        Allowed::on("WriteTables", &WRITE_TABLES, tables(&permissions.write)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn queues(settings: &Settings, permissions: &Permissions) -> Vec<Allowed> {
    let send = permissions.send.iter().map(|queue| settings.arn("sqs", queue.name())).collect();
    let receive = permissions.receive.iter().map(|queue| settings.arn("sqs", queue.name())).collect();
    Allowed::on("Send", &SEND, send).into_iter().chain(Allowed::on("Receive", &RECEIVE, receive)).collect()
}

fn topics(settings: &Settings, permissions: &Permissions) -> Vec<Allowed> {
    let topics = permissions.publish.iter().map(|topic| settings.arn("sns", topic.name())).collect();
    Allowed::on("Publish", &["sns:Publish"], topics).into_iter().collect()
}

/// Who writes makes data keys; who sends or publishes opens them again, for that is how the services check them.
fn keys(settings: &Settings, permissions: &Permissions) -> Vec<Allowed> {
    let Permissions { read, write, send, receive, publish, .. } = permissions;
    let of = |bucket| read.iter().chain(write).any(|store| matches!(&**store, Stored::Bucket { .. }) == bucket);
    let through = [
        ("s3", of(true)),
        ("dynamodb", of(false)),
        ("sqs", !send.is_empty() || !receive.is_empty()),
        ("sns", !publish.is_empty()),
    ];
    let through: Vec<_> = through.into_iter().filter(|(_, used)| *used).map(|(service, _)| service).collect();
    let makes = !write.is_empty() || !send.is_empty() || !publish.is_empty();
    let actions = if makes { &["kms:Decrypt", "kms:GenerateDataKey"][..] } else { &["kms:Decrypt"] };
    opening(settings, &permissions.keys, actions, &through)
}

/// The use of the keys through these services alone, and never by itself.
pub(super) fn opening(
    settings: &Settings,
    keys: &[KeyId],
    actions: &[&'static str],
    services: &[&str],
) -> Vec<Allowed> {
    let keys = keys.iter().map(|key| settings.arn("kms", &format!("key/{}", key.name()))).collect();
    // https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
    let through = services.iter().map(|service| format!("{service}.{}.amazonaws.com", settings.aws.region));
    let through: Vec<_> = through.collect();
    let statement = Allowed::on("Keys", actions, keys);
    statement.map(|of| of.only("StringEquals", "kms:ViaService", through)).into_iter().collect()
}
