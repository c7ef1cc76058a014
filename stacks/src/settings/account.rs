//! Where an environment lives: AWS account, Terraform state, GitHub, image registry, Git repository.

use std::collections::BTreeMap;

use super::declare::{choice, section};
use super::problem::Problems;
use super::rules::{IfSet, between, shaped};
use super::{AccountId, ProviderFloor, Region, RepositoryUrl, shape, tree};

section! {
    /// The AWS account and region of the environment.
    pub struct Aws {
        /// Twelve digits.
        pub account_id: AccountId,
        /// The region, one of those that host EKS.
        pub region: Region,
        /// Oldest version of Terraform's AWS provider that may plan.
        pub provider_floor: ProviderFloor,
        /// Tags that every resource gets.
        pub tags: BTreeMap<String, String>,
    }
    check tags_fit_aws;
}

impl Aws {
    /// The partition that the region belongs to, as it stands in ARNs.
    pub fn partition(&self) -> &'static str {
        self.region.partition()
    }

    /// The host of the account's image registry.
    pub fn registry(&self) -> String {
        format!("{}.dkr.ecr.{}.amazonaws.com", self.account_id, self.region)
    }
}

/// The characters that tags of every service may hold, in words.
const TAG_CHARACTERS: &str = "letters, digits, spaces and `_.:/=+-@`";

fn tag_characters(text: &str) -> bool {
    text.chars().all(|character| character.is_alphanumeric() || " _.:/=+-@".contains(character))
}

/// The tags that stacks give, in lower case.
const OWN_TAGS: [&str; 4] = ["environment", "managedby", "name", "stack"];

/// The prefixes of tags by which controllers find what is theirs; Karpenter refuses some of them in a node class.
const FOREIGN_TAGS: [&str; 6] =
    ["eks:", "elbv2.k8s.aws/", "karpenter.k8s.aws/", "karpenter.sh/", "kubernetes.io/cluster/", "kubernetes.io/role/"];

fn tags_fit_aws(aws: &Aws, section: &str, problems: &mut Problems<'_>) {
    for (name, value) in &aws.tags {
        let key = tree::child(&tree::child(section, "tags"), name);
        let lower = name.to_lowercase();
        if name.is_empty() || name.len() > 128 || lower.starts_with("aws:") {
            problems
                .report_name(&key, "is not a tag key: AWS allows 1 to 128 characters that do not begin with `aws:`");
        } else if !tag_characters(name) {
            problems.report_name(&key, format!("is not a tag key: AWS allows {TAG_CHARACTERS}"));
        } else if OWN_TAGS.contains(&lower.as_str()) {
            problems.report_name(&key, "is a tag that the stacks give themselves: choose another key");
        } else if let Some(prefix) = FOREIGN_TAGS.iter().find(|prefix| lower.starts_with(**prefix)) {
            let owner = format!(
                "is reserved for controllers, which find and protect resources by it: do not begin a key with `{prefix}`"
            );
            problems.report_name(&key, owner);
        } else if let Some(same) = aws.tags.keys().find(|other| *other < name && other.to_lowercase() == lower) {
            problems.report_name(&key, format!("differs from `{same}` only in case, which IAM ignores: remove one"));
        }
        if !tag_characters(value) {
            problems.report(&key, format!("is not a tag value: AWS allows {TAG_CHARACTERS}"));
        }
        if value.len() > 256 {
            problems.report(&key, format!("has {} characters, but AWS allows 256 in a tag's value", value.len()));
        }
    }
}

section! {
    /// Where Terraform keeps its state.
    pub struct State {
        /// Bucket name, unique in all of AWS; without one it follows from the environment's name and account.
        pub bucket: Option<String> where IfSet(shaped(
            "a bucket name of 3 to 58 characters without dots (the bucket of its log adds `-logs`)",
            shape::bucket,
        )),
        /// First part of each state's key.
        pub key_prefix: String where shaped(
            "a path such as `tideline`, not below `errored`, which keeps states that could not be written",
            shape::state_path,
        ),
        /// Days for which replaced versions of a state, and the log of who read or wrote one, are kept.
        pub noncurrent_version_days: u32 where between(1, 3650),
        /// Days for which backups of the bucket are kept.
        pub backup_retention_days: u32 where between(1, 3650),
    }
}

impl State {
    /// The key of a stack's state in the bucket.
    pub fn key(&self, stack: &str) -> String {
        format!("{}/{stack}.tfstate", self.key_prefix)
    }
}

choice! {
    /// The treatment of something that exists once per account, or once per account and region.
    pub enum OncePerAccount {
        /// This environment makes it.
        Create = "create",
        /// It is there already, or is left to others.
        Adopt = "adopt",
    }
}

choice! {
    /// The guard between a merge and the apply of its plans.
    pub enum Guard {
        /// The reviewers that the GitHub environment requires.
        Reviewers = "reviewers",
        /// Somebody who starts the apply by hand, and names the plan's digest.
        Dispatch = "dispatch",
    }
}

