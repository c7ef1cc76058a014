//! ENV: environments beside each other.

use insta::assert_snapshot;
use stacks::{Platform, policies};
use synth_framework::Expression;

use crate::fixture::{BASE, GUIDE, NAMED, TODAY, argue, build, found, settings};

fn of(environment: &str, overrides: &str) -> Platform {
    build(&settings(environment, &[BASE, overrides]))
}

/// The findings of a policy in the base environment beside another, which is the base with other settings.
fn beside(code: &str, overrides: &str) -> String {
    found(&Platform { neighbours: vec![of("other", overrides)], ..of("default", "") }, code)
}

/// The environments that the guide writes out, by name.
fn environments_of_the_guide() -> Vec<(&'static str, &'static str)> {
    let (_, section) = GUIDE.split_once("## Add an environment").expect("the guide adds an environment");
    let (section, _) = section.split_once("\n## ").expect("more follows");
    let blocks = section.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    ["trial", "abroad"].into_iter().zip(blocks).collect()
}

/// All that differs but the account and its region.
const APART: &str = "
name = \"other\"
[network]
cidr = \"10.9.0.0/16\"
[network.subnets]
public = [\"10.9.192.0/22\", \"10.9.196.0/22\", \"10.9.200.0/22\"]
private = [\"10.9.0.0/18\", \"10.9.64.0/18\", \"10.9.128.0/18\"]
intra = [\"10.9.204.0/26\", \"10.9.204.64/26\", \"10.9.204.128/26\"]
";

const ADOPTING: &str = "
[github]
oidc_provider = \"adopt\"
[registry]
scanning = \"adopt\"
[karpenter]
spot_service_linked_role = \"adopt\"
";

const ANOTHER_REGION: &str = "
[aws]
region = \"eu-west-1\"
";

fn abroad(overrides: &str) -> String {
    let zones = "zones = [\"eu-west-1a\", \"eu-west-1b\", \"eu-west-1c\"]\n[network.subnets]";
    [&overrides.replace("[network.subnets]", zones), ANOTHER_REGION].concat()
}

#[test]
fn environments_made_as_the_guide_says_collide_with_nothing() {
    let made = environments_of_the_guide();
    assert_eq!(made.len(), 2, "one in the same region, one in another");
    let mut all: Vec<_> = made.into_iter().map(|(name, text)| of(name, text)).chain([of("default", "")]).collect();
    let regions: Vec<_> = all.iter().map(|one| one.settings.aws.region.name).collect();
    assert_eq!(regions, ["eu-north-1", "eu-west-1", "eu-north-1"]);
    assert!(all.iter().all(|one| one.settings.aws.account_id == all[0].settings.aws.account_id));
    for _ in 0..all.len() {
        let mut platform = all.remove(0);
        platform.neighbours = all;
        let review = policies::review(&platform, TODAY);
        let errors: Vec<_> = review.errors().map(ToString::to_string).collect();
        assert_eq!(errors, [""; 0], "{}", platform.settings.environment);
        all = std::mem::take(&mut platform.neighbours);
        all.push(platform);
    }
}

#[test]
fn one_name_in_one_region_is_one_finding() {
    assert_snapshot!(beside("ENV001", &[APART, ADOPTING].concat().replace("\"other\"", "\"tideline\"")), @r"
    aws_backup_plan.state in bootstrap/state.tf.json is also made by environment `other`, as `tideline-state`, but there can be only one in eu-north-1 of account 111122223333; the same is true of 43 more
      mend: set another `name` in `default.toml` or `other.toml`: both have `tideline`
    ");
}

#[test]
fn one_name_in_two_regions_collides_in_what_the_account_has_once() {
    let there = abroad(&[APART, ADOPTING].concat()).replace("\"other\"", "\"tideline\"");
    assert_snapshot!(beside("ENV001", &there), @r"
    aws_iam_policy.github_push_images in bootstrap/github.tf.json is also made by environment `other`, as `tideline-github-push-images`, but there can be only one in account 111122223333; the same is true of 27 more
      mend: set another `name` in `default.toml` or `other.toml`: both have `tideline`
    ");
}

#[test]
fn what_an_account_has_once_is_made_by_one_environment() {
    assert_snapshot!(beside("ENV001", APART), @r#"
    aws_ecr_registry_scanning_configuration.main in bootstrap/registry.tf.json is also made by environment `other`, but there can be only one in eu-north-1 of account 111122223333
      mend: set `registry.scanning` to "adopt" in `default.toml` or `other.toml`, whichever is the later environment
    aws_iam_openid_connect_provider.github in bootstrap/github.tf.json is also made by environment `other`, as `https://token.actions.githubusercontent.com`, but there can be only one in account 111122223333
      mend: set `github.oidc_provider` to "adopt" in `default.toml` or `other.toml`, whichever is the later environment
    aws_iam_service_linked_role.spot in bootstrap/spot.tf.json is also made by environment `other`, as `spot.amazonaws.com`, but there can be only one in account 111122223333
      mend: set `karpenter.spot_service_linked_role` to "adopt" in `default.toml` or `other.toml`, whichever is the later environment
    "#);
}

#[test]
fn another_region_scans_its_own_registry() {
    let adopting = ADOPTING.replace("scanning = \"adopt\"", "scanning = \"create\"");
    assert_eq!(beside("ENV001", &abroad(&[APART, &adopting].concat())), "");
}

#[test]
fn a_bucket_is_unique_in_all_accounts() {
    let own = "[state]\nbucket = \"tideline-state-111122223333\"\n";
    let there = [APART, own, "[aws]\naccount_id = \"999922223333\"\n[cluster]\nadmin_principal_arns = []\n"].concat();
    assert_snapshot!(beside("ENV001", &there), @r#"
    aws_s3_bucket.state in bootstrap/state.tf.json is also made by environment `other`, as `tideline-state-111122223333`, but there can be only one in all of AWS
      mend: set `state.bucket` in `default.toml` or `other.toml` to another value, or to ""
    aws_s3_bucket.state_log in bootstrap/state-log.tf.json is also made by environment `other`, as `tideline-state-111122223333-logs`, but there can be only one in all of AWS
      mend: set `state.bucket` in `default.toml` or `other.toml` to another value, or to ""
    "#);
}

#[test]
fn another_account_may_have_the_same_of_all_the_rest() {
    let there = [&APART.replace("\"other\"", "\"tideline\""), "[aws]\naccount_id = \"999922223333\"\n"].concat();
    assert_eq!(beside("ENV001", &there), "");
}

#[test]
fn a_name_that_does_not_follow_from_the_environment_is_found_in_the_stacks() {
    let mut platforms = [of("default", ""), of("other", &[APART, ADOPTING].concat())];
    for platform in &mut platforms {
        argue(platform, "aws_cloudwatch_log_group.flow_logs", "name", Expression::String("/aws/vpc/flow-logs".into()));
    }
    let [platform, other] = platforms;
    assert_snapshot!(found(&Platform { neighbours: vec![other], ..platform }, "ENV001"), @r"
    aws_cloudwatch_log_group.flow_logs in cluster/flow-logs.tf.json is also made by environment `other`, as `/aws/vpc/flow-logs`, but there can be only one in eu-north-1 of account 111122223333
      mend: derive its name from the environment's where it is declared (`settings.named`)
    ");
}

#[test]
fn ranges_that_overlap_are_found_in_whatever_account() {
    let there = "name = \"other\"\n[aws]\naccount_id = \"999922223333\"\n";
    assert_snapshot!(beside("ENV002", there), @r"
    aws_vpc.main in cluster/network.tf.json has the range 10.0.0.0/16, which overlaps 10.0.0.0/16 of environment `other`
      mend: set another `network.cidr`, with its subnets, in `default.toml` or `other.toml`; waive it if the two are never joined
    ");
    assert_eq!(beside("ENV002", APART), "");
}

#[test]
fn a_finding_names_where_the_resource_is_declared() {
    let platform = Platform { neighbours: vec![of("other", APART)], ..of("default", "") };
    let review = policies::compare(&platform, TODAY);
    let place = &review.errors().next().unwrap().place;
    assert_eq!(place.subject, "aws_ecr_registry_scanning_configuration.main");
    assert!(place.location.unwrap().file().ends_with("stacks/src/bootstrap/registry.rs"));
    assert_eq!(place.file, "bootstrap/registry.tf.json");
}

#[test]
fn a_host_leads_to_one_environment() {
    let beside = |domain: &str| {
        let other = of("other", &NAMED.replace("example.com", domain));
        found(&Platform { neighbours: vec![other], ..of("default", NAMED) }, "ENV003")
    };
    assert_snapshot!(beside("example.com"), @r"
    Ingress/argocd in manifests/entrances/ingress-argocd.yaml serves `argocd.example.com`, which environment `other` serves, too
      mend: give it another name in `default.toml` or `other.toml`, or the environment a `domain.name` of its own
    Ingress/grafana in manifests/entrances/ingress-grafana.yaml serves `grafana.example.com`, which environment `other` serves, too
      mend: give it another name in `default.toml` or `other.toml`, or the environment a `domain.name` of its own
    aws_route53_record.proxy in cluster/names.tf.json serves `proxy.example.com`, which environment `other` serves, too
      mend: give it another name in `default.toml` or `other.toml`, or the environment a `domain.name` of its own
    ");
    assert_eq!(beside("other.example.com"), "");
}

#[test]
fn a_certificate_is_proved_by_one_environment() {
    let beside = |overrides: &str| {
        let labels =
            NAMED.replace("argocd.", "cd.").replace("name = \"example.com\"", "name = \"example.com\"\nproxy = \"p\"");
        let other = build(&settings("other", &[BASE, &labels, overrides]));
        found(&Platform { neighbours: vec![other], ..of("default", NAMED) }, "ENV004")
    };
    assert_snapshot!(beside("[domain]\ngrafana = \"g\"\nzone = \"adopt\""), @r"
    aws_acm_certificate.main in cluster/names.tf.json is for `*.example.com`, and is proved by the record that also proves one of environment `other`
      mend: give one of the two a `domain.name` of its own, in `default.toml` or `other.toml`
    ");
    assert_eq!(beside("[aws]\naccount_id = \"999922223333\""), "", "another account has another proof");
    let own = "[domain]\nname = \"staging.example.com\"\n[argocd]\ndomain = \"argocd.staging.example.com\"";
    assert_eq!(beside(own), "");
}
