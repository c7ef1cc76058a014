//! Facts of `aws_lb_listener`.

use super::{
    Facts,
    Rule::{Arn, Between, In},
};

pub(super) const RESOURCE: Facts = Facts {
    rules: &[
        Arn("certificate_arn"),
        Arn("default_action.target_group_arn"),
        Arn("load_balancer_arn"),
        Between("port", 1, 65535),
        In(
            "default_action.type",
            &["authenticate-cognito", "authenticate-oidc", "fixed-response", "forward", "redirect"],
        ),
        In("protocol", &["GENEVE", "HTTP", "HTTPS", "TCP", "TCP_UDP", "TLS", "UDP"]),
    ],
    replaces: Some(&["load_balancer_arn"]),
    computed_blocks: &["mutual_authentication"],
    templates: &[
        ("arn", "{load_balancer_arn|listener}/{hex:16}"),
        ("default_action.order", "1"),
        ("id", "{arn}"),
        ("ssl_policy", ""),
        ("tcp_idle_timeout_seconds", "350"),
    ],
    ..Facts::new("aws_lb_listener")
};
