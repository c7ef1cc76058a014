//! Two readers of one response: the proxy's own, and hyper.

use bytes::{Bytes, BytesMut};
use cors_proxy_server::direct::body::Step;
use cors_proxy_server::direct::head;
use http::{HeaderMap, Method, Request};
use http_body_util::{BodyExt, Empty};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// A response as it was read: status, headers, body, trailers.
pub(crate) type Read = (u16, HeaderMap, Vec<u8>, HeaderMap);

/// The first of these bytes that come in pieces, and then no more.
pub(crate) fn ours(pieces: &[&[u8]], method: &Method) -> Option<Read> {
    let (mut buffer, mut head, mut body, mut trailers) = (BytesMut::new(), None, Vec::new(), HeaderMap::new());
    for piece in pieces {
        buffer.extend_from_slice(piece);
        if head.is_none() {
            head = head::read(&mut buffer, method).ok()?;
        }
        let Some(head) = &mut head else { continue };
        loop {
            match head.decoder.step(&mut buffer).ok()? {
                Step::Frame(frame) if frame.is_data() => body.extend(frame.into_data().unwrap()),
                Step::Frame(frame) => trailers = frame.into_trailers().unwrap(),
                Step::More => break,
                Step::End => return Some((head.status.as_u16(), head.headers.clone(), body, trailers)),
            }
        }
    }
    let mut head = head?;
    head.decoder.closed().ok()?;
    Some((head.status.as_u16(), head.headers, body, trailers))
}

/// The same bytes as hyper reads them.
pub(crate) fn hypers(bytes: &[u8], method: &Method) -> Option<Read> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let (ours, mut theirs) = tokio::io::duplex(1 << 20);
        let mut http = http1::Builder::new();
        http.max_buf_size(service::BUFFER);
        http.allow_spaces_after_header_name_in_responses(true).allow_obsolete_multiline_headers_in_responses(true);
        let (mut sender, connection) = http.handshake(TokioIo::new(ours)).await.unwrap();
        tokio::spawn(connection.with_upgrades());
        let request = Request::builder().method(method).uri("/").body(Empty::<Bytes>::new()).unwrap();
        let response = tokio::spawn(sender.send_request(request));
        assert!(theirs.read(&mut [0; 1024]).await.unwrap() > 0);
        theirs.write_all(bytes).await.unwrap();
        theirs.shutdown().await.unwrap();
        let (head, body) = response.await.unwrap().ok()?.into_parts();
        let body = body.collect().await.ok()?;
        let trailers = body.trailers().cloned().unwrap_or_default();
        Some((head.status.as_u16(), head.headers, body.to_bytes().into(), trailers))
    })
}

/// These bytes in pieces, cut in these places.
pub(crate) fn pieces<'a>(bytes: &'a [u8], cuts: &[usize]) -> Vec<&'a [u8]> {
    let ends = cuts.iter().map(|cut| cut % (bytes.len() + 1));
    let mut ends: Vec<_> = ends.chain([bytes.len()]).collect();
    ends.sort_unstable();
    let begins = std::iter::once(0).chain(ends.iter().copied());
    begins.zip(&ends).map(|(begin, end)| &bytes[begin..*end]).collect()
}
