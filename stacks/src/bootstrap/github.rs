//! GitHub's way in: its identity provider, and a role each for pushing images, for planning and for applying.

use synth_bindings::{
    OidcProviderArn, aws_ecr_repository, aws_iam_openid_connect_provider, aws_iam_role, data,
    data::aws_iam_policy_document::statement,
};
use synth_framework::{Ref, Stack, output, text};

use super::state::State;
use crate::{
    policy::{allow, condition, grant, grant_aws_policy, role_trusting},
    settings::{OncePerAccount, Settings},
};

const ISSUER: &str = "token.actions.githubusercontent.com";
const AUDIENCE: &str = "sts.amazonaws.com";

/// Declares the identity provider and the three roles.
pub(super) fn github(settings: &Settings, state: &State, repositories: &[aws_ecr_repository::Handle], stack: &Stack) {
    let github = Github { settings, provider: provider(settings, stack), stack };
    let branch = format!("ref:refs/heads/{}", settings.github.branch);
    let environment = format!("environment:{}", settings.github.environment);

    let push = github.role("github-push", "push_role_arn", &[&branch]);
    grant(stack, settings, &push, "github-push-images", push_statements(repositories));

    let plan = github.role("github-plan", "plan_role_arn", &["pull_request", &branch]);
    grant_aws_policy(stack, settings, &plan, "github_plan_read", "ReadOnlyAccess");
    grant(stack, settings, &plan, "github-plan-state", read_state(settings, state));

    // It makes roles and networks, so it may do anything: what guards it is the GitHub environment and its reviewers.
    let apply = github.role("github-apply", "apply_role_arn", &[&environment]);
    grant_aws_policy(stack, settings, &apply, "github_apply", "AdministratorAccess");
}

fn provider(settings: &Settings, stack: &Stack) -> Ref<OidcProviderArn> {
    let url = format!("https://{ISSUER}");
    match settings.github.oidc_provider {
        OncePerAccount::Create => {
            aws_iam_openid_connect_provider("github").url(url).client_id_list([AUDIENCE]).add_to(stack).arn()
        }
        OncePerAccount::Adopt => data::aws_iam_openid_connect_provider("github").url(url).add_to(stack).arn(),
    }
}

struct Github<'a> {
    settings: &'a Settings,
    provider: Ref<OidcProviderArn>,
    stack: &'a Stack,
}

impl Github<'_> {
    /// A role for the workflow runs of some branches, events or environments.
    fn role(&self, name: &str, output_name: &str, contexts: &[&str]) -> aws_iam_role::Handle {
        let trust = allow("GitHub", ["sts:AssumeRoleWithWebIdentity"])
            .principals(statement::principals().type_("Federated").identifiers([&self.provider]))
            .condition(condition("StringEquals", format!("{ISSUER}:aud"), [AUDIENCE]))
            .condition(condition("StringEquals", format!("{ISSUER}:sub"), self.subjects(contexts)));
        let role = role_trusting(self.stack, self.settings, name, trust);
        output(output_name, role.arn()).description(format!("Role `{name}` for workflows.")).add_to(self.stack);
        role
    }

    /// The `sub` claims of those runs: GitHub writes names alone, or, for newer repositories, names with numbers.
    fn subjects(&self, contexts: &[&str]) -> Vec<String> {
        let github = &self.settings.github;
        let mut repositories = vec![format!("{}/{}", github.owner, github.repository)];
        if let (Some(owner), Some(repository)) = (github.owner_id, github.repository_id) {
            repositories.push(format!("{}-{owner}/{}-{repository}", github.owner, github.repository));
        }
        let subjects = repositories
            .iter()
            .flat_map(|repository| contexts.iter().map(move |context| format!("repo:{repository}:{context}")));
        subjects.collect()
    }
}

fn push_statements(repositories: &[aws_ecr_repository::Handle]) -> Vec<statement::Block> {
    let push = [
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:GetDownloadUrlForLayer",
        "ecr:InitiateLayerUpload",
        "ecr:UploadLayerPart",
        "ecr:CompleteLayerUpload",
        "ecr:PutImage",
        "ecr:DescribeImages",
    ];
    vec![
        allow("SignIn", ["ecr:GetAuthorizationToken"]).resources(["*"]),
        allow("Push", push).resources(repositories.iter().map(|repository| repository.arn())),
    ]
}

/// A plan without a lock only reads.
fn read_state(settings: &Settings, state: &State) -> Vec<statement::Block> {
    let objects = text!("{}/{}/*", state.bucket.arn(), &settings.state.key_prefix);
    vec![
        allow("ListState", ["s3:ListBucket"]).resources([state.bucket.arn()]),
        allow("ReadState", ["s3:GetObject"]).resources([objects]),
        allow("DecryptState", ["kms:Decrypt"]).resources([state.key.arn()]),
    ]
}
