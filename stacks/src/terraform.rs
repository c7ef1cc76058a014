//! The settings of Terraform in every stack: versions, where state lives, and the AWS account that it is tied to.

use synth_bindings::{Aws, Helm, helm_release, provider};
use synth_framework::{
    ProviderHandle, Ref, Stack, Terraform, functions::base64decode, mock_provider, run, s3_backend, terraform,
};

use crate::settings::{GLOBAL_REGION, ProviderFloor, Settings};

/// Terraform's versions: write-only arguments came with 1.11.
const TERRAFORM_VERSIONS: &str = ">= 1.11";

/// The Helm provider's versions: the third major takes its configuration as attributes.
const HELM_VERSIONS: &str = ">= 3.1.1, < 4.0.0";

/// Declares the settings of a stack that uses AWS alone.
pub fn aws(settings: &Settings, stack: &Stack) {
    common(settings, stack).add_to(stack);
    aws_provider(settings, stack);
}

/// Declares the settings of a stack that has something in the region of what is global, too, and returns that provider.
pub fn aws_and_global(settings: &Settings, stack: &Stack) -> ProviderHandle<Aws> {
    aws(settings, stack);
    provider::aws()
        .alias("global")
        .region(GLOBAL_REGION)
        .allowed_account_ids([&settings.aws.account_id])
        .default_tags(provider::aws::default_tags().tags(tags(settings, stack)))
        .add_to(stack)
}

/// Declares the settings of a stack that installs charts, too.
pub fn aws_and_helm(settings: &Settings, stack: &Stack) {
    common(settings, stack).required_provider::<Helm>(HELM_VERSIONS).add_to(stack);
    aws_provider(settings, stack);
}

fn common(settings: &Settings, stack: &Stack) -> Terraform {
    let state = &settings.state;
    let key = format!(
        "arn:{}:kms:{}:{}:{}",
        settings.aws.partition(),
        settings.aws.region,
        settings.aws.account_id,
        settings.state_key_alias()
    );
    // A stack that accepts an old version may not use what the bindings know it to lack.
    let aws = format!(">= {}, < {}", settings.aws.provider_floor, ProviderFloor::CEILING);
    terraform().required_version(TERRAFORM_VERSIONS).required_provider::<Aws>(aws).backend(
        s3_backend(settings.state_bucket(), state.key(stack.name()), settings.aws.region.name)
            .encrypt(true)
            .kms_key_id(key)
            .use_lockfile(true)
            .allowed_account_ids([settings.aws.account_id.to_string()]),
    )
}

/// The tags of everything in a stack. The provider puts them on what it makes itself, and on nothing that AWS makes from it.
pub fn tags<'a>(settings: &'a Settings, stack: &'a Stack) -> impl Iterator<Item = (&'a str, &'a str)> + Clone {
    let own = [("Environment", settings.environment.as_str()), ("ManagedBy", "terraform"), ("Stack", stack.name())];
    own.into_iter().chain(settings.aws.tags.iter().map(|(key, value)| (key.as_str(), value.as_str())))
}

fn aws_provider(settings: &Settings, stack: &Stack) {
    provider::aws()
        .region(settings.aws.region)
        .allowed_account_ids([&settings.aws.account_id])
        .default_tags(provider::aws::default_tags().tags(tags(settings, stack)))
        .add_to(stack);
}

/// Configures Helm for the cluster: its credentials come from a command at the moment of use, so there is no kubeconfig
/// and nothing of them in state.
pub fn helm_provider(settings: &Settings, endpoint: Ref<String>, authority: Ref<String>, stack: &Stack) {
    use provider::helm::{kubernetes, kubernetes::exec};

    let arguments = ["eks", "get-token", "--cluster-name", &settings.name, "--region", settings.aws.region.name];
    provider::helm()
        .kubernetes(
            kubernetes()
                .host(endpoint)
                .cluster_ca_certificate(base64decode(authority))
                .exec(exec().api_version("client.authentication.k8s.io/v1beta1").command("aws").args(arguments)),
        )
        .add_to(stack);
}

/// A failed first install is the next apply's to take up: it fails here, on whichever release forgets it.
pub fn test_release(release: &helm_release::Handle, stack: &Stack) {
    run("a_failed_install_is_taken_up_by_the_next_apply")
        .assert(release.upgrade_install(), "no apply gets past the name of a release that failed")
        .add_to(stack);
}

/// Mocks AWS for tests, where something else reads what it computes: ARNs and the JSON of policies must look like such.
pub fn mock_aws(stack: &Stack) {
    let proof = serde_json::json!({
        "domain_name": "*.example.com",
        "resource_record_name": "_0.example.com.",
        "resource_record_type": "CNAME",
        "resource_record_value": "_0.acm-validations.aws.",
    });
    mock_provider::<Aws>()
        .default("arn", |type_name| format!("arn:aws:mock:eu-north-1:111122223333:{type_name}"))
        .default_of("aws_iam_policy_document", "json", "{}")
        .default_of("aws_acm_certificate", "domain_validation_options", serde_json::json!([proof]))
        .default_of("aws_launch_template", "id", "lt-0")
        .default_of("aws_eks_addon_version", "version", "v1.0.0-eksbuild.1")
        .add_to(stack);
}
