//! The server that the cases are about: what stands at which path.

use std::net::SocketAddr;

use serde_json::{Map, Value};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::server::ANY;

pub(crate) async fn started() -> SocketAddr {
    let listener = TcpListener::bind(ANY).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream));
        }
    });
    address
}

async fn serve(mut stream: TcpStream) -> Option<()> {
    let mut request = Vec::new();
    while !request.windows(4).any(|end| end == b"\r\n\r\n") {
        (stream.read_buf(&mut request).await.ok()? > 0).then_some(())?;
    }
    let text = String::from_utf8_lossy(&request).into_owned();
    let (head, begun) = text.split_once("\r\n\r\n")?;
    let headers: Map<String, Value> = head
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().into()))
        .collect();
    let length = headers.get("content-length").and_then(|length| length.as_str()?.parse().ok()).unwrap_or(0);
    let mut body = begun.as_bytes().to_vec();
    while body.len() < length {
        (stream.read_buf(&mut body).await.ok()? > 0).then_some(())?;
    }
    let mut words = head.split(' ');
    let (method, path) = (words.next()?, words.next()?);
    stream.write_all(&answer(method, path, headers, &body)).await.ok()?;
    stream.shutdown().await.ok()
}

fn answer(method: &str, path: &str, headers: Map<String, Value>, body: &[u8]) -> Vec<u8> {
    let (status, extra, body) = match path {
        "/" => ("200 OK", "", "Response of the target".to_owned()),
        "/echopost" => ("200 OK", "", String::from_utf8_lossy(body).into_owned()),
        "/echoheaders" => ("200 OK", "Content-Type: application/json\r\n", Value::Object(headers).to_string()),
        "/setcookie" => ("200 OK", "Set-Cookie: x\r\nSet-Cookie2: y\r\nSet-Cookie3: z\r\n", String::new()),
        "/redirecttarget" => ("200 OK", "Some-Header: value\r\n", "redirect target".to_owned()),
        "/redirect" => ("302 Found", "At-Redirect: no\r\nLocation: /redirecttarget\r\n", "redirecting...".to_owned()),
        "/redirectposttarget" => ("200 OK", "", format!("post target {method}")),
        "/redirectpost" => ("302 Found", "Location: /redirectposttarget\r\n", "redirecting...".to_owned()),
        "/redirect307" => ("307 Again", "Location: /redirectposttarget\r\n", "redirecting...".to_owned()),
        "/redirectloop" => ("302 Found", "Location: /redirectloop\r\n", "redirecting ad infinitum...".to_owned()),
        "/redirectwithoutlocation" => ("302 Found", "", "maybe found".to_owned()),
        "/redirectinvalidlocation" => ("302 Found", "Location: http:///\r\n", "redirecting to junk...".to_owned()),
        "/bad-length" => return b"HTTP/1.1 418 Teapot\r\nContent-Length: Not a digit\r\n\r\nno length".into(),
        "/bad-status" => return b"HTTP/1.0 0\r\nContent-Length: 0\r\n\r\n".into(),
        "/bad-chunks" => return b"HTTP/1.1 418 Teapot\r\nTransfer-Encoding: chunked\r\n\r\nno chunk".into(),
        _ => ("404 Not Found", "", format!("no {path}")),
    };
    let length = body.len();
    let body = if method == "HEAD" { String::new() } else { body };
    format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {length}\r\n{extra}\r\n{body}").into()
}
