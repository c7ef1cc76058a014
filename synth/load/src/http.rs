//! HTTP/1.0, so that an answer ends with its connection and comes in one piece.

use std::{
    fmt::Write as _,
    io::{ErrorKind, Read, Write},
};

use anyhow::{Context, Result, bail};

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// Its status, such as `200`.
    pub status: u16,
    /// The status in words, such as `OK`.
    pub reason: String,
    /// Its body, as far as it was read.
    pub body: String,
}

/// Asks a host for a target, and reads `most` bytes of what it says.
pub fn get(
    mut stream: impl Read + Write,
    host: &str,
    target: &str,
    headers: &[(&str, &str)],
    most: u64,
) -> Result<Answer> {
    let headers = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect::<Vec<_>>().concat();
    // In one piece: who has read the first of several may have answered, and be gone, before the last.
    stream.write_all(format!("GET {target} HTTP/1.0\r\nHost: {host}\r\n{headers}\r\n").as_bytes())?;
    let mut answer = Vec::new();
    match stream.take(most).read_to_end(&mut answer) {
        // Many a server ends TLS by ending the connection.
        Err(error) if error.kind() == ErrorKind::UnexpectedEof && !answer.is_empty() => {}
        read => drop(read.context("reading the answer")?),
    }
    let answer = String::from_utf8_lossy(&answer);
    let Some((head, body)) = answer.split_once("\r\n\r\n") else { bail!("the answer is not HTTP") };
    let mut line = head.lines().next().unwrap_or_default().splitn(3, ' ').skip(1);
    let status = line.next().and_then(|status| status.parse().ok()).context("the answer is not HTTP")?;
    Ok(Answer { status, reason: line.next().unwrap_or_default().to_owned(), body: body.to_owned() })
}

/// Text as it may stand in an address; what `kept` names stays as it is.
pub fn encoded(text: &str, kept: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || kept.as_bytes().contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    /// A server that says this whatever it is asked, and then perhaps breaks off.
    struct Server<'a>(&'a [u8], Option<ErrorKind>);

    impl Read for Server<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            match (self.0.read(buffer)?, self.1) {
                (0, Some(kind)) => Err(kind.into()),
                (length, _) => Ok(length),
            }
        }
    }

    impl Write for Server<'_> {
        fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
            Ok(buffer.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn ask(said: &str, broken: Option<ErrorKind>) -> Result<Answer> {
        get(Server(said.as_bytes(), broken), "host", "/", &[], 64)
    }

    #[test]
    fn an_answer_has_a_status_its_words_and_a_body() {
        let Answer { status, reason, body } =
            ask("HTTP/1.1 502 Bad Gateway\r\nA: b\r\n\r\nno, \r\n\r\nnot now", None).unwrap();
        assert_eq!((status, reason.as_str(), body.as_str()), (502, "Bad Gateway", "no, \r\n\r\nnot now"));
    }

    #[test]
    fn an_answer_that_ends_without_a_goodbye_is_whole_and_none_is_an_error() {
        let said = "HTTP/1.0 200\r\n\r\nyes";
        assert_eq!(ask(said, Some(ErrorKind::UnexpectedEof)).unwrap().body, "yes");
        assert!(ask("", Some(ErrorKind::UnexpectedEof)).is_err());
        assert!(ask(said, Some(ErrorKind::ConnectionReset)).is_err());
        assert!(ask("SSH-2.0-OpenSSH_9.2\r\n", None).is_err());
    }

    #[test]
    fn no_more_is_read_than_was_asked_for() {
        let said = format!("HTTP/1.0 200 OK\r\n\r\n{}", "x".repeat(100));
        assert_eq!(ask(&said, None).unwrap().body.len(), 64 - "HTTP/1.0 200 OK\r\n\r\n".len());
    }

    #[test]
    fn an_address_holds_nothing_that_ends_it() {
        assert_eq!(encoded("a b/ü?~", "/"), "a%20b/%C3%BC%3F~");
    }
}
