//! COST: whether somebody hears of it before a month becomes dear.

use synth_bindings::aws_budgets_budget;
use synth_review::{Findings, Policy, Severity};

use crate::{Platform, cost, view::Declared};

pub(super) const POLICIES: &[Policy<Platform>] =
    &[BUDGETS_TELL_SOMEBODY, BUDGETS_TELL_IN_TIME, BUDGETS_COVER_WHAT_STANDS];

type Budget<'a> = Declared<'a, aws_budgets_budget::Handle>;
type Notification<'a> = Declared<'a, aws_budgets_budget::notification::View>;

/// The notifications of a budget.
fn notifications<'a>(budget: &Budget<'a>) -> Vec<Notification<'a>> {
    budget.blocks(|of| of.notification()).collect()
}

/// Its kind, and the percentage at which it is sent.
fn threshold(of: &Notification<'_>) -> Option<(String, f64)> {
    let percentage = of.text(|of| of.threshold()).and_then(|text| text.parse().ok())?;
    Some((of.text(|of| of.notification_type())?, percentage))
}

const BUDGETS_TELL_SOMEBODY: Policy<Platform> = Policy {
    code: "COST001",
    name: "budgets-tell-somebody",
    severity: Severity::Error,
    explanation: "A budget changes nothing by itself: without a subscriber the month becomes dear, and the bill is the \
                  first to say so.",
    check: budgets_tell_somebody,
};

fn budgets_tell_somebody(platform: &Platform, findings: &mut Findings) {
    for budget in platform.resources::<aws_budgets_budget::Handle>() {
        let notifications = notifications(&budget);
        let deaf = |of: &&Notification<'_>| {
            of.list(|of| of.subscriber_email_addresses()).is_empty()
                && of.list(|of| of.subscriber_sns_topic_arns()).is_empty()
        };
        let silent = notifications.iter().filter(deaf).count();
        let (message, mend, keys) = if notifications.is_empty() {
            (
                "tells nobody of anything: it has no notification".to_owned(),
                "name a percentage in `budget.spent_percentages`",
                ["budget.spent_percentages", "budget.foreseen_percentages"],
            )
        } else if silent > 0 {
            (
                format!("has no subscriber for {silent} of its {} notifications", notifications.len()),
                "name people in `budget.mail_to`, or a topic in `budget.sns_topic_arn`",
                ["budget.mail_to", "budget.sns_topic_arn"],
            )
        } else {
            continue;
        };
        findings.report(budget.place(), message, mend).set_by(keys);
    }
}

const BUDGETS_TELL_IN_TIME: Policy<Platform> = Policy {
    code: "COST002",
    name: "budgets-tell-in-time",
    severity: Severity::Error,
    explanation: "Who hears of a budget only when more than all of it is spent can save nothing of this month; and AWS \
                  refuses a budget that says the same twice.",
    check: budgets_tell_in_time,
};

fn budgets_tell_in_time(platform: &Platform, findings: &mut Findings) {
    for budget in platform.resources::<aws_budgets_budget::Handle>() {
        let thresholds: Vec<_> = notifications(&budget).iter().filter_map(threshold).collect();
        let mut report = |message: String, mend: &str| {
            findings
                .report(budget.place(), message, mend)
                .set_by(["budget.spent_percentages", "budget.foreseen_percentages"]);
        };
        let spent = thresholds.iter().filter(|(kind, _)| kind == "ACTUAL").map(|(_, percentage)| *percentage);
        let first = spent.clone().fold(f64::INFINITY, f64::min);
        if !thresholds.is_empty() && first > 100.0 {
            let when = if first.is_finite() {
                format!("only when {first} % of it are spent")
            } else {
                "of no money that is spent".to_owned()
            };
            report(format!("tells {when}"), "name 100 or less in `budget.spent_percentages`, such as 80");
        }
        if let Some((_, percentage)) = thresholds.iter().find(|(_, percentage)| *percentage <= 0.0) {
            report(format!("tells at {percentage} %, which is always so"), "name a percentage above 0");
        }
        let twice = thresholds.iter().enumerate().find(|(place, of)| thresholds[..*place].contains(of));
        if let Some((_, (kind, percentage))) = twice {
            report(format!("has two notifications of {kind} at {percentage} %"), "remove one of them");
        }
    }
}

const BUDGETS_COVER_WHAT_STANDS: Policy<Platform> = Policy {
    code: "COST003",
    name: "budgets-cover-what-stands",
    severity: Severity::Warning,
    explanation: "A budget below what stands at rest is spent in every month: people learn to pass over its mails.",
    check: budgets_cover_what_stands,
};

fn budgets_cover_what_stands(platform: &Platform, findings: &mut Findings) {
    for budget in platform.resources::<aws_budgets_budget::Handle>() {
        let Some(limit) = budget.text(|of| of.limit_amount()).and_then(|text| text.parse::<f64>().ok()) else {
            continue;
        };
        let parts = cost::stands(platform, Some(findings.today()));
        let stands: f64 = parts.iter().map(|(_, dollars)| dollars).sum();
        if limit < stands {
            findings
                .report(
                    budget.place(),
                    format!("is of {limit} USD a month, but what stands without a single node of Karpenter's costs {stands:.0}"),
                    "raise `budget.monthly_usd`, or let less stand: `synth cost` says what each line costs",
                )
                .set_by(["budget.monthly_usd"]);
        }
    }
}
