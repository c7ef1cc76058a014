//! Bodies of every shape: bytes, stream, drip, range, gzip, etag, trailers. Long ones are made while they are sent.

use std::convert::Infallible;
use std::io::Write;
use std::time::Duration;

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use futures_util::{Stream, StreamExt, stream};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use serde::Deserialize;
use serde_json::json;
use service::ResponseBody;
use warp::Filter;

use super::{Group, MAX_BYTES, MAX_MILLIS};
use crate::answer::{Answer, Refusal, bounded, full, json};

const CHUNK: u64 = 16 * 1024;
const BINARY: &str = "application/octet-stream";

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default)]
struct Drip {
    bytes: u64,
    duration: u64,
    delay: u64,
}

impl Default for Drip {
    fn default() -> Self {
        Self { bytes: 10, duration: 1000, delay: 0 }
    }
}

pub(super) fn routes() -> Group {
    let bytes = warp::path!("bytes" / u64)
        .map(|count| Answer { route: "/bytes/{count}", outcome: bounded("count", count, MAX_BYTES).map(sized) });
    let lines = warp::path!("stream" / u64)
        .map(|count| Answer { route: "/stream/{lines}", outcome: bounded("lines", count, 10_000).map(json_lines) });
    let drip =
        warp::path!("drip").and(warp::query()).map(|drip: Drip| Answer { route: "/drip", outcome: dripped(drip) });
    let range =
        warp::path!("range" / u64).and(warp::header::optional("range")).map(|size, range: Option<String>| Answer {
            route: "/range/{count}",
            outcome: bounded("count", size, MAX_BYTES).and_then(|size| ranged(size, range.as_deref())),
        });
    let gzip = warp::path!("gzip").map(|| Answer { route: "/gzip", outcome: Ok(gzipped()) });
    let etag = warp::path!("etag" / String)
        .and(warp::header::headers_cloned())
        .map(|tag: String, headers: HeaderMap| Answer { route: "/etag/{tag}", outcome: conditional(&tag, &headers) });
    let trailers = warp::path!("trailers").map(|| Answer { route: "/trailers", outcome: Ok(with_trailers()) });
    let all = bytes.or(lines).unify().or(drip).unify().or(range).unify();
    all.or(gzip).unify().or(etag).unify().or(trailers).unify().boxed()
}

/// The letters of the alphabet over and over, so that a byte tells its position.
fn letters(from: u64, to: u64) -> impl Stream<Item = Bytes> {
    stream::unfold(from, move |at| async move {
        let end = to.min(at + CHUNK);
        let letter = |position: u64| b'a' + u8::try_from(position % 26).expect("a remainder of 26 fits");
        (at < end).then(|| ((at..end).map(letter).collect(), end))
    })
}

fn streamed(content_type: &'static str, chunks: impl Stream<Item = Bytes> + Send + 'static) -> Response<ResponseBody> {
    let frames = chunks.map(|chunk| Ok::<_, Infallible>(Frame::data(chunk)));
    let body = StreamBody::new(frames).map_err(|never| match never {}).boxed_unsync();
    let mut response = Response::new(body);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

fn sized(count: u64) -> Response<ResponseBody> {
    let mut response = streamed(BINARY, letters(0, count));
    response.headers_mut().insert(header::CONTENT_LENGTH, count.into());
    response
}

fn json_lines(count: u64) -> Response<ResponseBody> {
    streamed("application/x-ndjson", stream::iter((0..count).map(|id| format!("{{\"id\":{id}}}\n").into())))
}

fn dripped(drip: Drip) -> Result<Response<ResponseBody>, Refusal> {
    bounded("bytes", drip.bytes, 10_000)?;
    bounded("duration", drip.duration.saturating_add(drip.delay), MAX_MILLIS)?;
    let pause = Duration::from_millis(drip.duration.checked_div(drip.bytes).unwrap_or(0));
    let drops = stream::unfold(0, move |sent| async move {
        let wait = if sent == 0 { Duration::from_millis(drip.delay) } else { pause };
        tokio::time::sleep(wait).await;
        (sent < drip.bytes).then(|| (Bytes::from_static(b"*"), sent + 1))
    });
    Ok(streamed(BINARY, drops))
}

fn ranged(size: u64, range: Option<&str>) -> Result<Response<ResponseBody>, Refusal> {
    let mut response = sized(size);
    response.headers_mut().insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    response.headers_mut().insert(header::ETAG, HeaderValue::from_static("\"range\""));
    let Some((from, to)) = range.and_then(|range| parse_range(range, size)) else {
        return Ok(response);
    };
    if from >= size || from >= to {
        return Err(Refusal::Unsatisfiable { size });
    }
    let content_range = format!("bytes {from}-{}/{size}", to - 1);
    *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    response.headers_mut().insert(header::CONTENT_LENGTH, (to - from).into());
    let content_range = HeaderValue::from_str(&content_range).expect("digits and ASCII text are a header value");
    response.headers_mut().insert(header::CONTENT_RANGE, content_range);
    let (_, body) = streamed(BINARY, letters(from, to)).into_parts();
    Ok(response.map(|_| body))
}

/// `bytes=a-b`, `bytes=a-` or `bytes=-n` as a half-open range; anything else, several ranges too, means the whole.
fn parse_range(range: &str, size: u64) -> Option<(u64, u64)> {
    let (from, to) = range.strip_prefix("bytes=")?.split_once('-')?;
    match (from, to) {
        ("", last) => Some((size.saturating_sub(last.parse().ok()?), size)),
        (from, "") => Some((from.parse().ok()?, size)),
        (from, to) => Some((from.parse().ok()?, size.min(to.parse::<u64>().ok()?.saturating_add(1)))),
    }
}

fn gzipped() -> Response<ResponseBody> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let written = encoder.write_all(json!({ "gzipped": true }).to_string().as_bytes());
    let packed = written.and_then(|()| encoder.finish()).expect("writing to memory succeeds");
    let mut response = full(StatusCode::OK, "application/json", packed);
    response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    response
}

fn conditional(tag: &str, headers: &HeaderMap) -> Result<Response<ResponseBody>, Refusal> {
    let etag = HeaderValue::from_str(&format!("\"{tag}\""))
        .map_err(|_| Refusal::Invalid { name: "tag", expected: "visible ASCII".into() })?;
    let listed = |name: HeaderName| {
        headers.get(name).map(|value| {
            value.to_str().is_ok_and(|list| {
                list.split(',').any(|item| matches!(item.trim(), "*") || item.trim().trim_start_matches("W/") == etag)
            })
        })
    };
    if listed(header::IF_MATCH) == Some(false) {
        return Err(Refusal::PreconditionFailed);
    }
    let mut response = if listed(header::IF_NONE_MATCH) == Some(true) {
        full(StatusCode::NOT_MODIFIED, "application/json", "")
    } else {
        json(StatusCode::OK, &json!({ "etag": tag }))
    };
    response.headers_mut().insert(header::ETAG, etag);
    Ok(response)
}

fn with_trailers() -> Response<ResponseBody> {
    let trailers = HeaderMap::from_iter([(HeaderName::from_static("x-checksum"), HeaderValue::from_static("42"))]);
    let frames = [Frame::data(Bytes::from_static(b"with trailers\n")), Frame::trailers(trailers)];
    let body = StreamBody::new(stream::iter(frames.map(Ok::<_, Infallible>)));
    let mut response = Response::new(body.map_err(|never| match never {}).boxed_unsync());
    response.headers_mut().insert(header::TRAILER, HeaderValue::from_static("x-checksum"));
    response
}
