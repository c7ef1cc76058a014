//! Names of AWS's resources.

use std::fmt;
use std::str::FromStr;

use super::problem::Problems;
use super::regions::{self, Region, is_region};
use super::text::{Text, TextError, text_of_kind, text_values};

/// An Amazon Resource Name: `arn:partition:service:region:account:resource`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arn {
    text: String,
    partition: String,
    service: String,
    region: String,
    account: String,
    resource: String,
}

impl Arn {
    /// The name as a whole.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The partition, such as `aws`.
    pub fn partition(&self) -> &str {
        &self.partition
    }

    /// The region; empty for what lies in none.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// The account that the resource belongs to.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// The resource, of whichever form its service gives it: `role/platform/admin`.
    pub fn resource(&self) -> &str {
        &self.resource
    }

    /// The last part of a resource that has a path: `admin`.
    pub fn name(&self) -> &str {
        self.resource.rsplit_once('/').map_or(&self.resource, |(_, name)| name)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(6, ':').map(str::to_owned);
        let mut part = || parts.next();
        let (arn, partition, service, region, account, resource) =
            (part()?, part()?, part()?, part()?, part()?, part()?);
        let sound = arn == "arn" && partition.starts_with("aws") && is_account_id(&account);
        sound.then(|| Self { text: text.to_owned(), partition, service, region, account, resource })
    }
}

impl fmt::Display for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

text_of_kind! {
    /// The ARN of an IAM user or role, in any partition.
    pub struct PrincipalArn(Arn), "the ARN of an IAM role or user", |text| Arn::parse(text).filter(is_principal)
}

text_of_kind! {
    /// The ARN of a topic of SNS.
    pub struct TopicArn(Arn),
    "the ARN of a topic such as `arn:aws:sns:eu-north-1:111122223333:alerts`",
    |text| Arn::parse(text).filter(is_topic)
}

text_of_kind! {
    /// The ARN of a certificate of AWS Certificate Manager.
    pub struct CertificateArn(Arn),
    "the ARN of a certificate in AWS Certificate Manager",
    |text| Arn::parse(text).filter(is_certificate)
}

fn is_principal(arn: &Arn) -> bool {
    let path = arn.resource.strip_prefix("role/").or_else(|| arn.resource.strip_prefix("user/"));
    arn.service == "iam" && arn.region.is_empty() && path.is_some_and(|path| path.split('/').all(is_iam_name))
}

fn is_topic(arn: &Arn) -> bool {
    let named = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    arn.service == "sns" && is_region(&arn.region) && !arn.resource.is_empty() && arn.resource.bytes().all(named)
}

/// Reports an ARN whose region lies in another partition than it says.
pub(super) fn fits_its_partition(arn: Option<&Arn>, key: &str, problems: &mut Problems<'_>) {
    let Some(arn) = arn else { return };
    if let Some(partition) = regions::find(&arn.region).map(Region::partition).filter(|of| *of != arn.partition) {
        let region = &arn.region;
        problems.report(
            key,
            format!("is `{arn}`, but `{region}` lies in the partition `{partition}`: begin it with `arn:{partition}:`"),
        );
    }
}

/// A topic that keeps an order takes no message without a group, and an alarm names none.
pub(super) fn takes_alarms(topic: &TopicArn) -> Result<(), String> {
    if topic.resource().strip_suffix(".fifo").is_some() {
        return Err(format!("is `{topic}`, a FIFO topic, which takes nothing from an alarm: name a standard one"));
    }
    Ok(())
}

fn is_certificate(arn: &Arn) -> bool {
    arn.service == "acm" && is_region(&arn.region) && arn.resource.starts_with("certificate/")
}

fn is_iam_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte))
}

fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The id of an account of AWS: twelve digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AccountId(String);

impl AccountId {
    /// The twelve digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AccountId {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if is_account_id(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(TextError::expected("an account id of 12 digits", text))
        }
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Text for AccountId {}

text_values!(AccountId);
