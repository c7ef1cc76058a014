//! GitHub's way in: its identity provider, and a role each for pushing images, for planning and for applying.

use synth_bindings::{
    OidcProviderArn, aws_ecr_repository, aws_iam_openid_connect_provider, aws_iam_role, data,
    data::{aws_iam_policy_document, aws_iam_policy_document::statement},
};
use synth_framework::{
    Ref, Stack, Value,
    functions::{alltrue, contains, for_in, startswith},
    output, run, text,
};

use super::{plan::grant_plans, state::State};
use crate::{
    iam::{allow, condition, grant, grant_aws_policy, role_with, trust_of},
    names::GITHUB_ISSUER,
    settings::{OncePerAccount, Settings},
};

const AUDIENCE: &str = "sts.amazonaws.com";

/// How long an apply keeps its credentials: as long as its job may take, or the state that it ends with is nowhere.
const APPLY_SESSION_SECONDS: u32 = 4 * 60 * 60;

/// Declares the identity provider and the three roles.
pub(super) fn github(settings: &Settings, state: &State, repositories: &[aws_ecr_repository::Handle], stack: &Stack) {
    let github = Github { settings, provider: provider(settings, stack), stack };
    let branch = settings.github.branch_context();

    let push = github.role("github-push", "push_role_arn", &[&branch], None);
    grant(stack, settings, &push, "github-push-images", push_statements(repositories));

    let plan = github.role("github-plan", "plan_role_arn", &["pull_request", &branch], None);
    grant_plans(settings, state, &plan, stack);

    // It makes roles and networks, so it may do anything: what guards it stands in `github.guard`.
    let context = settings.github.apply_context();
    let apply = github.role("github-apply", "apply_role_arn", &[&context], Some(APPLY_SESSION_SECONDS));
    grant_aws_policy(stack, settings, &apply, "github_apply", "AdministratorAccess");
}

fn provider(settings: &Settings, stack: &Stack) -> Ref<OidcProviderArn> {
    let url = format!("https://{GITHUB_ISSUER}");
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
    /// A role for the workflow runs of some branches, events or environments; its sessions last an hour where nothing is said.
    fn role(
        &self,
        name: &str,
        output_name: &str,
        contexts: &[&str],
        session_seconds: Option<u32>,
    ) -> aws_iam_role::Handle {
        let trust = allow("GitHub", ["sts:AssumeRoleWithWebIdentity"])
            .principals(statement::principals().type_("Federated").identifiers([&self.provider]))
            .condition(condition("StringEquals", format!("{GITHUB_ISSUER}:aud"), [AUDIENCE]))
            .condition(condition("StringEquals", format!("{GITHUB_ISSUER}:sub"), self.subjects(contexts)));
        let trust = trust_of(self.stack, name, trust);
        let role = role_with(self.stack, self.settings, name, &trust, session_seconds);
        self.test(name, &trust);
        output(output_name, role.arn()).description(format!("Role `{name}` for workflows.")).add_to(self.stack);
        role
    }

    /// The `sub` claims of those runs, in each form that GitHub may write.
    fn subjects(&self, contexts: &[&str]) -> Vec<String> {
        let repositories = self.settings.github.subjects();
        let subjects = repositories
            .iter()
            .flat_map(|repository| contexts.iter().map(move |context| format!("{repository}:{context}")));
        subjects.collect()
    }

    /// Nobody but this repository's runs takes the role: GitHub signs tokens for everybody.
    fn test(&self, name: &str, trust: &aws_iam_policy_document::Handle) {
        let subjects = self.settings.github.subjects().into_iter().map(|repository| format!("{repository}:"));
        let subjects: Vec<String> = subjects.collect();
        let repository = trust.statement().every("statement", |statement| names_repository(statement, &subjects));
        let audience = trust.statement().every("statement", names_audience);
        run(format!("{}_is_for_this_repository_alone", crate::names::label(name)))
            .assert(repository, text!("other repositories may take the role {}", name))
            .assert(audience, text!("tokens that are meant for others open the role {}", name))
            .add_to(self.stack);
    }
}

/// Does a statement ask for a subject that begins with one of these, word for word?
fn names_repository(statement: &statement::View, subjects: &[String]) -> Value<bool> {
    statement.condition().any("condition", |condition| {
        let begins = for_in::<String, bool, _>("subject", condition.values(), |subject| {
            let beginnings = subjects.iter().map(|beginning| startswith(&subject, beginning));
            beginnings.reduce(Value::or).expect("a repository has a name")
        });
        let is_subject = condition.variable().equals(format!("{GITHUB_ISSUER}:sub"));
        is_subject.and(condition.test().equals("StringEquals")).and(alltrue(begins))
    })
}

/// Does a statement ask for tokens that are meant for AWS?
fn names_audience(statement: &statement::View) -> Value<bool> {
    statement.condition().any("condition", |condition| {
        let is_audience = condition.variable().equals(format!("{GITHUB_ISSUER}:aud"));
        is_audience.and(contains::<String>(condition.values(), AUDIENCE))
    })
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
