//! COST: a budget that tells nobody, or too late, or in every month.

use synth_framework::Expression;

use crate::fixture::{argue, broken_by, found, large, with};

const BUDGET: &str = "aws_budgets_budget.month";

/// A budget that nothing is wrong with, but for what comes behind.
fn budget(more: &str) -> String {
    format!("[budget]\nmonthly_usd = 2000\n{more}\n")
}

const TOLD: &str = "mail_to = [\"platform@example.com\"]";

#[test]
fn no_budget_and_a_sound_one_pass() {
    for platform in [with(""), with(&budget(TOLD)), large()] {
        for code in ["COST001", "COST002", "COST003"] {
            assert_eq!(found(&platform, code), "", "{code}");
        }
    }
}

#[test]
fn a_budget_that_nobody_hears_of_is_found() {
    let deaf = broken_by("COST001", &budget(""));
    assert!(
        deaf.starts_with(
            "aws_budgets_budget.month in bootstrap/budget.tf.json has no subscriber for 3 of its 3 notifications"
        ),
        "{deaf}"
    );
    assert!(deaf.contains("name people in `budget.mail_to`"), "{deaf}");
    let mute = broken_by("COST001", &budget(&format!("{TOLD}\nspent_percentages = []\nforeseen_percentages = []")));
    assert!(mute.contains("tells nobody of anything: it has no notification"), "{mute}");
    let topic = "sns_topic_arn = \"arn:aws:sns:eu-north-1:111122223333:bills\"";
    assert_eq!(found(&with(&budget(topic)), "COST001"), "", "a topic hears, too");
    let mut none = with(&budget(TOLD));
    argue(&mut none, BUDGET, "notification.subscriber_email_addresses", Expression::Null);
    assert!(found(&none, "COST001").contains("has no subscriber for 3 of its 3 notifications"));
}

#[test]
fn a_budget_that_tells_too_late_or_twice_is_found() {
    let of = |percentages: &str| broken_by("COST002", &budget(&format!("{TOLD}\n{percentages}")));
    let late = of("spent_percentages = [150]");
    assert!(late.contains("tells only when 150 % of it are spent") && late.contains("such as 80"), "{late}");
    assert!(of("spent_percentages = []").contains("tells of no money that is spent"));
    let mut twice = with(&budget(&format!("{TOLD}\nspent_percentages = [80]\nforeseen_percentages = [80]")));
    assert_eq!(found(&twice, "COST002"), "", "what is spent is not what is foreseen");
    argue(&mut twice, BUDGET, "notification.notification_type", Expression::String("ACTUAL".into()));
    assert!(
        found(&twice, "COST002").contains("has two notifications of ACTUAL at 80 %"),
        "{}",
        found(&twice, "COST002")
    );
    let mut always = with(&budget(&format!("{TOLD}\nspent_percentages = [80]\nforeseen_percentages = []")));
    argue(&mut always, BUDGET, "notification.threshold", Expression::Integer(0));
    assert!(found(&always, "COST002").contains("tells at 0 %, which is always so"));
}

#[test]
fn a_budget_below_what_stands_is_said() {
    let small = broken_by("COST003", &format!("[budget]\nmonthly_usd = 100\n{TOLD}"));
    assert!(
        small.contains("is of 100 USD a month, but what stands without a single node of Karpenter's costs "),
        "{small}"
    );
}
