//! Redirects are followed by the proxy, each hop vetted anew.

use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::time::timeout;

use crate::fixture::{ANY, client, get, mock, pair, proxy, raw, scripted};

#[tokio::test]
async fn redirects_are_followed_and_told() {
    let (proxy, mock) = pair(&[]).await;
    let target = format!("http://{}", mock.address);
    let response = get(proxy.address, &format!("/{target}/redirect/3"), "").await;
    assert!(response.starts_with("HTTP/1.1 200 "), "{response}");
    for (name, value) in [
        ("x-request-url", format!("{target}/redirect/3")),
        ("x-cors-redirect-1", format!("302 {target}/redirect/2")),
        ("x-cors-redirect-2", format!("302 {target}/redirect/1")),
        ("x-cors-redirect-3", format!("302 {target}/headers")),
        ("x-final-url", format!("{target}/headers")),
    ] {
        assert!(response.contains(&format!("{name}: {value}\r\n")), "{name}: {response}");
    }
}

#[tokio::test]
async fn beyond_the_most_hops_the_next_leads_through_the_proxy() {
    let (proxy, mock) = pair(&["--max-redirects", "2"]).await;
    let response = get(proxy.address, &format!("/http://{}/redirect/9", mock.address), "").await;
    assert!(response.starts_with("HTTP/1.1 302 "), "{response}");
    assert!(response.contains(&format!("location: /http://{}/redirect/6\r\n", mock.address)), "{response}");
}

#[tokio::test]
async fn a_url_that_grows_beyond_reason_is_not_followed() {
    // A byte that is encoded, and so three times as long.
    let location = format!("/{}", "\u{e9}".repeat(1500));
    let answer =
        format!("HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    let (target, seen) = scripted(vec![&*answer.leak()].leak()).await;
    let proxy = proxy(&["--allow-target", &target.to_string()]).await;
    let response = get(proxy.address, &format!("/http://{target}/"), "").await;
    assert!(response.starts_with("HTTP/1.1 302 ") && !response.contains("x-cors-redirect"), "{response}");
    assert_eq!(seen.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_redirected_post_becomes_a_get_only_where_browsers_do_so() {
    let (proxy, mock) = pair(&[]).await;
    let target = format!("http://{}", mock.address);
    for (status, expected) in [(301, 200), (302, 200), (303, 200), (307, 307), (308, 308)] {
        let url = format!("http://{}/{target}/redirect-to?status={status}&url=/headers", proxy.address);
        let response = client().post(url).body("a body").send().await.unwrap();
        assert_eq!(response.status().as_u16(), expected, "{status}");
        if expected == 200 {
            let seen = response.text().await.unwrap();
            assert!(seen.contains("\"method\":\"GET\"") && !seen.contains("content-length"), "{seen}");
        } else {
            assert_eq!(response.headers()["location"], format!("/{target}/headers"));
        }
    }
    let request = format!(
        "GET /{target}/redirect-to?status=307&url=/headers HTTP/1.1\r\nHost: proxy\r\nConnection: close\r\n\r\n"
    );
    assert!(raw(proxy.address, request.as_bytes()).await.starts_with("HTTP/1.1 200 "));
}

#[tokio::test]
async fn a_location_in_plain_utf_8_is_followed() {
    let (upstream, seen) = scripted(&[
        "HTTP/1.1 302 Found\r\nLocation: /caf\u{e9}#part\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    ])
    .await;
    let proxy = proxy(&["--allow-target", &upstream.to_string()]).await;
    let response = get(proxy.address, &format!("/http://{upstream}/"), "").await;
    assert!(response.contains(&format!("x-final-url: http://{upstream}/caf%C3%A9\r\n")), "{response}");
    assert!(seen.lock().unwrap()[1].starts_with("GET /caf%C3%A9 HTTP/1.1\r\n"));
}

#[tokio::test]
async fn a_redirect_whose_body_does_not_end_is_followed_all_the_same() {
    let slow = TcpListener::bind(ANY).await.unwrap();
    let address = slow.local_addr().unwrap();
    let mock = mock().await;
    let proxy = proxy(&["--allow-target", &format!("{address},{}", mock.address)]).await;
    let location = format!("Location: http://{}/posts/1\r\n", mock.address);
    let held = tokio::spawn(async move {
        let (mut stream, _) = slow.accept().await.unwrap();
        let head = format!("HTTP/1.1 302 Found\r\n{location}Content-Length: 9\r\n\r\nbegun");
        stream.write_all(head.as_bytes()).await.unwrap();
        stream
    });
    let response = timeout(Duration::from_secs(10), get(proxy.address, &format!("/http://{address}/"), "")).await;
    assert!(response.unwrap().starts_with("HTTP/1.1 200 "));
    drop(held.await.unwrap());
}

#[tokio::test]
async fn authorization_stays_with_its_origin() {
    let (other, seen) = scripted(&["HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"]).await;
    let mock = mock().await;
    let proxy = proxy(&["--allow-target", &format!("{other},{}", mock.address)]).await;
    let headers = "Authorization: Bearer secret\r\n";
    let same = get(proxy.address, &format!("/http://{}/redirect/1", mock.address), headers).await;
    assert!(same.contains("Bearer secret"), "{same}");
    get(proxy.address, &format!("/http://{}/redirect-to?url=http://{other}/", mock.address), headers).await;
    let request = seen.lock().unwrap()[0].to_ascii_lowercase();
    assert!(request.starts_with("get / ") && !request.contains("authorization"), "{request}");
}

#[tokio::test]
async fn a_redirect_to_another_scheme_is_handed_over_as_it_is() {
    let (proxy, mock) = pair(&[]).await;
    let response =
        get(proxy.address, &format!("/http://{}/redirect-to?url=ftp://example.org/", mock.address), "").await;
    assert!(
        response.starts_with("HTTP/1.1 302 ") && response.contains("location: ftp://example.org/\r\n"),
        "{response}"
    );
}