choice! {
    /// Whether GitHub attests where images come from.
    pub enum Attestations {
        /// While the repository is public: every plan of GitHub has them then.
        WhenPublic = "when-public",
        /// Always, which a private repository can on Enterprise Cloud only.
        Always = "always",
        /// Never.
        Never = "never",
    }
}

section! {
    /// The GitHub repository whose workflows build and apply.
    pub struct Github {
        /// User or organization.
        pub owner: String where shaped("a GitHub user or organization", shape::github_name),
        /// Name without the owner.
        pub repository: String where shaped("a repository name without its owner", shape::github_name),
        /// Number of the owner, for the immutable form of the `sub` claim.
        pub owner_id: Option<u64>,
        /// Number of the repository, for the immutable form of the `sub` claim.
        pub repository_id: Option<u64>,
        /// Branch whose pushes may publish images.
        pub branch: String where shaped("a branch name such as `main`", shape::branch),
        /// GitHub environment whose jobs may apply.
        pub environment: String where shaped("the name of a GitHub environment", shape::github_name),
        /// The approval that an apply waits for after the merge.
        pub guard: Guard,
        /// Whether GitHub attests where images come from; they are signed anyway.
        pub attestations: Attestations,
        /// Label of the runners on which workflows plan and apply what lies inside the cluster.
        pub runner: String where shaped("a runner's label such as `tideline-vpc`", shape::github_name),
        /// Whether this environment makes the account's identity provider for GitHub.
        pub oidc_provider: OncePerAccount,
    }
    check ids_come_together;
}

impl Github {
    /// The part after the repository in the `sub` claim of a run that applies.
    pub fn apply_context(&self) -> String {
        match self.guard {
            Guard::Reviewers => format!("environment:{}", self.environment),
            // Without reviewers, an environment lets in the runs of any branch.
            Guard::Dispatch => self.branch_context(),
        }
    }

    /// The part after the repository in the `sub` claim of a run on the branch.
    pub fn branch_context(&self) -> String {
        format!("ref:refs/heads/{}", self.branch)
    }

    /// The prefixes of the repository's `sub` claims: names alone, or, since 2026-07-15, each with its number.
    ///
    /// The mark between them is one that no name may hold (<https://docs.github.com/en/actions/reference/security/oidc>).
    pub fn subjects(&self) -> Vec<String> {
        let mut subjects = vec![format!("repo:{}/{}", self.owner, self.repository)];
        if let (Some(owner), Some(repository)) = (self.owner_id, self.repository_id) {
            subjects.push(format!("repo:{}@{owner}/{}@{repository}", self.owner, self.repository));
        }
        subjects
    }
}

fn ids_come_together(github: &Github, section: &str, problems: &mut Problems<'_>) {
    let (unset, set) = match (github.owner_id, github.repository_id) {
        (None, Some(_)) => ("owner_id", "repository_id"),
        (Some(_), None) => ("repository_id", "owner_id"),
        _ => return,
    };
    let message = format!("is 0, but `{set}` is set: the immutable `sub` claim needs both");
    problems.report(&tree::child(section, unset), message);
}

section! {
    /// The image registry, and which images it keeps.
    pub struct Registry {
        /// Tagged images kept in each repository.
        pub tagged_images: u32 where between(1, 1000),
        /// Days after which untagged images go.
        pub untagged_days: u32 where between(1, 365),
        /// Whether this environment says how the account's registry in this region scans images.
        pub scanning: OncePerAccount,
    }
}

choice! {
    /// How Argo CD signs in to the Git repository.
    pub enum Credentials {
        /// The repository is public.
        None = "none",
        /// App id, installation id and private key of a GitHub App.
        GithubApp = "github-app",
        /// User name and token over HTTPS.
        Token = "token",
        /// Private key over SSH.
        Ssh = "ssh",
    }
}

section! {
    /// The Git repository that Argo CD follows.
    pub struct Repository {
        /// Address over HTTPS or SSH.
        pub url: RepositoryUrl,
        /// Branch, tag or commit.
        pub revision: String where shaped("a branch, tag or commit", shape::revision),
        /// How Argo CD signs in.
        pub credentials: Credentials,
        /// Counts up when the credentials change, since Terraform cannot see that in a write-only value.
        pub credentials_revision: u32 where between(1, 1_000_000),
    }
    check credentials_fit_url;
}

fn credentials_fit_url(repository: &Repository, section: &str, problems: &mut Problems<'_>) {
    let https = repository.url.is_over_https();
    let mend = match repository.credentials {
        Credentials::Ssh if https => "an SSH address such as `git@github.com:owner/name.git`",
        Credentials::None | Credentials::GithubApp | Credentials::Token if !https => {
            "an address that begins with `https://`"
        }
        _ => return,
    };
    let message = format!("is `{}`, which needs {mend} in `url`", repository.credentials);
    problems.report(&tree::child(section, "credentials"), message);
}
