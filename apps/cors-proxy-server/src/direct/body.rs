//! Where the body of a response ends, and what is in it (RFC 9112, 6 and 7).

use std::io;

use bytes::{Buf, Bytes, BytesMut};
use http::HeaderMap;
use http_body::{Frame, SizeHint};

use super::head::{self, bad};

/// Bytes that extensions of all chunks, and trailers, may take.
const LONGEST: usize = 16 * 1024;

/// Digits of the size of a chunk, as many as 64 bits have.
const DIGITS: usize = 16;

/// Decodes the body of a response.
#[derive(Debug)]
pub enum Decoder {
    /// So many bytes are left of it.
    Length(u64),
    /// In chunks.
    Chunked(Chunked),
    /// All until the connection is closed.
    Close,
}

/// What comes next.
#[derive(Debug)]
pub enum Step {
    /// A part of the body.
    Frame(Frame<Bytes>),
    /// Nothing, until more has been read.
    More,
    /// Nothing: it has ended.
    End,
}

impl Decoder {
    /// The body after a head that says nothing of another length.
    pub fn chunked() -> Self {
        Self::Chunked(Chunked { state: State::Size, extensions: 0 })
    }

    /// Takes the next part of the body out of what has been read.
    pub fn step(&mut self, read: &mut BytesMut) -> io::Result<Step> {
        match self {
            Self::Chunked(chunked) => chunked.step(read),
            Self::Length(0) => Ok(Step::End),
            _ if read.is_empty() => Ok(Step::More),
            Self::Length(left) => Ok(Step::Frame(data(read, left))),
            Self::Close => Ok(Step::Frame(Frame::data(read.split().freeze()))),
        }
    }

    /// The connection has been closed, and all that was read is taken out.
    pub fn closed(&mut self) -> io::Result<()> {
        if !matches!(self, Self::Close) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        *self = Self::Length(0);
        Ok(())
    }

    pub(crate) fn is_end(&self) -> bool {
        matches!(self, Self::Length(0) | Self::Chunked(Chunked { state: State::End, .. }))
    }

    pub(crate) fn size_hint(&self) -> SizeHint {
        match self {
            Self::Length(left) => SizeHint::with_exact(*left),
            Self::Chunked(_) | Self::Close => SizeHint::default(),
        }
    }

    /// The bytes that are worth reading at once.
    pub(crate) fn wants(&self) -> usize {
        match self {
            Self::Length(left) => usize::try_from(*left).unwrap_or(usize::MAX).min(service::BUFFER),
            Self::Chunked(_) | Self::Close => service::BUFFER,
        }
    }
}

/// How far a body in chunks has been decoded.
#[derive(Debug)]
pub struct Chunked {
    state: State,
    /// Bytes of extensions so far.
    extensions: usize,
}

#[derive(Debug)]
enum State {
    Size,
    /// So many bytes are left of a chunk.
    Data(u64),
    /// The end of a chunk's data.
    DataEnd,
    Trailers,
    End,
}

impl Chunked {
    fn step(&mut self, read: &mut BytesMut) -> io::Result<Step> {
        loop {
            self.state = match &mut self.state {
                State::Size => match self.size(read)? {
                    None => return Ok(Step::More),
                    Some(0) => State::Trailers,
                    Some(size) => State::Data(size),
                },
                State::Data(_) if read.is_empty() => return Ok(Step::More),
                State::Data(left) => {
                    let frame = data(read, left);
                    if *left == 0 {
                        self.state = State::DataEnd;
                    }
                    return Ok(Step::Frame(frame));
                }
                State::DataEnd if read.len() < 2 => return Ok(Step::More),
                State::DataEnd if read.starts_with(b"\r\n") => {
                    read.advance(2);
                    State::Size
                }
                State::DataEnd => return Err(bad("a chunk is longer than its size")),
                State::Trailers => match trailers(read)? {
                    None => return Ok(Step::More),
                    Some(trailers) => {
                        self.state = State::End;
                        return Ok(if trailers.is_empty() {
                            Step::End
                        } else {
                            Step::Frame(Frame::trailers(trailers))
                        });
                    }
                },
                State::End => return Ok(Step::End),
            };
        }
    }

    /// The line before a chunk: its size, and extensions, which nobody knows.
    fn size(&mut self, read: &mut BytesMut) -> io::Result<Option<u64>> {
        let digits = read.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        match read.get(digits) {
            None if digits <= DIGITS => return Ok(None),
            Some(b'\r' | b';' | b' ' | b'\t') if (1..=DIGITS).contains(&digits) => {}
            _ => return Err(bad("a chunk has no size")),
        }
        let end = read.iter().position(|byte| *byte == b'\n');
        if self.extensions + end.unwrap_or(read.len()) - digits > LONGEST {
            return Err(bad("extensions of chunks are too long"));
        }
        let Some(end) = end else {
            return Ok(None);
        };
        self.extensions += end - digits;
        let line = read.split_to(end + 1);
        let (digits, rest) = line.split_at(digits);
        let rest = rest.strip_suffix(b"\r\n").filter(|rest| !rest.contains(&b'\r'));
        let rest = rest.ok_or_else(|| bad("the line of a chunk's size has a lone CR or LF"))?;
        if rest.iter().find(|byte| !matches!(byte, b' ' | b'\t')).is_some_and(|byte| *byte != b';') {
            return Err(bad("the size of a chunk is followed by something else"));
        }
        let nibble = |size, digit: &u8| size << 4 | u64::from(char::from(*digit).to_digit(16).unwrap_or_default());
        Ok(Some(digits.iter().fold(0, nibble)))
    }
}

/// The fields behind the last chunk, once all of them are there.
fn trailers(read: &mut BytesMut) -> io::Result<Option<HeaderMap>> {
    let mut fields = [httparse::EMPTY_HEADER; head::FIELDS];
    match httparse::parse_headers(read, &mut fields).map_err(head::unreadable)? {
        httparse::Status::Partial if read.len() > LONGEST => Err(bad("trailers are too long")),
        httparse::Status::Partial => Ok(None),
        // The parser takes a line that ends without CR, too; as the end of a body it is the beginning of another response.
        httparse::Status::Complete((size, _))
            if !read[..size - 1].split(|byte| *byte == b'\n').all(|line| line.ends_with(b"\r")) =>
        {
            Err(bad("a line of trailers ends without CR"))
        }
        httparse::Status::Complete((size, fields)) => {
            let mut trailers = HeaderMap::with_capacity(fields.len());
            for field in fields {
                trailers.append(head::name(field.name.as_bytes())?, head::value(Bytes::copy_from_slice(field.value))?);
            }
            read.advance(size);
            Ok(Some(trailers))
        }
    }
}

/// As many bytes as are left of a body or chunk, or have been read of it.
fn data(read: &mut BytesMut, left: &mut u64) -> Frame<Bytes> {
    let size = usize::try_from(*left).unwrap_or(usize::MAX).min(read.len());
    *left -= size as u64;
    Frame::data(read.split_to(size).freeze())
}
