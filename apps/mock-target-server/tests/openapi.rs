//! The `OpenAPI` document and the routes agree, on a real socket.

#![allow(clippy::unwrap_used, reason = "a test panics to fail")]

use std::collections::BTreeSet;
use std::net::SocketAddr;

use clap::Parser;
use mock_target_server::{Args, routes};
use serde_json::Value;
use service::{Metrics, Server};

fn start() -> SocketAddr {
    let args = Args::parse_from(["mock-target-server"]);
    let any = "127.0.0.1:0".parse().unwrap();
    let server = Server::bind(args.server, any, any, Metrics::new("mock-target-server", "test")).unwrap();
    let address = server.address().unwrap();
    tokio::spawn(server.run(routes(1)));
    address
}

/// The values that a parameter may take: those at its bounds, its choices, or one that fits its name.
fn values(parameter: &Value) -> Vec<String> {
    let schema = &parameter["schema"];
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
    if let Some(choices) = schema["enum"].as_array() {
        return choices.iter().map(text).collect();
    }
    // The greatest are minutes of waiting and megabytes: the least and the default are as good a proof of the route.
    let bounds: Vec<_> =
        ["minimum", "default"].map(|bound| &schema[bound]).into_iter().filter(|value| !value.is_null()).collect();
    match parameter["name"].as_str().unwrap() {
        "url" => vec!["/headers".to_owned()],
        "Range" => vec!["bytes=0-0".to_owned()],
        "codes" => vec!["204".to_owned(), "200:1,503:1".to_owned()],
        "duration" | "delay" => vec!["0".to_owned()],
        _ if bounds.is_empty() => vec!["1".to_owned()],
        _ => bounds.into_iter().map(text).collect(),
    }
}

fn filled(path: &str, parameter: &Value, value: &str) -> String {
    let name = parameter["name"].as_str().unwrap();
    match parameter["in"].as_str().unwrap() {
        "path" => path.replace(&format!("{{{name}}}"), value),
        "query" => format!("{path}{}{name}={value}", if path.contains('?') { '&' } else { '?' }),
        _ => path.to_owned(),
    }
}

#[tokio::test]
async fn every_operation_of_the_openapi_document_answers_as_documented() {
    let mock = start();
    let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let document = client.get(format!("http://{mock}/openapi.json")).send().await.unwrap();
    let document: Value = document.json().await.unwrap();
    let mut calls = 0;
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let required = parameters.iter().filter(|parameter| parameter["required"] == true);
            let plain = required.fold(path.clone(), |path, parameter| filled(&path, parameter, &values(parameter)[0]));
            let mut paths = vec![(plain.clone(), None)];
            for parameter in &parameters {
                let others =
                    parameters.iter().filter(|other| other["required"] == true && other["name"] != parameter["name"]);
                let rest = others.fold(path.clone(), |path, other| filled(&path, other, &values(other)[0]));
                let header = parameter["in"] == "header";
                paths.extend(values(parameter).into_iter().map(|value| {
                    (
                        filled(&rest, parameter, &value),
                        header.then(|| (parameter["name"].as_str().unwrap().to_owned(), value)),
                    )
                }));
                if let Some(most) = parameter["schema"]["maximum"].as_u64() {
                    let beyond = filled(&rest, parameter, &(most + 1).to_string());
                    let refused =
                        client.request(method.to_uppercase().parse().unwrap(), format!("http://{mock}{beyond}"));
                    let status = refused.send().await.unwrap().status().as_u16();
                    // What lies beyond the last item is not there, rather than out of bounds.
                    let documented = operation["responses"].get(status.to_string()).is_some();
                    assert!(matches!(status, 400 | 404) && documented, "{method} {beyond}: {status}");
                }
            }
            for (path, header) in paths {
                let mut request =
                    client.request(method.to_uppercase().parse().unwrap(), format!("http://{mock}{path}"));
                if let Some((name, value)) = header {
                    request = request.header(name, value);
                }
                if path == "/websocket" {
                    let key = ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
                    request = request.header("connection", "upgrade").header("upgrade", "websocket");
                    request = request.header("sec-websocket-version", "13").header(key.0, key.1);
                }
                match request.send().await {
                    Ok(response) => {
                        let status = response.status().as_u16().to_string();
                        let documented = &operation["responses"];
                        let class = format!("{}XX", &status[..1]);
                        assert!(
                            [&status, &class].iter().any(|status| documented.get(status).is_some())
                                || path.contains("status"),
                            "{method} {path}: {status}"
                        );
                        assert_ne!(status, "400", "{method} {path}");
                    }
                    Err(error) => assert!(path == "/fault/reset", "{method} {path}: {error}"),
                }
                calls += 1;
            }
        }
    }
    assert!(calls > 40, "{calls}");
}

/// The names under which routes are measured are the paths of the document: neither has what the other lacks.
#[test]
fn the_openapi_document_names_every_route_and_no_other() {
    let sources = [
        include_str!("../src/routes.rs"),
        include_str!("../src/routes/body.rs"),
        include_str!("../src/routes/cpu.rs"),
        include_str!("../src/routes/echo.rs"),
        include_str!("../src/routes/fault.rs"),
        include_str!("../src/routes/latency.rs"),
        include_str!("../src/routes/redirect.rs"),
        include_str!("../src/routes/rest.rs"),
        include_str!("../src/routes/status.rs"),
    ]
    .concat();
    let texts = sources.split('"').skip(1).step_by(2);
    let routes: BTreeSet<&str> = texts
        .filter(|text| text.starts_with('/') && text.len() > 1 && !text.contains(['?', ' ']) && !text.contains("{}"))
        .collect();
    let document: Value = serde_json::from_str(include_str!("../src/openapi.json")).unwrap();
    let documented: BTreeSet<&str> = document["paths"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(routes, documented);
}
