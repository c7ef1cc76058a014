//! The image registry: a repository for each service, worker and job, whose tags never move.

use synth_bindings::{
    aws_ecr_lifecycle_policy, aws_ecr_registry_scanning_configuration as scanning, aws_ecr_repository,
};
use synth_framework::{Stack, functions::jsonencode, output, run, text};

use crate::{
    names::label,
    settings::{OncePerAccount, Settings},
};

/// Declares the repositories, what they keep, and how images are scanned.
pub(super) fn registry(settings: &Settings, stack: &Stack) -> Vec<aws_ecr_repository::Handle> {
    if settings.registry.scanning == OncePerAccount::Create {
        scan(stack);
    }
    settings.services.runs().map(|runs| repository(settings, runs.name, stack)).collect()
}

/// Declares how the whole registry is scanned: it has one configuration, which this replaces.
fn scan(stack: &Stack) {
    scanning("main")
        .scan_type("ENHANCED")
        .rule(
            scanning::rule()
                .scan_frequency("CONTINUOUS_SCAN")
                .repository_filter(scanning::rule::repository_filter().filter("*").filter_type("WILDCARD")),
        )
        .add_to(stack);
}

fn repository(settings: &Settings, service: &str, stack: &Stack) -> aws_ecr_repository::Handle {
    let label = label(service);
    let label = label.as_str();
    let repository = aws_ecr_repository(label)
        .name(settings.image_repository(service))
        .image_tag_mutability("IMMUTABLE")
        // The account's own key for ECR: whoever may pull reads, whatever the key is, and one of ours, once gone, would take
        // every image along.
        .encryption_configuration(aws_ecr_repository::encryption_configuration().encryption_type("KMS"))
        .image_scanning_configuration(aws_ecr_repository::image_scanning_configuration().scan_on_push(true))
        .lifecycle(|lifecycle| lifecycle.prevent_destroy(true))
        .add_to(stack);
    run(format!("the_tags_of_{label}_never_move"))
        .assert(
            repository.image_tag_mutability().equals("IMMUTABLE"),
            text!("a tag of {} may come to name another image", repository.name()),
        )
        .assert(
            repository.image_scanning_configuration().scan_on_push(),
            text!("images of {} are not scanned", repository.name()),
        )
        .add_to(stack);
    // Versions alone are counted: a signature or an attestation must not push out the image that it belongs to.
    let rules = serde_json::json!({ "rules": [
        {
            "rulePriority": 1,
            "description": "Untagged images go after a while.",
            "selection": {
                "tagStatus": "untagged",
                "countType": "sinceImagePushed",
                "countUnit": "days",
                "countNumber": settings.registry.untagged_days,
            },
            "action": { "type": "expire" },
        },
        {
            "rulePriority": 2,
            "description": "The latest versions stay.",
            "selection": {
                "tagStatus": "tagged",
                "tagPatternList": ["*.*.*"],
                "countType": "imageCountMoreThan",
                "countNumber": settings.registry.tagged_images,
            },
            "action": { "type": "expire" },
        },
    ] });
    aws_ecr_lifecycle_policy(label).repository(repository.name()).policy(jsonencode(rules)).add_to(stack);
    output(format!("{label}_repository_url"), repository.repository_url())
        .description("Where images of the service are pushed.")
        .add_to(stack);
    repository
}
