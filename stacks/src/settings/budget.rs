//! What the account may cost in a month, and who is told when it comes near that.

use super::declare::section;
use super::problem::Problems;
use super::rules::{between, set, shaped};
use super::tree;
use super::{TopicArn, shape};

/// Notifications that a budget may have.
/// <https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_CreateBudget.html>
const MOST_NOTIFICATIONS: usize = 5;

/// Addresses that a notification may have, by the same page.
const MOST_ADDRESSES: usize = 10;

section! {
    /// A budget of the account.
    pub struct Budget {
        /// US dollars a month; 0 makes no budget.
        pub monthly_usd: u32 where between(0, 100_000_000),
        /// Percentages of it at which people are told once they are spent.
        pub spent_percentages: Vec<u32> where set(between(1, 1000)),
        /// Percentages of it at which people are told once AWS foresees that the month will come to them.
        pub foreseen_percentages: Vec<u32> where set(between(1, 1000)),
        /// People who get mail.
        pub mail_to: Vec<String> where set(shaped("an address such as `platform@example.com`", shape::mail_address)),
        /// Topic of SNS that is told.
        pub sns_topic_arn: Option<TopicArn>,
    }
    check fits_aws;
}

fn fits_aws(budget: &Budget, section: &str, problems: &mut Problems<'_>) {
    let key = |name: &str| tree::child(section, name);
    let notifications = budget.spent_percentages.len() + budget.foreseen_percentages.len();
    if notifications > MOST_NOTIFICATIONS {
        let other = key("foreseen_percentages");
        let message = format!(
            "has with `{other}` {notifications} percentages, but a budget tells of {MOST_NOTIFICATIONS} at most: leave some out"
        );
        problems.report(&key("spent_percentages"), message);
    }
    if budget.mail_to.len() > MOST_ADDRESSES {
        let addresses = budget.mail_to.len();
        let message = format!("names {addresses} people, but a budget tells {MOST_ADDRESSES}: name a list of them");
        problems.report(&key("mail_to"), message);
    }
}
