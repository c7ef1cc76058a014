//! A target that reads as strictly as can be, and keeps what it has read: one line for each request, with its body.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::tcp::OwnedReadHalf;
use tokio::net::{TcpListener, TcpStream};

use crate::server::ANY;

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// The requests that a target has seen.
pub(crate) struct Recorder {
    pub(crate) address: SocketAddr,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Recorder {
    pub(crate) async fn started() -> Self {
        let listener = TcpListener::bind(ANY).await.unwrap();
        let (address, seen) = (listener.local_addr().unwrap(), Arc::new(Mutex::new(Vec::new())));
        let record = seen.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, record.clone()));
            }
        });
        Self { address, seen }
    }

    /// What it has seen to the end: `POST /path body`.
    pub(crate) fn whole(&self) -> Vec<String> {
        self.seen.lock().unwrap().iter().filter(|line| !line.starts_with("cut ")).cloned().collect()
    }

    /// All of it, with what was cut or made no sense.
    pub(crate) fn all(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

async fn serve(stream: TcpStream, record: Arc<Mutex<Vec<String>>>) {
    let (reader, mut writer) = stream.into_split();
    let mut reader = BufReader::new(reader);
    loop {
        match request(&mut reader).await {
            Ok(Some(line)) => record.lock().unwrap().push(line),
            Ok(None) => return,
            Err(flaw) => return record.lock().unwrap().push(flaw),
        }
        if writer.write_all(ANSWER).await.is_err() {
            return;
        }
    }
}

/// The next request; `None` at the end of the connection.
async fn request(reader: &mut BufReader<OwnedReadHalf>) -> Result<Option<String>, String> {
    let start = match line(reader).await {
        Err(flaw) if flaw == END => return Ok(None),
        start => start?,
    };
    let request = match start.split(' ').collect::<Vec<_>>()[..] {
        [method, path, "HTTP/1.1"] => format!("{method} {path}"),
        _ => return Err(format!("flawed start {start:?}")),
    };
    let (mut lengths, mut codings) = (Vec::new(), Vec::new());
    loop {
        let header = line(reader).await?;
        if header.is_empty() {
            break;
        }
        let (name, value) = header.split_once(": ").ok_or_else(|| format!("flawed header {header:?}"))?;
        let sound = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.!#$%&'*+^`|~".contains(&byte);
        if !name.bytes().all(sound) || value.bytes().any(|byte| byte < b' ' && byte != b'\t') {
            return Err(format!("flawed header {header:?}"));
        }
        match name.to_ascii_lowercase().as_str() {
            "content-length" => lengths.push(value.to_owned()),
            "transfer-encoding" => codings.push(value.to_owned()),
            _ => {}
        }
    }
    let body = match (&lengths[..], &codings[..]) {
        ([], []) => String::new(),
        ([length], []) => exactly(reader, length.parse().map_err(|_| format!("flawed length {length}"))?).await,
        ([], [coding]) if coding == "chunked" => chunks(reader).await,
        _ => return Err(format!("flawed framing of {request}: {lengths:?} {codings:?}")),
    };
    Ok(Some(if let Some(whole) = body.strip_suffix(CUT) {
        format!("cut {request} {whole}")
    } else {
        format!("{request} {body}").trim_end().to_owned()
    }))
}

/// Ends a body that was not sent to its end.
const CUT: &str = "\u{0}cut";

/// What is read at the end of a connection.
const END: &str = "cut at a line";

async fn exactly(reader: &mut BufReader<OwnedReadHalf>, length: usize) -> String {
    let mut body = vec![0; length];
    match reader.read_exact(&mut body).await {
        Ok(_) => String::from_utf8_lossy(&body).into_owned(),
        Err(_) => CUT.to_owned(),
    }
}

async fn chunks(reader: &mut BufReader<OwnedReadHalf>) -> String {
    let mut body = String::new();
    loop {
        let Ok(size) = line(reader).await else { return body + CUT };
        let Ok(size) = usize::from_str_radix(&size, 16) else { return body + CUT };
        if size == 0 {
            break;
        }
        body += &exactly(reader, size).await;
        if body.ends_with(CUT) || line(reader).await.as_deref() != Ok("") {
            return body + CUT;
        }
    }
    while let Ok(trailer) = line(reader).await {
        if trailer.is_empty() {
            return body;
        }
        body = format!("{body} [{trailer}]");
    }
    body + CUT
}

/// One line without its end, which is CR and LF and nothing else.
async fn line(reader: &mut BufReader<OwnedReadHalf>) -> Result<String, String> {
    let mut bytes = Vec::new();
    match reader.read_until(b'\n', &mut bytes).await {
        Ok(0) | Err(_) => return Err(END.to_owned()),
        Ok(_) => {}
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    match text.strip_suffix("\r\n") {
        Some(line) if !line.contains('\r') => Ok(line.to_owned()),
        _ => Err(format!("flawed line {text:?}")),
    }
}
