//! The questions of a load test's report to Prometheus: the same expressions as the dashboards'.

use super::expressions::Expressions;
use crate::settings::Settings;

/// A question, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Its name, such as `cpu`.
    pub name: &'static str,
    /// The expression.
    pub expression: String,
}

/// How the services and the nodes scaled: `cpu` and `cpu-target` in percent of what pods ask for, `replicas`, `nodes`.
pub fn scaling_questions(settings: &Settings) -> Vec<Question> {
    let expressions = Expressions::new(settings);
    let question = |name, expression| Question { name, expression };
    vec![
        question("cpu", expressions.cpu_utilization()),
        question("cpu-target", expressions.cpu_target()),
        question("replicas", expressions.autoscaler("status_current_replicas")),
        question("nodes", "count(kube_node_info)".to_owned()),
    ]
}
