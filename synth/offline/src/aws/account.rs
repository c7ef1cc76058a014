//! The account and region that a provider's configuration names.

use serde_json::json;

use super::AwsVersion;
use crate::{
    cloud::Change,
    problem::Problem,
    value::{Mapping, Path, Value},
};

/// The account of AWS's own documentation, for a configuration that allows any.
const DOCUMENTATION_ACCOUNT: &str = "111122223333";
/// The region before Terraform has given a configuration, or where its region is known only after apply.
const DEFAULT_REGION: &str = "us-east-1";
/// The Kubernetes version of a cluster that names none.
const KUBERNETES: &str = "1.36";
/// When everything was made: offline, nothing has an age.
const CREATED: &str = "2025-01-01T00:00:00Z";
/// 64 times the letter A of DER, in the armour of a certificate, in base64: it looks like one and proves nothing.
const CERTIFICATE: &str = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCkFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBPT0KLS0tLS1FTkQgQ0VSVElGSUNBVEUtLS0tLQo=";
/// The format of flow logs that name none.
const FLOW_LOG_FORMAT: &str = "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status}";

/// One configuration of the provider.
#[derive(Debug)]
pub(crate) struct Account {
    id: String,
    region: String,
    /// The version of the provider.
    pub(crate) version: AwsVersion,
    /// The tags that every resource gets; unknown or null where the configuration says so.
    pub(crate) default_tags: Value,
}

impl Account {
    /// Reads the provider's configuration; null stands for one that has not come yet.
    pub(crate) fn read(config: &Value, version: AwsVersion) -> Result<Self, Problem> {
        let region = match config.member("region") {
            Value::String(region) => region.clone(),
            Value::Null if !config.is_null() => {
                let detail = "The provider needs a region; offline it is read from the configuration alone.";
                return Err(Problem::new(Path::of("region"), "Missing region", detail));
            }
            _ => DEFAULT_REGION.to_owned(),
        };
        let id = config.member("allowed_account_ids").each_text().next().unwrap_or(DOCUMENTATION_ACCOUNT).to_owned();
        let blocks = config.member("default_tags");
        let default_tags = match blocks.as_sequence().and_then(<[Value]>::first) {
            Some(block) => block.member("tags").clone(),
            None => Value::Null,
        };
        Ok(Self { id, region, version, default_tags })
    }

    /// The region.
    pub(crate) fn region(&self) -> &str {
        &self.region
    }

    /// Says at plan which region a new resource that names none will be in: the provider's own, since its version 6.
    pub(crate) fn plan_region(&self, change: &Change<'_>, planned: &mut Mapping) {
        let created = change.prior.is_none() && self.version.has_regions();
        if let Some(region @ Value::Unknown) = planned.get_mut("region").filter(|_| created) {
            *region = self.region.as_str().into();
        }
    }

    /// The partition that the region lies in, with its domain and that domain reversed.
    fn partition(&self) -> (&'static str, &'static str, &'static str) {
        match self.region.split('-').next().unwrap_or_default() {
            "cn" => ("aws-cn", "amazonaws.com.cn", "cn.com.amazonaws"),
            "us" if self.region.starts_with("us-gov-") => ("aws-us-gov", "amazonaws.com", "com.amazonaws"),
            "us" if self.region.starts_with("us-isob-") => ("aws-iso-b", "sc2s.sgov.gov", "gov.sgov.sc2s"),
            "us" if self.region.starts_with("us-iso-") => ("aws-iso", "c2s.ic.gov", "gov.ic.c2s"),
            "eusc" => ("aws-eusc", "amazonaws.eu", "eu.amazonaws"),
            _ => ("aws", "amazonaws.com", "com.amazonaws"),
        }
    }

    /// A name that templates may use.
    pub(crate) fn named(&self, name: &str) -> Option<String> {
        let (partition, suffix, reverse) = self.partition();
        Some(match name {
            "account" => self.id.clone(),
            "region" => self.region.clone(),
            "partition" => partition.to_owned(),
            "dns_suffix" => suffix.to_owned(),
            "reverse_dns_prefix" => reverse.to_owned(),
            "created" => CREATED.to_owned(),
            "kubernetes" => KUBERNETES.to_owned(),
            "certificate" => CERTIFICATE.to_owned(),
            "flow_log_format" => FLOW_LOG_FORMAT.to_owned(),
            "session_name" => "{{SessionName}}".to_owned(),
            "key_policy" => self.policy("Enable IAM User Permissions", "kms:*", Some(partition)),
            "endpoint_policy" => self.policy("", "*", None),
            _ => return None,
        })
    }

    /// The policy that AWS gives to what comes without one: the account, or everybody, may do everything.
    fn policy(&self, sid: &str, action: &str, partition: Option<&str>) -> String {
        let principal = match partition {
            Some(partition) => json!({ "AWS": format!("arn:{partition}:iam::{}:root", self.id) }),
            None => json!("*"),
        };
        let mut statement = json!({ "Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*" });
        if !sid.is_empty() {
            statement["Sid"] = json!(sid);
        }
        json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(region: &str) -> Account {
        Account::read(&Value::Mapping(Mapping::from([("region".into(), region.into())])), AwsVersion::Newest).unwrap()
    }

    #[test]
    fn the_partition_follows_from_the_region() {
        for (region, partition) in [("eu-north-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")] {
            assert_eq!(account(region).named("partition").unwrap(), partition);
        }
    }

    #[test]
    fn a_configuration_without_a_region_is_refused_at_that_argument() {
        let problem = Account::read(&Value::Mapping(Mapping::new()), AwsVersion::Newest).unwrap_err();
        assert_eq!(problem.path.to_string(), "region");
    }

    #[test]
    fn the_account_is_the_one_that_the_configuration_allows() {
        let config = Mapping::from([
            ("region".into(), "eu-north-1".into()),
            ("allowed_account_ids".into(), Value::texts(["444455556666"])),
        ]);
        assert_eq!(
            Account::read(&Value::Mapping(config), AwsVersion::Newest).unwrap().named("account").unwrap(),
            "444455556666"
        );
    }
}
