//! What services use of AWS, by its names in the account and the region of the platform.

use super::shape::is_host_label;
use super::text::text_of_kind;

/// Where a secret is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Secret {
    /// In Secrets Manager, by its name; of a secret that is a JSON object, one of its keys.
    SecretsManager {
        /// The name of the secret.
        name: String,
        /// The key of its JSON object, if not all of it is meant.
        key: Option<String>,
    },
    /// In the Parameter Store of Systems Manager, by its name, which begins with `/`.
    Parameter(String),
}

impl Secret {
    fn parse(text: &str) -> Option<Self> {
        let (service, rest) = text.split_once(':')?;
        let named = |name: &str, more: &[u8], most: usize| {
            let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"/_-.".contains(&byte) || more.contains(&byte);
            (1..=most).contains(&name.len()) && name.bytes().all(allowed)
        };
        match service {
            // https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html
            "secretsmanager" => {
                let (name, key) = match rest.split_once('#') {
                    Some((name, key)) => (name, Some(key)),
                    None => (rest, None),
                };
                let sound = named(name, b"+=@", 512) && key.is_none_or(|key| named(key, b"", 128));
                sound.then(|| Self::SecretsManager { name: name.to_owned(), key: key.map(str::to_owned) })
            }
            // https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
            "ssm" => {
                let sound =
                    rest.starts_with('/') && !rest.ends_with('/') && !rest.contains("//") && named(rest, b"", 1011);
                // What AWS publishes itself lies in no account, and no role can be given it.
                let of_aws = ["/aws", "/ssm"].iter().any(|taken| rest.to_ascii_lowercase().starts_with(taken));
                (sound && !of_aws).then(|| Self::Parameter(rest.to_owned()))
            }
            _ => None,
        }
    }
}

impl std::fmt::Display for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::SecretsManager { name, key: None } => write!(f, "secretsmanager:{name}"),
            Self::SecretsManager { name, key: Some(key) } => write!(f, "secretsmanager:{name}#{key}"),
            Self::Parameter(name) => write!(f, "ssm:{name}"),
        }
    }
}

text_of_kind! {
    /// A secret by the name under which AWS keeps it.
    pub struct SecretRef(Secret),
    "a secret such as `secretsmanager:orders/database#password` or `ssm:/orders/token`",
    Secret::parse
}

/// Where data are kept that are read and written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stored {
    /// Objects of a bucket whose keys begin with a prefix, which is empty for all of them.
    Bucket {
        /// The bucket.
        name: String,
        /// What keys begin with: empty, or without a `/` at either end.
        prefix: String,
    },
    /// Items of a table of `DynamoDB`.
    Table(String),
}

impl Stored {
    fn parse(text: &str) -> Option<Self> {
        let (service, rest) = text.split_once("://")?;
        match service {
            "s3" => {
                let (name, prefix) = rest.split_once('/').unwrap_or((rest, ""));
                let key = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.=".contains(&byte);
                let bucket = is_bucket(name);
                let prefix = prefix.strip_suffix('/').unwrap_or(prefix);
                let moves = prefix.split('/').any(|segment| segment == "." || segment == "..");
                let sound =
                    bucket && prefix.len() <= 512 && prefix.bytes().all(key) && !prefix.contains("//") && !moves;
                (sound && !prefix.starts_with('/'))
                    .then(|| Self::Bucket { name: name.to_owned(), prefix: prefix.to_owned() })
            }
            "dynamodb" => named(rest, (3, 255), b"_-.").map(Self::Table),
            _ => None,
        }
    }
}

impl std::fmt::Display for Stored {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Bucket { name, prefix } if prefix.is_empty() => write!(f, "s3://{name}"),
            Self::Bucket { name, prefix } => write!(f, "s3://{name}/{prefix}"),
            Self::Table(name) => write!(f, "dynamodb://{name}"),
        }
    }
}

text_of_kind! {
    /// A bucket, a prefix in one, or a table.
    pub struct Store(Stored),
    "a bucket or a table such as `s3://bucket/prefix` or `dynamodb://table`",
    Stored::parse
}

/// One thing of a service of AWS, by the name that it has there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    scheme: &'static str,
    name: String,
}

impl Named {
    /// The name, without the scheme before it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Reads `scheme://name` where the name is sound.
    fn parse(text: &str, scheme: &'static str, sound: impl Fn(&str) -> bool) -> Option<Self> {
        let name = text.strip_prefix(scheme)?.strip_prefix("://")?;
        sound(name).then(|| Self { scheme, name: name.to_owned() })
    }
}

impl std::fmt::Display for Named {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}://{}", self.scheme, self.name)
    }
}

text_of_kind! {
    /// A queue of SQS.
    pub struct Queue(Named), "a queue such as `sqs://orders`", |text| Named::parse(text, "sqs", |name| fifo(name, 80))
}

text_of_kind! {
    /// A topic of SNS.
    pub struct Topic(Named), "a topic such as `sns://orders`", |text| Named::parse(text, "sns", |name| fifo(name, 256))
}

text_of_kind! {
    /// A key of KMS, by its id.
    pub struct KeyId(Named),
    "the id of a key such as `kms://1234abcd-12ab-34cd-56ef-1234567890ab`",
    |text| Named::parse(text, "kms", is_key)
}

/// The id of a key: a UUID, or of one in several regions `mrk-` and 32 hexadecimal digits.
fn is_key(id: &str) -> bool {
    let hex = |part: &str, length| part.len() == length && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    match id.strip_prefix("mrk-") {
        Some(rest) => hex(rest, 32),
        None => {
            id.split('-').count() == 5 && id.split('-').zip([8, 4, 4, 4, 12]).all(|(part, length)| hex(part, length))
        }
    }
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>
fn is_bucket(name: &str) -> bool {
    let reserved = ["xn--", "sthree-", "amzn-s3-demo-"].iter().any(|start| name.starts_with(start))
        || ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"].iter().any(|end| name.ends_with(end));
    (3..=63).contains(&name.len())
        && name.split('.').all(is_host_label)
        && name.parse::<std::net::Ipv4Addr>().is_err()
        && !reserved
}

/// A name of at most so many characters, the ending of what keeps an order included.
fn fifo(name: &str, most: usize) -> bool {
    let plain = name.strip_suffix(".fifo").unwrap_or(name);
    name.len() <= most && named(plain, (1, most), b"_-").is_some()
}

/// The name, if it is of these lengths and of letters, digits and some other characters.
fn named(text: &str, (least, most): (usize, usize), others: &[u8]) -> Option<String> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || others.contains(&byte);
    ((least..=most).contains(&text.len()) && text.bytes().all(allowed)).then(|| text.to_owned())
}
