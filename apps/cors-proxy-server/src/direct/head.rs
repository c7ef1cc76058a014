//! The heads of a request and of its response, as bytes (RFC 9112, 2 to 6).

use std::io;
use std::mem::MaybeUninit;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Version, header};

use super::body::Decoder;

/// Fields that a head may have, as with hyper.
pub(super) const FIELDS: usize = 100;

/// Bytes of a request's head that the most of them need.
const USUAL: usize = 1024;

/// The head of a response, and what follows from it.
#[derive(Debug)]
pub struct Head {
    /// The status, none of those that announce another.
    pub status: StatusCode,
    /// All header fields.
    pub headers: HeaderMap,
    /// Reads the body.
    pub decoder: Decoder,
    /// Whether the connection is good for another exchange once the body has been read.
    pub reusable: bool,
}

/// The bytes of a request without a body; its headers name no host.
pub(crate) fn write(method: &Method, target: &str, host: &str, headers: &HeaderMap) -> Vec<u8> {
    let mut head = Vec::with_capacity(USUAL);
    for part in [method.as_str(), " ", target, " HTTP/1.1\r\nhost: ", host, "\r\n"] {
        head.extend_from_slice(part.as_bytes());
    }
    for (name, value) in headers {
        head.extend_from_slice(name.as_str().as_bytes());
        head.extend_from_slice(b": ");
        head.extend_from_slice(value.as_bytes());
        head.extend_from_slice(b"\r\n");
    }
    head.extend_from_slice(b"\r\n");
    head
}

/// Takes the head of a response out of what has been read, if all of it is there, and the interim responses before it.
pub fn read(read: &mut BytesMut, method: &Method) -> io::Result<Option<Head>> {
    while !read.is_empty() {
        let Some((status, version, headers)) = parsed(read)? else {
            return if read.len() < service::BUFFER { Ok(None) } else { Err(bad("the head is too long")) };
        };
        if status.is_informational() && status != StatusCode::SWITCHING_PROTOCOLS {
            continue;
        }
        let decoder = decoder(status, version, &headers, method)?;
        let reusable = persists(version, &headers)
            && !matches!(decoder, Decoder::Close)
            && status != StatusCode::SWITCHING_PROTOCOLS;
        return Ok(Some(Head { status, headers, decoder, reusable }));
    }
    Ok(None)
}

/// Where the parts of a field are in a head.
struct Field {
    name: std::ops::Range<usize>,
    value: std::ops::Range<usize>,
}

fn parsed(read: &mut BytesMut) -> io::Result<Option<(StatusCode, Version, HeaderMap)>> {
    let mut fields = [const { MaybeUninit::uninit() }; FIELDS];
    let mut response = httparse::Response::new(&mut []);
    let mut config = httparse::ParserConfig::default();
    // What browsers take, and a proxy must mend (RFC 9112, 5.1 and 5.2).
    config.allow_spaces_after_header_name_in_responses(true).allow_obsolete_multiline_headers_in_responses(true);
    let outcome = config.parse_response_with_uninit_headers(&mut response, read, &mut fields);
    let httparse::Status::Complete(size) = outcome.map_err(unreadable)? else {
        return Ok(None);
    };
    let status = response.code.and_then(|code| StatusCode::from_u16(code).ok()).ok_or_else(|| bad("no status"))?;
    let version = if response.version == Some(1) { Version::HTTP_11 } else { Version::HTTP_10 };
    let begin = read.as_ptr().addr();
    let within = |part: &[u8]| {
        let from = part.as_ptr().addr() - begin;
        from..from + part.len()
    };
    let fields = response.headers.iter();
    let fields: Vec<_> =
        fields.map(|field| Field { name: within(field.name.as_bytes()), value: within(field.value) }).collect();
    // Values are parts of the head, not copies.
    let head = read.split_to(size).freeze();
    let mut headers = HeaderMap::with_capacity(fields.len());
    for field in fields {
        headers.append(name(&head[field.name])?, value(head.slice(field.value))?);
    }
    Ok(Some((status, version, headers)))
}

/// How long the body is (RFC 9112, 6.3).
fn decoder(status: StatusCode, version: Version, headers: &HeaderMap, method: &Method) -> io::Result<Decoder> {
    let bodiless = [StatusCode::SWITCHING_PROTOCOLS, StatusCode::NO_CONTENT, StatusCode::NOT_MODIFIED];
    if bodiless.contains(&status) || method == Method::HEAD {
        return Ok(Decoder::Length(0));
    }
    if let Some(coding) = headers.get_all(header::TRANSFER_ENCODING).iter().next_back() {
        if version == Version::HTTP_10 {
            return Err(bad("a transfer coding in a response of HTTP/1.0"));
        }
        let last = coding.as_bytes().rsplit(|byte| *byte == b',').next().unwrap_or_default();
        let chunked = last.trim_ascii().eq_ignore_ascii_case(b"chunked");
        return Ok(if chunked { Decoder::chunked() } else { Decoder::Close });
    }
    let mut lengths = headers.get_all(header::CONTENT_LENGTH).iter().flat_map(elements);
    let Some(length) = lengths.next() else {
        return Ok(Decoder::Close);
    };
    let number = std::str::from_utf8(length).ok().filter(|_| length.iter().all(u8::is_ascii_digit));
    let number = number.and_then(|number| number.parse().ok()).filter(|_| lengths.all(|other| other == length));
    number.map(Decoder::Length).ok_or_else(|| bad("the length is no number, or two"))
}

/// Whether the connection outlives the exchange (RFC 9112, 9.3).
fn persists(version: Version, headers: &HeaderMap) -> bool {
    let says = |word: &str| {
        let mut options = headers.get_all(header::CONNECTION).iter().flat_map(elements);
        options.any(|option| option.eq_ignore_ascii_case(word.as_bytes()))
    };
    !says("close") && (version == Version::HTTP_11 || says("keep-alive"))
}

fn elements(value: &HeaderValue) -> impl Iterator<Item = &[u8]> {
    value.as_bytes().split(|byte| *byte == b',').map(<[u8]>::trim_ascii)
}

pub(super) fn name(name: &[u8]) -> io::Result<HeaderName> {
    HeaderName::from_bytes(name).map_err(|_| bad("a field has no name"))
}

/// The value of a field, in one line.
pub(super) fn value(value: Bytes) -> io::Result<HeaderValue> {
    let value = if value.contains(&b'\n') {
        let lines: Vec<_> = value.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).collect();
        lines.join(&b' ').into()
    } else {
        value
    };
    HeaderValue::from_maybe_shared(value).map_err(|_| bad("a field has no value"))
}

pub(super) fn unreadable(error: httparse::Error) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

fn bad(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}
