//! The proxy's responses, as pages on other origins see them.

use std::collections::BTreeSet;

use crate::fixture::{client, get, metric, mock, pair, proxy, raw, scripted};

const ORIGIN: &str = "Origin: https://page.example\r\n";

#[tokio::test]
async fn any_origin_may_read_by_default() {
    let (proxy, mock) = pair(&[]).await;
    let response = get(proxy.address, &format!("/http://{}/posts/1", mock.address), ORIGIN).await;
    assert!(response.starts_with("HTTP/1.1 200 OK\r\n"), "{response}");
    assert!(response.contains("access-control-allow-origin: *\r\n"), "{response}");
    assert!(response.contains("access-control-expose-headers: *\r\n"), "{response}");
    assert!(response.contains("x-content-type-options: nosniff\r\n"), "{response}");
    assert!(response.contains("content-security-policy: sandbox\r\n"), "{response}");
    assert!(response.ends_with('}') && response.contains("\"id\":1"), "{response}");
}

#[tokio::test]
async fn a_preflight_echoes_method_and_headers_without_asking_the_target() {
    let proxy = proxy(&["--cors-max-age", "10m"]).await;
    let response = raw(
        proxy.address,
        b"OPTIONS /https://nowhere.invalid/ HTTP/1.1\r\nHost: proxy\r\nConnection: close\r\nOrigin: https://page.example\r\n\
          Access-Control-Request-Method: PATCH\r\nAccess-Control-Request-Headers: authorization, x-own\r\n\
          Access-Control-Request-Private-Network: true\r\n\r\n",
    )
    .await;
    assert!(response.starts_with("HTTP/1.1 204 No Content\r\n"), "{response}");
    assert!(response.contains("access-control-allow-methods: PATCH\r\n"), "{response}");
    assert!(response.contains("access-control-allow-headers: authorization, x-own\r\n"), "{response}");
    assert!(response.contains("access-control-max-age: 600\r\n"), "{response}");
    let vary = "vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers\r\n";
    assert!(response.contains(vary), "{response}");
    // Whether a public page may reach into a private network is not the proxy's to say.
    assert!(!response.contains("private-network"), "{response}");
}

#[tokio::test]
async fn an_options_request_that_is_no_preflight_is_forwarded() {
    let (proxy, mock) = pair(&[]).await;
    let url = format!("http://{}/http://{}/headers", proxy.address, mock.address);
    let response = client().request(reqwest::Method::OPTIONS, url).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(response.text().await.unwrap().contains("\"method\":\"OPTIONS\""));
}

#[tokio::test]
async fn options_go_no_further_than_they_may() {
    let (proxy, mock) = pair(&[]).await;
    let url = format!("http://{}/http://{}/headers", proxy.address, mock.address);
    let options = |left: &'static str| {
        client()
            .request(reqwest::Method::OPTIONS, &url)
            .header("max-forwards", left)
            .header("origin", "https://page.example")
    };
    let ended = options("0").send().await.unwrap();
    assert_eq!(ended.status(), 204);
    assert_eq!(ended.headers()["allow"], "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
    assert_eq!(ended.headers()["access-control-allow-origin"], "*");
    for (left, then) in [("2", "\"max-forwards\":\"1\""), ("some", "\"max-forwards\":\"some\"")] {
        let seen = options(left).send().await.unwrap().text().await.unwrap();
        assert!(seen.contains(then), "{seen}");
    }
}

#[tokio::test]
async fn an_allow_list_echoes_its_origins_and_refuses_the_rest() {
    let (proxy, mock) = pair(&["--allow-origin", "https://page.example"]).await;
    let path = format!("/http://{}/posts/1", mock.address);
    let allowed = get(proxy.address, &path, ORIGIN).await;
    assert!(allowed.contains("access-control-allow-origin: https://page.example\r\n"), "{allowed}");
    for headers in ["", "Origin: https://other.example\r\n", "Origin: null\r\n"] {
        let denied = get(proxy.address, &path, headers).await;
        assert!(denied.starts_with("HTTP/1.1 403 "), "{denied}");
        assert!(denied.contains("vary: Origin\r\n") && !denied.contains("allow-origin"), "{denied}");
    }
}

