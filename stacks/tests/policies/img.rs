//! IMG: images, charts and node images that may change by themselves.

use insta::assert_snapshot;

use crate::fixture::{argue, broken, remove_resource, set, text};

const PROXY: &str = "cors-proxy-server";
const IMAGE: &str = "/spec/template/spec/containers/0/image";
const REPOSITORY: &str = "111122223333.dkr.ecr.eu-north-1.amazonaws.com/small/cors-proxy-server";

#[test]
fn an_image_that_is_not_pinned_is_found() {
    assert_snapshot!(broken("IMG001", |platform| set(platform, "Deployment", PROXY, IMAGE, format!("{REPOSITORY}:latest"))), @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml runs `111122223333.dkr.ecr.eu-north-1.amazonaws.com/small/cors-proxy-server:latest`, which may be another image tomorrow
          mend: use a version as the tag, or a digest
        ");
    assert_snapshot!(broken("IMG001", |platform| set(platform, "Deployment", PROXY, IMAGE, REPOSITORY)), @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml runs `111122223333.dkr.ecr.eu-north-1.amazonaws.com/small/cors-proxy-server`, which may be another image tomorrow
          mend: use a version as the tag, or a digest
        ");
}

#[test]
fn an_image_from_elsewhere_is_found() {
    assert_snapshot!(broken("IMG002", |platform| set(platform, "Deployment", PROXY, IMAGE, "docker.io/library/nginx:1.29.0")), @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml runs `docker.io/library/nginx:1.29.0`, which does not come from 111122223333.dkr.ecr.eu-north-1.amazonaws.com/
          mend: push the image to a repository of the bootstrap stack, and name that
        ");
    assert_snapshot!(broken("IMG002", |platform| remove_resource(platform, "aws_ecr_repository.cors_proxy_server")), @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml runs an image of the repository `small/cors-proxy-server`, which no stack declares
          mend: declare the repository in the bootstrap stack, or name another
        ");
}

#[test]
fn tags_that_move_are_found() {
    let address = "aws_ecr_repository.mock_target_server";
    assert_snapshot!(broken("IMG003", |platform| argue(platform, address, "image_tag_mutability", text("MUTABLE"))), @r#"
        aws_ecr_repository.mock_target_server in bootstrap/registry.tf.json allows its tags to move
          mend: set `image_tag_mutability` to "IMMUTABLE"
        "#);
}

#[test]
fn a_range_of_chart_versions_is_found() {
    let version = "/spec/source/targetRevision";
    assert_snapshot!(broken("IMG004", |platform| set(platform, "Application", "karpenter", version, "1.x")), @r"
        Application/karpenter in manifests/karpenter.yaml installs the chart karpenter in version `1.x`, which is not one exact version
          mend: name an exact version, such as 1.14.1
        ");
    assert_snapshot!(broken("IMG004", |platform| argue(platform, "helm_release.argocd", "version", text(">= 10"))), @r"
        helm_release.argocd in cluster/argocd.tf.json installs the chart argo-cd in version `>= 10`, which is not one exact version
          mend: name an exact version, such as 1.14.1
        ");
}

#[test]
fn the_latest_node_image_is_found() {
    let alias = "/spec/amiSelectorTerms/0/alias";
    assert_snapshot!(broken("IMG005", |platform| set(platform, "EC2NodeClass", "default", alias, "al2023@latest")), @r"
        EC2NodeClass/default in manifests/node-pools/ec2-node-class.yaml boots `al2023@latest`, which may be another image tomorrow
          mend: name a dated image in `karpenter.ami_alias`, such as al2023@v20260903
        ");
}

#[test]
fn a_base_without_its_digest_is_found() {
    let unpinned = |platform: &mut stacks::Platform| {
        let digest =
            platform.dockerfile.split_once("cc-debian13:nonroot").unwrap().1.lines().next().unwrap().to_owned();
        platform.dockerfile = platform.dockerfile.replace(&digest, "");
    };
    assert_snapshot!(broken("IMG006", unpinned), @r"
        Dockerfile/gcr.io/distroless/cc-debian13:nonroot in  names no digest, so that it may be another image tomorrow
          mend: add it: `make bases` writes the digests of the day
        ");
    let short = |platform: &mut stacks::Platform| platform.dockerfile = "FROM example.com/a:1@sha256:12\n".to_owned();
    assert_ne!(broken("IMG006", short), "");
    let syntax = |platform: &mut stacks::Platform| platform.dockerfile.insert_str(0, "# syntax=docker/dockerfile:1\n");
    assert_ne!(broken("IMG006", syntax), "", "what reads the file is an image, too");
}
