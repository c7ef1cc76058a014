//! WAF: a limit for each address, AWS's managed rules, and the log of what is counted or refused.

use synth_bindings::{
    Aws, aws_cloudwatch_log_group, aws_cloudwatch_log_resource_policy, aws_wafv2_web_acl as web_acl,
    aws_wafv2_web_acl_logging_configuration as logging,
};
use synth_framework::{IntoBlocks, Present, ProviderHandle, Stack, text};

use crate::{
    iam::{allow, condition, document, services},
    settings::{GLOBAL_REGION, ManagedRules, Settings},
};

/// The metric of the whole web ACL: a name of its own, since `CloudWatch` tells web ACLs apart by it alone.
pub(super) fn metric(settings: &Settings) -> String {
    settings.named("edge")
}

/// AWS's groups of rules with those of their rules that only count: the paths and bodies of a proxy are whole URLs and other sites'
/// uploads, which these take for attacks. Names from AWS WAF's guide, "baseline rule groups", 2026-12-01.
const MANAGED: [(&str, &[&str]); 3] = [
    ("AWSManagedRulesAmazonIpReputationList", &[]),
    ("AWSManagedRulesKnownBadInputsRuleSet", &[]),
    (
        "AWSManagedRulesCommonRuleSet",
        &[
            // 8 KiB of a body, 10,240 bytes of a query, 1,024 of a path: a target's URL and an upload are longer.
            "SizeRestrictions_BODY",
            "SizeRestrictions_QUERYSTRING",
            "SizeRestrictions_URIPATH",
            // A URL in the path or the query is what the proxy is for.
            "GenericRFI_URIPATH",
            "GenericRFI_QUERYARGUMENTS",
            "GenericRFI_BODY",
            // Bodies are their targets' matter, and no page is made of them here.
            "CrossSiteScripting_BODY",
            "GenericLFI_BODY",
            "EC2MetaDataSSRF_BODY",
            // Targets may serve files of any kind.
            "RestrictedExtensions_URIPATH",
            "RestrictedExtensions_QUERYARGUMENTS",
        ],
    ),
];

/// Declares the web ACL and its log.
pub(super) fn firewall(settings: &Settings, global: &ProviderHandle<Aws>, stack: &Stack) -> web_acl::Handle {
    let mut rules = vec![limit(settings)];
    if settings.edge.managed_rules != ManagedRules::Off {
        rules.extend(
            MANAGED.iter().zip(1..).map(|((group, counted), priority)| managed(settings, group, counted, priority)),
        );
    }
    let acl = web_acl("main")
        .provider(global)
        .name(settings.named("edge"))
        .description(format!("Before the proxy of {}", settings.name))
        .scope("CLOUDFRONT")
        .default_action(web_acl::default_action().allow(web_acl::default_action::allow()))
        .rule(rules)
        .visibility_config(
            web_acl::visibility_config()
                .cloudwatch_metrics_enabled(true)
                .metric_name(metric(settings))
                .sampled_requests_enabled(true),
        )
        .add_to(stack);
    log(settings, &acl, global, stack);
    acl
}

type Rule = web_acl::rule::Block<Present, Present, Present, Present>;

fn seen(metric: &str) -> impl IntoBlocks<web_acl::rule::visibility_config::Shape> {
    web_acl::rule::visibility_config()
        .cloudwatch_metrics_enabled(true)
        .metric_name(metric)
        .sampled_requests_enabled(true)
}

/// Whoever asks too often is told so, as the proxy would.
fn limit(settings: &Settings) -> Rule {
    use web_acl::rule::{action, statement};
    let response = action::block::custom_response().response_code(429);
    web_acl::rule()
        .name("requests-of-an-address")
        .priority(0)
        .action(web_acl::rule::action().block(action::block().custom_response(response)))
        .statement(
            web_acl::rule::statement().rate_based_statement(
                statement::rate_based_statement()
                    // The address that CloudFront sees, whatever a request says of others.
                    .aggregate_key_type("IP")
                    .evaluation_window_sec(300)
                    .limit(settings.edge.requests_per_five_minutes),
            ),
        )
        .visibility_config(seen("requests-of-an-address"))
}

fn managed(settings: &Settings, group: &str, counted: &[&str], priority: u32) -> Rule {
    use statement::managed_rule_group_statement as group_statement;
    use web_acl::rule::{override_action, statement};
    let counts = settings.edge.managed_rules == ManagedRules::Count;
    let action = web_acl::rule::override_action();
    let action = if counts { action.count(override_action::count()) } else { action.none(override_action::none()) };
    let overrides = counted.iter().map(|rule| {
        group_statement::rule_action_override().name(*rule).action_to_use(
            group_statement::rule_action_override::action_to_use()
                .count(group_statement::rule_action_override::action_to_use::count()),
        )
    });
    let statement = statement::managed_rule_group_statement()
        .name(group)
        .vendor_name("AWS")
        .rule_action_override(overrides.collect::<Vec<_>>());
    web_acl::rule()
        .name(group)
        .priority(priority)
        .override_action(action)
        .statement(web_acl::rule::statement().managed_rule_group_statement(statement))
        .visibility_config(seen(group))
}

/// What is counted or refused is kept for a while, without credentials; what is let through is not written down.
fn log(settings: &Settings, acl: &web_acl::Handle, global: &ProviderHandle<Aws>, stack: &Stack) {
    let account = &settings.aws.account_id;
    let group = aws_cloudwatch_log_group("firewall")
        .provider(global)
        // WAF takes no other beginning.
        .name(format!("aws-waf-logs-{}", settings.name))
        .retention_in_days(settings.edge.firewall_log_retention_days)
        .add_to(stack);
    let write = allow("WafWrites", ["logs:CreateLogStream", "logs:PutLogEvents"])
        .principals(services(["delivery.logs.amazonaws.com"]))
        .resources([text!("{}:*", group.arn())])
        .condition(condition("StringEquals", "aws:SourceAccount", [account]))
        .condition(condition("ArnLike", "aws:SourceArn", [format!("arn:aws:logs:{GLOBAL_REGION}:{account}:*")]));
    let policy = document(stack, "firewall_log", write);
    let admitted = aws_cloudwatch_log_resource_policy("firewall")
        .provider(global)
        .policy_name(settings.named("firewall-log"))
        .policy_document(policy.json())
        .add_to(stack);
    let hidden = ["authorization", "cookie"]
        .map(|name| logging::redacted_fields().single_header(logging::redacted_fields::single_header().name(name)));
    let kept = ["BLOCK", "COUNT"].map(|action| {
        logging::logging_filter::filter::condition()
            .action_condition(logging::logging_filter::filter::condition::action_condition().action(action))
    });
    logging("main")
        .provider(global)
        .resource_arn(acl.arn())
        .log_destination_configs([group.arn()])
        .redacted_fields(hidden)
        .logging_filter(
            logging::logging_filter()
                .default_behavior("DROP")
                .filter(logging::logging_filter::filter().behavior("KEEP").requirement("MEETS_ANY").condition(kept)),
        )
        .depends_on(&admitted)
        .add_to(stack);
}
