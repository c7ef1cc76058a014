//! The topics that only an environment's owner knows: one for each flag, with the settings that follow from its answer.

use toml_edit::{Array, Value};

use super::repository::github_repository;

/// Something to be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Topic {
    Account,
    Region,
    Zones,
    StateBucket,
    Repository,
    Credentials,
    OwnerId,
    RepositoryId,
    Runner,
    Administrators,
    PublicAccess,
    DnsDomain,
    DnsZone,
    Domain,
    Certificate,
    Origins,
}

/// Every topic, in an order in which each follows what it is derived from.
pub(super) const TOPICS: [Topic; 16] = [
    Topic::Account,
    Topic::Region,
    Topic::Zones,
    Topic::StateBucket,
    Topic::Repository,
    Topic::Credentials,
    Topic::OwnerId,
    Topic::RepositoryId,
    Topic::Runner,
    Topic::Administrators,
    Topic::PublicAccess,
    Topic::DnsDomain,
    Topic::DnsZone,
    Topic::Domain,
    Topic::Certificate,
    Topic::Origins,
];

/// A setting by its dotted key, and its value.
pub(super) type Setting = (&'static str, Value);

impl Topic {
    /// The flag that answers it.
    pub(super) fn flag(self) -> &'static str {
        match self {
            Self::Account => "--account",
            Self::Region => "--region",
            Self::Zones => "--zones",
            Self::StateBucket => "--state-bucket",
            Self::Repository => "--repository",
            Self::Credentials => "--credentials",
            Self::OwnerId => "--owner-id",
            Self::RepositoryId => "--repository-id",
            Self::Runner => "--runner",
            Self::Administrators => "--administrators",
            Self::PublicAccess => "--public-access or --private-only",
            Self::DnsDomain => "--dns-domain",
            Self::DnsZone => "--dns-zone",
            Self::Domain => "--domain",
            Self::Certificate => "--certificate",
            Self::Origins => "--origins",
        }
    }

    /// The question, without its default; `repository` is `OWNER/NAME` where that is known.
    pub(super) fn question(self, repository: Option<&str>) -> String {
        let text = match self {
            Self::Account => "AWS account that everything is made in, 12 digits",
            Self::Region => "Region, such as eu-west-1",
            Self::Zones => "Three availability zones of the region",
            Self::StateBucket => {
                "Bucket for Terraform's state, unique in all of AWS; or derived, from name and account"
            }
            Self::Repository => "Git repository that Argo CD and the workflows follow",
            Self::Credentials => "How Argo CD signs in there: none (public), github-app, token or ssh",
            Self::OwnerId => {
                let repository = repository.unwrap_or("OWNER/NAME");
                return format!(
                    "Number of the repository's owner (gh api repos/{repository} --jq .owner.id); 0 for a repository made \
                     before 2026-06-18"
                );
            }
            Self::RepositoryId => {
                let repository = repository.unwrap_or("OWNER/NAME");
                return format!("Number of the repository (gh api repos/{repository} --jq .id); 0 like the owner's");
            }
            Self::Runner => "Label of the GitHub runners that reach the cluster",
            Self::Administrators => {
                "IAM roles or users that administer the cluster besides the role that applies, as ARNs; or none"
            }
            Self::PublicAccess => {
                "Public ranges that reach the Kubernetes API, such as your office's; or private for the VPC alone"
            }
            Self::DnsDomain => {
                "Domain under which all is reached over HTTPS, such as platform.your-domain; or none for no names"
            }
            Self::DnsZone => {
                "Its hosted zone in Route 53: create (you then delegate the domain to it) or adopt (it is there)"
            }
            Self::Domain => "Host name of Argo CD, such as argocd.your-domain",
            Self::Certificate => "Certificate of the proxy's load balancer, as an ARN; or none",
            Self::Origins => "Origins whose pages may use the proxy; * admits all",
        };
        text.to_owned()
    }

    /// The settings that an answer makes. What an answer lacks, the rules of the settings say.
    pub(super) fn settings(self, answer: &str) -> Vec<Setting> {
        let text = || Value::from(answer);
        match self {
            Self::Account => vec![("aws.account_id", text())],
            Self::Region => vec![("aws.region", text())],
            Self::Zones => vec![("network.zones", list(answer))],
            Self::StateBucket if answer == DERIVED => vec![("state.bucket", "".into())],
            Self::StateBucket => vec![("state.bucket", text())],
            Self::Repository => {
                let (owner, name) = github_repository(answer).unwrap_or_default();
                vec![("repository.url", text()), ("github.owner", owner.into()), ("github.repository", name.into())]
            }
            Self::Credentials => vec![("repository.credentials", text())],
            Self::OwnerId => vec![("github.owner_id", number(answer))],
            Self::RepositoryId => vec![("github.repository_id", number(answer))],
            Self::Runner => vec![("github.runner", text())],
            Self::Administrators => vec![("cluster.admin_principal_arns", list(answer))],
            Self::PublicAccess => vec![("cluster.public_access_cidrs", list(answer))],
            Self::DnsDomain if answer == NONE => vec![("domain.name", "".into())],
            Self::DnsDomain => vec![("domain.name", text())],
            Self::DnsZone => vec![("domain.zone", text())],
            Self::Domain => vec![("argocd.domain", text())],
            Self::Certificate if answer == NONE => vec![("services.proxy.certificate_arn", "".into())],
            Self::Certificate => vec![("services.proxy.certificate_arn", text())],
            Self::Origins => vec![("services.proxy.allow_origins", list(answer))],
        }
    }

    /// The dotted key of the setting that an answer stands in as it is.
    pub(super) fn key(self) -> &'static str {
        self.settings("")[0].0
    }

    /// Does a problem with this setting come from the answer?
    pub(super) fn owns(self, key: &str) -> bool {
        let setting = key.split('[').next().unwrap_or(key);
        self.settings("").iter().any(|(own, _)| *own == setting)
    }

    /// The topic from whose answer a default follows.
    pub(super) fn follows(self) -> Option<Self> {
        match self {
            Self::Zones => Some(Self::Region),
            Self::Domain => Some(Self::DnsDomain),
            _ => None,
        }
    }

    /// The word for nothing: an empty list, or an empty text.
    pub(super) fn nobody(self) -> &'static str {
        match self {
            Self::PublicAccess => PRIVATE,
            Self::StateBucket => DERIVED,
            _ => NONE,
        }
    }
}

/// No public endpoint.
pub(super) const PRIVATE: &str = "private";
/// Nothing.
pub(super) const NONE: &str = "none";
/// A name that follows from those of the environment.
const DERIVED: &str = "derived";

/// Items between commas or spaces; `none` and `private` are an empty list.
fn list(answer: &str) -> Value {
    let items = answer.split([',', ' ']).map(str::trim).filter(|item| !item.is_empty());
    let items: Array = if [NONE, PRIVATE].contains(&answer) { Array::new() } else { items.collect() };
    items.into()
}

/// An integer; anything else stays text, which the settings refuse by its key.
fn number(answer: &str) -> Value {
    answer.parse::<i64>().map_or_else(|_| Value::from(answer), Value::from)
}