#[tokio::test]
async fn with_an_allow_list_the_page_of_the_proxy_itself_still_works() {
    let (proxy, mock) = pair(&["--allow-origin", "https://page.example"]).await;
    let path = format!("/http://{}/posts/1", mock.address);
    // Browsers send no `Origin` with a GET of the same origin, and what other pages send says `cross-site`.
    for (site, status) in [("same-origin", "200"), ("same-site", "403"), ("cross-site", "403"), ("none", "403")] {
        let response = get(proxy.address, &path, &format!("Sec-Fetch-Site: {site}\r\n")).await;
        assert!(response.starts_with(&format!("HTTP/1.1 {status} ")), "{site}: {response}");
    }
    let forged = get(proxy.address, &path, "Origin: https://other.example\r\nSec-Fetch-Site: same-origin\r\n").await;
    assert!(forged.starts_with("HTTP/1.1 403 "), "{forged}");
}

#[tokio::test]
async fn a_deny_list_refuses_its_origins_only() {
    let (proxy, mock) = pair(&["--deny-origin", "https://page.example"]).await;
    let path = format!("/http://{}/posts/1", mock.address);
    assert!(get(proxy.address, &path, ORIGIN).await.starts_with("HTTP/1.1 403 "));
    let allowed = get(proxy.address, &path, "Origin: https://other.example\r\n").await;
    assert!(allowed.contains("access-control-allow-origin: https://other.example\r\n"), "{allowed}");
}

#[tokio::test]
async fn errors_of_the_proxy_can_be_read_by_the_page() {
    let proxy = proxy(&[]).await;
    for (path, status, error) in [
        ("/http://10.0.0.1/", "403", "destination_ip_prohibited"),
        ("/http://nowhere.invalid/", "502", "dns_error"),
        ("/word", "400", "destination_not_found"),
    ] {
        let response = get(proxy.address, path, ORIGIN).await;
        assert!(response.starts_with(&format!("HTTP/1.1 {status} ")), "{response}");
        assert!(response.contains("access-control-allow-origin: *\r\n"), "{response}");
        assert!(response.contains(&format!("proxy-status: cors-proxy-server; error={error}\r\n")), "{response}");
        assert!(response.contains("access-control-expose-headers: *\r\n"), "{response}");
    }
}

#[tokio::test]
async fn one_of_the_required_headers_is_needed() {
    let (proxy, mock) = pair(&["--require-header", "Origin,X-Requested-With"]).await;
    let path = format!("/http://{}/posts/1", mock.address);
    assert!(get(proxy.address, &path, "").await.starts_with("HTTP/1.1 400 "));
    assert!(get(proxy.address, &path, ORIGIN).await.starts_with("HTTP/1.1 200 "));
    assert!(get(proxy.address, &path, "X-Requested-With: fetch\r\n").await.starts_with("HTTP/1.1 200 "));
}

#[tokio::test]
async fn cookies_cross_only_with_credentials_for_an_allowed_origin() {
    let mock = mock().await;
    let target = mock.address.to_string();
    let path = format!("/http://{target}/headers");
    let headers = format!("{ORIGIN}Cookie: proxied-secret=1; session=operator\r\n");
    let without = proxy(&["--allow-target", &target]).await;
    assert!(!get(without.address, &path, &headers).await.contains("secret=1"));
    let flags = ["--allow-target", &target, "--allow-origin", "https://page.example", "--allow-credentials"];
    let with = proxy(&flags).await;
    let response = get(with.address, &path, &headers).await;
    assert!(response.contains("\"secret=1\""), "{response}");
    assert!(response.contains("access-control-allow-credentials: true\r\n"), "{response}");
}

