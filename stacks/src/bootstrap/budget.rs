//! The budget of the account: AWS tells people when the month comes near it, whatever becomes of the cluster.

use synth_bindings::aws_budgets_budget;
use synth_framework::{IntoBlocks, Stack};

use crate::settings::Settings;

/// Declares the budget, if there is one. It is of the whole account, as bills are: of tags AWS counts only those that somebody
/// has switched on for it in the account that pays.
pub(super) fn budget(settings: &Settings, stack: &Stack) {
    let budget = &settings.budget;
    if budget.monthly_usd == 0 {
        return;
    }
    let spent = budget.spent_percentages.iter().map(|percentage| (*percentage, "ACTUAL"));
    let foreseen = budget.foreseen_percentages.iter().map(|percentage| (*percentage, "FORECASTED"));
    let notifications: Vec<_> = spent.chain(foreseen).map(|of| notification(settings, of)).collect();
    aws_budgets_budget("month")
        .name(settings.budget_name())
        .budget_type("COST")
        .limit_amount(budget.monthly_usd.to_string())
        .limit_unit("USD")
        .time_unit("MONTHLY")
        .notification(notifications)
        .add_to(stack);
}

fn notification(
    settings: &Settings,
    (percentage, kind): (u32, &str),
) -> impl IntoBlocks<aws_budgets_budget::notification::Shape> {
    let budget = &settings.budget;
    let notification = aws_budgets_budget::notification()
        .comparison_operator("GREATER_THAN")
        .threshold(percentage)
        .threshold_type("PERCENTAGE")
        .notification_type(kind);
    let notification =
        if budget.mail_to.is_empty() { notification } else { notification.subscriber_email_addresses(&budget.mail_to) };
    match &budget.sns_topic_arn {
        Some(topic) => notification.subscriber_sns_topic_arns([topic.as_str()]),
        None => notification,
    }
}
