//! The heads of a request and of its response, as bytes (RFC 9112, 2 to 6).

use std::io;
use std::mem::MaybeUninit;
use std::ops::Range;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};

use super::body::Decoder;
use crate::fields::Fields;
use crate::headers::ADDED;

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
pub(crate) fn write(method: &Method, target: &str, host: &str, fields: &Fields) -> Vec<u8> {
    let mut head = Vec::with_capacity(USUAL);
    for part in [method.as_str(), " ", target, " HTTP/1.1\r\nhost: ", host, "\r\n"] {
        head.extend_from_slice(part.as_bytes());
    }
    for (name, value) in fields.iter() {
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
        let Some((status, headers, framing)) = parsed(read)? else {
            return if read.len() < service::BUFFER { Ok(None) } else { Err(bad("the head is too long")) };
        };
        if status.is_informational() && status != StatusCode::SWITCHING_PROTOCOLS {
            continue;
        }
        let decoder = framing.decoder(status, method)?;
        let reusable =
            framing.persists && !matches!(decoder, Decoder::Close) && status != StatusCode::SWITCHING_PROTOCOLS;
        return Ok(Some(Head { status, headers, decoder, reusable }));
    }
    Ok(None)
}

/// Where the parts of a field are in a head.
struct Field {
    name: Range<usize>,
    value: Range<usize>,
}

fn parsed(read: &mut BytesMut) -> io::Result<Option<(StatusCode, HeaderMap, Framing)>> {
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
    let mut framing = Framing::of(response.version == Some(1));
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
    let mut headers = HeaderMap::with_capacity(fields.len() + ADDED);
    for field in fields {
        let (name, value) = (name(&head[field.name])?, value(head.slice(field.value))?);
        framing.read(&name, &value);
        headers.append(name, value);
    }
    Ok(Some((status, headers, framing)))
}

/// What a head says of its body and connection (RFC 9112, 6.3 and 9.3).
struct Framing {
    modern: bool,
    persists: bool,
    closes: bool,
    /// Whether the last of the transfer codings, if there are any, is `chunked`.
    chunked: Option<bool>,
    length: Length,
}

/// The length that a head gives.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Length {
    None,
    Of(u64),
    /// No number, or two.
    Unclear,
}

impl Framing {
    /// Of a head that says nothing, in HTTP/1.1 if it is `modern`, else in HTTP/1.0.
    fn of(modern: bool) -> Self {
        Self { modern, persists: modern, closes: false, chunked: None, length: Length::None }
    }

    fn read(&mut self, name: &HeaderName, value: &HeaderValue) {
        if *name == header::CONNECTION {
            let says = |word: &[u8]| elements(value).any(|option| option.eq_ignore_ascii_case(word));
            self.closes |= says(b"close");
            self.persists = !self.closes && (self.persists || says(b"keep-alive"));
        } else if *name == header::TRANSFER_ENCODING {
            self.chunked = Some(elements(value).last().is_some_and(|coding| coding.eq_ignore_ascii_case(b"chunked")));
        } else if *name == header::CONTENT_LENGTH {
            for length in elements(value).map(number) {
                let length = length.map_or(Length::Unclear, Length::Of);
                self.length = if [Length::None, length].contains(&self.length) { length } else { Length::Unclear };
            }
        }
    }

    fn decoder(&self, status: StatusCode, method: &Method) -> io::Result<Decoder> {
        let bodiless = [StatusCode::SWITCHING_PROTOCOLS, StatusCode::NO_CONTENT, StatusCode::NOT_MODIFIED];
        match (self.chunked, self.length) {
            _ if bodiless.contains(&status) || method == Method::HEAD => Ok(Decoder::Length(0)),
            (Some(_), _) if !self.modern => Err(bad("a transfer coding in a response of HTTP/1.0")),
            (Some(true), _) => Ok(Decoder::chunked()),
            (Some(false), _) | (None, Length::None) => Ok(Decoder::Close),
            (None, Length::Of(length)) => Ok(Decoder::Length(length)),
            (None, Length::Unclear) => Err(bad("the length is no number, or two")),
        }
    }
}

fn elements(value: &HeaderValue) -> impl Iterator<Item = &[u8]> {
    value.as_bytes().split(|byte| *byte == b',').map(<[u8]>::trim_ascii)
}

/// Of digits alone.
fn number(text: &[u8]) -> Option<u64> {
    std::str::from_utf8(text).ok().filter(|_| text.iter().all(u8::is_ascii_digit))?.parse().ok()
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

pub(super) fn bad(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}