#[tokio::test]
async fn a_cookie_of_one_target_is_none_of_anothers() {
    let (shop, _) = scripted(&["HTTP/1.1 200 OK\r\nSet-Cookie: id=1; Path=/; Domain=shop.example; HttpOnly\r\n\
        Set-Cookie: __Host-b=2; Secure\r\nContent-Length: 0\r\n\r\n"])
    .await;
    let flags = ["--allow-target", &shop.to_string(), "--allow-origin", "https://page.example", "--allow-credentials"];
    let proxy = proxy(&flags).await;
    let response = get(proxy.address, &format!("/http://{shop}/cart/1"), ORIGIN).await;
    // A browser sends them back for the same target only, since another has another path.
    for set in [
        format!("set-cookie: proxied-id=1; Path=/http://{shop}/; HttpOnly\r\n"),
        format!("set-cookie: proxied-__Host-b=2; Path=/http://{shop}/cart; Secure\r\n"),
    ] {
        assert!(response.contains(&set), "{set}: {response}");
    }
    assert_eq!(response.matches("set-cookie: ").count(), 2, "{response}");
}

#[tokio::test]
async fn the_front_page_explains_and_loads_nothing_from_elsewhere() {
    let proxy = proxy(&["--allow-origin", "https://page.example", "--require-header", "Origin"]).await;
    let page = get(proxy.address, "/", "").await;
    assert!(page.starts_with("HTTP/1.1 200 ") && page.contains("content-type: text/html"), "{page}");
    assert!(page.contains("content-security-policy: default-src 'none'"), "{page}");
    assert!(!page.contains("src=\"http") && !page.contains("href=\"http"), "{page}");
    assert!(get(proxy.address, "/favicon.ico", "").await.starts_with("HTTP/1.1 204 "));
    assert!(get(proxy.address, "/robots.txt", "").await.contains("Disallow: /"));
    assert!(!get(proxy.address, "/iscorsneeded", ORIGIN).await.contains("access-control"));
}

/// Alerts and dashboards are tried on series of that list.
#[tokio::test]
async fn metrics_are_those_of_the_list() {
    let (proxy, mock) = pair(&[]).await;
    get(proxy.address, &format!("/http://{}/status/418", mock.address), ORIGIN).await;
    get(proxy.address, "/http://10.0.0.1/", ORIGIN).await;
    let all = get(proxy.admin, "/metrics", "").await;
    let served = all.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let (series, _) = line.rsplit_once(' ').filter(|(series, _)| !series.contains(' '))?;
        let (metric, labels) = series.split_once('{').unwrap_or((series, "}"));
        let labels = labels.trim_end_matches('}').split("\",").filter_map(|label| Some(label.split_once('=')?.0));
        Some((metric, labels.collect::<Vec<_>>().join(" ")))
    });
    let served: BTreeSet<_> = served.filter(|(metric, _)| !metric.ends_with(':')).collect();
    let listed = include_str!("../../../metrics.csv").lines().filter(|line| !line.starts_with('#')).skip(1);
    let listed: BTreeSet<_> = listed.map(|line| line.split_once(',').unwrap()).collect();
    for (metric, labels) in &served {
        assert!(listed.contains(&(*metric, labels.as_str())), "apps/metrics.csv has no {metric} with {labels}");
    }
    // Those that count what did not happen are not there yet; tests of what they count name them.
    let missing = listed.iter().filter(|(metric, labels)| !served.contains(&(*metric, (*labels).to_owned())));
    let missing: Vec<_> = missing.map(|(metric, _)| *metric).collect();
    assert_eq!(missing, ["refused_connections_total", "retries_total"]);
}

#[tokio::test]
async fn metrics_name_the_route_and_never_the_url() {
    let (proxy, mock) = pair(&[]).await;
    get(proxy.address, &format!("/http://{}/status/418", mock.address), ORIGIN).await;
    let series = "http_server_request_duration_seconds_count{http_request_method=\"GET\",\
                  http_response_status_code=\"418\",http_route=\"/{target}\",error_type=\"\"}";
    assert!((metric(&proxy, series).await - 1.0).abs() < f64::EPSILON);
    let all = get(proxy.admin, "/metrics", "").await;
    assert!(all.contains("http_client_request_duration_seconds_bucket"), "{all}");
    assert!(all.contains("build_info{service=\"cors-proxy-server\",version=\"test\"} 1"), "{all}");
    assert!(!all.contains("/status/418"), "{all}");
}
