//! Services that an environment adds.

use crate::{BASE, refused};

/// The table of a service more, with the values of the target.
fn added(name: &str) -> String {
    let (_, table) = BASE.split_once("[services.mock_target_server]\n").expect("the target has a table");
    let (table, _) = table.split_once("\n[services.proxy]").expect("the proxy has one behind it");
    let table = table.replace("[services.mock_target_server.image]", &format!("[services.internal.{name}.image]"));
    format!("[services.internal.{name}]\n{table}")
}

#[test]
fn added_services_need_names_of_their_own_and_callers_that_exist() {
    let text = r#"
[services.cors_proxy_server]
callers = ["orders"]

[services.mock_target_server]
callers = ["cors_proxy_server", "oders", "nobody"]
"#;
    insta::assert_snapshot!(refused(&[text, &added("Orders"), &added("karpenter")].concat()), @r"
    staging.toml:3:12: `services.cors_proxy_server.callers[0]` is `orders`, but the proxy is reached only from the internet: remove it
    staging.toml:6:12: `services.mock_target_server.callers[0]` is `cors_proxy_server`, which is not a service: did you mean `cors-proxy-server`?
    staging.toml:6:33: `services.mock_target_server.callers[1]` is `oders`, which is not a service: did you mean `Orders`?
    staging.toml:6:42: `services.mock_target_server.callers[2]` is `nobody`, which is not a service: choose one of `cors-proxy-server`, `mock-target-server`, `Orders` and `karpenter`
    staging.toml:7:20: `services.internal.Orders` is not a name for a service: begin with a letter, then use `a-z`, digits and `-`
    staging.toml:26:20: `services.internal.karpenter` is taken by a part of the platform: choose another name
    ");
}
